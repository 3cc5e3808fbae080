"""The list of components is the one that is installed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof("identity-11")
ROOT = Path(__file__).resolve().parents[2]
LIST = (ROOT / "docs" / "security" / "components.md").read_text()


def listed() -> dict[str, tuple[str, str]]:
    """Version and license by name."""
    rows = re.findall(r"^\| ([\w@/.-]+) \| ([\w.+-]+) \| (.+?) \|$", LIST, re.MULTILINE)
    return {name.lower(): (version, license_) for name, version, license_ in rows if name != "package"}


def pinned() -> dict[str, str]:
    """What `requirements.txt` and the browser's list pin."""
    python = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    browser = json.loads((ROOT / "reflex.lock" / "package.json").read_text())
    versions = browser["dependencies"] | browser["devDependencies"]
    return {name.lower(): version for name, version in python} | {name: version.lstrip("v") for name, version in versions.items()}


def test_every_pinned_package_is_listed_as_it_is() -> None:
    found = listed()
    assert {name: found.get(name, ("missing",))[0] for name in pinned()} == pinned()


def test_every_component_names_a_license_that_may_be_shipped_with_ours() -> None:
    free = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software|MPL|LGPL|0BSD|Zlib|Unlicense|CC0|HPND|Mozilla|CNRI|OFL")
    assert {name: license_ for name, (_, license_) in listed().items() if not free.search(license_)} == {}


def test_packages_come_from_the_usual_registries_with_their_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "Makefile"):
        assert not re.search(
            r"--(extra-)?index-url|--find-links|--trusted-host|git\+|https?://(?!localhost)", (ROOT / name).read_text()
        ), name
    lock = (ROOT / "reflex.lock" / "bun.lock").read_text()
    packages = re.findall(r'^    "[^"]+": \[(.*)\],$', lock, re.MULTILINE)
    assert len(packages) > 100
    assert [line[:60] for line in packages if '"sha512-' not in line] == []


def test_how_fast_holes_are_closed_is_said_in_days() -> None:
    policy = (ROOT / "docs" / "security" / "dependencies.md").read_text()
    for severity in ("critical", "high", "medium", "low"):
        assert re.search(rf"^\| {severity}\b.*\| \d+ days \|$", policy, re.MULTILINE), severity
    assert re.search(r"^Last looked: \d{4}-\d\d-\d\d\. Open: ", policy, re.MULTILINE)
