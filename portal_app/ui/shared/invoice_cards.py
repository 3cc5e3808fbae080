"""Invoices in words: a row of a list, and the sheet with everything on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal_app.core.clock import date_words, local
from portal_app.core.money import money_words
from portal_app.domain.billing.invoices import InvoicePage, InvoiceRow
from portal_app.domain.billing.papers import bill_to_lines, issuer_lines
from portal_app.domain.billing.printed import LINE, Printed, Standing
from portal_app.domain.catalog.pricing import charge_words
from portal_app.ui.shared.order_cards import PriceCard

DRAFT = "Draft"


@dataclass(frozen=True)
class InvoiceCard:
    """One row: `0042`, `Order 1042, 1187 Ocean View Blvd`, `Due 7 Dec 2026`."""

    id: str
    href: str
    name: str
    standing: str
    customer: str
    place: str
    due: str
    total: str
    left: str


@dataclass(frozen=True)
class InvoiceSheet:
    """One invoice as it is read on a screen. `left` is empty when nothing is to pay, `pdf` while it is a draft."""

    id: str = ""
    title: str = ""
    standing: str = ""
    order_number: int = 0
    place: str = ""
    issuer: list[str] = field(default_factory=list)
    bill_to: list[str] = field(default_factory=list)
    made: str = ""
    due: str = ""
    lines: list[PriceCard] = field(default_factory=list)
    subtotal: str = ""
    charges: list[PriceCard] = field(default_factory=list)
    total: str = ""
    paid: str = ""
    left: str = ""
    memo: str = ""
    payable_to: str = ""
    note: str = ""
    pdf: str = ""


def invoice_card(row: InvoiceRow, base: str) -> InvoiceCard:
    """A row of a list whose pages stand under `base`."""
    return InvoiceCard(
        id=row.public_id,
        href=f"{base}/{row.public_id}",
        name=row.name or DRAFT,
        standing=row.standing,
        customer=row.customer,
        place=place_words(row),
        due=_due(row),
        total=money_words(row.total_cents, row.currency),
        left=money_words(row.left_cents, row.currency) if 0 < row.left_cents < row.total_cents else "",
    )


def invoice_sheet(page: InvoicePage, *, zone: str, pdf: str) -> InvoiceSheet:
    """The whole invoice; `pdf` is where its file is fetched."""
    row, currency = page.row, page.row.currency
    charges = [line for line in page.lines if line.kind != LINE]
    lines = [line for line in page.lines if line.kind == LINE]
    return InvoiceSheet(
        id=row.public_id,
        title=f"Invoice {row.name}" if row.name else "Draft invoice",
        standing=row.standing,
        order_number=row.order_number,
        place=place_words(row),
        issuer=list(issuer_lines(page.issuer)),
        bill_to=list(bill_to_lines(page.bill_to)),
        made=date_words(local(row.finalized_at or row.created_at, zone).date()),
        due=date_words(row.due_on) if row.due_on else "",
        lines=[_line(line, currency) for line in lines],
        subtotal=money_words(sum(line.amount_cents for line in lines), currency) if charges else "",
        charges=[_charge(line, currency) for line in charges],
        total=money_words(row.total_cents, currency),
        paid=money_words(page.paid_cents, currency) if page.paid_cents else "",
        left=money_words(row.left_cents, currency) if row.left_cents else "",
        memo=page.memo,
        payable_to=page.issuer.payable_to,
        note=_note(page),
        pdf="" if row.standing is Standing.DRAFT else pdf,
    )


def place_words(row: InvoiceRow) -> str:
    """What an invoice is for."""
    return ", ".join(filter(None, (f"Order {row.order_number}", row.street))) if row.order_number else "Without an order"


def _due(row: InvoiceRow) -> str:
    if row.due_on is None or row.standing in {Standing.PAID, Standing.VOID}:
        return ""
    return date_words(row.due_on)


def _line(line: Printed, currency: str) -> PriceCard:
    counted = line.name if line.quantity == 1 else f"{line.quantity} × {line.name}"
    return PriceCard(counted, line.detail, money_words(line.amount_cents, currency))


def _charge(line: Printed, currency: str) -> PriceCard:
    return PriceCard(charge_words(line.name, line.basis_points), "", money_words(line.amount_cents, currency))


def _note(page: InvoicePage) -> str:
    match page.row.standing:
        case Standing.VOID:
            return _void_words(page)
        case Standing.PAID:
            return "Paid in full. Thank you."
        case Standing.OVERDUE if page.row.due_on:
            return f"It was due on {date_words(page.row.due_on)}."
        case _:
            return ""


def _void_words(page: InvoicePage) -> str:
    if not page.paid_cents:
        return "This invoice is void. There is nothing to pay for it."
    paid = money_words(page.paid_cents, page.row.currency)
    return f"This invoice is void. {paid} was paid for it and is yours: the studio gives it back or keeps it for your next order."
