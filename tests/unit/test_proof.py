"""The proof must not be easy to satisfy."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.proof import Shown, read_benchmark

pytestmark = pytest.mark.proof("main-job-02")
ROOT = Path(__file__).resolve().parents[2]

SUITE = """
import pytest
@pytest.mark.proof("a-1")
def test_one(): pass
@pytest.mark.proof("a-1", "a-2")
def test_two(): pass
@pytest.mark.proof("a-3")
def test_skipped(): pytest.skip("no")
@pytest.mark.proof("a-4")
@pytest.mark.xfail
def test_expected(): assert False
@pytest.mark.proof("a-5")
@pytest.mark.xfail
def test_unexpected(): pass
@pytest.mark.proof("a-6")
def test_failing(): assert False
@pytest.fixture
def broken(): raise RuntimeError
@pytest.mark.proof("a-7")
def test_never_set_up(broken): pass
def test_of_nobody(): assert False
"""
RUNNER = """
import sys, pytest
from tests.proof import Witness
witness = Witness([f"a-{n}" for n in range(1, 9)])
folder = sys.argv[1]
pytest.main(["-q", "-p", "no:cacheprovider", "-c", folder + "/pytest.ini", "--rootdir", folder, folder], plugins=[witness])
for name, shown in witness.shown.items(): print(">", shown.is_shown, shown.sentence(name))
"""


def sentences(folder: Path, suite: str) -> dict[str, str]:
    (folder / "test_it.py").write_text(suite)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = proof(id)\n")
    done = subprocess.run([sys.executable, "-c", RUNNER, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [line[2:] for line in done.stdout.splitlines() if line.startswith("> ")]
    return {line.split()[1]: line for line in lines}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the witness says of a suite with every kind of gap."""
    return sentences(tmp_path_factory.mktemp("suite"), SUITE)


def test_passing_tests_are_counted_per_id(said: dict[str, str]) -> None:
    assert said["a-1"] == "True a-1 passed, 2 tests"
    assert said["a-2"] == "True a-2 passed, 1 test"


@pytest.mark.parametrize(
    ("name", "word"),
    [("a-3", "skipped"), ("a-4", "expected failure"), ("a-5", "expected failure"), ("a-6", "failed"), ("a-7", "failed")],
)
def test_a_gap_is_not_shown(said: dict[str, str], name: str, word: str) -> None:
    assert said[name].startswith(f"False {name} FAILED, {word}")


def test_an_id_without_a_test_is_missing(said: dict[str, str]) -> None:
    assert said["a-8"] == "False a-8 MISSING, no test and no benchmark line"


def test_a_file_that_cannot_be_read_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("import nowhere_at_all")
    assert all(line.startswith("False") for line in sentences(tmp_path, SUITE).values())


def test_benchmark_lines_count_only_when_they_say_ok() -> None:
    shown = {"a-1": Shown(), "a-2": Shown(), "a-3": Shown()}
    read_benchmark(["a-1 renditions 2.1 × of 2.4: ok", "a-2 zip 0.5 × of 0.85: too slow", "a-3 zip: not ok", "chatter ok"], shown)
    assert shown["a-1"].sentence("a-1") == "a-1 passed, 1 benchmark line"
    assert not shown["a-2"].is_shown
    assert not shown["a-3"].is_shown


def test_nothing_shown_is_not_passed() -> None:
    assert not Shown().is_shown


def test_every_id_has_somebody_to_show_it_and_every_benchmark_is_there() -> None:
    said = "".join(path.read_text() for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
    for listed in (ROOT / "docs" / "proof").glob("*.toml"):
        issue = tomllib.loads(listed.read_text())
        assert [name for name in issue["ids"] if f'"{name}"' not in said] == []
        for module in issue["benchmarks"]:
            assert (ROOT / f"{module.replace('.', '/')}.py").exists(), module


def test_no_benchmark_asks_the_environment_for_its_counts() -> None:
    for path in (ROOT / "benchmarks").rglob("*.py"):
        assert not re.search(r"environ\.get|environ\[|getenv", path.read_text()), path
