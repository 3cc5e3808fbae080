"""The documents exist and name things that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof("main-job-21")
ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
SECURITY = sorted((ROOT / "docs" / "security").glob("*.md"))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
IN_CODE = re.compile(
    r"`((?:portal_app/|domain/|ui/|web/|jobs/|adapters/|core/|demo/|docs/|deploy/|tests/|assets/|alembic/)[\w./-]*)`"
)
TOP_FILES = re.compile(r"`((?:db|settings|wiring|cli|readiness|portal_app)\.py|[\w.-]+\.(?:md|toml|txt|ini)|\.env\.example)`")


def is_there(name: str) -> bool:
    return any((base / name).exists() for base in (ROOT, ROOT / "portal_app"))


@pytest.mark.parametrize("path", [*DOCUMENTS, *DECISIONS, *SECURITY], ids=lambda path: path.name)
def test_every_file_and_link_named_is_there(path: Path) -> None:
    text = path.read_text()
    named = IN_CODE.findall(text) + TOP_FILES.findall(text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [name for name in named if not is_there(name)] == []
    assert [link for link in linked if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", [*DOCUMENTS, *DECISIONS, *SECURITY], ids=lambda path: path.name)
def test_every_make_target_and_command_named_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = set(re.findall(r'^        \("([a-z-]+)", _', (ROOT / "portal_app" / "cli.py").read_text(), re.MULTILINE))
    text = path.read_text()
    assert set(re.findall(r"`make ([a-z]+)", text)) <= targets
    assert set(re.findall(r"python -m portal_app ([a-z-]+)", text)) <= commands


def test_the_readme_says_what_it_is_how_to_see_it_and_how_to_go_live() -> None:
    text = (ROOT / "README.md").read_text()
    for word in ("make run", "make test", "## Go live", "create-studio", "portal_app check", "docs/img/", "ARCHITECTURE.md"):
        assert word in text


def test_the_architecture_has_a_picture_and_a_flow() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert "┌" in text
    assert text.count("\n1. ") == 1
    assert "\n7. " in text


def test_contributing_names_the_never_rules_and_the_ways_to_add() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for word in ("## Never", "## Add a verb", "## Add a screen", "## Add an adapter", 'mark.proof("main-job-05")'):
        assert word in text


def test_the_fourteen_decisions_are_written_down_and_two_more() -> None:
    assert [path.name[:4] for path in DECISIONS][:16] == [f"{n:04d}" for n in range(1, 17)]
    for path in DECISIONS:
        text = path.read_text()
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert all(f"**{word}.**" in text for word in ("Decision", "Why", "Consequences")), path.name
        assert 90 <= len(text.split()) <= 420, f"{path.name} is half a page"


def test_the_license_is_the_one_that_was_decided() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert "AGPL" in (ROOT / "docs" / "decisions" / "0016-license.md").read_text()


def test_every_dependency_has_its_reason() -> None:
    pinned = re.findall(r"^([A-Za-z0-9-]+)(?:\[[^]]*\])?==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    reasons = (ROOT / "docs" / "decisions" / "0015-dependencies.md").read_text().lower()
    assert [name for name in pinned if name.lower() not in reasons] == []
