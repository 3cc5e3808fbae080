"""One invoice at the studio's desk: written, finalized, mailed, made void."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import local, utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_typed
from portal_app.core.viewer import Permission
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.invoices import InvoicePage, invoice_page
from portal_app.domain.billing.invoicing import (
    TypedLine,
    address_of,
    discard_draft,
    issue,
    save_lines,
    save_words,
    send_invoice,
    void_invoice,
)
from portal_app.domain.billing.keeping import keep_paper
from portal_app.domain.billing.ledgers import ledger_of_bill
from portal_app.domain.billing.printed import LINE
from portal_app.domain.catalog.pricing import ChargeKind
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.invoice_cards import InvoiceSheet, invoice_sheet
from portal_app.ui.shared.ledger_cards import BooksCard, books_card
from portal_app.ui.shared.run import act, ask, stay
from portal_app.ui.shared.session import Base, route_argument, studio_of, viewer_of


@dataclass(frozen=True)
class LineField:
    """A line of the editor as it began; `at` is its place in the form."""

    at: int
    key: str
    name: str = ""
    detail: str = ""
    quantity: str = "1"
    price: str = ""


class AdminInvoice(Base):
    """The invoice in the address. `asking` is the question that is open: finalize, void or discard."""

    invoice: InvoiceSheet = InvoiceSheet()
    books: BooksCard = BooksCard()
    fields: list[LineField] = []
    due_on: str = ""
    is_taxed: bool = False
    is_outdated: bool = False
    void_reason: str = ""
    address: str = ""
    asking: str = ""
    key: str = ""
    focus_on: str = ""
    focus_turn: int = 0
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the invoice."""
        return self.invoice.title or "Invoice"

    @rx.var
    def is_draft(self) -> bool:
        """Whether everything may still change."""
        return self.invoice.standing == "draft"

    @rx.var
    def is_alone(self) -> bool:
        """Whether its lines are the studio's to write."""
        return not self.invoice.order_number

    @staff(Permission.SEE_MONEY)
    async def load(self) -> None:
        """Read the invoice, and begin its editor anew. A download connects again, and must not hide the address."""
        before = self.invoice.id
        page = await self._read()
        self._begin(page)
        self.address = self.address if page.row.public_id == before else ""
        self.asking, self.field_errors = "", {}
        self.loaded = True

    @staff(Permission.SEE_MONEY)
    async def refresh(self) -> None:
        """Something happened: what is typed stays."""
        await self._read()

    @staff(Permission.SEE_MONEY)
    async def add_line(self) -> None:
        """One more line to write."""
        at = max((line.at for line in self.fields), default=-1) + 1
        self.fields = [*self.fields, LineField(at, f"{self.key}-{at}")]
        self._focus(f"name-{at}")

    @staff(Permission.SEE_MONEY)
    async def drop_line(self, at: int) -> None:
        """A line that is not wanted."""
        self.fields = [line for line in self.fields if line.at != at]
        self._focus("add-line")

    @staff(Permission.SEE_MONEY)
    async def save(self, form: dict[str, Any]) -> None:
        """Save what is typed: lines while it is a standalone draft, memo and due date always."""
        self.field_errors = {}
        try:
            await self._save(form)
        except InvalidInput as wrong:
            self.field_errors = {wrong.field: wrong.sentence}
            self._focus(wrong.field)
            return
        self._say("Saved.")
        await AdminInvoice.load.fn(self)

    @staff(Permission.SEE_MONEY)
    async def ask_first(self, what: str) -> None:
        """Open a question; an empty one closes it."""
        self.asking, self.field_errors = what if what in {"finalize", "void", "discard"} else "", {}

    @staff(Permission.SEE_MONEY)
    async def finalize(self) -> None:
        """Give it its number, print it, and mail it."""
        by, invoice = viewer_of(self), route_argument(self)
        name = await act(issue, by, invoice, now=utc_now())
        await stay(keep_paper, wiring.current().printer, wiring.current().store, by, invoice)
        self._say(f"Invoice {name} is finalized and on its way by mail.")
        await AdminInvoice.load.fn(self)
        self._focus("main")

    @staff(Permission.SEE_MONEY)
    async def mail(self) -> None:
        """Mail its address once more."""
        await act(send_invoice, viewer_of(self), route_argument(self), now=utc_now())
        self._say("It is on its way by mail.")

    @staff(Permission.SEE_MONEY)
    async def show_address(self) -> None:
        """The address to hand on."""
        path = await ask(address_of, viewer_of(self), route_argument(self), wiring.current().seal)
        self.address = f"{studio_of(self).address}{path}"
        self._focus("address")

    @staff(Permission.SEE_MONEY)
    async def void(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """It must not be paid anymore."""
        self.field_errors = {}
        reason = str(form.get("reason", ""))
        try:
            await act(void_invoice, viewer_of(self), route_argument(self), reason, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("The invoice is void. Its number stays used.")
        return await AdminInvoice.load.fn(self)

    @staff(Permission.SEE_MONEY)
    async def discard(self) -> rx.event.EventSpec:
        """The draft is not wanted."""
        await act(discard_draft, viewer_of(self), route_argument(self), now=utc_now())
        return rx.redirect("/admin/invoices")

    def _focus(self, field: str) -> None:
        self.focus_on, self.focus_turn = field, self.focus_turn + 1

    async def _read(self) -> InvoicePage:
        today = local(utc_now(), self.studio.zone).date()
        page = await ask(invoice_page, viewer_of(self), route_argument(self), today=today)
        self.invoice = invoice_sheet(page, zone=self.studio.zone, pdf=f"/pdf/invoice/{page.row.public_id}")
        self.is_outdated, self.void_reason = page.is_outdated, page.void_reason
        self.books = await self._read_books(page)
        return page

    async def _read_books(self, page: InvoicePage) -> BooksCard:
        """What was paid of it. A draft is not owed yet, and an order's invoice has its money on the order."""
        if page.order_id or not page.row.finalized_at:
            return BooksCard()
        found = await ask(ledger_of_bill, viewer_of(self), BillName(invoice=page.row.public_id))
        return books_card(found, zone=self.studio.zone)

    def _begin(self, page: InvoicePage) -> None:
        self.key = uuid4().hex[:8]
        lines = [line for line in page.lines if line.kind == LINE]
        currency = page.row.currency
        self.fields = [
            LineField(at, f"{self.key}-{at}", one.name, one.detail, str(one.quantity), money_typed(one.unit_cents, currency))
            for at, one in enumerate(lines)
        ] or [LineField(0, f"{self.key}-0")]
        self.is_taxed = any(line.kind == ChargeKind.TAX for line in page.lines) or not page.lines
        self.due_on = page.row.due_on.isoformat() if page.row.due_on else ""

    async def _save(self, form: dict[str, Any]) -> None:
        by, invoice, now = viewer_of(self), route_argument(self), utc_now()
        if self.invoice.standing == "draft" and not self.invoice.order_number:
            places = [line.at for line in self.fields]
            typed = [_typed(form, at) for at in places]
            try:
                await act(save_lines, by, invoice, typed, is_taxed=bool(form.get("is_taxed")), now=now)
            except InvalidInput as wrong:
                raise _beside_its_line(wrong, places) from wrong
        await act(save_words, by, invoice, str(form.get("memo", "")), str(form.get("due_on", "")), now=now)


def _typed(form: dict[str, Any], at: int) -> TypedLine:
    said = {name: str(form.get(f"{name}-{at}", "")) for name in ("name", "detail", "quantity", "price")}
    return TypedLine(**said)


def _beside_its_line(wrong: InvalidInput, places: list[int]) -> InvalidInput:
    """The verb counts lines, the form names the places they had when the editor began."""
    name, dash, place = wrong.field.rpartition("-")
    return InvalidInput(f"{name}-{places[int(place)]}", wrong.sentence) if dash and place.isdigit() else wrong
