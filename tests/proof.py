"""Shows an issue's acceptance: `python -m tests.proof main-job` prints one line per id and fails on any gap.

`docs/proof/main-job.toml` names the ids. A test shows an id with `@pytest.mark.proof("main-job-05")`; a benchmark by
printing a line that starts with the id and ends with `ok` or `too slow`. Everything runs once, at full counts. An id
with no test and no benchmark line, with a failure, a skip or an expected failure is not shown.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GOOD, BAD = "ok", "too slow"


@dataclass(slots=True)
class Shown:
    """What was seen of one id."""

    tests: int = 0
    lines: int = 0
    gaps: list[str] = field(default_factory=list)

    def sentence(self, name: str) -> str:
        """`main-job-01 passed, 4 tests`"""
        counts = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in self._counts() if count]
        if not counts and not self.gaps:
            return f"{name} MISSING, no test and no benchmark line"
        return f"{name} FAILED, {'; '.join(self.gaps)}" if self.gaps else f"{name} passed, {', '.join(counts)}"

    def _counts(self) -> list[tuple[int, str]]:
        return [(self.tests, "test"), (self.lines, "benchmark line")]

    @property
    def is_shown(self) -> bool:
        return bool(self.tests or self.lines) and not self.gaps


class Witness:
    """A pytest plugin that keeps what each id's tests did."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.shown = {name: Shown() for name in ids}
        self._ids_of: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep only the tests that show one of our ids."""
        ours = []
        for item in items:
            ids = [name for mark in item.iter_markers("proof") for name in mark.args if name in self.shown]
            if ids:
                self._ids_of[item.nodeid] = list(dict.fromkeys(ids))
                ours.append(item)
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in self._ids_of])
        items[:] = ours

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that passed; anything else is a gap, whatever phase it came from."""
        for name in self._ids_of.get(report.nodeid, []):
            if report.outcome != "passed" or hasattr(report, "wasxfail"):
                word = "expected failure" if hasattr(report, "wasxfail") else report.outcome
                self.shown[name].gaps.append(f"{word}: {report.nodeid}")
            elif report.when == "call":
                self.shown[name].tests += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read hides tests: nothing is shown then."""
        if report.failed:
            for shown in self.shown.values():
                shown.gaps.append(f"not collected: {report.nodeid}")


def read_benchmark(lines: Iterable[str], shown: dict[str, Shown]) -> None:
    """Count the lines `main-job-19 …: ok`; a line of ours that says anything else is a gap."""
    for line in lines:
        name, _, words = line.strip().partition(" ")
        if name not in shown:
            continue
        if words.endswith(GOOD) and not words.endswith("not " + GOOD):
            shown[name].lines += 1
        else:
            shown[name].gaps.append(words)


def run_benchmark(module: str, shown: dict[str, Shown]) -> None:
    """Run it at full counts; a benchmark that dies is a gap of every id, since nobody knows what it hid."""
    done = subprocess.run([sys.executable, "-m", module, "--full"], cwd=ROOT, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    read_benchmark(done.stdout.splitlines(), shown)
    if done.returncode and not any(BAD in line for line in done.stdout.splitlines()):
        sys.stderr.write(done.stderr)
        for seen in shown.values():
            seen.gaps.append(f"{module} ended with {done.returncode}")


def prove(name: str) -> bool:
    """Run everything that shows this issue and print one line per id."""
    os.environ.pop("PYTEST_ADDOPTS", None)  # the counts come from the issue, not from whoever calls
    issue = tomllib.loads((ROOT / "docs" / "proof" / f"{name}.toml").read_text())
    witness = Witness(issue["ids"])
    pytest.main(["--full", "-q", "-p", "no:cacheprovider", str(ROOT / "tests")], plugins=[witness])
    for module in issue.get("benchmarks", []):
        run_benchmark(module, witness.shown)
    print()
    for each, shown in witness.shown.items():
        print(shown.sentence(each))
    return all(shown.is_shown for shown in witness.shown.values())


if __name__ == "__main__":
    sys.exit(0 if prove(sys.argv[1]) else 1)
