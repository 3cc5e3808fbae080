"""What a form says after its redirect: only what we sealed ourselves."""

from __future__ import annotations

import pytest

from portal_app.core.flash import Flash, opened, sealed

KEY, OTHER = b"k" * 32, b"o" * 32
SAID = Flash("sign-in", "password", "That email and password don’t match.", "carl@coastline.example")


def test_what_was_sealed_opens_again():
    assert opened(sealed(SAID, KEY), KEY) == SAID


@pytest.mark.proof("main-job-06")
@pytest.mark.parametrize(
    "value",
    ["", ".", "x", "x.y", sealed(SAID, OTHER), sealed(SAID, KEY)[:-1] + "_", "e30." + sealed(SAID, KEY).partition(".")[2]],
    ids=["nothing", "a point", "a letter", "two letters", "another key", "a changed end", "other words"],
)
def test_words_of_somebody_else_do_not(value):
    assert opened(value, KEY) is None


def test_a_cookie_value_holds_no_character_a_cookie_may_not():
    assert all(c.isalnum() or c in "-_." for c in sealed(SAID, KEY))


def test_the_same_words_twice_are_two_flashes():
    first, second = (opened(sealed(SAID, KEY), KEY) for _ in range(2))
    assert first == second
    assert first.id != second.id
