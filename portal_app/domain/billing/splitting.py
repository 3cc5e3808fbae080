"""Who pays how much of an order that several people pay: a pure rule, values in and values out. Minor units.

Each payer's part is a percentage of what the order owes, a fixed amount, or the rest. Parts add up to the cent, whatever
the order comes to cost: percentages that make a hundred share odd cents by the largest remainder; otherwise fixed parts
and percentages are taken in order, as far as there is something left, and the rest is one payer's: who said so, or the
first, who ordered.

| owed | parts | amounts |
|---|---|---|
| 477.57 | 60% 40% | 286.54 191.03 |
| 100.00 | 33.33% 33.33% 33.34% | 33.33 33.33 33.34 |
| 0.05 | 50% 50% | 0.03 0.02 |
| 500.00 | 300.00 200.00 | 300.00 200.00 |
| 560.00 | 300.00 200.00 | 360.00 200.00 |
| 420.00 | 300.00 200.00 | 220.00 200.00 |
| 150.00 | 300.00 200.00 | 0 150.00 |
| 477.57 | rest 150.00 | 327.57 150.00 |
| 477.57 | 100.00 25% rest | 100.00 119.39 258.18 |
| 100.00 | rest 150.00 | 0 100.00 |
| 0 | 60% 40% | 0 0 |

What one payer gave beyond their part, and money that came from nobody in particular (a deposit, a check), counts for the
others until it is given back, the first payer before the rest: nobody is asked for more than the order still owes, and
what all of them still owe is exactly that.

| owed | parts | paid by each | by nobody in particular | due of each | over of each |
|---|---|---|---|---|---|
| 477.57 | 60% 40% | 0 0 | 0 | 286.54 191.03 | 0 0 |
| 477.57 | 60% 40% | 286.54 0 | 0 | 0 191.03 | 0 0 |
| 477.57 | 60% 40% | 286.54 191.03 | 0 | 0 0 | 0 0 |
| 477.57 | 60% 40% | 286.54 141.03 | 0 | 0 50.00 | 0 0 |
| 477.57 | 60% 40% | 0 0 | 200.00 | 86.54 191.03 | 0 0 |
| 477.57 | 60% 40% | 0 0 | 300.00 | 0 177.57 | 0 0 |
| 400.00 | 50% 50% | 250.00 0 | 0 | 0 150.00 | 50.00 0 |
| 400.00 | 50% 50% | 200.00 250.00 | 0 | 0 0 | 0 50.00 |
| 400.00 | 50% 50% | 200.00 200.00 | -30.00 | 30.00 0 | 0 0 |
| 75.00 | 100% 0% | 0 0 | 0 | 75.00 0 | 0 0 |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal_app.core.money import share, split_exactly

WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Measure:
    """One payer's part as it was agreed: a percentage in basis points, a fixed amount, or with neither the rest."""

    basis_points: int | None = None
    amount_cents: int | None = None

    @property
    def is_rest(self) -> bool:
        return self.basis_points is None and self.amount_cents is None


@dataclass(frozen=True, slots=True)
class Owes:
    """One payer's part today, what they paid, what is due of it, and what they paid beyond it."""

    part: int
    paid: int
    due: int
    over: int


class Wrong(StrEnum):
    """What is wrong with an agreement."""

    TWO_RESTS = "two rests"
    NOT_A_HUNDRED = "not a hundred"
    TOO_MUCH = "too much"
    TOO_LITTLE = "too little"


def amounts(owed: int, parts: Sequence[Measure], *, of: int = 1) -> list[int]:
    """The parts of what is owed, in order; they add up to it. `of` is the currency's smallest amount."""
    percents = [part.basis_points or 0 for part in parts]
    if sum(percents) == WHOLE and all(part.basis_points is not None for part in parts):
        return split_exactly(owed, percents, of)
    open_one = _open(parts)
    found, left = [0] * len(parts), owed
    for place, part in enumerate(parts):
        if place != open_one:
            wanted = share(owed, part.basis_points, of) if part.basis_points is not None else part.amount_cents or 0
            found[place] = min(wanted, left)
            left -= found[place]
    found[open_one] = left
    return found


def wrong_in(total: int, parts: Sequence[Measure], *, of: int = 1) -> Wrong | None:
    """Whether the parts make up the total as they are agreed on today. Later the total may change; see `amounts`."""
    rests = sum(part.is_rest for part in parts)
    percents = [part.basis_points for part in parts if part.basis_points is not None]
    said = sum(part.amount_cents or 0 for part in parts) + sum(share(total, each, of) for each in percents)
    if rests > 1:
        return Wrong.TWO_RESTS
    if len(percents) == len(parts):
        return None if sum(percents) == WHOLE else Wrong.NOT_A_HUNDRED
    if said > total:
        return Wrong.TOO_MUCH
    return Wrong.TOO_LITTLE if said < total and not rests else None


def owes(parts: Sequence[int], paid: Sequence[int], loose: int) -> list[Owes]:
    """How each payer stands. `loose` is what was paid for the order by nobody in particular; signed, as refunds are."""
    over = [max(0, got - part) for part, got in zip(parts, paid, strict=True)]
    spare = loose + sum(over)
    found = []
    for part, got, beyond in zip(parts, paid, over, strict=True):
        taken = min(spare, max(0, part - got))
        spare -= taken
        found.append(Owes(part=part, paid=got, due=max(0, part - got) - taken, over=beyond))
    return found


def _open(parts: Sequence[Measure]) -> int:
    """Whose part is whatever is left."""
    return next((place for place, part in enumerate(parts) if part.is_rest), 0)
