"""Reading invoices: what stands on them, what was paid of them, and who holds the secret address of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, false
from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.billing.balance import Balance, balance_of
from portal_app.domain.billing.models import Invoice, InvoiceLine, InvoiceStatus, LedgerEntry
from portal_app.domain.billing.parties import BillTo, Issuer, bill_to_now, bill_to_of, invoice_name, issuer_now, issuer_of
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.billing.printed import LINE, Printed, Standing, charged, spread, standing_of, still_to_print
from portal_app.domain.billing.queries import balances
from portal_app.domain.catalog.pricing import Charge, ChargeKind
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import own_ids
from portal_app.domain.orders.models import Order, OrderCharge, OrderLine, OrderStatus
from portal_app.domain.studios.models import Studio

# What a standalone invoice owes follows the rule of orders: a draft is not owed yet, a void one never again.
OWES_LIKE = {InvoiceStatus.DRAFT: OrderStatus.PENDING, InvoiceStatus.VOID: OrderStatus.CANCELED}


@dataclass(frozen=True, slots=True)
class Settled:
    """What was paid of an invoice and what is left to pay, in minor units."""

    paid: int
    left: int


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice in a list. `name` is its number with the studio's prefix, empty for a draft; `order_number` is 0 for one
    that stands alone. `left_cents` is what is still to pay of it."""

    public_id: str
    name: str
    standing: Standing
    customer: str
    order_number: int
    street: str
    currency: str
    total_cents: int
    left_cents: int
    due_on: date | None
    created_at: datetime
    finalized_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One invoice, whole. `is_outdated`: the order costs less today than its invoices say."""

    row: InvoiceRow
    id: int
    order_id: int | None
    lines: tuple[Printed, ...]
    paid_cents: int
    memo: str
    issuer: Issuer
    bill_to: BillTo
    pdf_digest: str
    voided_at: datetime | None
    void_reason: str
    is_outdated: bool


def visible(by: Viewer) -> Select[tuple[Invoice]]:
    """The studio's for those of it who see money; else no drafts: a customer's own and their teams', a link's own."""
    invoices = select(Invoice).where(Invoice.studio_id == by.studio_id)
    if by.is_staff or by.role is Role.SYSTEM:
        return invoices if by.may(Permission.SEE_MONEY) else invoices.where(false())
    finished = invoices.where(Invoice.status != InvoiceStatus.DRAFT)
    if by.role is Role.LINK:
        # No id at all must not mean those without an order.
        return finished.where(Invoice.id == by.invoice_id if by.invoice_id else Invoice.order_id == (by.order_id or 0))
    return finished.where(col(Invoice.customer_id).in_(own_ids(by)))


def viewer_of_invoice(db: Session, studio_id: int, token: str) -> Viewer | None:
    """Whoever holds this address at this studio: they see its invoice, and may pay it. None for one that opens nothing."""
    held = select(Invoice.id, Invoice.order_id).where(Invoice.token_hash == fingerprint(token), Invoice.studio_id == studio_id)
    found = db.exec(held.where(Invoice.status != InvoiceStatus.DRAFT)).first()
    return Viewer(studio_id=studio_id, role=Role.LINK, invoice_id=found[0], about_order_id=found[1]) if found else None


def invoice_rows(db: Session, by: Viewer, *, today: date, order_number: int = 0, limit: int = 500) -> list[InvoiceRow]:
    """The viewer's invoices, newest first; of one order, or all. A constant number of statements."""
    found = visible(by)
    if order_number:
        mine = select(Order.id).where(Order.studio_id == by.studio_id, Order.number == order_number)
        found = found.where(col(Invoice.order_id).in_(mine))
    invoices = db.exec(found.order_by(col(Invoice.created_at).desc(), col(Invoice.id).desc()).limit(limit)).all()
    customers, orders = _behind(db, invoices)
    settled = settled_of(db, invoices)
    return [_row(one, settled[one.id or 0], customers[one.customer_id], orders.get(one.order_id), today) for one in invoices]


