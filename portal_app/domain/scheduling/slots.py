"""Which starts can be booked, and why each other one cannot. Pure: calendars and rules in, days out.

A candidate is a start and a member. Starts stand on the wall clock of the property every `interval_minutes` from
midnight: a time the clocks skip is none, a time they repeat is offered once, at its first. A twilight visit has one
start a day, and the sun says which. Each candidate that is not free has exactly one reason, the first of: notice,
horizon, area, declined, skill, hours, busy, hold, buffer, drive.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from portal_app.core.clock import at_wall_time, local
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.asking import DayOpenings, Reason, Start, Verdicts, VisitAsk
from portal_app.domain.scheduling.assigning import Contender, ranked
from portal_app.domain.scheduling.models import BookingPolicy, Purpose, Strategy
from portal_app.domain.scheduling.windows import windows_of
from portal_app.domain.scheduling.worktime import Span, days_between, instant_of

Drive = Callable[[Place, Place], int]
Dusk = Callable[[Place, date, str, int], "tuple[datetime, datetime] | None"]
A_DAY_OF_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Busy:
    """A visit that stands, with what it keeps from others: its own buffers included."""

    id: int
    starts_at: datetime
    ends_at: datetime
    blocked_from: datetime
    blocked_until: datetime
    place: Place | None = None
    is_hold: bool = False


@dataclass(frozen=True, slots=True)
class MemberCalendar:
    """One member: when they work (in order, apart from each other), and what stands (by `blocked_from`, none overlapping)."""

    member_id: int
    hours: tuple[Span, ...]
    busy: tuple[Busy, ...] = ()
    is_skilled: bool = True
    priority: int = 0
    last_assigned_at: datetime | None = None
    base: Place | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known beside the calendars: the drive between two places, the sun, and whether the studio goes there."""

    drive: Drive
    dusk: Dusk
    is_outside: bool = False


class Rule:
    """One question to one crew, ready to be asked for many starts."""

    def __init__(self, ask: VisitAsk, crew: Sequence[MemberCalendar], policy: BookingPolicy, now: datetime, ground: Ground):
        self.ask, self.policy, self.ground = ask, policy, ground
        self.length = timedelta(minutes=ask.minutes)
        self.before = timedelta(minutes=policy.buffer_before_minutes)
        self.after = timedelta(minutes=policy.buffer_after_minutes)
        self.drive = cache(self._drive)
        self.earliest = now + timedelta(minutes=policy.notice_minutes)
        horizon = local(now, ask.zone).date() + timedelta(days=policy.horizon_days + 1)
        self.latest = instant_of(horizon, 0, ZoneInfo(ask.zone))
        self.grid = _grid(policy)
        self.diaries = self._in_order([_Diary(member, self) for member in crew])

    def days(self) -> list[DayOpenings]:
        """Every day that was asked for."""
        return [self._day(day) for day in days_between(self.ask.first, self.ask.last)]

    def refusals(self, at: datetime, waived: frozenset[Reason] = frozenset()) -> dict[int, Reason | None]:
        """What keeps each member from coming at this instant; None for who can. `waived` keeps nobody."""
        general = self._general(at, waived)
        return {diary.member.member_id: general or diary.refusal(at, at + self.length) for diary in self.diaries}

    def verdicts(self, day: date) -> list[Verdicts]:
        """Every candidate start of a day with each member's answer: what `days` counts, one by one."""
        return [Verdicts(at, words, self.refusals(at)) for at, words in self.starts(day)]

    def contenders(self, at: datetime, member_ids: Sequence[int]) -> list[Contender]:
        """These members, best first."""
        who = [diary.contender(at) for diary in self.diaries if diary.member.member_id in member_ids]
        return ranked(Strategy(self.policy.strategy), who)

    def starts(self, day: date) -> list[tuple[datetime, str]]:
        """The candidate starts of a day, each with its window's words where windows are offered."""
        if self.ask.purpose is Purpose.TWILIGHT:
            sun = self.ask.place and self.ground.dusk(self.ask.place, day, self.ask.zone, self.ask.minutes)
            return [(sun[0], "")] if sun else []
        walls = [(datetime.combine(day, time(*divmod(minute, 60))), words) for minute, words in self.grid]
        return [(at, words) for wall, words in walls if (at := _instant(wall, self.ask.zone))]

    def _drive(self, place: Place) -> timedelta:
        return timedelta(minutes=self.ground.drive(place, self.ask.place)) if self.ask.place else timedelta()

    def _in_order(self, diaries: list[_Diary]) -> list[_Diary]:
        """Who comes first before any distance is known."""
        waiting = self.policy.strategy == Strategy.ROUND_ROBIN
        order = ranked(Strategy.ROUND_ROBIN if waiting else Strategy.PRIORITY, [diary.contender(None) for diary in diaries])
        place = {each.member_id: position for position, each in enumerate(order)}
        return sorted(diaries, key=lambda diary: place[diary.member.member_id])

    def _general(self, at: datetime, waived: frozenset[Reason] = frozenset()) -> Reason | None:
        if at < self.earliest and Reason.NOTICE not in waived:
            return Reason.NOTICE
        if at >= self.latest and Reason.HORIZON not in waived:
            return Reason.HORIZON
        return Reason.AREA if self.ground.is_outside and Reason.AREA not in waived else None

    def _day(self, day: date) -> DayOpenings:
        refused: Counter[Reason] = Counter()
        found: list[Start] = []
        free = 0
        starts = self.starts(day)
        for at, words in starts:
            if general := self._general(at):
                refused[general] += len(self.diaries)
                continue
            able = [diary for diary in self.diaries if diary.is_free(at, at + self.length, refused)]
            free += len(able)
            if able and not (words and found and found[-1].arrival == words):
                found.append(Start(at, self._best_first(at, able), words))
        return DayOpenings(day, tuple(found), dict(refused), len(starts) * len(self.diaries), free)

    def _best_first(self, at: datetime, able: list[_Diary]) -> tuple[int, ...]:
        if len(able) > 1 and self.policy.strategy == Strategy.CLOSEST and self.ask.place:
            who = ranked(Strategy.CLOSEST, [diary.contender(at) for diary in able])
            return tuple(each.member_id for each in who)
        return tuple(diary.member.member_id for diary in able)


