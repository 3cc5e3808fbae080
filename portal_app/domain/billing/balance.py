"""What an order still owes: a pure rule over its status, its total and its ledger.

| status | total | ledger | paid | due | over |
|---|---|---|---|---|---|
| pending | 477.57 | nothing | 0 | 0 | 0 |
| accepted | 477.57 | nothing | 0 | 477.57 | 0 |
| completed | 477.57 | +477.57 | 477.57 | 0 | 0 |
| completed | 477.57 | +100.00 | 100.00 | 377.57 | 0 |
| completed | 477.57 | +477.57 −50.00 | 427.57 | 50.00 | 0 |
| completed | 477.57 | +477.57 +477.57 | 955.14 | 0 | 477.57 |
| canceled | 477.57 | +477.57 | 477.57 | 0 | 477.57 |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OWING = frozenset({"accepted", "completed"})
COUNTS = frozenset({"payment", "refund"})
MINIMUM_CENTS = 50


@dataclass(frozen=True, slots=True)
class Balance:
    """Minor units. Neither `due` nor `over`, what was paid beyond what the order owes, is ever negative."""

    total: int
    paid: int
    due: int
    over: int

    @property
    def is_settled(self) -> bool:
        return self.due == 0


def balance_of(status: str, total_cents: int, entries: Iterable[tuple[str, int]]) -> Balance:
    """The balance of an order from its ledger: pairs of kind and signed amount. Unallocated money does not count."""
    paid = sum(cents for kind, cents in entries if kind in COUNTS)
    owed = total_cents if status in OWING else 0
    return Balance(total=total_cents, paid=paid, due=max(0, owed - paid), over=max(0, paid - owed))
