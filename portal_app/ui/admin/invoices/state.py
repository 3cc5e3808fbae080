"""The studio's invoices: find one, begin one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import local, utc_now
from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.core.viewer import Permission
from portal_app.domain.billing.invoices import InvoiceRow, invoice_rows
from portal_app.domain.billing.invoicing import draft_alone, draft_of_order
from portal_app.domain.billing.printed import Standing
from portal_app.domain.customers.queries import customer_rows
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.invoice_cards import InvoiceCard, invoice_card
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of
from portal_app.ui.shared.statement_parts import statement_file

FILTERS = {
    "": "All",
    "draft": "Drafts",
    "unpaid": "Unpaid",
    "overdue": "Overdue",
    "paid": "Paid",
    "void": "Void",
}
UNPAID = {Standing.OPEN, Standing.PARTLY, Standing.OVERDUE}


class AdminInvoices(Base):
    """The list, newest first. `asking` is the dialog that is open: a new invoice, or a statement."""

    rows: list[InvoiceCard] = []
    tabs: list[tuple[str, str, str]] = []
    customers: list[list[str]] = []
    status: str = ""
    asking: str = ""
    loaded: bool = False

    @staff(Permission.SEE_MONEY)
    async def load(self) -> None:
        """Read the list afresh; also called when something changed."""
        found = await ask(invoice_rows, viewer_of(self), today=local(utc_now(), self.studio.zone).date())
        kept = {status: [row for row in found if _is_in(row, status)] for status in FILTERS}
        self.tabs = [(status, words, str(len(kept[status]))) for status, words in FILTERS.items()]
        self.rows = [invoice_card(row, "/admin/invoices") for row in kept[self.status]]
        self.loaded = True

    @staff(Permission.SEE_MONEY)
    async def only(self, status: str) -> None:
        """One kind of them; empty shows all."""
        self.status = status if status in FILTERS else ""
        await AdminInvoices.load.fn(self)

    @staff(Permission.SEE_MONEY)
    async def ask_whom(self, what: str) -> None:
        """Ask whom a new invoice or a statement is for; an empty word closes the question."""
        rows = await ask(customer_rows, viewer_of(self)) if what else []
        self.customers = [["", "Choose a customer"], *([str(row.id), f"{row.name}, {row.email}"] for row in rows)]
        self.field_errors, self.asking = {}, what if what in {"invoice", "statement"} else ""

    @staff(Permission.SEE_MONEY)
    async def statement(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """The statement of a customer's account for these days."""
        customer = str(form.get("customer", ""))
        if not customer or customer not in {value for value, _ in self.customers}:
            return beside(self, InvalidInput("whose", "Choose whose statement it is."))
        return statement_file(self, form, customer)

    @staff(Permission.SEE_MONEY)
    async def write(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Begin the invoice of an order, or one that stands alone, and open it."""
        self.field_errors = {}
        number, customer = str(form.get("number", "")).strip().lstrip("#"), str(form.get("customer", ""))
        by, seal, now = viewer_of(self), wiring.current().seal, utc_now()
        try:
            if number.isdecimal() and len(number) < 10:
                made = await act(draft_of_order, by, int(number), seal, now=now)
            elif customer.isdecimal():
                made = await act(draft_alone, by, int(customer), seal, now=now)
            else:
                return beside(self, InvalidInput("number", "Type the number of an order, or choose a customer."))
        except NotFound:
            return beside(self, InvalidInput("number", f"There is no order {number}." if number else "Choose a customer."))
        except Conflict as refusal:
            return beside(self, InvalidInput("number", refusal.sentence))
        self.asking = ""
        return rx.redirect(f"/admin/invoices/{made}")


def _is_in(row: InvoiceRow, status: str) -> bool:
    return not status or (row.standing in UNPAID if status == "unpaid" else row.standing == status)
