"""Money that came or went without the payment service: noted by the studio, and taken back by a counter-entry, never erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.money import money_words
from portal_app.core.viewer import Permission, Viewer
from portal_app.core.words import one_line
from portal_app.domain.billing.balance import Balance
from portal_app.domain.billing.bills import Bill, BillName, bills_named, note
from portal_app.domain.billing.kinds import EntryKind, Method, Mode, RefundStatus
from portal_app.domain.billing.models import Invoice, LedgerEntry, Refund
from portal_app.domain.billing.upfront import book_paid
from portal_app.domain.orders.models import Order

OFFLINE = (Method.CASH, Method.CHECK, Method.TRANSFER, Method.OTHER)
TAKES_BACK = {EntryKind.PAYMENT: EntryKind.PAYMENT, EntryKind.REFUND: EntryKind.REFUND_RETURNED}
MEMO_AT_MOST = 200


class NotOffline(Conflict):
    """Cards and bank debits are told by the payment service alone."""

    sentence = "This was paid online, and only what happened online changes it. Refund it instead."


class PartlyGivenBack(Conflict):
    """Taking it back whole would count what went back twice."""

    sentence = "Some of this was given back already. Take that entry back first."


def record_offline_payment(
    db: Session, by: Viewer, name: BillName, amount_cents: int, memo: str, request_key: str,
    *, method: str = Method.OTHER, now: datetime,
) -> Balance:  # fmt: skip
    """Note money that came by check, cash or transfer. The same `request_key` again changes nothing.

    Raises NotAllowed, NotFound, InvalidInput("method"), and InvalidInput("amount_cents") for an amount that is not
    between 1 and what is due.
    """
    if not by.may(Permission.SEE_MONEY) or by.is_customer:
        raise NotAllowed()
    (bill,) = bills_named(db, by, [name], is_locked=True)
    source = f"offline:{request_key}"
    if is_written(db, by.studio_id, source):
        return bill.balance
    how = read_method(method)
    if not 0 < amount_cents <= bill.due_cents:
        due = money_words(bill.due_cents, bill.currency)
        more = "Note that much, and give what came beyond it as credit." if bill.due_cents else "Give what came as credit."
        raise InvalidInput("amount_cents", f"{due} is due. {more}" if amount_cents > 0 else "Enter an amount above 0.")
    words = one_line(memo, MEMO_AT_MOST) or "Paid offline"
    write(db, by, bill, EntryKind.PAYMENT, amount_cents, source, method=how, memo=words, now=now)
    book_bill(db, by, bill, now=now)
    return tell(db, by, bill, "payment.received", amount_cents, now, offline=True, method=how)


def take_back_offline(db: Session, by: Viewer, entry_id: int, reason: str, *, now: datetime) -> Balance:
    """Write the opposite of an offline payment or refund that was noted by mistake. Again changes nothing.

    Raises NotAllowed, NotFound, NotOffline, PartlyGivenBack, InvalidInput("reason").
    """
    bill, entry = locked_entry(db, by, entry_id)
    if not by.may(Permission.SEE_MONEY):
        raise NotAllowed
    kind = TAKES_BACK.get(EntryKind(entry.kind))
    is_a_mistake_itself = entry.about_id is not None and entry.kind != EntryKind.REFUND
    if kind is None or entry.method not in OFFLINE or is_a_mistake_itself:
        raise NotOffline
    source = f"taken-back:{entry_id}"
    if is_written(db, by.studio_id, source):
        return bill.balance
    if left_of(db, [entry])[entry_id] != entry.amount_cents:
        raise PartlyGivenBack
    why = read_reason(reason)
    about = db.get_one(LedgerEntry, entry.about_id) if entry.about_id else entry
    write(db, by, bill, kind, -entry.amount_cents, source, method=entry.method, memo=why, about=about, now=now)
    return tell(db, by, bill, "payment.corrected", entry.amount_cents, now, reason=why)


def refund_offline(
    db: Session, by: Viewer, entry_id: int, amount_cents: int, reason: str, request_key: str, *, now: datetime
) -> Balance:
    """Note that some of an offline payment was given back, the way it came. The same `request_key` again changes nothing.

    Raises NotAllowed, NotFound, NotOffline, InvalidInput("amount_cents"), InvalidInput("reason").
    """
    bill, entry = locked_entry(db, by, entry_id)
    if not by.may(Permission.REFUND):
        raise NotAllowed
    if entry.kind != EntryKind.PAYMENT or entry.about_id or entry.method not in OFFLINE:
        raise NotOffline
    source = f"offline-refund:{request_key}"
    if is_written(db, by.studio_id, source):
        return bill.balance
    if not 0 < amount_cents <= left_of(db, [entry])[entry_id]:
        raise InvalidInput("amount_cents", "Enter an amount that is not more than what is left of this payment.")
    why = read_reason(reason)
    write(db, by, bill, EntryKind.REFUND, -amount_cents, source, method=entry.method, memo=why, about=entry, now=now)
    return tell(db, by, bill, "refund.noted", amount_cents, now, method=entry.method, reason=why)


def left_of(db: Session, entries: Sequence[LedgerEntry]) -> dict[int, int]:
    """What is left of each entry after everything that is about it, and what is asked back of it. Minor units."""
    about = select(LedgerEntry.about_id, func.sum(LedgerEntry.amount_cents)).group_by(col(LedgerEntry.about_id))
    mine = about.where(col(LedgerEntry.about_id).in_([each.id for each in entries]))
    sums = {entry_id: int(cents) for entry_id, cents in db.execute(mine)}
    asked = asked_back(db, [each.id or 0 for each in entries])
    return {each.id or 0: each.amount_cents + sums.get(each.id, 0) - asked.get(each.id or 0, 0) for each in entries}


def asked_back(db: Session, entry_ids: Sequence[int]) -> dict[int, int]:
    """Refunds of these entries that the payment service has not confirmed: they may have happened."""
    asked = select(Refund.entry_id, func.sum(Refund.amount_cents)).where(
        col(Refund.entry_id).in_(entry_ids), Refund.status == RefundStatus.REQUESTED
    )
    return {entry_id: int(cents) for entry_id, cents in db.execute(asked.group_by(col(Refund.entry_id)))}


def locked_entry(db: Session, by: Viewer, entry_id: int) -> tuple[Bill, LedgerEntry]:
    """An entry of a bill whose money this viewer of the studio may see, the bill locked. Raises NotFound, NotAllowed."""
    if by.is_customer or not by.may(Permission.SEE_MONEY):
        raise NotAllowed
    mine = (
        select(LedgerEntry, Order.number, Invoice.public_id)
        .outerjoin(Order, col(Order.id) == col(LedgerEntry.order_id))
        .outerjoin(Invoice, col(Invoice.id) == col(LedgerEntry.invoice_id))
        .where(LedgerEntry.studio_id == by.studio_id, LedgerEntry.id == entry_id)
    )
    found = db.execute(mine).first()
    if found is None or not (found[1] or found[2]):
        raise NotFound
    (bill,) = bills_named(db, by, [BillName(order=found[1] or 0, invoice=found[2] or "")], is_locked=True)
    return bill, found[0]


def write(
    db: Session, by: Viewer, bill: Bill, kind: EntryKind, amount_cents: int, source: str, *, method: str, memo: str,
    about: LedgerEntry | None = None, part: int = 0, now: datetime,
) -> LedgerEntry:  # fmt: skip
    """One entry of a bill's ledger that no payment service tells of. What is `about` another belongs to its mode and share."""
    entry = LedgerEntry(
        studio_id=bill.studio_id,
        order_id=bill.order_id,
        invoice_id=bill.invoice_id,
        share_id=about.share_id if about else None,
        about_id=about.id if about else None,
        kind=kind,
        method=method,
        mode=about.mode if about else Mode.LIVE,
        source_id=source,
        part=part,
        currency=bill.currency,
        amount_cents=amount_cents,
        memo=memo,
        by_name=by.behind or by.name,
        at=now,
    )
    db.add(entry)
    db.flush()
    return entry


