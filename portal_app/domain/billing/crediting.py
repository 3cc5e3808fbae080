"""What the studio owes a customer in credit: given with a reason, used with one click, made of what was paid too much.

Credit belongs to a person: every record of their account outside teams is one purse, and each record in a team is one of
its own. Whoever changes a purse locks its records first, so it never falls below zero. In an order's ledger, credit that
was used is an entry of kind CREDIT, and so is, with a minus, what went from the order into credit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.money import money_words
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing.attempts import live_attempts
from portal_app.domain.billing.balance import Balance
from portal_app.domain.billing.bills import Bill, BillName, bills_named, entries_of
from portal_app.domain.billing.kinds import AttemptStatus, EntryKind, Method
from portal_app.domain.billing.models import CreditEntry, LedgerEntry
from portal_app.domain.billing.offline import asked_back, book_bill, is_written, left_of, locked_entry, read_reason, tell, write
from portal_app.domain.billing.paying import PaymentOnItsWay
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import own_ids
from portal_app.domain.customers.queries import visible as customers_visible
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio

# What a card can be charged at once (Stripe: eight digits): more is a slip of the keys.
MOST_CENTS = 99_999_999
PAID_BY = (EntryKind.PAYMENT, EntryKind.CREDIT)


class NoCredit(Conflict):
    """Somebody, or another tab, was faster."""

    sentence = "There is no credit left to use."


class NothingOver(Conflict):
    """What was paid is what is owed."""

    sentence = "Nothing was paid too much."


@dataclass(frozen=True, slots=True)
class CreditRow:
    """One change of a credit, signed, with what there was after it."""

    amount_cents: int
    after_cents: int
    reason: str
    order_number: int | None
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CreditAccount:
    """A customer's credit in the studio's currency: how much there is, and every change, newest first."""

    cents: int
    currency: str
    rows: tuple[CreditRow, ...]


def give_credit(
    db: Session, by: Viewer, customer_id: int, amount_cents: int, reason: str, request_key: str, *, now: datetime
) -> int:
    """Give a customer credit, or with a minus take back what is left of it. Returns what there is then, in minor units.

    The same `request_key` again changes nothing. Raises NotAllowed, NotFound, InvalidInput("amount_cents"),
    InvalidInput("reason").
    """
    if not by.is_staff or not by.may(Permission.REFUND):
        raise NotAllowed
    customer = db.exec(customers_visible(by).where(Customer.id == customer_id)).first()
    if customer is None:
        raise NotFound
    currency = db.exec(select(Studio.currency).where(Studio.id == by.studio_id)).one()
    purse = _locked_purse(db, customer)
    kept, source = _sum(db, purse, currency), f"given:{request_key}"
    if _is_kept(db, by.studio_id, source):
        return kept
    if not amount_cents:
        raise InvalidInput("amount_cents", "Enter an amount.")
    if amount_cents > MOST_CENTS:
        raise InvalidInput("amount_cents", f"Give up to {money_words(MOST_CENTS, currency)} at a time.")
    if kept + amount_cents < 0:
        raise InvalidInput("amount_cents", f"There is {money_words(kept, currency)} of credit left. Take back no more than that.")
    why = read_reason(reason)
    db.add(_row(by, customer_id, None, currency, amount_cents, source, why, now))
    details = {"amount_cents": abs(amount_cents), "currency": currency, "reason": why, "left_cents": kept + amount_cents}
    record(
        db, by, "credit.given" if amount_cents > 0 else "credit.taken_back", now=now, customer_id=customer_id, details=details
    )  # fmt: skip
    return kept + amount_cents


def use_credit(db: Session, by: Viewer, name: BillName, request_key: str, *, now: datetime) -> Balance:
    """Pay a bill from its customer's credit: all of the credit, or all that is due, whichever is less.

    The customer does it, or somebody of the studio. The same `request_key` again changes nothing. Raises NotAllowed,
    NotFound, NoCredit, PaymentOnItsWay.
    """
    if not (by.is_customer or (by.is_staff and by.may(Permission.SEE_MONEY))):
        raise NotAllowed
    (bill,) = bills_named(db, by, [name], is_locked=True)
    source = f"credit:{request_key}"
    if is_written(db, by.studio_id, source):
        return bill.balance
    if any(attempt.status == AttemptStatus.PROCESSING for attempt in live_attempts(db, [bill])):
        raise PaymentOnItsWay
    purse = _locked_purse(db, db.get_one(Customer, bill.customer_id))
    cents = min(_sum(db, purse, bill.currency), bill.due_cents)
    if cents <= 0:
        raise NoCredit
    _keep(db, by, bill, -cents, source, f"Used for {_called(bill)}", now)
    write(db, by, bill, EntryKind.CREDIT, cents, source, method=Method.CREDIT, memo="Credit used", now=now)
    book_bill(db, by, bill, now=now)
    return tell(db, by, bill, "credit.used", cents, now)


def keep_as_credit(db: Session, by: Viewer, name: BillName, request_key: str, *, now: datetime) -> int:
    """What was paid too much on a bill becomes its customer's credit, and is not refunded anymore. Returns how much.

    Each payment it comes from is named, newest first, so that a later refund knows what is left of it. The same
    `request_key` again changes nothing. Raises NotAllowed, NotFound, NothingOver.
    """
    if not by.is_staff or not by.may(Permission.REFUND):
        raise NotAllowed
    (bill,) = bills_named(db, by, [name], is_locked=True)
    source = f"kept:{request_key}"
    if is_written(db, by.studio_id, source):
        return 0
    taken = _taken_from(db, bill)
    over = sum(cents for _, cents in taken)
    if not over:
        raise NothingOver
    _locked_purse(db, db.get_one(Customer, bill.customer_id))
    for part, (entry, cents) in enumerate(taken):
        write(
            db, by, bill, EntryKind.CREDIT, -cents, source, method=Method.CREDIT, memo="Kept as credit", about=entry,
            part=part, now=now,
        )  # fmt: skip
    _keep(db, by, bill, over, source, f"Paid too much on {_called(bill)}", now)
    tell(db, by, bill, "credit.kept", over, now)
    return over


def return_credit(
    db: Session, by: Viewer, entry_id: int, amount_cents: int, reason: str, request_key: str, *, now: datetime
) -> Balance:
    """Give back what an order was paid from credit: it is the customer's credit again.

    Raises NotAllowed, NotFound, InvalidInput("amount_cents"), InvalidInput("reason").
    """
    bill, entry = locked_entry(db, by, entry_id)
    if not by.may(Permission.REFUND):
        raise NotAllowed
    if entry.kind != EntryKind.CREDIT or entry.amount_cents < 0:
        raise NotFound
    source = f"credit-returned:{request_key}"
    if is_written(db, by.studio_id, source):
        return bill.balance
    if not 0 < amount_cents <= left_of(db, [entry])[entry_id]:
        raise InvalidInput("amount_cents", "Enter an amount that is not more than what is left of this credit.")
    return credit_again(db, by, bill, entry, amount_cents, read_reason(reason), source, now=now)


def credit_again(
    db: Session, by: Viewer, bill: Bill, entry: LedgerEntry, amount_cents: int, why: str, source: str, *, now: datetime
) -> Balance:  # fmt: skip
    """Take this much of a bill's entry, which came from credit, back into it. The bill is locked, the amount is sound."""
    _locked_purse(db, db.get_one(Customer, bill.customer_id))
    _keep(db, by, bill, amount_cents, source, why, now)
    write(
        db, by, bill, EntryKind.CREDIT, -amount_cents, source, method=Method.CREDIT, memo=why, about=entry, now=now
    )  # fmt: skip
    return tell(db, by, bill, "credit.returned", amount_cents, now, reason=why)


