"""Why a day has no time: for an order, or for what somebody would order, start by start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now, zone_words
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Permission
from portal_app.domain.catalog.queries import offers
from portal_app.domain.listings.places import Place, typed_point
from portal_app.domain.orders.checking import read_area
from portal_app.domain.orders.explaining import Told, told_for, told_of
from portal_app.domain.orders.quoting import Basket
from portal_app.domain.scheduling.models import Purpose
from portal_app.ui.admin.why.cards import PURPOSES, DayCard, day_card
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, viewer_of
from portal_app.ui.shared.wall_times import day_of

SERVICE = "service-"


@dataclass(frozen=True)
class OfferChoice:
    """Something that can be ordered, chosen or not."""

    name: str
    words: str
    is_on: bool


class WhyState(Base):
    """What is asked, and the answer for one day."""

    day: str = ""
    number: str = ""
    street: str = ""
    size: str = ""
    place: str = ""
    choices: list[OfferChoice] = []
    purpose: str = ""
    purposes: list[tuple[str, str]] = []
    answer: DayCard = DayCard()
    zone: str = ""
    loaded: bool = False
    _chosen: list[str] = []
    _where: Place | None = None
    _came_by: str = ""

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Ask what the address asks; a second visit to the same address finds what was asked last."""
        asked = self.router.url.query_parameters
        order, purpose, day = (str(asked.get(name, ""))[:20] for name in ("order", "purpose", "day"))
        if (came_by := f"{order} {purpose} {day}") != self._came_by:
            self._came_by, self._chosen = came_by, []
            self.number, self.street, self.purpose, self.day = order, "", purpose, day
        self.field_errors, self.zone = {}, zone_words(self.studio.zone)
        await self._shelf()
        await self._show()
        self.loaded = True

    @staff(Permission.SEE_ORDERS)
    async def refresh(self) -> None:
        """Something changed in the studio."""
        await self._show()

    @staff(Permission.SEE_ORDERS)
    async def pick_day(self, day: str) -> None:
        """Another day was chosen."""
        self.day = day[:10]
        await self._show()

    @staff(Permission.SEE_ORDERS)
    async def move_day(self, days: int) -> None:
        """The day before, or the day after."""
        at = day_of(self.day, "day")
        if date(2000, 1, 2) < at < date(2100, 1, 1):
            self.day = (at + timedelta(days=max(-1, min(1, days)))).isoformat()
        await self._show()

    @staff(Permission.SEE_ORDERS)
    async def pick_purpose(self, purpose: str) -> None:
        """The visit by day, or the one at dusk."""
        self.purpose = purpose[:20]
        await self._show()

    @staff(Permission.SEE_ORDERS)
    async def ask_order(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Ask for the visits of an order."""
        self.number, self.day, self.purpose = str(form.get("order", "")).strip()[:12], "", ""
        if not self.number:
            return beside(self, InvalidInput("order", "Type the number of an order."))
        return await self._show()

    @staff(Permission.SEE_ORDERS)
    async def ask_services(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Ask for what somebody would order, at a place that may be given."""
        self.size, self.place = (str(form.get(name, "")).strip()[:160] for name in ("area", "place"))
        self._chosen = [name.removeprefix(SERVICE)[:64] for name in form if name.startswith(SERVICE) and form[name]]
        self.number, self.purpose = "", ""
        await self._shelf()
        try:
            read_area(self.size)
            self._where = self._found(self.place)
            if not self._chosen:
                raise InvalidInput("services", "Choose at least one service or package.")
        except InvalidInput as wrong:
            return beside(self, wrong)
        return await self._show()

    def _found(self, typed: str) -> Place | None:
        place = (typed_point(typed) or wiring.current().places.find("", typed)) if typed else None
        if typed and place is None:
            raise InvalidInput("place", "Nobody knows this place. Give a ZIP code, a town, or two numbers from a map.")
        return place

    async def _shelf(self) -> None:
        shelf = await ask(offers, viewer_of(self))
        self.choices = [
            OfferChoice(f"{SERVICE}{offer.public_id}", offer.name, offer.public_id in self._chosen) for offer in shelf
        ]

    async def _show(self) -> rx.event.EventSpec | None:
        """Answer what is asked, if anything is."""
        self.field_errors = {}
        if not (self.number or self._chosen):
            self.answer = DayCard()
            return None
        try:
            told = await self._ask()
        except NotFound:
            self.answer = DayCard()
            return beside(self, InvalidInput("order", f"No open order has the number {self.number}."))
        except InvalidInput as wrong:
            self.answer = self.answer if wrong.field == "day" else DayCard()
            return beside(self, wrong)
        self.day, self.purpose, self.street = told.day.openings.day.isoformat(), str(told.purpose), told.street
        self.purposes = [(str(each), PURPOSES[each]) for each in told.purposes] if len(told.purposes) > 1 else []
        self.answer = day_card(told)
        return None

    async def _ask(self) -> Told:
        by, now = viewer_of(self), utc_now()
        purpose = Purpose(self.purpose) if self.purpose in set(Purpose) else None
        day = day_of(self.day, "day") if self.day else None
        if not self.number:
            basket = Basket(dict.fromkeys(self._chosen, 1), read_area(self.size), place=self._where)
            return await ask(told_for, by, basket, purpose, day, now=now)
        if not self.number.isdecimal() or len(self.number) > 9:
            raise NotFound
        return await ask(told_of, by, int(self.number), purpose, day, now=now)