def invoice_page(db: Session, by: Viewer, public_id: str, *, today: date) -> InvoicePage:
    """One invoice. Raises NotFound."""
    invoice = db.exec(visible(by).where(Invoice.public_id == public_id)).first()
    if invoice is None:
        raise NotFound
    return page_of(db, invoice, today=today)


def held_invoice(db: Session, by: Viewer, *, today: date) -> InvoicePage:
    """The invoice whose secret address brought this viewer. Raises NotFound."""
    invoice = db.exec(visible(by).where(Invoice.id == by.invoice_id)).first() if by.invoice_id else None
    if invoice is None:
        raise NotFound
    return page_of(db, invoice, today=today)


def page_of(db: Session, invoice: Invoice, *, today: date) -> InvoicePage:
    """An invoice with everything on it: as kept since it was finalized, as it would be today while it is a draft."""
    customers, orders = _behind(db, [invoice])
    customer, order = customers[invoice.customer_id], orders.get(invoice.order_id)
    issuer, bill_to = parties_of(db, invoice, customer, order)
    settled = settled_of(db, [invoice])[invoice.id or 0]
    lines = lines_of(db, invoice, order)
    row = _row(invoice, settled, customer, order, today, total=sum(line.amount_cents for line in lines))
    return InvoicePage(
        row=row,
        id=invoice.id or 0,
        order_id=invoice.order_id,
        lines=tuple(lines),
        paid_cents=settled.paid,
        memo=invoice.memo,
        issuer=issuer,
        bill_to=bill_to,
        pdf_digest=invoice.pdf_digest,
        voided_at=invoice.voided_at,
        void_reason=invoice.void_reason,
        is_outdated=invoice.status == InvoiceStatus.OPEN and order is not None and _says_too_much(db, order),
    )


def parties_of(db: Session, invoice: Invoice, customer: Customer, order: Order | None) -> tuple[Issuer, BillTo]:
    """Who writes and who pays: today's for a draft, else the invoice's own copy."""
    if invoice.status != InvoiceStatus.DRAFT:
        return issuer_of(invoice.issuer), bill_to_of(invoice.bill_to)
    studio = db.get_one(Studio, invoice.studio_id)
    return issuer_now(studio, payment_policy(db, invoice.studio_id)), bill_to_now(customer, order)


def lines_of(db: Session, invoice: Invoice, order: Order | None) -> list[Printed]:
    """What stands on it. The draft of an order follows the order."""
    if invoice.status == InvoiceStatus.DRAFT and order is not None:
        return unprinted(db, order)
    kept = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(col(InvoiceLine.position))
    return [printed_line(line) for line in db.exec(kept)]


def unprinted(db: Session, order: Order) -> list[Printed]:
    """What the order costs and none of its invoices says. A canceled order costs its late fees."""
    told = (
        select(InvoiceLine)
        .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
        .where(Invoice.order_id == order.id, Invoice.status == InvoiceStatus.OPEN)
        .order_by(col(InvoiceLine.id))
    )
    return still_to_print(_costs(db, order), [printed_line(line) for line in db.exec(told)])


def paid_of(db: Session, invoices: Sequence[Invoice]) -> dict[int, int]:
    """What was paid of each invoice, in minor units."""
    return {invoice_id: each.paid for invoice_id, each in settled_of(db, invoices).items()}


def settled_of(db: Session, invoices: Sequence[Invoice]) -> dict[int, Settled]:
    """What was paid of each invoice and what is left: of an order's, oldest first, and never more than the order owes, which
    may cost less by now. Four statements at most."""
    order_ids = sorted({one.order_id for one in invoices if one.order_id})
    kept = invoice_balances(db, [one.id or 0 for one in invoices if not one.order_id])
    settled = {invoice_id: Settled(balance.paid, balance.due) for invoice_id, balance in kept.items()}
    settled |= {one.id or 0: Settled(0, 0) for one in invoices if one.order_id}
    if not order_ids:
        return settled
    open_ones = select(Invoice.order_id, Invoice.id, Invoice.total_cents).where(
        col(Invoice.order_id).in_(order_ids), Invoice.status == InvoiceStatus.OPEN
    )
    of_order: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for order_id, invoice_id, total in db.execute(open_ones.order_by(col(Invoice.number))):
        of_order[order_id].append((invoice_id, total))
    for order_id, balance in balances(db, list(of_order)).items():
        totals = [total for _, total in of_order[order_id]]
        parts = spread(balance.paid, totals)
        lefts = spread(balance.due, [max(0, total - part) for total, part in zip(totals, parts, strict=True)])
        for (invoice_id, _), part, left in zip(of_order[order_id], parts, lefts, strict=True):
            settled[invoice_id] = Settled(part, left)
    return settled


