"""What the paper of an invoice says: an invoice in, every word of its PDF out. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime

from portal_app.core.clock import date_words, local
from portal_app.core.money import money_words
from portal_app.domain.billing.invoices import InvoicePage
from portal_app.domain.billing.parties import BillTo, Issuer
from portal_app.domain.billing.printed import LINE, Printed
from portal_app.domain.billing.printing import Paper, PaperRow
from portal_app.domain.catalog.pricing import charge_words
from portal_app.domain.studios.accent import roles

# Who measures paper in inches: the rest of the world prints on A4.
LETTER_ZONES = ("America/", "US/", "Canada/", "Pacific/Honolulu", "Asia/Manila")


def invoice_paper(page: InvoicePage) -> Paper:
    """The paper of a finalized invoice. It says what is owed, not what was paid since: it never changes by itself."""
    row, zone = page.row, page.issuer.zone
    finalized = row.finalized_at or row.created_at
    lines = [line for line in page.lines if line.kind == LINE]
    return Paper(
        title=f"Invoice {row.name}",
        language="en",
        sheet=sheet_of(zone),
        accent=ink_of(page.issuer),
        mark=page.issuer.mark,
        issuer=issuer_lines(page.issuer),
        bill_to_label="Bill to",
        bill_to=bill_to_lines(page.bill_to),
        facts=_facts(page, local(finalized, zone).date()),
        heads=("Item", "Quantity", "Price", "Amount"),
        rows=tuple(_line(line, row.currency) for line in lines),
        sums=_sums(page),
        notes=tuple(
            (label, words) for label, words in (("Note", page.memo), ("How to pay", page.issuer.payable_to)) if words
        ),
        page_words="Page {page} of {pages}",
        at=printed_at(finalized),
    )  # fmt: skip


def sheet_of(zone: str) -> str:
    """The sheet that the studio's customers have in their printers."""
    return "us-letter" if zone.startswith(LETTER_ZONES) else "a4"


def ink_of(issuer: Issuer) -> str:
    """The studio's color as it reads on white paper."""
    return roles(issuer.accent, "light")["accent-ink"]


def issuer_lines(issuer: Issuer) -> tuple[str, ...]:
    """The studio as it stands at the head."""
    tax = f"Tax ID {issuer.tax_id}" if issuer.tax_id else ""
    legal = issuer.legal_name if issuer.legal_name != issuer.name else ""
    return tuple(filter(None, (issuer.name, legal, issuer.place, issuer.phone, issuer.email, tax)))


def bill_to_lines(bill_to: BillTo) -> tuple[str, ...]:
    """The customer as they stand in the address."""
    return tuple(filter(None, (bill_to.name, bill_to.company, bill_to.email)))


def printed_at(moment: datetime) -> datetime:
    """The instant a file carries: whole seconds, so that the same paper is the same bytes."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _facts(page: InvoicePage, issued: date) -> tuple[tuple[str, str], ...]:
    bill_to = page.bill_to
    pairs = (
        ("Date", date_words(issued)),
        ("Due", date_words(page.row.due_on) if page.row.due_on else ""),
        ("Order", str(bill_to.order_number) if bill_to.order_number else ""),
        ("Property", ", ".join(filter(None, (bill_to.street, bill_to.town)))),
    )
    return tuple((label, words) for label, words in pairs if words)


def _line(line: Printed, currency: str) -> PaperRow:
    price, amount = money_words(line.unit_cents, currency), money_words(line.amount_cents, currency)
    return PaperRow((line.name, str(line.quantity), price, amount), line.detail)


def _sums(page: InvoicePage) -> tuple[tuple[str, str], ...]:
    currency = page.row.currency
    charges = [line for line in page.lines if line.kind != LINE]
    subtotal = sum(line.amount_cents for line in page.lines if line.kind == LINE)
    above = [("Subtotal", money_words(subtotal, currency))] if charges else []
    above += [(charge_words(line.name, line.basis_points), money_words(line.amount_cents, currency)) for line in charges]
    return (*above, (f"Total {currency}", money_words(page.row.total_cents, currency)))
