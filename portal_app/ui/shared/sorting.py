"""After something was moved in a list: what is said of it, and where the focus stays."""

from __future__ import annotations

from typing import Any


def stands_elsewhere(state: Any, name: str, key: str, by_places: int, place: int, of: int) -> None:
    """Say the new place, and keep the focus on the arrow that was pressed, or on the other one when that is off now.

    The state has `said`, `focus_on` and `focus_turn`; the arrows are `up-KEY` and `down-KEY`.
    """
    state.said = f"{name} is now {place} of {of}."
    is_up = (by_places < 0 and place > 1) or place == of
    state.focus_on, state.focus_turn = f"{'up' if is_up else 'down'}-{key}", state.focus_turn + 1
