"""The ledger of one bill as people read it: every entry with what was paid after it, and what may still be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.balance import COUNTS, Balance
from portal_app.domain.billing.bills import Bill, BillName, bills_named, entries_of
from portal_app.domain.billing.crediting import credit_for
from portal_app.domain.billing.disputing import disputed
from portal_app.domain.billing.kinds import EntryKind
from portal_app.domain.billing.models import LedgerEntry, PaymentAttempt
from portal_app.domain.billing.offline import OFFLINE, TAKES_BACK, left_of
from portal_app.domain.billing.refunds import refundable


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One entry, signed as it changes what was paid, with what was paid after it.

    `who` is the person who wrote it down, or whose payment page it came from, and `reference` its name at the payment
    service: both for the studio alone. `refundable_cents` of it may be given back the way it came; `is_credit` when that
    is to the customer's credit. `can_take_back`: it was noted by hand, and its opposite may be.
    """

    entry_id: int
    kind: str
    method: str
    amount_cents: int
    after_cents: int
    memo: str
    at: datetime
    who: str = ""
    reference: str = ""
    refundable_cents: int = 0
    is_online: bool = False
    is_disputed: bool = False
    can_take_back: bool = False


@dataclass(frozen=True, slots=True)
class BillLedger:
    """All of it, oldest first, with what is due and over, and the credit there is for it; `bank_decides` while a payment
    of it is disputed."""

    name: BillName
    rows: tuple[LedgerRow, ...]
    balance: Balance
    currency: str
    customer_id: int
    credit_cents: int = 0
    bank_decides: bool = False


def ledger_of_bill(db: Session, by: Viewer, bill_name: BillName) -> BillLedger:
    """The ledger of an order, or of an invoice that stands alone, in a constant number of statements.

    Raises NotFound when its money is not this viewer's, and for one payer's share: its order's ledger tells of all payers.
    """
    if bill_name.share:
        raise NotFound
    (bill,) = bills_named(db, by, [bill_name])
    counted = entries_of(bill).where(col(LedgerEntry.kind).in_(COUNTS)).order_by(col(LedgerEntry.id))
    from_page = counted.outerjoin(PaymentAttempt, col(PaymentAttempt.id) == col(LedgerEntry.attempt_id))
    entries = [(entry, payer) for entry, payer in db.execute(from_page.add_columns(col(PaymentAttempt.payer_email)))]
    rows = _for_the_studio(db, by, bill, entries) if by.is_staff else _plain(entries)
    credit, decides = credit_for(db, by, bill_name), bool(disputed(db, [bill]))
    return BillLedger(bill_name, tuple(rows), bill.balance, bill.currency, bill.customer_id, credit, decides)


def _plain(entries: Sequence[tuple[LedgerEntry, str | None]]) -> list[LedgerRow]:
    rows, after = [], 0
    for entry, _ in entries:
        after += entry.amount_cents
        row = LedgerRow(entry.id or 0, entry.kind, entry.method, entry.amount_cents, after, entry.memo, entry.at)
        rows.append(row)
    return rows


def _for_the_studio(
    db: Session, by: Viewer, bill: Bill, entries: Sequence[tuple[LedgerEntry, str | None]]
) -> list[LedgerRow]:  # fmt: skip
    left = left_of(db, [entry for entry, _ in entries])
    online = {card.entry_id: card for card in refundable(db, by, bill.name)}
    rows, after = [], 0
    for entry, payer in entries:
        after += entry.amount_cents
        entry_id, card = entry.id or 0, online.get(entry.id or 0)
        gives = card.left_cents if card and not card.is_disputed else left[entry_id] if _is_refunded_by_hand(entry) else 0
        rows.append(
            LedgerRow(
                entry_id=entry_id,
                kind=entry.kind,
                method=entry.method,
                amount_cents=entry.amount_cents,
                after_cents=after,
                memo=entry.memo,
                at=entry.at,
                who=entry.by_name or payer or "",
                reference=entry.source_id if entry.attempt_id else "",
                refundable_cents=max(0, gives) if by.may(Permission.REFUND) else 0,
                is_online=card is not None,
                is_disputed=card is not None and card.is_disputed,
                can_take_back=_is_noted_by_hand(entry) and left[entry_id] == entry.amount_cents,
            )
        )
    return rows


def _is_refunded_by_hand(entry: LedgerEntry) -> bool:
    by_hand = entry.kind == EntryKind.PAYMENT and entry.method in OFFLINE and entry.attempt_id is None
    return entry.about_id is None and entry.amount_cents > 0 and (by_hand or entry.kind == EntryKind.CREDIT)


def _is_noted_by_hand(entry: LedgerEntry) -> bool:
    is_first = entry.about_id is None or entry.kind == EntryKind.REFUND
    return entry.kind in TAKES_BACK and entry.method in OFFLINE and entry.attempt_id is None and is_first
