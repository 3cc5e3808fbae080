"""Placing an order: choices, a quote that follows them, one verb at the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import reflex as rx

from portal_app.core.clock import local, utc_now, zone_words
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.domain.catalog.models import Kind
from portal_app.domain.catalog.offering import Offer
from portal_app.domain.catalog.queries import offers
from portal_app.domain.customers.queries import RecordCard, records
from portal_app.domain.orders.placing import Basket, OrderRequest, estimate, place_order, read_area
from portal_app.domain.orders.queries import last_ordered_for
from portal_app.ui.portal.booking.cards import OfferCard, QuoteCard, day_bounds, offer_cards, quote_card
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of

TYPED = ("street", "town", "area", "day", "time", "notes", "on_behalf_of")
NOT_FOR_THEM = "You cannot order for them anymore: the team changed. Choose again."


class BookingState(Base):
    """What the customer chose so far. It outlives a reload and a walk through the app; placing the order clears it."""

    street: str = ""
    town: str = ""
    area: str = ""
    day: str = ""
    time: str = ""
    notes: str = ""
    chosen: list[str] = []
    packages: list[OfferCard] = []
    services: list[OfferCard] = []
    add_ons: list[OfferCard] = []
    summary: QuoteCard = QuoteCard()
    first_day: str = ""
    last_day: str = ""
    zone_name: str = ""
    for_whom: list[tuple[str, str]] = []
    on_behalf_of: str = ""
    is_placing: bool = False
    loaded: bool = False
    _request_key: str = ""

    @customer
    async def load(self) -> None:
        """Show the shelf, and what was already chosen."""
        self._request_key = self._request_key or new_public_id()
        self.first_day, self.last_day = day_bounds(local(utc_now(), self.studio.zone).date())
        self.zone_name = zone_words(self.studio.zone)
        await self._read_for_whom()
        await self._price()
        self.loaded = True

    @customer
    async def toggle(self, service: str) -> None:
        """Choose one, or take it back; a package takes over the services it contains."""
        self.chosen = _toggled(await ask(offers, viewer_of(self)), self.chosen, service)
        await self._price()

    @customer
    async def keep(self, field: str, value: str) -> None:
        """Keep what was typed, so that nothing is lost on the way."""
        if field in TYPED:
            setattr(self, field, value[:2000])
            self.field_errors = {name: text for name, text in self.field_errors.items() if name != _beside(field)}
        if field == "area":
            await self._price()

    @customer
    async def place(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Place the order once, then show it in the dashboard. A second click finds nothing left to place."""
        if not self._request_key:
            return await BookingState.load.fn(self)
        for field in TYPED:
            setattr(self, field, str(form.get(field, getattr(self, field)))[:2000])
        self.field_errors = {}
        try:
            number = await act(place_order, viewer_of(self), self._request(), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        except NotFound:
            await self._read_for_whom()
            return beside(self, InvalidInput("on_behalf_of", NOT_FOR_THEM))
        self._clear()
        return rx.redirect(f"/orders/{number}")

    def _request(self) -> OrderRequest:
        return OrderRequest(
            request_key=self._request_key,
            street=self.street,
            town=self.town,
            area=self.area,
            services=tuple(self.chosen),
            starts_at=_wall_time(self.day, self.time),
            access_notes=self.notes,
            expected_total_cents=self.summary.total_cents if self.chosen else None,
            on_behalf_of=_record_id(self.on_behalf_of),
        )

    async def _read_for_whom(self) -> None:
        """Whom this person may order for, when that is more than themselves; last time's choice stands."""
        by = viewer_of(self)
        choices = [(str(card.id), _for_words(card)) for card in await ask(records, by)]
        self.for_whom = choices if len(choices) > 1 else []
        offered = {value for value, _ in self.for_whom}
        if self.on_behalf_of not in offered:
            last = str(await ask(last_ordered_for, by) or "")
            self.on_behalf_of = last if last in offered else next((value for value, _ in self.for_whom), "")

    async def _price(self) -> None:
        by = viewer_of(self)
        area = self._area()
        shelf = await ask(offers, by)
        words = (area, self.chosen, self.studio.currency, self.studio.area_unit)
        self.packages, self.services, self.add_ons = (
            offer_cards(shelf, kind, *words) for kind in (Kind.PACKAGE, Kind.SERVICE, Kind.ADD_ON)
        )
        basket = Basket(dict.fromkeys(self.chosen, 1), area)
        self.summary = quote_card(await ask(estimate, by, basket, now=utc_now()), self.studio.currency)

    def _area(self) -> int | None:
        try:
            return read_area(self.area)
        except InvalidInput as typed:
            self.field_errors = {**self.field_errors, typed.field: typed.sentence}
            return None

    def _clear(self) -> None:
        self.street = self.town = self.area = self.day = self.time = self.notes = self.on_behalf_of = self._request_key = ""
        self.chosen, self.summary, self.loaded = [], QuoteCard(), False


def _for_words(card: RecordCard) -> str:
    return ", ".join(part for part in (card.person or "Myself", card.team_name) if part)


def _record_id(chosen: str) -> int | None:
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None


def _toggled(shelf: list[Offer], chosen: list[str], service: str) -> list[str]:
    """The choice after one click. Packages exclude each other and replace their parts."""
    by_id = {offer.public_id: offer for offer in shelf}
    if service not in by_id:
        return chosen
    if service in chosen:
        return [other for other in chosen if other != service]
    offer = by_id[service]
    if offer.kind == Kind.PACKAGE:
        kept = [other for other in chosen if by_id[other].kind != Kind.PACKAGE and other not in offer.parts]
    else:
        kept = [other for other in chosen if service not in by_id[other].parts]
    return [*kept, service]


def _wall_time(day: str, time: str) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=None)
    except ValueError:
        return None


def _beside(field: str) -> str:
    return {"day": "starts_at", "time": "starts_at"}.get(field, field)
