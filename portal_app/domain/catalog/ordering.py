"""Where something stands in a list that the studio sorts. Pure."""

from __future__ import annotations

from typing import Protocol, TypeVar


class Placed(Protocol):
    """A row that knows its place, from 0."""

    position: int


Row = TypeVar("Row", bound=Placed)


def put_elsewhere(rows: list[Row], moving: Row, by_places: int) -> int:
    """Move one of the rows earlier (below 0) or later and number all of them; beyond the ends means the ends.

    Returns where it stands now, from 1.
    """
    place = rows.index(moving)
    there = max(0, min(place + by_places, len(rows) - 1))
    rows.insert(there, rows.pop(place))
    for position, row in enumerate(rows):
        row.position = position
    return there + 1
