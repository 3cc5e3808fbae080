"""Booking: a few steps, a price that follows each choice, one verb at the end. For guests and for customers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound, Problem
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.amounts import NothingDue, Part
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.returning import STATUS_PAGE
from portal_app.domain.catalog.offering import Offer
from portal_app.domain.catalog.queries import offers, questions
from portal_app.domain.catalog.questions import Asked, asked_of
from portal_app.domain.customers.profile import own_profile
from portal_app.domain.customers.queries import RecordCard, records
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.places import client_address
from portal_app.domain.orders.links import link_of_request, viewer_of_link
from portal_app.domain.orders.placing import estimate, place_order
from portal_app.domain.orders.queries import last_ordered_for
from portal_app.domain.orders.repeating import Repeat, last_time
from portal_app.domain.scheduling.going import home_of
from portal_app.domain.scheduling.taking import SlotTaken
from portal_app.off_loop import call
from portal_app.ui.public.booking.calendar import Calendar
from portal_app.ui.public.booking.cards import (
    OfferCard,
    QuestionCard,
    ShelfCard,
    add_on_cards,
    promise_words,
    question_cards,
    quote_card,
    shelf_cards,
    tip_choices,
    toggled,
    upfront_words,
)
from portal_app.ui.public.booking.checks import NOT_FOR_THEM, wrong_with
from portal_app.ui.public.booking.choices import PRICED
from portal_app.ui.public.booking.draft import opened_draft
from portal_app.ui.public.booking.steps import ADDRESS, DETAILS, EXACT, REVIEW, SERVICES, TIME, allowed, onward, step_of
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.paying import payment_page
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import studio_of

HERE = "/place-order"
MARKED_AT = {"day": "starts_at", "time": "starts_at", "own_tip": "tip", "tip": "own_tip"}


class BookingState(Calendar):
    """The steps, and what each of them shows."""

    shelf: list[ShelfCard] = []
    add_ons: list[OfferCard] = []
    questions: list[QuestionCard] = []
    tips: list[tuple[str, str]] = []
    for_whom: list[tuple[str, str]] = []
    again: str = ""
    promise: str = ""
    upfront: str = ""
    is_guest: bool = True
    busy: bool = False
    loaded: bool = False
    _asked: list[Asked] = []
    _wrong: InvalidInput | None = None
    _landed: str = ""

    @rx.var
    def marked(self) -> str:
        """The first field that is marked as wrong, which takes the focus."""
        return next(iter(self.field_errors), "")

    @public
    async def load(self) -> rx.event.EventSpec | None:
        """Show the step in the address, or the first that is still open before it. Whoever comes back from the payment
        page to the last step, which is done, is led to their order."""
        wanted = str(self.router.url.query_parameters.get("step", ""))
        if not self._request_key:
            if wanted == REVIEW and self._landed:
                return rx.redirect(self._landed, replace=True)
            await self._begin()
        opened = allowed(wanted, self.done)
        await self._open(opened)
        self.loaded = True
        if wrong := self._wrong:
            self._wrong, self.field_errors = None, {wrong.field: wrong.sentence}
            return None
        return rx.redirect(f"{HERE}?step={opened}", replace=True) if wanted not in {"", opened} else None

    @public(marks_stay=True)
    async def keep(self, field: str, value: str) -> None:
        """Keep what was typed, so that nothing is lost on the way."""
        if self._stands(field, value):
            return
        self._put(field, value)
        self._unmark(field, MARKED_AT.get(field, field))
        if field in PRICED or field.startswith("answer_"):
            await self._price()
        self._fold()

    @public(marks_stay=True)
    async def toggle(self, service: str) -> None:
        """Choose one, or take it back; a package takes over the services it contains."""
        await self._choose(toggled(await self._shelf(), self.chosen, service))

    @public(marks_stay=True)
    async def count(self, service: str, number: int) -> None:
        """Have one several times, as far as it is sold so."""
        most = {offer.public_id: offer.most for offer in await self._shelf()}
        if service in self.chosen and 1 <= number <= most.get(service, 1):
            await self._choose({**self.chosen, service: number})

    @public
    async def repeat(self) -> rx.event.EventSpec | None:
        """Everything like last time but the property and the time: one press instead of two steps."""
        if last := await ask(last_time, self._by()):
            self.town, self.entry, self.phone = self.town or last.town, self.entry or last.entry, self.phone or last.phone
            self.done = [*{*self.done, SERVICES, DETAILS}]
            await self._choose(dict(last.services))
        return rx.set_focus("street")

    @public
    async def change(self, step: str) -> rx.event.EventSpec | None:
        """Open a step again; what was typed stands in it."""
        return self._to(allowed(step, self.done))

    @public
    async def go_on(self, form: dict[str, Any]):
        """This step is done: open the next, or place the order at the end. A second click finds nothing left to place, and
        does not speak for a step that it did not see."""
        if form.get("step", self.step) != self.step:
            return
        if not self._request_key:
            yield rx.redirect(self._landed, replace=True) if self._landed else await BookingState.load.fn(self)
            return
        for field, value in form.items():
            if step_of(field) == self.step and value is not None and (value or field != "entry_code"):
                self._put(field, str(value))
        self.field_errors, self.busy = {}, True
        yield
        try:
            yield await self._finish()
        finally:
            self.busy = False

    async def _finish(self) -> rx.event.EventSpec | None:
        if self.step == ADDRESS:
            await self._find_place()
        await self._price()
        if wrong := wrong_with(self.step, self, self._asked):
            self.field_errors = {wrong.field: wrong.sentence}
            return None
        if self.step == REVIEW:
            return await self._place_it()
        self.done = [*{*self.done, self.step}]
        return self._to(onward(self.step, self.done))

    async def _place_it(self) -> rx.event.EventSpec | None:
        by, now, key = self._by(), utc_now(), self._request_key
        asked = self._request(is_guest=not by.is_customer)
        try:
            asked = replace(asked, takes_cards=await self._takes_cards(by))
            number = await act(place_order, by, asked, now=now, seal=wiring.current().seal, caller=self._caller())
        except InvalidInput as wrong:
            return self._refused(wrong)
        except NotFound:
            await self._read_for_whom(by)
            return self._refused(InvalidInput("on_behalf_of", NOT_FOR_THEM))
        except SlotTaken as taken:
            self._offer_nearest(taken.nearest)
            return self._refused(InvalidInput("starts_at", taken.sentence))
        token = "" if by.is_customer else await act(link_of_request, by, key, now=now)
        lands, pays = f"{STATUS_PAGE}/{token}" if token else f"/orders/{number}", self.upfront != ""
        self._clear()
        self._landed = lands
        page = await self._payment_page(by, token, number) if pays else ""
        return rx.redirect(page) if page else rx.redirect(lands, replace=True)

    async def _payment_page(self, by: Viewer, token: str, number: int) -> str:
        """Where the order that was just placed is paid; empty, and said why, when that page does not open. It is placed
        all the same, and its own page offers to pay."""
        holder = (await ask(viewer_of_link, by.studio_id, token) or by) if token else by
        try:
            return await payment_page(
                studio_of(self), holder, [Part(BillName(order=number))], STATUS_PAGE if token else self._landed
            )
        except NothingDue:
            return ""
        except Problem as problem:
            self._say(problem.sentence, "bad")
            return ""

    def _refused(self, wrong: InvalidInput) -> rx.event.EventSpec:
        """Open the step where it belongs; its first marked field takes the focus."""
        at = step_of(wrong.field)
        self.done = [step for step in self.done if step != at]
        self._wrong = wrong
        return self._to(at)

    def _to(self, step: str) -> rx.event.EventSpec:
        """Each step has an address: going back in the browser is going back a step."""
        self.step = step
        self._fold()
        return rx.redirect(f"{HERE}?step={step}")

    async def _open(self, step: str) -> None:
        self.step = step
        await self._price()
        if step == TIME:
            await self._open_calendar()
        self._fold()

    async def _begin(self) -> None:
        by = self._by()
        self._request_key, self._landed = new_public_id(), ""
        self.is_guest = not by.is_customer
        await self._take_up(opened_draft(self.draft, by) if self.draft else {})
        await self._begin_calendar()
        if not await self._takes_cards(by):
            self._terms = replace(self._terms, pay_basis_points=0)
        self.tips = tip_choices(self._terms.tip_shares)
        if by.is_customer:
            self.phone = self.phone or (await ask(own_profile, by)).phone
            self.again = repeat_words(await ask(last_time, by))
            await self._read_for_whom(by)

    async def _take_up(self, draft: dict[str, Any]) -> None:
        """Go on with what the tab kept, as far as it is still sold."""
        most = {offer.public_id: offer.most for offer in await self._shelf()} if draft else {}
        for name, value in draft.items():
            setattr(self, name, value)
        if draft:
            self.chosen = {service: min(count, most[service]) for service, count in self.chosen.items() if service in most}
        if ADDRESS in self.done:
            await self._find_place()
            self.done = draft["done"]

    async def _takes_cards(self, by: Viewer) -> bool:
        return await call(wiring.current().gateway_for, by.studio_id) is not None

    async def _read_for_whom(self, by: Viewer) -> None:
        """Whom this person may order for, when that is more than themselves; last time's choice stands."""
        choices = [(str(card.id), _for_words(card)) for card in await ask(records, by)]
        self.for_whom = choices if len(choices) > 1 else []
        offered = {value for value, _ in self.for_whom}
        if self.on_behalf_of not in offered:
            last = str(await ask(last_ordered_for, by) or "")
            self.on_behalf_of = last if last in offered else next((value for value, _ in self.for_whom), "")

    async def _find_place(self) -> None:
        near = await ask(home_of, self._by())
        found = await call(wiring.current().places.find, self.street, self.town, near)
        if found != self._place:
            self._place = found
            self._reopen(TIME)

    async def _choose(self, chosen: dict[str, int]) -> None:
        self.chosen = chosen
        self._unmark("services")
        self._reopen(TIME)
        await self._price()
        self._fold()

    def _reopen(self, step: str) -> None:
        self.done = [other for other in self.done if other != step]

    async def _shelf(self) -> list[Offer]:
        return await ask(offers, self._by())

    async def _price(self) -> None:
        by, shelf = self._by(), await self._shelf()
        words = (self._area(), self.chosen, self.studio.currency, self.studio.area_unit)
        self.shelf, self.add_ons = shelf_cards(shelf, *words), add_on_cards(shelf, *words)
        self._quote = await ask(estimate, by, self._basket(), now=utc_now())
        self.summary = quote_card(self._quote, self.studio.currency)
        is_outside = bool(self.summary.travel_problem)
        is_taken = self.takes and self.wish == EXACT and not is_outside
        of_price = (self._terms, self.summary.total_cents, self.studio.currency)
        self.promise, self.upfront = (
            promise_words(*of_price, is_taken=is_taken, is_outside=is_outside),
            upfront_words(*of_price, is_taken=is_taken),
        )
        self._asked = asked_of(await ask(questions, by), self._quote.visit_ids | self._quote.twilight_ids)
        self.questions = question_cards(self._asked, self.answers, self.studio.currency)

    def _caller(self) -> Caller:
        said = self.router.headers.raw_headers.get("x-forwarded-for", "")
        address = client_address(self.router.session.client_ip, [said] if said else [], wiring.current().settings.proxy_hops)
        return Caller(address=address, device=self.router.headers.user_agent[:200])


def repeat_words(last: Repeat | None) -> str:
    """`Signature photos, 2D floor plan, as at 14 Foghorn Terrace`; empty when there was no last time."""
    return f"{last.words}, as at {last.street}" if last else ""


def _for_words(card: RecordCard) -> str:
    return ", ".join(part for part in (card.person or "Myself", card.team_name) if part)
