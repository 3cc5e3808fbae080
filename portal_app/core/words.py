"""Typed words as they may stand in a name, a mail header or a log. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

LONGEST = 300


def one_line(typed: str, longest: int = LONGEST) -> str:
    """The words on one line: no control character, no run of spaces, cut to `longest` characters."""
    seen = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in typed[:longest])
    return " ".join(seen.split())


def in_a_row(names: Sequence[str]) -> str:
    """`Signature photos, twilight set, HDR tour`: the later ones begin small, but what is written in capitals stays so."""
    first, *others = names or [""]
    return ", ".join([first, *(name if name[1:2].isupper() else name[:1].lower() + name[1:] for name in others)])