def credit_account(db: Session, by: Viewer, customer_id: int) -> CreditAccount:
    """A customer's credit, for the studio and for themselves. Raises NotFound."""
    customer = db.exec(customers_visible(by).where(Customer.id == customer_id)).first()
    if customer is None or not by.sees_money:
        raise NotFound
    currency = db.exec(select(Studio.currency).where(Studio.id == by.studio_id)).one()
    found = (
        select(CreditEntry, Order.number)
        .outerjoin(Order, col(Order.id) == col(CreditEntry.order_id))
        .where(col(CreditEntry.customer_id).in_(_purse(db, customer)), CreditEntry.currency == currency)
        .order_by(col(CreditEntry.id))
    )
    rows, cents = [], 0
    for entry, number in db.execute(found):
        cents += entry.amount_cents
        rows.append(CreditRow(entry.amount_cents, cents, entry.reason, number, entry.by_name, entry.at))
    return CreditAccount(cents, currency, tuple(reversed(rows)))


def credit_for(db: Session, by: Viewer, name: BillName) -> int:
    """The credit there is for a bill, in minor units; none for who came by a secret link. Raises NotFound."""
    (bill,) = bills_named(db, by, [name])
    if not by.is_customer and not by.is_staff:
        return 0
    return _sum(db, _purse(db, db.get_one(Customer, bill.customer_id)), bill.currency)


