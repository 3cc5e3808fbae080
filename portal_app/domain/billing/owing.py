"""A customer's own money: what is owed, and what was paid of it and went back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer
from portal_app.domain.billing.attempts import arriving
from portal_app.domain.billing.bills import Bill, bills_of, open_bills
from portal_app.domain.billing.disputing import disputed
from portal_app.domain.billing.kinds import EntryKind
from portal_app.domain.billing.models import Invoice, LedgerEntry
from portal_app.domain.billing.queries import due, invoices_to_pay, may_owe, on_their_way, orders_to_pay
from portal_app.domain.billing.shares import first_dues
from portal_app.domain.customers.queries import whose_are
from portal_app.domain.orders.models import Order

RECENT = 200


@dataclass(frozen=True, slots=True)
class Owed:
    """One order that still owes something."""

    order_number: int
    status: str
    street: str
    town: str
    due_cents: int
    currency: str
    is_on_its_way: bool = False
    whose: str = ""


@dataclass(frozen=True, slots=True)
class OwedBill:
    """A bill to pay. `whose` is empty for what is simply the viewer's; `bank_decides` while a payment of it is disputed."""

    bill: Bill
    whose: str
    is_on_its_way: bool
    bank_decides: bool = False


@dataclass(frozen=True, slots=True)
class MoneyMove:
    """One payment, refund or other movement, with what it is about. `amount_cents` is signed as it changes what was paid."""

    key: str
    kind: str
    method: str
    amount_cents: int
    currency: str
    at: datetime
    bills: tuple[Bill, ...]


def owed(db: Session, by: Viewer, *, team: str = "") -> list[Owed]:
    """The viewer's orders that owe something now, oldest first; of one that several pay, who ordered it owes their part. A
    constant number of statements."""
    orders = db.exec(orders_to_pay(by, team).where(may_owe()).order_by(col(Order.id))).all()
    ids = [order.id or 0 for order in orders]
    dues, coming = due(db, ids), on_their_way(db, ids)
    dues = dues if by.is_staff else dues | first_dues(db, list(dues))
    people = whose_are(db, by, [order.customer_id for order in orders])
    return [
        Owed(
            order.number, order.status, order.street, order.town, dues[order.id or 0], order.currency,
            is_on_its_way=order.id in coming, whose=people.get(order.customer_id, ""),
        )
        for order in orders
        if dues[order.id or 0] > 0
    ]  # fmt: skip


def owed_bills(db: Session, by: Viewer, *, team: str = "") -> list[OwedBill]:
    """What this viewer owes now, the oldest first. A constant number of statements."""
    bills = open_bills(db, by, team=team)
    coming, held = arriving(db, bills), disputed(db, bills)
    people = whose_are(db, by, [bill.customer_id for bill in bills])
    return [OwedBill(bill, people.get(bill.customer_id, ""), bill.name in coming, bill.name in held) for bill in bills]


def money_moves(db: Session, by: Viewer, *, team: str = "", limit: int = RECENT) -> list[MoneyMove]:
    """What was paid and what went back for this viewer's bills, newest first; a payment of several bills is one."""
    orders = orders_to_pay(by, team).with_only_columns(Order.id)
    invoices = invoices_to_pay(by, team).with_only_columns(Invoice.id)
    theirs = col(LedgerEntry.order_id).in_(orders) | col(LedgerEntry.invoice_id).in_(invoices)
    counted = select(LedgerEntry).where(theirs, LedgerEntry.kind != EntryKind.UNALLOCATED)
    entries = db.exec(counted.order_by(col(LedgerEntry.at).desc(), col(LedgerEntry.id).desc()).limit(limit)).all()
    bills = dict(zip((entry.id for entry in entries), bills_of(db, entries), strict=True))
    together = groupby(entries, key=lambda entry: (entry.mode, entry.source_id, entry.kind))
    return [_move([(entry, bills[entry.id]) for entry in several]) for _, several in together]


def _move(parts: Sequence[tuple[LedgerEntry, Bill]]) -> MoneyMove:
    first, _ = parts[0]
    return MoneyMove(
        key=str(first.id),
        kind=first.kind,
        method=first.method,
        amount_cents=sum(entry.amount_cents for entry, _ in parts),
        currency=first.currency,
        at=first.at,
        bills=tuple(bill for _, bill in reversed(parts)),
    )