class _Diary:
    """A member's calendar with its sorted edges, so that each start costs two searches."""

    def __init__(self, member: MemberCalendar, rule: Rule) -> None:
        self.member, self.rule = member, rule
        self.has_declined = member.member_id in rule.ask.never
        self.busy = [each for each in member.busy if each.id not in rule.ask.ours]
        self.froms = [each.blocked_from for each in self.busy]
        self.opens = [begin for begin, _ in member.hours]

    def is_free(self, start: datetime, end: datetime, refused: Counter[Reason]) -> bool:
        """Whether they can come; what keeps them is counted."""
        if reason := self.refusal(start, end):
            refused[reason] += 1
        return reason is None

    def refusal(self, start: datetime, end: datetime) -> Reason | None:
        """What keeps this member from being there from `start` until `end`."""
        if self.has_declined:
            return Reason.DECLINED
        if not self.member.is_skilled:
            return Reason.SKILL
        shift = bisect_right(self.opens, start) - 1
        if shift < 0 or self.member.hours[shift][1] < end:
            return Reason.HOURS
        before, after = self.neighbors(start, end)
        if after - before > 1:
            return self._clash(self.busy[before + 1 : after], start, end)
        return Reason.DRIVE if self._is_too_far(before, after, start, end) else None

    def neighbors(self, start: datetime, end: datetime) -> tuple[int, int]:
        """The last visit that is over before ours is blocked, and the first that begins after; between them is in the way."""
        after = bisect_left(self.froms, end + self.rule.after)
        before = after - 1
        while before >= 0 and self.busy[before].blocked_until > start - self.rule.before:
            before -= 1
        return before, after

    def contender(self, at: datetime | None) -> Contender:
        """This member among others; with a time, how far they would drive to it."""
        member = self.member
        drive = self._minutes_away(at) if at else None
        return Contender(member.member_id, member.priority, member.last_assigned_at, drive)

    def _minutes_away(self, at: datetime) -> int | None:
        """From the visit before on the same day at the property, else from their base."""
        before, _ = self.neighbors(at, at + self.rule.length)
        last = self.busy[before] if before >= 0 else None
        zone = self.rule.ask.zone
        same_day = last and local(last.ends_at, zone).date() == local(at, zone).date()
        place = (last and same_day and last.place) or self.member.base
        return None if place is None or self.rule.ask.place is None else int(self.rule.drive(place).total_seconds() // 60)

    def _clash(self, there: list[Busy], start: datetime, end: datetime) -> Reason:
        met = [each for each in there if each.starts_at < end and start < each.ends_at]
        if not met:
            return Reason.BUFFER
        return Reason.HOLD if all(each.is_hold for each in met) else Reason.BUSY

    def _is_too_far(self, before: int, after: int, start: datetime, end: datetime) -> bool:
        """Whether the drive does not fit between the buffers of the visits around."""
        rule = self.rule
        last = self.busy[before] if before >= 0 else None
        if last and last.place and last.blocked_until + rule.drive(last.place) > start - rule.before:
            return True
        coming = self.busy[after] if after < len(self.busy) else None
        return bool(coming and coming.place and end + rule.after + rule.drive(coming.place) > coming.blocked_from)


def openings(
    ask: VisitAsk, crew: Sequence[MemberCalendar], policy: BookingPolicy, now: datetime, ground: Ground
) -> list[DayOpenings]:
    """Every day that was asked for, with its free starts and what refused the others."""
    return Rule(ask, crew, policy, now, ground).days()


def _grid(policy: BookingPolicy) -> list[tuple[int, str]]:
    """Minutes after midnight that are offered, with their window's words."""
    minutes, windows = range(0, A_DAY_OF_MINUTES, policy.interval_minutes), windows_of(policy.windows)
    if not windows:
        return [(minute, "") for minute in minutes]
    around = [(each, [w for w in windows if w.starts_minute <= each < w.ends_minute]) for each in minutes]
    return [(minute, inside[0].words) for minute, inside in around if inside]


def _instant(wall: datetime, zone: str) -> datetime | None:
    try:
        return at_wall_time(wall, zone)
    except ValueError:
        return None
