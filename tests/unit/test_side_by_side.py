"""Two processes share the tests: what stays together, and that a test marked `alone` is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.side_by_side import LONGEST_FIRST, LOOKING, LOOKS, MATRIX, STORIES, together

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
from pathlib import Path
from tests import side_by_side
from tests.side_by_side import pytest_runtest_protocol
side_by_side.ROOM, side_by_side.DOOR = Path(__file__), Path(__file__).with_name("pytest.ini")
"""
SUITE = """
import time
from pathlib import Path
import pytest
SEEN = Path(__file__).with_name("seen")
def stay(name):
    for word in ("in", "out"):
        with SEEN.open("a") as seen: seen.write(f"{word} {name}\\n")
        time.sleep(0.05)
@pytest.mark.parametrize("number", range(8))
def test_ordinary(number): stay("ordinary")
@pytest.mark.alone
@pytest.mark.parametrize("number", range(4))
def test_alone(number): stay("alone")
@pytest.mark.parametrize("number", range(8))
def test_ordinary_too(number): stay("ordinary")
"""


def test_nobody_is_in_the_room_with_a_test_that_is_alone(tmp_path: Path) -> None:
    for name, text in {"conftest.py": CONFTEST, "test_it.py": SUITE, "pytest.ini": "[pytest]\nmarkers = alone\n"}.items():
        (tmp_path / name).write_text(text)
    run = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "load", "-c", str(tmp_path / "pytest.ini"), str(tmp_path)]
    done = subprocess.run(run, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=180)
    assert "20 passed" in done.stdout, done.stdout + done.stderr
    inside: list[str] = []
    shared = 0
    for line in (tmp_path / "seen").read_text().splitlines():
        word, name = line.split()
        inside.append(name) if word == "in" else inside.remove(name)
        shared += len(inside) == 2
        assert "alone" not in inside or len(inside) == 1
    assert shared, "ordinary tests ran side by side"


def test_what_shares_a_server_or_a_file_stays_together() -> None:
    assert together("tests/e2e/test_live.py::test_a[x]") == together("tests/e2e/test_door.py::test_b") == STORIES
    assert together("tests/e2e/test_screens.py::test_a[x]") == together("tests/e2e/test_weights.py::test_b") == LOOKS
    assert together(f"{MATRIX}::test_a[postgresql]") != together(f"{MATRIX}::test_a[sqlite]") == MATRIX
    assert together("tests/unit/test_money.py::test_a[a::b]") == "tests/unit/test_money.py"
    assert [name for name in {*LONGEST_FIRST, *LOOKING} - {LOOKS, f"{MATRIX} on PostgreSQL"} if not (ROOT / name).exists()] == []
