"""What can be paid: an order, or an invoice that stands alone. Paying and settling read both here, and ask no further."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing.balance import Balance
from portal_app.domain.billing.invoices import invoice_balances
from portal_app.domain.billing.models import Invoice, InvoiceStatus, LedgerEntry, PaymentLine, Share
from portal_app.domain.billing.parties import invoice_name, issuer_of
from portal_app.domain.billing.queries import balances, invoices_to_pay, may_owe, orders_to_pay, shares_to_pay
from portal_app.domain.billing.shares import Payer, payers_of
from portal_app.domain.orders.models import Order


class BillKind(StrEnum):
    """What somebody owes money for."""

    ORDER = "order"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class BillName:
    """Which bill: an order by its number, an invoice that stands alone by its public id, or one payer's share of an order."""

    order: int = 0
    invoice: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as it stands now. `id` is the order's or the invoice's; `label` names it on papers and payment pages.

    `share_id` narrows an order to what one of its payers owes; `balance` is then that share's.
    """

    kind: BillKind
    id: int
    name: BillName
    label: str
    studio_id: int
    customer_id: int
    currency: str
    balance: Balance
    since: datetime
    listing_id: int | None = None
    share_id: int | None = None

    @property
    def order_id(self) -> int | None:
        return self.id if self.kind is BillKind.ORDER else None

    @property
    def invoice_id(self) -> int | None:
        return self.id if self.kind is BillKind.INVOICE else None

    @property
    def due_cents(self) -> int:
        return self.balance.due


def bills_named(db: Session, by: Viewer, names: Sequence[BillName], *, is_locked: bool = False) -> list[Bill]:
    """The bills of these names, in their order, locked until the unit ends where asked. A constant number of statements.

    Raises NotFound when one of them is not this viewer's to pay.
    """
    orders = orders_to_pay(by).where(col(Order.number).in_([name.order for name in names if name.order]))
    invoices = invoices_to_pay(by).where(col(Invoice.public_id).in_([name.invoice for name in names if name.invoice]))
    orders, invoices = orders.order_by(col(Order.id)), invoices.order_by(col(Invoice.id))
    if is_locked:
        orders, invoices = orders.with_for_update(), invoices.with_for_update()
    found = _of_orders(db, db.exec(orders).all()) + _of_invoices(db, db.exec(invoices).all())
    found += _of_shares(db, by, [name.share for name in names if name.share], is_locked=is_locked)
    named = {bill.name: bill for bill in found}
    if set(names) - set(named):
        raise NotFound
    return [named[name] for name in names]


def open_bills(db: Session, by: Viewer, *, team: str = "") -> list[Bill]:
    """What this viewer owes now, the oldest first. A constant number of statements."""
    orders = db.exec(orders_to_pay(by, team).where(may_owe())).all()
    invoices = db.exec(invoices_to_pay(by, team).where(Invoice.status == InvoiceStatus.OPEN)).all()
    found = for_payer(db, _of_orders(db, orders) + _of_invoices(db, invoices))
    return sorted((bill for bill in found if bill.due_cents > 0), key=age)


def age(bill: Bill) -> tuple[datetime, str, int]:
    """What sorts bills: those that have been owed for longest come first."""
    return bill.since, bill.kind, bill.id


def for_payer(db: Session, bills: Sequence[Bill]) -> list[Bill]:
    """The same bills; of an order that several people pay, what who ordered pays of it. A constant number of statements."""
    split = payers_of(db, [bill.order_id for bill in bills if bill.order_id and not bill.share_id])
    return [_narrowed(bill, split[bill.id][0]) if bill.order_id in split and not bill.share_id else bill for bill in bills]


def locked_order(db: Session, by: Viewer, number: int) -> Order:
    """An order of this viewer's, locked until the unit ends. Raises NotFound."""
    order = db.exec(orders_to_pay(by).where(Order.number == number).with_for_update()).first()
    if order is None:
        raise NotFound()
    return order


def bills_of(db: Session, lines: Sequence[PaymentLine | LedgerEntry]) -> list[Bill]:
    """What each of these lines pays, or entries is about, one by one. A constant number of statements."""
    orders = db.exec(select(Order).where(col(Order.id).in_([line.order_id for line in lines if line.order_id]))).all()
    invoices = db.exec(select(Invoice).where(col(Invoice.id).in_([line.invoice_id for line in lines if line.invoice_id]))).all()
    of_orders = {bill.id: bill for bill in _of_orders(db, orders)}
    of_invoices = {bill.id: bill for bill in _of_invoices(db, invoices)}
    split = payers_of(db, [line.order_id for line in lines if line.order_id and line.share_id])
    payers = {payer.id: payer for several in split.values() for payer in several}
    return [
        of_invoices[line.invoice_id or 0] if not line.order_id else _of_line(of_orders[line.order_id], line, payers)
        for line in lines
    ]


