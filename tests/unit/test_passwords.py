"""Which passwords will do: long ones of any kind, none that others chose, none that anybody knows of this person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from portal_app.domain.identity.passwords import COMMON, LONGEST, SHORTEST, TOO_EASY, TRADE, hash_password, matches, weakness
from portal_app.ui.routes import ROUTES

pytestmark = pytest.mark.proof("identity-11")
ROOT = Path(__file__).resolve().parents[2]


def test_eight_characters_are_needed_and_128_allowed() -> None:
    assert (SHORTEST, LONGEST) == (8, 128)
    assert weakness("qz7 kfp")
    assert not weakness("qz7 kfpw")
    assert not weakness("a quiet lighthouse " * 3 + "by the sea")
    assert not weakness("xq4-" * 32)
    assert weakness("xq4-" * 32 + "x")


@pytest.mark.parametrize(
    "password",
    ["lanterns over water", "zqxwvkjpfh", "908172635441", "!?%&/()=!#", "тихий маяк у моря", "灯台と静かな海の夜に", "\U0001f3e0 \U0001f511 \U0001f6aa \U0001f319 ok", "   o   o   k"],
)  # fmt: skip
def test_any_characters_will_do(password: str) -> None:
    assert weakness(password) == ""


def test_the_most_common_ones_are_refused() -> None:
    """The list is long: the 3,000 most chosen that are long enough, and ten times as many, all of them drawn from leaks."""
    long_enough = [word for word in FREQUENCY_LISTS["passwords"] if SHORTEST <= len(word) <= LONGEST]
    assert len(long_enough) > 3_000
    assert len(COMMON) > 20_000
    assert [word for word in long_enough if weakness(word) != TOO_EASY] == []
    for dressed in ("password1!", "letmein2026", "SUNSHINE99", "12345678"):
        assert weakness(dressed) == TOO_EASY


def test_the_words_of_this_place_are_refused() -> None:
    documented = set(re.findall(r"`([a-z]+)`", (ROOT / "docs" / "security" / "authentication.md").read_text()))
    assert set(TRADE.split()) <= documented
    for word in TRADE.split():
        if len(word) >= SHORTEST:
            assert weakness(word.upper()) == TOO_EASY
        assert weakness(f"{word}2026") == TOO_EASY
    own = ("Nina Ortega", "nina.ortega@coastline.example", "Harbor Light")
    for typed in ("Nina Ortega", "ninaortega1", "nina.ortega@coastline.example", "HarborLight", "coastline1"):
        assert weakness(typed, *own) == TOO_EASY, typed


def test_a_password_is_compared_as_it_was_typed() -> None:
    kept = hash_password("  Quiet\tHarböur ")
    assert matches(kept, "  Quiet\tHarböur ")
    for other in ("Quiet\tHarböur", "  quiet\tharböur ", "  Quiet Harböur ", "  Quiet\tHarbo\u0308ur ", "  Quiet\tHarböur"):
        assert not matches(kept, other)
    long_one = "x1" * 64
    assert not matches(hash_password(long_one), long_one[:-1])


def test_password_fields_hide_and_help() -> None:
    """Wherever one is typed it is masked, a manager knows which one is meant, and nothing hinders pasting."""
    seen = 0
    for row in ROUTES:
        page = str(row.page().render())
        for tag in re.findall(r"\{'name': '\"input\"', 'props': \[(.*?)\], 'children'", page):
            if re.search(r'name:"(password|current|again|new_password)"', tag):
                seen += 1
                assert 'type:"password"' in tag, row.path
                assert re.search(r'autoComplete:"(current|new)-password"', tag), row.path
                assert not re.search(r"onPaste|onCopy|onContextMenu|readOnly", tag), row.path
    assert seen >= 5
    for script in (ROOT / "assets").glob("*.jsx"):
        assert not re.search(r"onPaste|\"paste\"", script.read_text())
