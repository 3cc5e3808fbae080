"""What can be given back, and what became of it: for the studio's eyes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col

from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.bills import BillName, bills_named, entries_of
from portal_app.domain.billing.kinds import EntryKind, Method
from portal_app.domain.billing.models import LedgerEntry
from portal_app.domain.billing.paid import Paid, paid

METHODS = {
    Method.CARD: "Card payment",
    Method.BANK_DEBIT: "Bank debit",
    Method.OTHER: "Online payment",
}


@dataclass(frozen=True, slots=True)
class RefundableCard:
    """A payment that came by a payment service, and how much of it can still go back the same way."""

    entry_id: int
    method: str
    paid_cents: int
    left_cents: int
    currency: str
    at: datetime
    is_disputed: bool
    words: str


def refundable(db: Session, by: Viewer, bill_name: BillName) -> tuple[RefundableCard, ...]:
    """The online payments of a bill, oldest first; nothing for whoever may not give money back.

    A constant number of statements. Raises NotFound when the bill is not this viewer's.
    """
    (bill,) = bills_named(db, by, [bill_name])
    if not by.may(Permission.REFUND):
        return ()
    online = (LedgerEntry.kind == EntryKind.PAYMENT, col(LedgerEntry.attempt_id).is_not(None))
    came = entries_of(bill).where(*online, col(LedgerEntry.about_id).is_(None))
    entries = db.exec(came.order_by(col(LedgerEntry.id))).all()
    found: dict[tuple[str, str], Paid] = {}
    for mode in sorted({entry.mode for entry in entries}):
        names = {entry.source_id for entry in entries if entry.mode == mode}
        found |= {(mode, name): each for name, each in paid(db, by.studio_id, mode, names).items()}
    return tuple(_card(entry, found[entry.mode, entry.source_id]) for entry in entries)


def _card(entry: LedgerEntry, of: Paid) -> RefundableCard:
    return RefundableCard(
        entry_id=entry.id or 0,
        method=entry.method,
        paid_cents=entry.amount_cents,
        left_cents=of.left_of(entry.id or 0),
        currency=entry.currency,
        at=entry.at,
        is_disputed=of.is_disputed,
        words=METHODS.get(Method(entry.method), METHODS[Method.OTHER]),
    )
