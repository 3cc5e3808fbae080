"""One order at the studio's desk: accept it, decline it, or go on to deliver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now, when_words
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Permission
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.invoicing import draft_of_order
from portal_app.domain.billing.ledgers import ledger_of_bill
from portal_app.domain.billing.queries import balances_for
from portal_app.domain.delivery.releasing import lock_standing
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.confirming import Asked, asked_of, assigned_of, confirm_visit, decline_visit
from portal_app.domain.orders.locating import place_of_order, set_place
from portal_app.domain.orders.queries import order_page
from portal_app.domain.orders.service import accept
from portal_app.domain.orders.windows import changes_of
from portal_app.domain.scheduling.models import Purpose
from portal_app.ui.shared.changing_cards import ChangesCard, changes_card
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.invoice_cards import InvoiceCard
from portal_app.ui.shared.invoice_parts import read_invoices
from portal_app.ui.shared.ledger_cards import BooksCard, books_card
from portal_app.ui.shared.order_cards import OrderPageCard, amount_words, order_page_card
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_number, viewer_of
from portal_app.ui.shared.split_cards import SplitView
from portal_app.ui.shared.splitting import read_split

HOW = {"postcode": "found by its postcode", "town": "found by its town, so about there", "person": "set by hand"}
UNKNOWN_PLACE = "Nobody knows yet where this is. Drives, travel fees and the sunset need it."


@dataclass(frozen=True)
class AskedCard:
    """A visit that waits for its photographer's word: `You are asked to come`, `Thu 26 Nov, 9:30 am`."""

    purpose: str = ""
    who: str = ""
    when: str = ""


@dataclass(frozen=True)
class AssignedCard:
    """Who comes, and why; which rule was set aside for it."""

    who: str = ""
    because: str = ""
    overrides: str = ""


class AdminOrderState(Base):
    """The order in the address."""

    order: OrderPageCard = OrderPageCard()
    paid: str = ""
    due: str = ""
    owes: bool = False
    asked: list[AskedCard] = []
    assigned: list[AssignedCard] = []
    declining: str = ""
    place: str = ""
    changes: ChangesCard = ChangesCard()
    invoices: list[InvoiceCard] = []
    split: SplitView = SplitView()
    books: BooksCard = BooksCard()
    lock: str = ""
    is_correcting: bool = False
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the order."""
        return f"Order {self.order.number}" if self.order.number else "Order"

    @staff(Permission.SEE_ORDERS, marks_stay=True)
    async def load(self) -> None:
        """Read the order afresh; also called when something changed."""
        by = viewer_of(self)
        page = await ask(order_page, by, route_number(self))
        money = (await ask(balances_for, by, [page.row.id])).get(page.row.id)
        self.order = order_page_card(page, zone=self.studio.zone, unit=self.studio.area_unit, studio=self.studio.name)
        self.paid = amount_words(money and money.paid, page.row.currency)
        self.due = amount_words(money and money.due, page.row.currency)
        self.owes = bool(money and money.due)
        self.asked = [_asked_card(each) for each in await ask(asked_of, by, route_number(self))]
        assigned = await ask(assigned_of, by, route_number(self))
        self.assigned = [AssignedCard(each.photographer, each.because, each.overrides) for each in assigned]
        self.place = place_words(await ask(place_of_order, by, page.row.number))
        now = utc_now()
        self.changes = changes_card(await ask(changes_of, by, page.row.number, now=now), now=now)
        self.invoices = await read_invoices(by, self.studio.zone, "/admin/invoices", order_number=page.row.number)
        self.split = await read_split(by, page.row.id, page.row.number, page.row.status, page.row.currency)
        if by.sees_money:
            self.books = books_card(await ask(ledger_of_bill, by, BillName(order=page.row.number)), zone=self.studio.zone)
            self.lock = await ask(lock_standing, by, page.row.listing)
        self.loaded = True

    @staff(Permission.SEE_ORDERS)
    async def confirm_visit(self, purpose: str) -> None:
        """The photographer comes; the second click changes nothing."""
        await act(confirm_visit, viewer_of(self), route_number(self), as_purpose(purpose), now=utc_now())
        self._say("Confirmed.")
        await AdminOrderState.load.fn(self)

    @staff(Permission.SEE_ORDERS)
    async def ask_decline(self, purpose: str) -> None:
        """Open the question why, for this visit; close it with none."""
        self.declining, self.field_errors = purpose[:20], {}

    @staff(Permission.SEE_ORDERS)
    async def decline_visit(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """The photographer does not come: whoever is next is asked."""
        by, reason = viewer_of(self), str(form.get("reason", ""))
        try:
            instead = await act(decline_visit, by, route_number(self), as_purpose(self.declining), reason, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.declining = ""
        self._say(f"Declined. {instead} is asked now." if instead else "Declined. The order waits for a new time.")
        return await AdminOrderState.load.fn(self)

    @staff(Permission.ACCEPT_ORDERS)
    async def accept(self) -> None:
        """Accept; the second click changes nothing."""
        await act(accept, viewer_of(self), route_number(self), now=utc_now())
        self._say("Accepted. The customer hears from us by mail.")
        await AdminOrderState.load.fn(self)

    @staff(Permission.SEE_MONEY)
    async def write_invoice(self) -> rx.event.EventSpec:
        """Begin its invoice, or go on with the draft there is."""
        made = await act(draft_of_order, viewer_of(self), route_number(self), wiring.current().seal, now=utc_now())
        return rx.redirect(f"/admin/invoices/{made}")

    @staff(Permission.ACCEPT_ORDERS)
    async def correct_place(self, is_on: bool) -> rx.event.EventSpec | None:  # noqa: FBT001
        """Open or close the form that says where the property is."""
        self.is_correcting, self.field_errors = is_on, {}
        return rx.set_focus("place") if is_on else None

    @staff(Permission.ACCEPT_ORDERS)
    async def save_place(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Set the place by hand."""
        self.field_errors = {}
        typed, finder = str(form.get("place", ""))[:160], wiring.current().places
        try:
            place = await act(set_place, viewer_of(self), route_number(self), typed, finder, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.place, self.is_correcting = place_words(place), False
        self._say("The place is saved. The travel fee of this order stays as it was.")
        return None


def place_words(place: Place | None) -> str:
    """`36.617, -121.922, found by its postcode`."""
    return f"{place.lat:g}, {place.lon:g}, {HOW.get(place.how, 'set by hand')}" if place else UNKNOWN_PLACE


def as_purpose(word: str) -> Purpose:
    """Which visit of the order is meant. Raises NotFound for a word that names none."""
    if word not in set(Purpose):
        raise NotFound
    return Purpose(word)


def _asked_card(asked: Asked) -> AskedCard:
    who = "You are asked to come" if asked.is_me else f"{asked.photographer} is asked to come"
    return AskedCard(asked.purpose, who, when_words(asked.starts_at, asked.zone))