def invoice_balances(db: Session, invoice_ids: Sequence[int]) -> dict[int, Balance]:
    """The balance of each standalone invoice, in two statements however many there are."""
    if not invoice_ids:
        return {}
    bills = db.execute(select(Invoice.id, Invoice.status, Invoice.total_cents).where(col(Invoice.id).in_(invoice_ids))).all()
    ledger: dict[int | None, list[tuple[str, int]]] = defaultdict(list)
    entries = select(LedgerEntry.invoice_id, LedgerEntry.kind, LedgerEntry.amount_cents)
    for invoice_id, kind, cents in db.execute(entries.where(col(LedgerEntry.invoice_id).in_(invoice_ids))):
        ledger[invoice_id].append((kind, cents))
    return {
        invoice_id: balance_of(OWES_LIKE.get(InvoiceStatus(status), status), total, ledger[invoice_id])
        for invoice_id, status, total in bills
    }


def costs_of(status: str, lines: Iterable[OrderLine], charges: Iterable[OrderCharge]) -> list[Printed]:
    """What an order costs, line by line: of a canceled one its late fees alone."""
    found = [
        Charge(ChargeKind(one.kind), one.name, one.amount_cents, one.basis_points, one.base_cents) for one in charges
    ]  # fmt: skip
    if status == OrderStatus.CANCELED:
        return charged(one for one in found if one.kind == ChargeKind.LATE)
    sold = [Printed(LINE, one.name, one.total_cents, one.detail, one.quantity, one.unit_cents) for one in lines]
    return [*sold, *charged(found)]


def printed_line(line: InvoiceLine) -> Printed:
    """A line as an invoice keeps it."""
    same: dict[str, Any] = {name: getattr(line, name) for name in Printed.__slots__}
    return Printed(**same)


def _costs(db: Session, order: Order) -> list[Printed]:
    charges = db.exec(select(OrderCharge).where(OrderCharge.order_id == order.id).order_by(col(OrderCharge.position)))
    lines = db.exec(select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.position)))
    return costs_of(order.status, lines, charges)


def _says_too_much(db: Session, order: Order) -> bool:
    return sum(line.amount_cents for line in unprinted(db, order)) < 0


def _behind(db: Session, invoices: Sequence[Invoice]) -> tuple[dict[int, Customer], dict[int | None, Order]]:
    """The customers and the orders of these invoices."""
    customers = db.exec(select(Customer).where(col(Customer.id).in_({one.customer_id for one in invoices}))).all()
    orders = db.exec(select(Order).where(col(Order.id).in_({one.order_id for one in invoices if one.order_id}))).all()
    return {each.id or 0: each for each in customers}, {each.id: each for each in orders}


def _row(
    invoice: Invoice, settled: Settled, customer: Customer, order: Order | None, today: date, total: int | None = None
) -> InvoiceRow:
    total_cents = invoice.total_cents if total is None else total
    left = settled.left if invoice.status == InvoiceStatus.OPEN else 0
    standing = standing_of(invoice.status, settled.paid + left, settled.paid, invoice.due_on, today)
    prefix = issuer_of(invoice.issuer).prefix if invoice.issuer else ""
    bill_to = bill_to_of(invoice.bill_to) if invoice.bill_to else bill_to_now(customer, order)
    return InvoiceRow(
        public_id=invoice.public_id,
        name=invoice_name(prefix, invoice.number),
        standing=standing,
        customer=bill_to.name,
        order_number=order.number if order else 0,
        street=bill_to.street,
        currency=invoice.currency,
        total_cents=total_cents,
        left_cents=left,
        due_on=invoice.due_on,
        created_at=invoice.created_at,
        finalized_at=invoice.finalized_at,
    )