def book_bill(db: Session, by: Viewer, bill: Bill, *, now: datetime) -> None:
    """What an order waited for until it was paid is booked."""
    if bill.order_id:
        book_paid(db, by, db.get_one(Order, bill.order_id), now=now)


def tell(db: Session, by: Viewer, bill: Bill, kind: str, amount_cents: int, now: datetime, **more: object) -> Balance:
    """The fact of it, with what is due now."""
    (left,) = bills_named(db, by, [bill.name])
    details = {"amount_cents": amount_cents, "currency": bill.currency, "due_cents": left.due_cents, **more}
    note(db, by, kind, left, details, now=now)
    return left.balance


def is_written(db: Session, studio_id: int, source: str) -> bool:
    """Whether an entry with this source is there already."""
    same = select(LedgerEntry.id).where(LedgerEntry.studio_id == studio_id, LedgerEntry.source_id == source)
    return db.exec(same).first() is not None


def read_method(word: str) -> Method:
    """How it came. Raises InvalidInput("method")."""
    if word not in OFFLINE:
        raise InvalidInput("method", "Choose how the money came.")
    return Method(word)


def read_reason(typed: str) -> str:
    """Why, on one line. Raises InvalidInput("reason")."""
    why = one_line(typed, MEMO_AT_MOST)
    if not why:
        raise InvalidInput("reason", "Say in a few words why, for whoever looks at the books later.")
    return why
