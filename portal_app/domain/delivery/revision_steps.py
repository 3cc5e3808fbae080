"""The life of a revision request as a table, how many rounds an order has, and where a place on a photo lies. Pure.

open → in work → delivered → accepted
             ↑         └──→ reopened ─┐
             └────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.core.errors import Conflict
from portal_app.domain.delivery.revision_models import WHOLE_SIDE, RevisionState, Shape

MOVES: dict[RevisionState, frozenset[RevisionState]] = {
    RevisionState.OPEN: frozenset({RevisionState.IN_WORK}),
    RevisionState.IN_WORK: frozenset({RevisionState.DELIVERED}),
    RevisionState.DELIVERED: frozenset({RevisionState.ACCEPTED, RevisionState.REOPENED}),
    RevisionState.REOPENED: frozenset({RevisionState.IN_WORK}),
    RevisionState.ACCEPTED: frozenset(),
}
STATE_WORDS: dict[RevisionState, str] = {
    RevisionState.OPEN: "Asked",
    RevisionState.IN_WORK: "In work",
    RevisionState.DELIVERED: "Delivered",
    RevisionState.ACCEPTED: "Accepted",
    RevisionState.REOPENED: "Asked again",
}
UNFINISHED = (RevisionState.OPEN, RevisionState.REOPENED, RevisionState.IN_WORK)
LEAST_BOX = 200


class RevisionMoved(Conflict):
    """The request has moved on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a photo: a shape with its corner and extent, in ten-thousandths of the picture's sides."""

    shape: Shape = Shape.WHOLE
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0


WHOLE = Place()


def move(before: str, after: RevisionState) -> RevisionState:
    """The new state. Raises RevisionMoved with a sentence when the table does not allow it."""
    if after not in MOVES[RevisionState(before)]:
        words = STATE_WORDS[RevisionState(before)].lower()
        raise RevisionMoved(f"This request is already {words}. Look at it again, then decide.")
    return after


def rounds_allowed(orders: Sequence[Sequence[int | None]], extra: int) -> int | None:
    """How many requests a listing has; None for as many as wanted. One sequence per order: what each service on it says.

    Of one order the largest number counts, services that say none do not; an order where none says one has no end.
    `extra` are those the studio gave beside.
    """
    if not orders:
        return None
    most = [max((each for each in said if each is not None), default=None) for said in orders]
    counted = [each for each in most if each is not None]
    return sum(counted) + extra if len(counted) == len(most) else None


def placed(shape: str, x: float, y: float, width: float, height: float) -> Place:
    """A place as it is kept, from fractions 0 … 1 that somebody pointed at: inside the picture, whatever was sent.

    A box whose corner was dragged backward is turned around; one too small to see is a pin.
    """
    if shape not in set(Shape) or shape == Shape.WHOLE:
        return Place()
    left, right = sorted((_inside(x), _inside(x + width)))
    top, bottom = sorted((_inside(y), _inside(y + height)))
    if shape == Shape.PIN or right - left < LEAST_BOX or bottom - top < LEAST_BOX:
        return Place(Shape.PIN, left, top)
    return Place(Shape.BOX, left, top, right - left, bottom - top)


def _inside(fraction: float) -> int:
    if fraction != fraction:  # not a number
        return 0
    return round(min(max(fraction, 0.0), 1.0) * WHOLE_SIDE)
