"""Turns any saved accent color into the six roles of the token sheet, readable on every ground.

The fill is kept exactly as saved; the ink, edge and tint around it give way until WCAG 2.2 contrast holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

COLOR = re.compile(r"#[0-9a-fA-F]{6}")
NEUTRAL = "#4a4f52"
MODES = ("light", "dark")
WHITE, BLACK = "#ffffff", "#000000"
GROUNDS = {
    "light": ("#f7f7f5", "#ffffff", "#ffffff", "#eeeeeb"),
    "dark": ("#131415", "#1b1d1e", "#242728", "#0d0e0e"),
}
SURFACE = {"light": "#ffffff", "dark": "#1b1d1e"}
AWAY_FROM = {"light": BLACK, "dark": WHITE}
TINT = {"light": 0.10, "dark": 0.18}
INK = {"light": 4.5, "dark": 6.0}
EDGE = 3.0
# Above this luminance white text falls under 4.5:1, and black has at least 4.66.
LIGHTEST_UNDER_WHITE = 0.1833


def luminance(color: str) -> float:
    """WCAG relative luminance of `#rrggbb`, 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two colors, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def roles(accent: str, mode: str) -> dict[str, str]:
    """The six roles of an accent `#rrggbb` in `light` or `dark` mode; nothing but a color ever comes out."""
    accent = accent if COLOR.fullmatch(accent) else NEUTRAL
    on = WHITE if luminance(accent) <= LIGHTEST_UNDER_WHITE else BLACK
    tint = _mix(SURFACE[mode], accent, TINT[mode])
    grounds = GROUNDS[mode]
    return {
        "accent": accent,
        "on-accent": on,
        "accent-hover": _mix(accent, BLACK if on == WHITE else WHITE, 0.12),
        "accent-edge": _first_readable(accent, AWAY_FROM[mode], grounds, EDGE),
        "accent-ink": _first_readable(accent, AWAY_FROM[mode], (*grounds, tint), INK[mode]),
        "accent-tint": tint,
    }


def _channels(color: str) -> list[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def _mix(base: str, other: str, share: float) -> str:
    pairs = zip(_channels(base), _channels(other), strict=True)
    return "#" + "".join(f"{round(b + (o - b) * share):02x}" for b, o in pairs)


def _first_readable(accent: str, towards: str, behind: Sequence[str], least: float) -> str:
    """The color nearest the accent that reads at `least` on everything behind it."""
    steps = (_mix(accent, towards, step / 50) for step in range(51))
    return next(color for color in steps if all(contrast(color, ground) >= least for ground in behind))
