"""Choosing a time: a month of free days, the times of one day, a visit of its own at dusk, or a wish."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from portal_app.core.clock import local, utc_now, when_words, zone_words
from portal_app.domain.scheduling.asking import DayOpenings, VisitAsk
from portal_app.domain.scheduling.models import Purpose, Timing
from portal_app.domain.scheduling.queries import find_openings, takes_times
from portal_app.domain.scheduling.terms import BookingTerms, booking_terms
from portal_app.ui.public.booking.cards import day_bounds
from portal_app.ui.public.booking.choices import Choices, day_of
from portal_app.ui.public.booking.month import (
    MonthCard,
    Times,
    WhyCard,
    month_card,
    month_of,
    span_of,
    starts_of,
    times_of,
    wall,
    whys,
)
from portal_app.ui.public.booking.steps import EXACT
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.run import ask

DUSK_DAYS = 14


class Calendar(Choices):
    """The time step. What is offered comes from the calendars of the studio's crew; what is taken, the verb decides."""

    needs_time: bool = True
    may_wish: bool = True
    month: MonthCard = MonthCard()
    day_title: str = ""
    times: list[tuple[str, str]] = []
    dusks: list[tuple[str, str]] = []
    whys: list[WhyCard] = []
    nearest: list[tuple[str, str]] = []
    first_day: str = ""
    last_day: str = ""
    zone_name: str = ""
    _terms: BookingTerms = BookingTerms()
    _has_crew: bool = False
    _is_judged: bool = False
    _month: str = ""
    _times: Times = {}

    @public(marks_stay=True)
    async def turn(self, months: int) -> None:
        """The month before, or the one after."""
        if months in {-1, 1} and self._month:
            await self._read_month(month_of(date.fromisoformat(self._month), months))

    @public(marks_stay=True)
    async def choose_day(self, day: str) -> None:
        """Show the free times of a day."""
        if day in self._times:
            self._show_day(day)

    @public(marks_stay=True)
    async def choose_time(self, at: str) -> None:
        """Take one of the offered times; what goes with it at dusk follows."""
        if at in {value for value, _ in self.times} or at in {value for value, _ in self.nearest}:
            self.at, self.day, self.wish, self.nearest = at, at[:10], EXACT, []
            self._unmark("starts_at")
            await self._read_dusk()
            self._fold()

    @public(marks_stay=True)
    async def choose_dusk(self, at: str) -> None:
        """Take another dusk."""
        if at in {value for value, _ in self.dusks}:
            self.dusk = at
            self._fold()

    @public(marks_stay=True)
    async def choose_wish(self, wish: str) -> None:
        """An exact time, or how soon it should be."""
        if wish == EXACT or self.may_wish:
            self.wish = wish[:20]
            self._unmark("starts_at")
            self._fold()

    def _unmark(self, *fields: str) -> None:
        """What was wrong here is right now, or will be judged anew."""
        self.field_errors = {name: text for name, text in self.field_errors.items() if name not in fields}

    async def _begin_calendar(self) -> None:
        by = self._by()
        self._terms, self._has_crew = await ask(booking_terms, by), await ask(takes_times, by)
        self.takes = self._has_crew
        self.needs_time = self._terms.timing != Timing.NONE
        self.first_day, self.last_day = day_bounds(self._today())
        self.zone_name = zone_words(self.studio.zone)
        if not self.needs_time:
            self.wish = "soon"

    async def _open_calendar(self) -> None:
        """Show the month of the chosen day, else the first month with a free one."""
        self._judge_place()
        if not (self.takes and self.needs_time):
            self._judge_wish(is_full=False)
            return
        chosen = day_of(self.at[:10]) or day_of(self.dusk[:10]) or self._today()
        month = month_of(chosen)
        await self._read_month(month)
        while not self._times and month_of(month, 1) <= self._last():
            month = month_of(month, 1)
            await self._read_month(month)
        self._judge_wish(is_full=not self._times)

    async def _read_month(self, month: date) -> None:
        last = self._last()
        first, until = span_of(month, self._today(), last)
        days = (
            await self._openings(Purpose.TWILIGHT if self._only_dusk else Purpose.VISIT, first, until) if first <= until else []
        )
        self._month, self._times = month.isoformat(), times_of(days, self.studio.zone)
        self.month, self.whys = month_card(month, self._times, self._today(), last), whys(days)
        if self.at and self.at[:7] == self._month[:7] and self.at not in {v for v, _ in self._times.get(self.at[:10], [])}:
            self.at = ""
        day = self.day if self.day in self._times else next(iter(self._times), "")
        self._show_day(day)
        await self._read_dusk()

    def _show_day(self, day: str) -> None:
        self.day, self.times = day, self._times.get(day, [])
        at = day_of(day)
        self.day_title = f"{at:%A} {at.day} {at:%B}" if at else ""

    async def _read_dusk(self) -> None:
        """A twilight set beside a visit by day gets its own, first on the same day."""
        quote = self._quote
        if quote is None or not quote.twilight_minutes or self._only_dusk:
            self.dusks, self.dusk = [], ""
            return
        day = day_of(self.at[:10])
        if day is None:
            self.dusks = []
            return
        days = await self._openings(Purpose.TWILIGHT, day, day + timedelta(days=DUSK_DAYS))
        self.dusks = starts_of(days, self.studio.zone)
        if self.dusk not in {value for value, _ in self.dusks}:
            self.dusk = self.dusks[0][0] if self.dusks else ""

    async def _openings(self, purpose: Purpose, first: date, last: date) -> Sequence[DayOpenings]:
        quote = self._quote
        if quote is None:
            return []
        is_dusk = purpose is Purpose.TWILIGHT
        asked = VisitAsk(
            minutes=max(15, quote.twilight_minutes if is_dusk else quote.visit_minutes),
            purpose=purpose,
            service_ids=frozenset(quote.twilight_ids if is_dusk else quote.visit_ids),
            place=self._place,
            zone=self.studio.zone,
            first=first,
            last=last,
        )
        return await ask(find_openings, self._by(), asked, now=utc_now())

    def _judge_place(self) -> None:
        """Where the studio must say first whether it comes, no time is its to promise: they ask for a day and a time."""
        is_request = bool(self.summary.travel_problem) and self._terms.outside_is_asked
        was, self.takes = self.takes, self._has_crew and not is_request
        if self._is_judged and was != self.takes:  # a draft that was taken up was judged when it was typed
            self.at, self.day, self.time = "", "", ""
            self.dusk, self.dusks, self.nearest = "", [], []
        self._is_judged = True

    def _judge_wish(self, *, is_full: bool) -> None:
        """Whether a wish may be sent instead of a time."""
        terms, outside = self._terms, bool(self.summary.travel_problem)
        is_asked = terms.outside_is_asked if outside else terms.full_is_asked
        self.may_wish = terms.timing == Timing.OPTIONAL or not self.takes or is_asked
        if not self.may_wish:
            self.wish = EXACT
        elif is_full and self.takes and self.wish == EXACT:
            self.wish = "soon"

    def _offer_nearest(self, times: Collection[datetime]) -> None:
        """The time was taken while they chose: the nearest free ones stand in its place."""
        zone = self.studio.zone
        self.at, self.nearest = "", [(wall(at, zone), when_words(at, zone)) for at in times]

    def _today(self) -> date:
        return local(utc_now(), self.studio.zone).date()

    def _last(self) -> date:
        return self._today() + timedelta(days=self._terms.horizon_days)
