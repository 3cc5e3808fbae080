"""When one member works: the week, days that differ, time off, and how they are booked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import local, utc_now, when_words, zone_words
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Permission
from portal_app.domain.scheduling import hours
from portal_app.domain.scheduling.crew import member_calendar
from portal_app.ui.admin.hours.cards import (
    DUSK,
    NINE_TO_FIVE,
    DayCard,
    Line,
    SpanCard,
    hours_words,
    typed_hours,
    week_cards,
    week_of,
    with_spans,
)
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_number, viewer_of
from portal_app.ui.shared.wall_times import day_of, instant_of


class HoursState(Base):
    """The member in the address. `edition` changes when fields must be drawn anew."""

    name: str = ""
    is_me: bool = False
    zone: str = ""
    week: list[DayCard] = []
    edition: int = 0
    days: list[Line] = []
    offs: list[Line] = []
    may_book: bool = False
    is_bookable: bool = True
    priority: str = "0"
    base: str = ""
    sent: int = 0
    focus_on: str = ""
    focus_turn: int = 0
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the member."""
        return f"Hours of {self.name}" if self.name else "Hours"

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Read everything afresh."""
        await self._read()
        self.loaded = True

    async def _read(self, *, week: bool = True) -> None:
        by, now, zone = viewer_of(self), utc_now(), self.studio.zone
        found = await ask(member_calendar, by, route_number(self), today=local(now, zone).date(), now=now)
        row = found.row
        self.name, self.is_me, self.base, self.zone = row.name, row.is_me, row.base, zone_words(zone)
        self.may_book, self.is_bookable, self.priority = hours.keeps_everybodys(by), row.is_bookable, str(row.priority)
        self.days = [
            Line(day.isoformat(), f"{day:%A} {day.day} {day:%B %Y}", hours_words(its)) for day, its in found.days.items()
        ]
        self.offs = [
            Line(off.public_id, f"{when_words(off.starts_at, zone)} – {when_words(off.ends_at, zone)}", off.reason)
            for off in found.off
        ]
        self.sent += 1
        if week:
            self.week, self.edition = week_cards(row.week), self.edition + 1

    def _spans(self, weekday: int, *, twilight: bool) -> list[SpanCard]:
        day = next((day for day in self.week if day.weekday == weekday), None)
        if day is None:
            raise NotFound
        return list(day.twilight if twilight else day.visits)

    def _redraw(self, weekday: int, spans: list[SpanCard], *, twilight: bool) -> None:
        self.week, self.edition = with_spans(self.week, weekday, spans, twilight=twilight), self.edition + 1

    @staff(Permission.SEE_ORDERS)
    async def add_span(self, weekday: int, twilight: bool) -> None:  # noqa: FBT001
        """Another span on this day, of the usual length."""
        spans = self._spans(weekday, twilight=twilight)
        usual = DUSK if twilight else NINE_TO_FIVE
        self._redraw(weekday, [*spans, SpanCard(*(usual if not spans else ("", "")))], twilight=twilight)

    @staff(Permission.SEE_ORDERS)
    async def drop_span(self, weekday: int, place: int, twilight: bool) -> None:  # noqa: FBT001
        """Take a span out."""
        kept = [span for span in self._spans(weekday, twilight=twilight) if span.place != place]
        self._redraw(weekday, kept, twilight=twilight)

    @staff(Permission.SEE_ORDERS)
    async def type_start(self, weekday: int, place: int, twilight: bool, time: str) -> None:  # noqa: FBT001
        """The beginning of a span was typed."""
        self._type(weekday, place, twilight=twilight, starts=time[:5])

    @staff(Permission.SEE_ORDERS)
    async def type_end(self, weekday: int, place: int, twilight: bool, time: str) -> None:  # noqa: FBT001
        """The end of a span was typed."""
        self._type(weekday, place, twilight=twilight, ends=time[:5])

    def _type(self, weekday: int, place: int, *, twilight: bool, **typed: str) -> None:
        spans = [replace(span, **typed) if span.place == place else span for span in self._spans(weekday, twilight=twilight)]
        self.week = with_spans(self.week, weekday, spans, twilight=twilight)

    @staff(Permission.SEE_ORDERS)
    async def copy_day(self, weekday: int) -> None:
        """Monday to Friday like this day."""
        visits, dusk = self._spans(weekday, twilight=False), self._spans(weekday, twilight=True)
        for other in range(5):
            self._redraw(other, visits, twilight=False)
            self._redraw(other, dusk, twilight=True)

    @staff(Permission.SEE_ORDERS)
    async def save_week(self) -> None:
        """Keep the week as it stands on the page; a day that does not fit comes into view."""
        try:
            week = week_of(self.week)
            await act(hours.set_weekly_hours, viewer_of(self), route_number(self), week, now=utc_now())
        except InvalidInput as wrong:
            self.field_errors = {wrong.field: wrong.sentence}
            self.focus_on, self.focus_turn = wrong.field, self.focus_turn + 1
            return
        self._say("The weekly hours are saved. Visits that stand already do not move.")
        await self._read()

    @staff(Permission.SEE_ORDERS)
    async def save_day(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """One day that differs from the week; without hours it is a day off."""
        try:
            day = day_of(str(form.get("day", "")), "day")
            await act(hours.set_day, viewer_of(self), route_number(self), day, typed_hours(form), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("The day is saved.")
        await self._read(week=False)
        return None

    @staff(Permission.SEE_ORDERS)
    async def clear_day(self, day: str) -> None:
        """That day is like its weekday again."""
        await act(hours.clear_day, viewer_of(self), route_number(self), day_of(day, "day"), now=utc_now())
        self._say("That day is like its weekday again.")
        await self._read(week=False)

    @staff(Permission.SEE_ORDERS)
    async def take_off(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Put in time off."""
        typed = {name: str(form.get(name, ""))[:200] for name in ("from", "from_time", "until", "until_time", "reason")}
        by, zone = viewer_of(self), self.studio.zone
        try:
            start = instant_of(typed["from"], typed["from_time"], zone, "from")
            end = instant_of(typed["until"], typed["until_time"], zone, "until")
            await act(hours.take_time_off, by, route_number(self), start, end, typed["reason"], now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("The time off is in the calendar.")
        await self._read(week=False)
        return None

    @staff(Permission.SEE_ORDERS)
    async def drop_off(self, off: str) -> None:
        """Take a time off back."""
        await act(hours.drop_time_off, viewer_of(self), off[:64], now=utc_now())
        self._say("The time off is taken back.")
        await self._read(week=False)

    @staff(Permission.SEE_ORDERS)
    async def save_booking(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Whether new visits go to them, and how early they are thought of."""
        typed = str(form.get("priority", "")).strip()
        priority = int(typed) if typed.isdecimal() and len(typed) < 4 else -1
        booked, by = bool(form.get("is_bookable")), viewer_of(self)
        try:
            await act(hours.set_booking, by, route_number(self), is_bookable=booked, priority=priority, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("Saved.")
        await self._read(week=False)
        return None

    @staff(Permission.SEE_ORDERS)
    async def save_base(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Where their day starts and ends."""
        words = str(form.get("base", ""))[:200].strip()
        place = wiring.current().places.find("", words) if words else None
        try:
            await act(hours.set_base, viewer_of(self), route_number(self), words, place, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("Saved. Drives of the day are counted from there." if words else "Forgotten.")
        await self._read(week=False)
        return None
