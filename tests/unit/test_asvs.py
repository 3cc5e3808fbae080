"""The table of OWASP ASVS: every requirement once, every proof there, every count true."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof("identity-11")
ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "security" / "asvs.md"
LEAST_MET = 190

# The requirements of ASVS 5.0.0 at levels 1 and 2 that bear on this app; `²` marks level 2.
BEARING = """
1.1.1² 1.1.2² 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.2.8² 1.2.9² 1.3.1 1.3.2 1.3.3² 1.3.4² 1.3.5² 1.3.6² 1.3.7² 1.3.10² 1.3.11² 1.4.2²
1.5.1 1.5.2²
2.1.1 2.1.2² 2.1.3² 2.2.1 2.2.2 2.2.3² 2.3.1 2.3.2² 2.3.3² 2.3.4² 2.4.1²
3.2.1 3.2.2 3.3.1 3.3.2² 3.3.3² 3.3.4² 3.4.1 3.4.2 3.4.3² 3.4.4² 3.4.5² 3.4.6² 3.5.1 3.5.2 3.5.3 3.5.4² 3.5.5² 3.7.1² 3.7.2²
4.1.1 4.1.2² 4.1.3² 4.2.1² 4.4.1 4.4.2² 4.4.3² 4.4.4²
5.1.1² 5.2.1 5.2.2 5.2.3² 5.3.1 5.3.2 5.4.1² 5.4.2² 5.4.3²
6.1.1 6.1.2² 6.1.3² 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.2.9² 6.2.10² 6.2.11² 6.2.12² 6.3.1 6.3.2 6.3.3² 6.3.4²
6.4.1 6.4.2 6.4.3² 6.4.4² 6.5.1² 6.5.2² 6.5.3² 6.5.4² 6.5.5² 6.6.2² 6.6.3² 6.8.1² 6.8.2² 6.8.4²
7.1.1² 7.1.2² 7.1.3² 7.2.1 7.2.2 7.2.3 7.2.4 7.3.1² 7.3.2² 7.4.1 7.4.2 7.4.3² 7.4.4² 7.4.5² 7.5.1² 7.5.2² 7.6.1² 7.6.2²
8.1.1 8.1.2² 8.2.1 8.2.2 8.2.3² 8.3.1 8.4.1²
9.1.1 9.1.2 9.1.3 9.2.1 9.2.2² 9.2.3²
10.1.1² 10.1.2² 10.2.1² 10.2.2² 10.5.1² 10.5.2² 10.5.3² 10.5.4² 10.5.5²
11.1.1² 11.1.2² 11.2.1² 11.2.2² 11.2.3² 11.3.1 11.3.2 11.3.3² 11.4.1 11.4.2² 11.4.3² 11.4.4² 11.5.1² 11.6.1²
12.1.1 12.1.2² 12.2.1 12.2.2 12.3.1² 12.3.2² 12.3.3² 12.3.4²
13.1.1² 13.2.1² 13.2.2² 13.2.3² 13.2.4² 13.2.5² 13.3.1² 13.3.2² 13.4.1 13.4.2² 13.4.3² 13.4.4² 13.4.5²
14.1.1² 14.1.2² 14.2.1 14.2.2² 14.2.3² 14.2.4² 14.3.1 14.3.2² 14.3.3²
15.1.1 15.1.2² 15.1.3² 15.2.1 15.2.2² 15.2.3² 15.3.1 15.3.2² 15.3.3² 15.3.4² 15.3.5² 15.3.6² 15.3.7²
16.1.1² 16.2.1² 16.2.2² 16.2.3² 16.2.4² 16.2.5² 16.3.1² 16.3.2² 16.3.3² 16.3.4² 16.4.1² 16.4.2² 16.4.3² 16.5.1² 16.5.2² 16.5.3²
"""
LEVELS = {number.rstrip("²"): 2 if number.endswith("²") else 1 for number in BEARING.split()}
STATES = ("met", "not met", "not ours")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the table."""

    number: str
    level: int
    asks: str
    state: str
    how: str
    shown_by: tuple[str, ...]

    @property
    def chapter(self) -> str:
        return f"V{self.number.partition('.')[0]}"


