"""Whatever color a studio saves, what is written on it and in it can be read."""

from __future__ import annotations

from itertools import product

import pytest

from portal_app.domain.studios.accent import COLOR, GROUNDS, MODES, contrast, roles

STEPS = (0, 51, 102, 153, 204, 255)
COLORS = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in product(STEPS, repeat=3)]


@pytest.mark.parametrize("mode", MODES)
def test_every_accent_is_readable_in_every_role(mode):
    for accent in COLORS:
        role = roles(accent, mode)
        assert role["accent"] == accent
        assert contrast(role["on-accent"], role["accent"]) >= 4.5, accent
        assert contrast(role["on-accent"], role["accent-hover"]) >= 4.5, accent
        for ground in (*GROUNDS[mode], role["accent-tint"]):
            assert contrast(role["accent-ink"], ground) >= 4.5, (accent, ground)
        for ground in GROUNDS[mode]:
            assert contrast(role["accent-edge"], ground) >= 3.0, (accent, ground)


def test_the_roles_of_the_house_color():
    assert roles("#17596a", "light") == {
        "accent": "#17596a",
        "on-accent": "#ffffff",
        "accent-hover": "#144e5d",
        "accent-edge": "#17596a",
        "accent-ink": "#17596a",
        "accent-tint": "#e8eef0",
    }
    assert roles("#17596a", "dark")["accent-ink"] == "#8bacb4"


@pytest.mark.parametrize("saved", ["", "#fff", "teal", "#17596a;}body{background:url(//evil.example)}", "#17596a</style>"])
def test_what_is_no_color_never_reaches_a_sheet(saved):
    for mode in MODES:
        assert all(COLOR.fullmatch(value) for value in roles(saved, mode).values())
