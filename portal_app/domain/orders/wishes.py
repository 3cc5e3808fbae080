"""A wish without an exact time, in words. Pure."""

from __future__ import annotations

from datetime import date

from portal_app.domain.orders.models import Wish

WORDS = {
    Wish.EXACT: "",
    Wish.SOON: "As soon as possible",
    Wish.MORNING: "In the morning",
    Wish.AFTERNOON: "In the afternoon",
    Wish.EVENING: "In the evening",
}


def wish_words(wish: str, on: date | None) -> str:
    """`In the morning, Thu 3 Dec`, `Thu 3 Dec, at any time`; empty for an exact time."""
    words = WORDS[Wish(wish)]
    if on is None or not words:
        return words
    day = f"{on:%a} {on.day} {on:%b}"
    return f"{day}, at any time" if wish == Wish.SOON else f"{words}, {day}"