@cache
def rows() -> list[Requirement]:
    """The rows as the page has them."""
    found = re.findall(r"^\| (\d+\.\d+\.\d+) \| (\d) \| (.*?) \| (.*?) \| (.*?) \| (.*?) ?\|$", TABLE.read_text(), re.MULTILINE)
    return [
        Requirement(n, int(level), asks, state, how, tuple(re.findall(r"`([^`]+)`", by)))
        for n, level, asks, state, how, by in found
    ]


@cache
def defined_in(path: Path) -> set[str]:
    """The tests a file defines, as a reader of Python sees them: a name in a comment or a string does not count."""
    nodes = ast.parse(path.read_text()).body
    inside = [node for one in nodes if isinstance(one, ast.ClassDef) for node in one.body]
    return {node.name for node in [*nodes, *inside] if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def is_there(name: str) -> bool:
    """Whether a named test or document exists."""
    place, _, test = name.partition("::")
    path = ROOT / place
    return path.is_file() and (not test or test in defined_in(path))


def test_the_list_is_the_one_that_bears_on_this_app() -> None:
    assert Counter(LEVELS.values()) == {1: 65, 2: 149}
    assert len(BEARING.split()) == 214


def test_every_requirement_stands_there_once_with_its_level() -> None:
    assert Counter(row.number for row in rows()) == Counter(dict.fromkeys(LEVELS, 1))
    assert {row.number: row.level for row in rows()} == LEVELS


def test_a_row_is_brief_and_its_state_is_one_of_three() -> None:
    for row in rows():
        assert row.state in STATES, row.number
        assert 1 <= len(row.asks.split()) <= 12, row.number
        assert 1 <= len(row.how.split()) <= 20, row.number


@pytest.mark.parametrize("row", [row for row in rows() if row.state == "met"], ids=lambda row: row.number)
def test_what_is_met_is_shown_by_something_that_exists(row: Requirement) -> None:
    assert row.shown_by
    assert [name for name in row.shown_by if not is_there(name)] == []


def test_what_is_not_met_names_its_reason_and_no_proof() -> None:
    for row in rows():
        assert row.state == "met" or not row.shown_by, row.number


def test_a_name_that_is_not_there_would_be_noticed() -> None:
    assert is_there("tests/unit/test_asvs.py::test_a_name_that_is_not_there_would_be_noticed")
    assert not is_there("tests/unit/test_asvs.py::test_that_is_only_named_here")
    assert not is_there("tests/unit/test_nowhere.py::test_x")
    assert not is_there("docs/security/nowhere.md")


def test_the_counts_above_are_those_of_the_rows() -> None:
    head = re.findall(
        r"^\| \**(V\d+|all)\b.*? \| (\d+) of (\d+) \| (\d+) of (\d+) \| (\d+) \| (\d+) \| (\d+) \|$",
        TABLE.read_text(),
        re.MULTILINE,
    )
    told = {chapter: tuple(int(number) for number in numbers) for chapter, *numbers in head}
    chapters = list(dict.fromkeys(row.chapter for row in rows()))
    assert list(told) == [*chapters, "all"]
    for chapter in told:
        assert told[chapter] == counted([row for row in rows() if chapter in ("all", row.chapter)]), chapter


def counted(some: list[Requirement]) -> tuple[int, ...]:
    """Level 1 met, of; level 2 met, of; not met; not ours; all."""
    by = Counter((row.level, row.state) for row in some)
    levels = Counter(row.level for row in some)
    states = Counter(row.state for row in some)
    return by[1, "met"], levels[1], by[2, "met"], levels[2], states["not met"], states["not ours"], len(some)


def test_all_of_level_one_is_met() -> None:
    assert [row.number for row in rows() if row.level == 1 and row.state != "met"] == []


def test_enough_of_both_levels_is_met() -> None:
    assert sum(row.state == "met" for row in rows()) >= LEAST_MET