def entries_of(bill: Bill) -> Select[tuple[LedgerEntry]]:
    """The ledger of an order, whoever pays it, or of an invoice that stands alone."""
    of_order, of_invoice = LedgerEntry.order_id == bill.order_id, LedgerEntry.invoice_id == bill.invoice_id
    return select(LedgerEntry).where(of_order if bill.order_id else of_invoice)


def lock_bills(db: Session, order_ids: Collection[int], invoice_ids: Collection[int]) -> None:
    """Orders by id, then invoices by id: whoever locks several does it in this order."""
    if order_ids:
        db.exec(select(Order.id).where(col(Order.id).in_(order_ids)).order_by(col(Order.id)).with_for_update()).all()
    if invoice_ids:
        db.exec(select(Invoice.id).where(col(Invoice.id).in_(invoice_ids)).order_by(col(Invoice.id)).with_for_update()).all()


def note(db: Session, by: Viewer, kind: str, bill: Bill, details: dict[str, Any], *, now: datetime) -> None:
    """A fact about the money of a bill."""
    which = {"invoice": bill.label, "invoice_public_id": bill.name.invoice} if bill.kind is BillKind.INVOICE else {}
    record(
        db, by, kind, now=now, order_id=bill.order_id, listing_id=bill.listing_id, customer_id=bill.customer_id,
        details=details | which,
    )  # fmt: skip


def _of_orders(db: Session, orders: Sequence[Order]) -> list[Bill]:
    found = balances(db, [order.id or 0 for order in orders]) if orders else {}
    return [
        Bill(
            kind=BillKind.ORDER,
            id=order.id or 0,
            name=BillName(order=order.number),
            label=f"Order {order.number}, {order.street}",
            studio_id=order.studio_id,
            customer_id=order.customer_id,
            currency=order.currency,
            balance=found[order.id or 0],
            since=order.placed_at,
            listing_id=order.listing_id,
        )
        for order in orders
    ]


def _of_shares(db: Session, by: Viewer, names: Sequence[str], *, is_locked: bool) -> list[Bill]:
    """A payer's own, for who holds its link; of any payer for those whose order it is."""
    if not names:
        return []
    mine = shares_to_pay(by).where(col(Share.public_id).in_(names))
    orders = select(Order).where(col(Order.id).in_(mine.with_only_columns(Share.order_id))).order_by(col(Order.id))
    whole = {bill.id: bill for bill in _of_orders(db, db.exec(orders.with_for_update() if is_locked else orders).all())}
    shares, payers = {share.id for share in db.exec(mine)}, payers_of(db, list(whole))
    found = [(bill, payer) for bill in whole.values() for payer in payers.get(bill.id, []) if payer.id in shares]
    return [replace(_narrowed(bill, payer), name=BillName(share=payer.public_id)) for bill, payer in found]


def _of_line(order: Bill, line: PaymentLine | LedgerEntry, payers: Mapping[int, Payer]) -> Bill:
    """What a line pays of an order: of a share that ended nothing is due, and what comes for it is too much."""
    if line.share_id is None:
        return order
    if payer := payers.get(line.share_id):
        return _narrowed(order, payer)
    gone = Balance(total=0, paid=line.amount_cents, due=0, over=line.amount_cents)
    return replace(order, share_id=line.share_id, balance=gone)


def _narrowed(order: Bill, payer: Payer) -> Bill:
    """One payer's part of an order as a bill of its own."""
    owes = payer.owes
    theirs = Balance(total=owes.part, paid=owes.paid, due=owes.due, over=owes.over)
    label = f"Part of {order.label[:1].lower()}{order.label[1:]} ({payer.name})"
    return replace(order, share_id=payer.id, balance=theirs, label=label)


def _of_invoices(db: Session, invoices: Sequence[Invoice]) -> list[Bill]:
    found = invoice_balances(db, [invoice.id or 0 for invoice in invoices])
    return [
        Bill(
            kind=BillKind.INVOICE,
            id=invoice.id or 0,
            name=BillName(invoice=invoice.public_id),
            label=f"Invoice {invoice_name(issuer_of(invoice.issuer).prefix, invoice.number)}",
            studio_id=invoice.studio_id,
            customer_id=invoice.customer_id,
            currency=invoice.currency,
            balance=found[invoice.id or 0],
            since=invoice.finalized_at or invoice.created_at,
        )
        for invoice in invoices
    ]
