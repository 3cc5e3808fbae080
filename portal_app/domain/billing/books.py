"""What a studio's journal is written from: every bill, every entry of the ledger and all credit, in ten statements.

A sale is an invoice on the day it was finalized; a void one is taken back on the day it was made void. What an order
costs beside its invoices is sold on the day it was accepted, or canceled, and never before the last paper about it: so
what stands on invoices stays in its month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from portal_app.core.clock import local
from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.invoices import costs_of, printed_line
from portal_app.domain.billing.journal import Credited, Moved, Sale, SoldLine
from portal_app.domain.billing.kinds import EntryKind, InvoiceStatus, Method
from portal_app.domain.billing.models import CreditEntry, Invoice, InvoiceLine, LedgerEntry
from portal_app.domain.billing.parties import bill_to_of, invoice_name, issuer_of
from portal_app.domain.billing.printed import Printed, still_to_print
from portal_app.domain.billing.queries import late_cents
from portal_app.domain.billing.statements import KIND_WORDS, METHOD_WORDS
from portal_app.domain.customers.models import Customer
from portal_app.domain.orders.models import Order, OrderCharge, OrderLine, OrderStatus
from portal_app.domain.studios.models import Studio

HOSTED = frozenset({Method.CARD, Method.BANK_DEBIT})


@dataclass(frozen=True, slots=True)
class Books:
    """Everything about a studio's money that it knows by itself, oldest first."""

    title: str
    zone: str
    sales: tuple[Sale, ...] = ()
    moves: tuple[Moved, ...] = ()
    credits: tuple[Credited, ...] = ()


def books(db: Session, by: Viewer) -> Books:
    """A studio's books as they are now. Raises NotAllowed for who may not see all of its money."""
    if by.is_customer or not by.may(Permission.SEE_MONEY):
        raise NotAllowed
    studio = db.get_one(Studio, by.studio_id)
    invoices = db.exec(
        select(Invoice).where(Invoice.studio_id == studio.id, Invoice.status != InvoiceStatus.DRAFT).order_by(col(Invoice.number))
    ).all()
    lines = _by(InvoiceLine, db, studio, "invoice_id", "position")
    sales = [*_invoiced(invoices, lines, studio.zone), *_beside_invoices(db, studio, invoices, lines)]
    return Books(studio.name, studio.zone, tuple(sales), tuple(_moves(db, studio)), tuple(_credits(db, studio)))


def _by(table: Any, db: Session, studio: Studio, parent: str, order: str) -> dict[int | None, list[Any]]:
    """All rows of a table of this studio, by what they belong to."""
    found: dict[int | None, list[Any]] = defaultdict(list)
    for row in db.exec(select(table).where(table.studio_id == studio.id).order_by(getattr(table, order), table.id)):
        found[getattr(row, parent)].append(row)
    return found


def _invoiced(invoices: Sequence[Invoice], lines: dict[int | None, list[InvoiceLine]], zone: str) -> Iterator[Sale]:
    for invoice in invoices:
        name, bill_to = invoice_name(issuer_of(invoice.issuer).prefix, invoice.number), bill_to_of(invoice.bill_to)
        sale = Sale(
            on=local(invoice.finalized_at or invoice.created_at, zone).date(),
            payee=bill_to.name,
            words=_and(f"Invoice {name}", bill_to.street),
            ref=f"invoice-{name}",
            bill=f"order-{bill_to.order_number}" if bill_to.order_number else f"invoice-{name}",
            currency=invoice.currency,
            total_cents=invoice.total_cents,
            lines=_sold(map(printed_line, lines[invoice.id])),
        )
        yield sale
        if invoice.status == InvoiceStatus.VOID and invoice.voided_at:
            yield _taken_back(sale, local(invoice.voided_at, zone).date(), invoice.void_reason)


def _taken_back(sale: Sale, on: date, reason: str) -> Sale:
    lines = tuple(replace(line, cents=-line.cents) for line in sale.lines)
    words = _and(f"{sale.words}: void", reason)
    return replace(sale, on=on, words=words, total_cents=-sale.total_cents, lines=lines)


