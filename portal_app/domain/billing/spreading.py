"""How one amount pays several bills: the oldest first, and never so that too little is left of one. A pure rule.

In units of money; the least a card is charged with is 0.50. What is left of a bill is nothing, at least that, or all of it.

| dues, oldest first | amount | parts | or |
|---|---|---|---|
| 300 | 300 | 300 | |
| 300 | 100 | 100 | |
| 300, 200, 100 | 300 | 300, 0, 0 | |
| 300, 200, 100 | 400 | 300, 100, 0 | |
| 300, 200, 100 | 600 | 300, 200, 100 | |
| 300, 200 | 299.80 | 299.50, 0.30 | |
| 300, 200 | 499.80 | refused | 499.50 or 500 |
| 300 | 299.80 | refused | 299.50 or 300 |
| 300, 0.30, 200 | 300.20 | 300, 0, 0.20 | |
| 300, 0.30 | 300.20 | refused | 300 or 300.30 |
| 0.30, 200 | 0.60 | 0.30, 0.30 | |
"""

from __future__ import annotations

from collections.abc import Sequence


class TooLittleLeft(Exception):
    """No way to spread it; `below` and `above` are the nearest amounts that there is one for."""

    def __init__(self, below: int, above: int) -> None:
        super().__init__(below, above)
        self.below = below
        self.above = above


def oldest_first(amount: int, dues: Sequence[int], least: int) -> list[int]:
    """The part of each due, in minor units. Raises TooLittleLeft, and ValueError for an amount not between 1 and their sum."""
    if not 0 < amount <= sum(dues):
        raise ValueError("more than is due, or nothing")
    left, parts = amount, []
    for due in dues:
        parts.append(_most(left, due, least))
        left -= parts[-1]
    if left:
        raise TooLittleLeft(amount - left, _next_end(amount, dues))
    return parts


def _most(left: int, due: int, least: int) -> int:
    """As much of a bill as may be paid with what is left."""
    if left >= due:
        return due
    return left if due - left >= least else max(0, due - least)


def _next_end(amount: int, dues: Sequence[int]) -> int:
    """The amount that ends with the bill it reaches."""
    reached = 0
    for due in dues:
        reached += due
        if reached >= amount:
            break
    return reached
