"""The life of an order as a table: the only place that knows which move is allowed."""

from __future__ import annotations

from portal_app.core.errors import Conflict
from portal_app.domain.orders.models import OrderStatus

MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset({OrderStatus.ACCEPTED, OrderStatus.CANCELED}),
    OrderStatus.ACCEPTED: frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELED}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.CANCELED: frozenset(),
}


class WrongStatus(Conflict):
    """The order has moved on."""


def is_allowed(before: str, after: str) -> bool:
    """Whether an order may go from one status to the other."""
    return OrderStatus(after) in MOVES[OrderStatus(before)]


def move(before: str, after: OrderStatus) -> OrderStatus:
    """The new status. Raises WrongStatus with a sentence when the table does not allow it."""
    if not is_allowed(before, after):
        raise WrongStatus(f"This order is already {before}. Look at it again, then decide.")
    return after