def _beside_invoices(
    db: Session, studio: Studio, invoices: Sequence[Invoice], lines: dict[int | None, list[InvoiceLine]]
) -> Iterator[Sale]:
    """What each order costs and no invoice of it says; less than nothing where its invoices say too much."""
    papers: dict[int | None, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        papers[invoice.order_id].append(invoice)
    items, charges = (_by(table, db, studio, "order_id", "position") for table in (OrderLine, OrderCharge))
    mine = Order.studio_id == studio.id, Order.status != OrderStatus.PENDING
    for order, late in db.execute(select(Order, late_cents()).where(*mine).order_by(col(Order.id))):
        told = [each for each in papers[order.id] if each.status == InvoiceStatus.OPEN]
        is_canceled = order.status == OrderStatus.CANCELED
        costs = costs_of(order.status, items[order.id], charges[order.id])
        left = still_to_print(costs, (printed_line(line) for each in told for line in lines[each.id]))
        yield Sale(
            on=_since(order, papers[order.id], studio.zone),
            payee=order.customer_name,
            words=_and(f"Order {order.number}{', canceled' if is_canceled else ''}", order.street),
            ref=f"order-{order.number}",
            bill=f"order-{order.number}",
            currency=order.currency,
            total_cents=(late if is_canceled else order.total_cents) - sum(each.total_cents for each in told),
            lines=_sold(left),
        )


def _since(order: Order, papers: Sequence[Invoice], zone: str) -> date:
    """What no invoice says was agreed on, or came back, after the last paper about it."""
    begun = (order.canceled_at if order.status == OrderStatus.CANCELED else order.accepted_at) or order.placed_at
    told = [at for each in papers for at in (each.finalized_at, each.voided_at) if at]
    return local(max([begun, *told]), zone).date()


def _sold(lines: Iterable[Printed]) -> tuple[SoldLine, ...]:
    return tuple(SoldLine(line.kind, line.name, line.amount_cents) for line in lines)


def _moves(db: Session, studio: Studio) -> Iterator[Moved]:
    rows = db.execute(
        select(LedgerEntry, Order.number, Order.customer_name, Invoice)
        .outerjoin(Order, col(Order.id) == col(LedgerEntry.order_id))
        .outerjoin(Invoice, col(Invoice.id) == col(LedgerEntry.invoice_id))
        .where(LedgerEntry.studio_id == studio.id)
        .order_by(col(LedgerEntry.id))
    )
    for entry, order_number, payer, invoice in rows:
        name = invoice_name(issuer_of(invoice.issuer).prefix, invoice.number) if invoice and invoice.issuer else ""
        bill = f"order-{order_number}" if order_number else f"invoice-{name}" if name else ""
        yield Moved(
            at=entry.at,
            on=local(entry.at, studio.zone).date(),
            payee=payer or (bill_to_of(invoice.bill_to).name if name else ""),
            words=_and(_what(entry), entry.memo if entry.kind == EntryKind.UNALLOCATED else bill.replace("-", " ", 1)),
            ref=entry.source_id,
            bill=bill,
            currency=entry.currency,
            kind=entry.kind,
            method=entry.method,
            mode=entry.mode,
            is_hosted=entry.method in HOSTED or (entry.method == Method.OTHER and entry.attempt_id is not None),
            cents=entry.amount_cents,
        )


def _what(entry: LedgerEntry) -> str:
    if entry.kind == EntryKind.UNALLOCATED:
        return "Not allocated"
    how = METHOD_WORDS.get(Method(entry.method), "") if entry.kind == EntryKind.PAYMENT else ""
    words = f"{KIND_WORDS[EntryKind(entry.kind)]} {how}".strip()
    return f"{words}, taken back" if entry.kind == EntryKind.PAYMENT and entry.amount_cents < 0 else words


def _credits(db: Session, studio: Studio) -> Iterator[Credited]:
    rows = db.execute(
        select(CreditEntry, Customer.name)
        .join(Customer, col(Customer.id) == col(CreditEntry.customer_id))
        .where(CreditEntry.studio_id == studio.id)
        .order_by(col(CreditEntry.id))
    )
    for entry, name in rows:
        yield Credited(
            at=entry.at,
            on=local(entry.at, studio.zone).date(),
            payee=name,
            words=_and("Credit given" if entry.amount_cents > 0 else "Credit taken", entry.reason),
            ref=entry.source_id,
            currency=entry.currency,
            cents=entry.amount_cents,
        )


def _and(words: str, more: str) -> str:
    return f"{words}, {more}" if more else words
