"""Changing what was booked, wherever an order is shown to its customer: its time, postponing, canceling."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import reflex as rx

from portal_app.core.clock import local, utc_now
from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.domain.billing.giving_back import would_go_back
from portal_app.domain.billing.queries import balances_for
from portal_app.domain.billing.upfront import choose_time
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.changing import Why, postpone
from portal_app.domain.orders.models import Wish
from portal_app.domain.orders.moving import openings_of
from portal_app.domain.orders.queries import order_page
from portal_app.domain.orders.windows import Changes, VisitChange, changes_of
from portal_app.domain.scheduling.changing import Late, Verdict
from portal_app.domain.scheduling.models import Purpose
from portal_app.ui.shared import changing_cards as words
from portal_app.ui.shared.changing_cards import Asked, TimeCard
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import customer_or_link
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of

DAYS = 28
MOVE, POSTPONE, CANCEL = "move", "postpone", "cancel"
PROBLEM, VISITS = "change-problem", "visits"


class Changing(Base):
    """The dialog that is open, if any, and what it asks for."""

    what: str = ""
    asked: Asked = Asked()
    problem: str = ""
    days: list[tuple[str, str]] = []
    day: str = ""
    times: list[TimeCard] = []
    time: str = ""
    first: str = ""
    has_earlier: bool = False
    is_firm: bool = False
    is_working: bool = False
    _number: int = 0
    _purpose: str = ""
    _fee_cents: int = 0
    _is_changed: bool = False

    @customer_or_link
    async def open(self, order: int, what: str, purpose: str) -> None:
        """Look at what may be done, and ask."""
        self._number, self._purpose = order, purpose
        self.what, self.problem = what, ""
        self.days, self.day, self.times, self.time, self.first = [], "", [], "", ""
        await self._look()

    @customer_or_link
    async def shut(self) -> None:
        """Leave everything as it is."""
        self.what, self.problem = "", ""

    @customer_or_link
    async def choose_day(self, day: str) -> None:
        """Show this day's times."""
        self.day, self.time = day, ""
        await self._offer(_day(self.first))

    @customer_or_link
    async def choose_time(self, time: str) -> None:
        """Mark a time; nothing is kept yet."""
        self.time = time

    @customer_or_link
    async def show_later(self) -> None:
        """Four weeks further."""
        self.day, self.time = "", ""
        await self._offer(_day(self.first) + timedelta(days=DAYS))

    @customer_or_link
    async def show_earlier(self) -> None:
        """Four weeks back, not before today."""
        self.day, self.time = "", ""
        today = local(utc_now(), self.studio.zone).date()
        await self._offer(max(today, _day(self.first) - timedelta(days=DAYS)))

    @customer_or_link
    async def confirm(self, form: dict[str, str]):
        """Do it; what stands in the way is said in the dialog, with what may be done now."""
        self.is_working, self.problem = True, ""
        yield
        try:
            await self._do(form)
            self._is_changed, self.what = self.what in {POSTPONE, CANCEL}, ""
        except InvalidInput as wrong:
            yield beside(self, wrong)
        except Conflict as problem:
            self.problem = problem.sentence
            await self._look()
            yield rx.set_focus(PROBLEM)
        finally:
            self.is_working = False

    @customer_or_link(marks_stay=True)
    async def settle(self) -> rx.event.EventSpec | None:
        """The page is read again. The button that opened the dialog may be gone with what it offered: the focus goes to the
        visits then."""
        was, self._is_changed = self._is_changed, False
        return rx.set_focus(VISITS) if was else None

    async def _do(self, form: dict[str, str]) -> None:
        by, why = viewer_of(self), Why(form.get("reason", ""), seen_fee_cents=self._fee_cents)
        if self.what == CANCEL:
            await act(cancel, by, self._number, why, now=utc_now())
            self._say("The order is canceled.")
        elif self.what == POSTPONE:
            wish = Wish(form.get("wish", "")) if form.get("wish", "") in list(Wish) else Wish.SOON
            await act(postpone, by, self._number, Purpose(self._purpose), why, wish=wish, now=utc_now())
            self._say("Postponed. Choose another time whenever you are ready.")
        elif self.what == MOVE:
            await act(choose_time, by, self._number, Purpose(self._purpose), _instant(self.time), why, now=utc_now())
            self._say("The new time is yours.")

    async def _look(self) -> None:
        """Ask again what is allowed, so that what is confirmed is what was shown."""
        by, now = viewer_of(self), utc_now()
        found = await ask(changes_of, by, self._number, now=now)
        row = (await ask(order_page, by, self._number)).row
        if self.what == CANCEL:
            paid = (await ask(balances_for, by, [row.id])).get(row.id)
            back = await ask(would_go_back, by, self._number, _fee(found.cancel)) if paid else 0
            self.asked = words.cancel_words(
                found, zone=self.studio.zone, currency=row.currency, paid_cents=paid.paid if paid else 0, back_cents=back,
                studio=self.studio.name,
            )  # fmt: skip
            self.is_firm, verdict = True, found.cancel
        else:
            visit = _visit(found, self._purpose)
            is_move = self.what == MOVE
            told = words.move_words if is_move else words.postpone_words
            self.asked = told(found, visit, row.currency)
            self.is_firm, verdict = visit.status in ("booked", "held"), visit.move if is_move else visit.postpone
            if is_move and not self.asked.refused:
                await self._offer(_day(self.first) if self.first else local(now, visit.zone).date())
        self._fee_cents = _fee(verdict)

    async def _offer(self, first: date) -> None:
        last = first + timedelta(days=DAYS - 1)
        asked = {"first": first, "last": last, "now": utc_now()}
        days = await ask(openings_of, viewer_of(self), self._number, Purpose(self._purpose), **asked)
        self.has_earlier = first > local(utc_now(), self.studio.zone).date()
        self.first, self.days = first.isoformat(), words.day_choices(days, self.studio.zone)
        free = [value for value, _ in self.days]
        self.day = self.day if self.day in free else (free[0] if free else "")
        self.times = words.time_cards(days, self.day, self.studio.zone)
        self.time = self.time if self.time in [each.value for each in self.times] else ""


def _visit(found: Changes, purpose: str) -> VisitChange:
    visit = next((each for each in found.visits if each.purpose == purpose), None)
    if visit is None:
        raise NotFound
    return visit


def _fee(verdict: Verdict | None) -> int:
    return verdict.fee_cents if isinstance(verdict, Late) else 0


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as wrong:
        raise InvalidInput("day", "Choose a day.") from wrong


def _instant(typed: str) -> datetime:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError as missing:
        raise InvalidInput("time", "Choose one of the times.") from missing
    if at.tzinfo is None:
        raise InvalidInput("time", "Choose one of the times.")
    return at
