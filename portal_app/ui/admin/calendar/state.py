"""The studio's calendar: what is shown, what is opened, moving a visit and putting in time off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now, when_words, zone_words
from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.core.viewer import Permission
from portal_app.domain.orders.agenda import EntryKind, between, entry_of, refusals
from portal_app.domain.orders.changing import Why
from portal_app.domain.orders.moving import reschedule
from portal_app.domain.scheduling.crew import crew
from portal_app.domain.scheduling.hours import drop_time_off, take_time_off
from portal_app.domain.scheduling.models import Purpose
from portal_app.ui.admin.calendar.cards import EntryCard, MemberToggle, entry_card, event_of, hours_of, toggles, wall_now
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of
from portal_app.ui.shared.wall_times import day_of, instant_of, midnight, shown_days

ANYBODY = "0"


@dataclass(frozen=True)
class MoveCard:
    """Where a visit would go: as typed, in words, and which rule stands against it."""

    day: str = ""
    time: str = ""
    member: str = ANYBODY
    goal: str = ""
    broken: str = ""


@dataclass(frozen=True)
class OffCard:
    """A time off before it is put in."""

    member: str = ""
    day: str = ""
    time: str = "00:00"
    until_day: str = ""
    until_time: str = "23:59"


class CalendarState(Base):
    """The days on the screen, and the one dialog that is open: "", "entry", "move" or "off"."""

    members: list[MemberToggle] = []
    kept: list[list[str]] = []
    everybody: list[list[str]] = []
    events: list[dict[str, Any]] = []
    now_wall: str = ""
    first_hour: str = "06:00:00"
    last_hour: str = "22:00:00"
    zone: str = ""
    dialog: str = ""
    entry: EntryCard = EntryCard()
    move: MoveCard = MoveCard()
    off: OffCard = OffCard()
    loaded: bool = False
    _hidden: list[int] = []
    _first: str = ""
    _last: str = ""

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Read the crew and the days on the screen afresh; also called when something changed."""
        by, now = viewer_of(self), utc_now()
        rows = await ask(crew, by, now=now)
        self.members = toggles(rows, self._hidden)
        self.kept = [[str(row.member_id), row.name] for row in rows if row.may_keep]
        self.everybody = [[ANYBODY, "Whoever fits best"], *([str(row.member_id), row.name] for row in rows)]
        self.zone, self.now_wall = zone_words(self.studio.zone), wall_now(now, self.studio.zone)
        self.loaded = True
        await self._draw()

    async def _draw(self) -> None:
        if not self._first:
            return
        zone, by = self.studio.zone, viewer_of(self)
        first, last = shown_days(self._first, self._last)
        shown = None if not self._hidden else [member.id for member in self.members if member.is_on]
        found = await ask(between, by, midnight(first, zone), midnight(last, zone), member_ids=shown, now=utc_now())
        may_move = by.may(Permission.ACCEPT_ORDERS)
        self.events = [event_of(entry, zone, may_move=may_move) for entry in found]
        self.first_hour, self.last_hour = hours_of(found, zone)

    @staff(Permission.SEE_ORDERS)
    async def show(self, first: str, last: str) -> None:
        """Other days came on the screen; `last` is the day after them."""
        shown_days(first, last)
        self._first, self._last = first, last
        await self._draw()

    @staff(Permission.SEE_ORDERS)
    async def toggle(self, member: int) -> None:
        """Show or hide the things of one member."""
        self._hidden = sorted(set(self._hidden) ^ {member})[:200]
        self.members = [replace(one, is_on=one.id not in self._hidden) for one in self.members]
        await self._draw()

    @staff(Permission.SEE_ORDERS)
    async def open(self, entry: str) -> None:
        """Open one thing of the calendar."""
        await self._take_up(entry)
        self.dialog = "entry"

    async def _take_up(self, entry: str) -> None:
        by = viewer_of(self)
        kind, _, key = entry.partition("-")
        if kind not in set(EntryKind):
            raise NotFound
        found = await ask(entry_of, by, EntryKind(kind), key[:64], now=utc_now())
        self.entry = entry_card(found, self.studio.zone, may_move=by.may(Permission.ACCEPT_ORDERS))

    @staff(Permission.SEE_ORDERS)
    async def close(self) -> None:
        """Nothing was changed."""
        self.dialog = ""

    @staff(Permission.SEE_ORDERS)
    async def drag(self, entry: str, start: str) -> None:
        """A visit was dragged: ask before it moves."""
        await self._take_up(entry)
        if self.entry.is_movable:
            await self._ask_move(start[:10], start[11:16] or self.entry.time)

    @staff(Permission.ACCEPT_ORDERS)
    async def ask_move(self) -> None:
        """Open the question where the visit should go, without a mouse."""
        await self._ask_move(self.entry.day, self.entry.time)

    async def _ask_move(self, day: str, time: str) -> None:
        self.move = MoveCard(day, time, str(self.entry.member or ANYBODY))
        self.field_errors, self.dialog = {}, "move"
        await self._weigh()

    @staff(Permission.ACCEPT_ORDERS)
    async def try_day(self, day: str) -> None:
        """Another day was chosen in the question."""
        self.move = replace(self.move, day=day[:10])
        await self._weigh()

    @staff(Permission.ACCEPT_ORDERS)
    async def try_time(self, time: str) -> None:
        """Another time was chosen in the question."""
        self.move = replace(self.move, time=time[:5])
        await self._weigh()

    @staff(Permission.ACCEPT_ORDERS)
    async def try_member(self, member: str) -> None:
        """Another photographer was chosen in the question."""
        self.move = replace(self.move, member=member[:12])
        await self._weigh()

    async def _weigh(self) -> None:
        """Say where it would go, and which rule of the calendar that breaks."""
        try:
            at = instant_of(self.move.day, self.move.time, self.studio.zone, "move-time")
        except InvalidInput as wrong:
            self.field_errors = {wrong.field: wrong.sentence}
            self.move = replace(self.move, goal="", broken="")
            return
        member, key = _member_of(self.move.member), self.entry.id.removeprefix("visit-")
        found = await ask(refusals, viewer_of(self), key, at, now=utc_now())
        against = [each for each in found if member in (None, each.member_id)]
        free = not against or any(each.reason is None for each in against)
        broken = "" if free else "; ".join(f"{each.name}: {each.words}" for each in against)
        self.move = replace(self.move, goal=when_words(at, self.studio.zone), broken=broken)

    @staff(Permission.ACCEPT_ORDERS)
    async def move_it(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Move the visit as it was confirmed."""
        reason = str(form.get("override", ""))[:300].strip()
        try:
            at = instant_of(self.move.day, self.move.time, self.studio.zone, "move-time")
            if self.move.broken and not reason:
                raise InvalidInput("override", "Say why it may be so; it stands on the appointment.")
        except InvalidInput as wrong:
            return beside(self, wrong)
        why = Why(quiet=not form.get("tell"), override_reason=reason if self.move.broken else "")
        purpose, member = Purpose(self.entry.purpose), _member_of(self.move.member)
        try:
            await act(reschedule, viewer_of(self), self.entry.number, purpose, at, why, member_id=member, now=utc_now())
        except Conflict as taken:  # the question stays open: another time is one field away
            return beside(self, InvalidInput("move-time", taken.sentence))
        self.dialog = ""
        self._say(f"{self.entry.title} is now on {self.move.goal}.")
        await CalendarState.load.fn(self)
        return None

    @staff(Permission.SEE_ORDERS)
    async def select(self, start: str, end: str) -> None:
        """A span was drawn into the calendar: whoever keeps hours may put in time off."""
        if not self.kept:
            return
        last = day_of(end, "until")
        whole = len(end) <= 10  # a month's view names days, the last one not included
        self._ask_off(start, (last - timedelta(days=1)).isoformat() if whole else end)

    @staff(Permission.SEE_ORDERS)
    async def ask_off(self) -> None:
        """Open the form for time off."""
        today = self.now_wall[:10]
        self._ask_off(today, today)

    def _ask_off(self, start: str, end: str) -> None:
        mine = next((value for value, _ in self.kept if value == str(viewer_of(self).member_id)), "")
        member = mine or (self.kept[0][0] if self.kept else "")
        self.off = OffCard(member, start[:10], start[11:16] or "00:00", end[:10], end[11:16] or "23:59")
        self.field_errors, self.dialog = {}, "off"

    @staff(Permission.SEE_ORDERS)
    async def take_off(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Put in time off, and say which visits stand in it."""
        typed = {name: str(form.get(name, ""))[:200] for name in ("member", "from", "from_time", "until", "until_time", "reason")}
        member, by, zone = _member_of(typed["member"]) or 0, viewer_of(self), self.studio.zone
        try:
            start = instant_of(typed["from"], typed["from_time"], zone, "from")
            end = instant_of(typed["until"], typed["until_time"], zone, "until")
            await act(take_time_off, by, member, start, end, typed["reason"], now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        found = await ask(between, by, start, end, member_ids=[member], now=utc_now())
        standing = sum(entry.kind is EntryKind.VISIT and entry.member_id == member for entry in found)
        left = f" {standing} {'visit stands' if standing == 1 else 'visits stand'} in it and did not move." if standing else ""
        self.dialog = ""
        self._say(f"The time off is in the calendar.{left}")
        await CalendarState.load.fn(self)
        return None

    @staff(Permission.SEE_ORDERS)
    async def drop_off(self) -> None:
        """Take the time off that is open out of the calendar."""
        self.dialog = ""
        await act(drop_time_off, viewer_of(self), self.entry.id.removeprefix("off-"), now=utc_now())
        self._say("The time off is taken back.")
        await CalendarState.load.fn(self)


def _member_of(value: str) -> int | None:
    """The member that was chosen, None for whoever fits best."""
    return int(value) if value.isdecimal() and value != ANYBODY and len(value) < 10 else None
