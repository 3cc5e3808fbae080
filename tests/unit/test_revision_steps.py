"""The life of a request for changes, how many rounds an order has, and where a place on a photo is kept."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal_app.domain.delivery.revision_models import WHOLE_SIDE, RevisionState, Shape
from portal_app.domain.delivery.revision_steps import MOVES, Place, RevisionMoved, move, placed, rounds_allowed

pytestmark = pytest.mark.proof("delivery-11")
OPEN, IN_WORK, DELIVERED, ACCEPTED, REOPENED = RevisionState
ALLOWED = {(OPEN, IN_WORK), (IN_WORK, DELIVERED), (DELIVERED, ACCEPTED), (DELIVERED, REOPENED), (REOPENED, IN_WORK)}


@pytest.mark.parametrize(("before", "after"), list(product(RevisionState, RevisionState)))
def test_only_these_moves(before: RevisionState, after: RevisionState) -> None:
    if (before, after) in ALLOWED:
        assert move(before, after) is after
    else:
        with pytest.raises(RevisionMoved, match="already"):
            move(before, after)
    assert set(MOVES) == set(RevisionState)


@pytest.mark.parametrize(
    ("orders", "extra", "rounds"),
    [
        ([], 0, None),
        ([[None]], 0, None),
        ([[None, None]], 5, None),
        ([[2]], 0, 2),
        ([[2, None]], 0, 2),
        ([[1, 3]], 0, 3),
        ([[0]], 0, 0),
        ([[0]], 1, 1),
        ([[2], [1]], 1, 4),
        ([[2], [None]], 0, None),
        ([[2], []], 0, None),
    ],
)
def test_how_many_rounds(orders: list[list[int | None]], extra: int, rounds: int | None) -> None:
    assert rounds_allowed(orders, extra) == rounds


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (("whole", 0.5, 0.5, 0.1, 0.1), Place()),
        (("star", 0.5, 0.5, 0.1, 0.1), Place()),
        (("pin", 0.25, 0.5, 0, 0), Place(Shape.PIN, 2500, 5000)),
        (("box", 0.1, 0.2, 0.3, 0.4), Place(Shape.BOX, 1000, 2000, 3000, 4000)),
        (("box", 0.4, 0.6, -0.3, -0.4), Place(Shape.BOX, 1000, 2000, 3000, 4000)),
        (("box", 0.5, 0.5, 0.01, 0.4), Place(Shape.PIN, 5000, 5000)),
        (("box", 0.8, 0.8, 0.9, 0.9), Place(Shape.BOX, 8000, 8000, 2000, 2000)),
        (("pin", -3, 9, 0, 0), Place(Shape.PIN, 0, 10000)),
        (("pin", float("nan"), float("inf"), 0, 0), Place(Shape.PIN, 0, 10000)),
    ],
)
def test_where_it_is_kept(asked: tuple[str, float, float, float, float], kept: Place) -> None:
    assert placed(*asked) == kept


@given(some.sampled_from(["pin", "box"]), *(some.floats(allow_nan=True, allow_infinity=True) for _ in range(4)))
def test_whatever_is_sent_lies_inside_the_picture(shape: str, x: float, y: float, width: float, height: float) -> None:
    place = placed(shape, x, y, width, height)
    assert 0 <= place.x <= place.x + place.width <= WHOLE_SIDE
    assert 0 <= place.y <= place.y + place.height <= WHOLE_SIDE
