"""What the address of a page names. It is the client's word: verbs still ask whether the viewer may see it."""

from __future__ import annotations

import reflex as rx

from portal_app.core.errors import NotFound


def route_word(state: rx.State, name: str) -> str:
    """The part of the address called `name`. Raises NotFound when there is none."""
    word = str(getattr(state, name, "") or "")
    if not word or len(word) > 64:
        raise NotFound
    return word


def route_number(state: rx.State, name: str = "number") -> int:
    """The same as a number. Raises NotFound for anything else."""
    word = route_word(state, name)
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        raise NotFound
    return int(word)
