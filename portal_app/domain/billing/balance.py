"""What an order still owes: a pure rule over its status, its total and its ledger.

A pending order owes what is paid at booking, if anything, and what was paid beyond that is for later. A canceled one
owes its late fees and nothing else; whatever more was paid is over, and the studio's to give back.

Every entry of the ledger counts with its sign, whatever its kind: money that came, credit that was used, money given back,
money the bank took. Only money that fits no bill pays nothing. In the table a bare amount is a payment or a refund.

| status | total | upfront | late | ledger | paid | due | over |
|---|---|---|---|---|---|---|---|
| pending | 477.57 | 0 | 0 | nothing | 0 | 0 | 0 |
| pending | 477.57 | 238.79 | 0 | nothing | 0 | 238.79 | 0 |
| pending | 477.57 | 238.79 | 0 | +238.79 | 238.79 | 0 | 0 |
| pending | 477.57 | 238.79 | 0 | +238.79 +477.57 | 716.36 | 0 | 238.79 |
| accepted | 477.57 | 0 | 0 | nothing | 0 | 477.57 | 0 |
| accepted | 477.57 | 238.79 | 0 | +238.79 | 238.79 | 238.78 | 0 |
| completed | 477.57 | 0 | 0 | +477.57 | 477.57 | 0 | 0 |
| completed | 477.57 | 0 | 0 | +100.00 | 100.00 | 377.57 | 0 |
| completed | 477.57 | 0 | 0 | +477.57 -50.00 | 427.57 | 50.00 | 0 |
| completed | 477.57 | 0 | 0 | +477.57 +477.57 | 955.14 | 0 | 477.57 |
| completed | 477.57 | 0 | 0 | +400.00 +77.57 credit | 477.57 | 0 | 0 |
| completed | 477.57 | 0 | 0 | +477.57 -50.00 +50.00 refund_returned | 477.57 | 0 | 0 |
| completed | 477.57 | 0 | 0 | +477.57 -477.57 dispute | 0 | 477.57 | 0 |
| completed | 477.57 | 0 | 0 | +477.57 -477.57 dispute +477.57 dispute_won | 477.57 | 0 | 0 |
| completed | 477.57 | 0 | 0 | -477.57 dispute +477.57 | 0 | 477.57 | 0 |
| completed | 477.57 | 0 | 0 | +477.57 -100.00 -477.57 dispute | -100.00 | 577.57 | 0 |
| completed | 477.57 | 0 | 0 | +100.00 unallocated | 0 | 477.57 | 0 |
| canceled | 477.57 | 0 | 0 | nothing | 0 | 0 | 0 |
| canceled | 477.57 | 0 | 0 | +477.57 | 477.57 | 0 | 477.57 |
| canceled | 552.57 | 0 | 75.00 | nothing | 0 | 75.00 | 0 |
| canceled | 552.57 | 0 | 75.00 | +477.57 | 477.57 | 0 | 402.57 |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from portal_app.domain.billing.kinds import EntryKind

COUNTS = frozenset(EntryKind) - {EntryKind.UNALLOCATED}


@dataclass(frozen=True, slots=True)
class Balance:
    """Minor units. Neither `due` nor `over`, what was paid beyond what the order owes, is ever negative; `paid` is when
    more was given back, or taken back, than came."""

    total: int
    paid: int
    due: int
    over: int

    @property
    def is_settled(self) -> bool:
        return self.due == 0


def balance_of(
    status: str, total_cents: int, entries: Iterable[tuple[str, int]], *, upfront_cents: int = 0, late_cents: int = 0
) -> Balance:
    """The balance of an order from its ledger: pairs of kind and signed amount."""
    paid = sum(cents for kind, cents in entries if kind in COUNTS)
    owed = {"pending": upfront_cents, "canceled": late_cents}.get(status, total_cents)
    most = total_cents if status == "pending" else owed
    return Balance(total=total_cents, paid=paid, due=max(0, owed - paid), over=max(0, paid - most))
