"""Money that fits no bill is given to one by a person: a payment nobody could place, or a refund of a payment for several
bills that was made on the payment service's own site. What is written stays; the opposite is written beside it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, func, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.money import money_words
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.bills import Bill, BillName, bills_named, bills_of, lock_bills, note
from portal_app.domain.billing.keys import keys_of_studio
from portal_app.domain.billing.kinds import EntryKind, Mode
from portal_app.domain.billing.models import LedgerEntry
from portal_app.domain.billing.paid import Paid, locked_paid, next_part
from portal_app.domain.billing.upfront import book_paid
from portal_app.domain.orders.models import Order

ALLOCATED = "Given to a bill by the studio"


class NothingToAllocate(Conflict):
    """Somebody was faster, or it went back."""

    sentence = "All of this has a bill by now. Look again."


class OtherCurrency(Conflict):
    """A bill is paid in its own currency."""

    sentence = "This money came in another currency than the bill is in. Give it back instead."


class TestMoney(Conflict):
    """A test card costs nothing."""

    sentence = "This is test money, and the studio takes real payments now: it pays for nothing."


class NotOfThisPayment(Conflict):
    """A refund lowers only what its payment paid."""

    sentence = "This refund belongs to one of the bills that its payment paid. Choose one of them."


def allocate(db: Session, by: Viewer, entry_id: int, bill: BillName, cents: int, *, now: datetime) -> Bill:
    """Give `cents` of what waits to a bill. Raises NotAllowed, NotFound, InvalidInput, NothingToAllocate, OtherCurrency,
    TestMoney, NotOfThisPayment."""
    if not by.may(Permission.SEE_MONEY) or not by.is_staff:
        raise NotAllowed
    entry = waiting_entry(db, by, entry_id)
    (found,) = bills_named(db, by, [bill])
    if found.currency != entry.currency:
        raise OtherCurrency
    if entry.mode == Mode.TEST and keys_of_studio(db, by.studio_id, Mode.LIVE):
        raise TestMoney
    of = _locked(db, by, entry, found)
    if entry.amount_cents < 0:
        _give_refund(db, of, entry, found, cents, now)
    else:
        _give_money(db, of, entry, found, cents, now)
    (found,) = bills_named(db, by, [bill])
    if found.order_id:
        book_paid(db, by, db.get_one(Order, found.order_id), now=now)
    details = {"amount_cents": cents, "currency": entry.currency, "due_cents": found.due_cents}
    note(db, by, "refund.allocated" if entry.amount_cents < 0 else "payment.allocated", found, details, now=now)
    return found


def waiting_entry(db: Session, by: Viewer, entry_id: int) -> LedgerEntry:
    """Money without a bill, as it came or left. Raises NotFound."""
    mine = select(LedgerEntry).where(
        LedgerEntry.studio_id == by.studio_id, LedgerEntry.id == entry_id, LedgerEntry.kind == EntryKind.UNALLOCATED
    )
    entry = db.exec(mine).first()
    about = db.get_one(LedgerEntry, entry.about_id) if entry and entry.about_id else None
    if entry is None or entry.part != 0 or (about and about.kind == EntryKind.UNALLOCATED):
        raise NotFound
    return entry


def unplaced(db: Session, entry: LedgerEntry) -> int:
    """What of a refund without a bill has none yet, as a positive amount."""
    mine = select(func.sum(LedgerEntry.amount_cents)).where(
        LedgerEntry.studio_id == entry.studio_id, LedgerEntry.mode == entry.mode,
        LedgerEntry.source_id == entry.source_id, LedgerEntry.kind == EntryKind.UNALLOCATED,
    )  # fmt: skip
    return -(db.exec(mine).one() or 0)


def _locked(db: Session, by: Viewer, entry: LedgerEntry, bill: Bill) -> Paid:
    """The bill and every bill of the payment, at once and in order; then the payment."""
    first = db.get_one(LedgerEntry, entry.about_id) if entry.about_id else entry
    paid = select(LedgerEntry.order_id, LedgerEntry.invoice_id).where(
        LedgerEntry.studio_id == by.studio_id, LedgerEntry.mode == first.mode, LedgerEntry.source_id == first.source_id
    )
    bills = [*db.exec(paid).all(), (bill.order_id, bill.invoice_id)]
    lock_bills(db, {each for each, _ in bills if each}, {each for _, each in bills if each})
    of = locked_paid(db, by.studio_id, first.mode, first.source_id)
    if of is None:
        raise NotFound
    return of


def _give_money(db: Session, of: Paid, entry: LedgerEntry, bill: Bill, cents: int, now: datetime) -> None:
    _check(cents, of.left_of(entry.id or 0), entry.currency)
    _write(db, entry, EntryKind.UNALLOCATED, -cents, about_id=entry.id, now=now)
    _write(db, entry, EntryKind.PAYMENT, cents, order_id=bill.order_id, invoice_id=bill.invoice_id, now=now)


def _give_refund(db: Session, of: Paid, entry: LedgerEntry, bill: Bill, cents: int, now: datetime) -> None:
    """One payer's share of an order may stand beside another's: the first that has something left."""
    parts = [part for part in of.parts if part.entry.kind == EntryKind.PAYMENT]
    owners = bills_of(db, [part.entry for part in parts])
    mine = [part for part, owner in zip(parts, owners, strict=True) if owner.name == bill.name and part.left_cents > 0]
    if not mine:
        raise NotOfThisPayment
    its = mine[0].entry
    _check(cents, min(unplaced(db, entry), mine[0].left_cents), entry.currency)
    _write(db, entry, EntryKind.UNALLOCATED, cents, about_id=entry.about_id, now=now)
    where = {"order_id": its.order_id, "invoice_id": its.invoice_id, "share_id": its.share_id}
    _write(db, entry, EntryKind.REFUND, -cents, about_id=its.id, now=now, **where)


def _check(cents: int, left: int, currency: str) -> None:
    if left <= 0:
        raise NothingToAllocate
    if not 0 < cents <= left:
        raise InvalidInput("amount", f"Enter an amount between 0 and {money_words(left, currency)}.")


def _write(db: Session, of: LedgerEntry, kind: EntryKind, cents: int, *, now: datetime, **more: int | None) -> None:
    """Both halves at one moment, among the entries of the same object of the payment service."""
    part = next_part(db, of.studio_id, of.mode, of.source_id)
    db.add(
        LedgerEntry(
            studio_id=of.studio_id, mode=of.mode, source_id=of.source_id, part=part, currency=of.currency, amount_cents=cents,
            kind=kind, method=of.method, attempt_id=of.attempt_id, memo=ALLOCATED, at=now, **more,
        )
    )  # fmt: skip
    db.flush()
