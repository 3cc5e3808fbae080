"""Typed words as they may stand in a name, a mail header or a log. Pure."""

from __future__ import annotations

import unicodedata

LONGEST = 300


def one_line(typed: str, longest: int = LONGEST) -> str:
    """The words on one line: no control character, no run of spaces, cut to `longest` characters."""
    seen = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in typed[:longest])
    return " ".join(seen.split())