def own_credit(db: Session, by: Viewer, *, team: str = "") -> tuple[int, str]:
    """The credit of all records a customer may see, or of those of one team, in minor units of the studio's currency."""
    currency = db.exec(select(Studio.currency).where(Studio.id == by.studio_id)).one()
    total = select(func.coalesce(func.sum(CreditEntry.amount_cents), 0))
    mine = col(CreditEntry.customer_id).in_(own_ids(by, team))
    return int(db.exec(total.where(mine, CreditEntry.currency == currency)).one()), currency


def _purse(db: Session, customer: Customer) -> list[int]:
    """The records that share one credit: a person's own outside teams, also those they claimed, or one of a team."""
    if not customer.account_id or customer.team_id:
        return [customer.id or 0]
    same = select(Customer.id).where(Customer.studio_id == customer.studio_id, Customer.account_id == customer.account_id)
    return [each for each in db.exec(same.where(col(Customer.team_id).is_(None)).order_by(col(Customer.id))) if each]


def _locked_purse(db: Session, customer: Customer) -> list[int]:
    """Locked by id, always after the order: rows that only point to a record go on being written."""
    purse = _purse(db, customer)
    records = select(Customer.id).where(col(Customer.id).in_(purse)).order_by(col(Customer.id))
    db.exec(records.with_for_update(key_share=True)).all()
    return purse


def _sum(db: Session, purse: Sequence[int], currency: str) -> int:
    total = select(func.coalesce(func.sum(CreditEntry.amount_cents), 0))
    return int(db.exec(total.where(col(CreditEntry.customer_id).in_(purse), CreditEntry.currency == currency)).one())


def _is_kept(db: Session, studio_id: int, source: str) -> bool:
    same = select(CreditEntry.id).where(CreditEntry.studio_id == studio_id, CreditEntry.source_id == source)
    return db.exec(same).first() is not None


def _keep(db: Session, by: Viewer, bill: Bill, cents: int, source: str, reason: str, now: datetime) -> None:
    db.add(_row(by, bill.customer_id, bill.order_id, bill.currency, cents, source, reason, now))
    db.flush()


def _row(
    by: Viewer, customer_id: int, order_id: int | None, currency: str, cents: int, source: str, reason: str, now: datetime
) -> CreditEntry:  # fmt: skip
    return CreditEntry(
        studio_id=by.studio_id, customer_id=customer_id, order_id=order_id, source_id=source, currency=currency,
        amount_cents=cents, reason=reason, by_name=by.behind or by.name, at=now,
    )  # fmt: skip


def _called(bill: Bill) -> str:
    """`order 1001`, `invoice HL-12`, in a sentence."""
    label = bill.label.partition(",")[0]
    return f"{label[:1].lower()}{label[1:]}"


def _taken_from(db: Session, bill: Bill) -> list[tuple[LedgerEntry | None, int]]:
    """Which payments what is over comes from, newest first, less what is asked back already; what none of them explains
    comes from nowhere in particular."""
    came = entries_of(bill).where(LedgerEntry.amount_cents > 0, col(LedgerEntry.about_id).is_(None))
    entries = db.exec(came.where(col(LedgerEntry.kind).in_(PAID_BY)).order_by(col(LedgerEntry.id).desc())).all()
    left = left_of(db, entries)
    over, parts = bill.balance.over - sum(asked_back(db, list(left)).values()), []
    for entry in entries:
        part = min(over, max(0, left[entry.id or 0]))
        if part > 0:
            parts.append((entry, part))
            over -= part
    return [*parts, (None, over)] if over > 0 else parts
