"""The rule of free times: the tables of docs/algorithms/slots.md, and what holds for every calendar."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.core.clock import at_wall_time, local
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.asking import DayOpenings, Reason, VisitAsk
from portal_app.domain.scheduling.models import BookingPolicy, Purpose
from portal_app.domain.scheduling.slots import Busy, Ground, MemberCalendar, Rule, openings
from portal_app.domain.scheduling.sun import twilight_span
from portal_app.domain.scheduling.telling import day_sentence
from portal_app.domain.scheduling.windows import windows_of
from portal_app.domain.scheduling.worktime import work_spans

pytestmark = pytest.mark.proof("booking-08")

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "slots.md").read_text()
HERE, THERE = Place(36.6, -121.9), Place(36.7, -121.8)
CHANGES = {"America/Los_Angeles": (date(2027, 3, 14), date(2026, 11, 1)), "Europe/Berlin": (date(2027, 3, 28), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2027, 4, 4)), "Asia/Kolkata": (date(2026, 11, 26), date(2027, 3, 14))}  # fmt: skip


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    _, _, below = PAGE.partition(f"## {title}")
    table = [line for line in below.split("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def clock(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def policy(**changes) -> BookingPolicy:
    plain = {"studio_id": 1, "notice_minutes": 0, "horizon_days": 400, "buffer_before_minutes": 0, "buffer_after_minutes": 0}
    return BookingPolicy(**(plain | changes))


def asking(zone: str, first: date, last: date | None = None, **changes) -> VisitAsk:
    asked = {"minutes": 60, "purpose": Purpose.VISIT, "service_ids": frozenset(), "place": HERE} | changes
    return VisitAsk(zone=zone, first=first, last=last or first, **asked)


def ground(drive: int = 0, **changes) -> Ground:
    return Ground(drive=lambda one, other: drive, dusk=twilight_span, **changes)


@pytest.mark.parametrize("row", rows("One hour"), ids="-".join)
def test_the_table_of_reasons(row: list[str]) -> None:
    buffers, stands, drive, start, verdict = row
    zone, day = "America/Los_Angeles", date(2026, 11, 26)
    before, after = map(int, buffers.split())
    hours = work_spans({weekday: [(540, 1020)] for weekday in range(7)}, {}, [], zone, day, day)
    busy = tuple(_busy(text.strip(), number, day, zone) for number, text in enumerate(stands.split(",")) if text.strip())
    rules = policy(buffer_before_minutes=before, buffer_after_minutes=after, interval_minutes=60)
    rule = Rule(
        asking(zone, day), [MemberCalendar(7, hours, busy)], rules, wall(day, 0, zone) - timedelta(hours=5), ground(int(drive))
    )
    reason = rule.refusals(wall(day, clock(start), zone))[7]
    assert (reason or "free") == verdict


def wall(day: date, minute: int, zone: str) -> datetime:
    return at_wall_time(datetime(day.year, day.month, day.day, *divmod(minute, 60)), zone)


def _busy(text: str, number: int, day: date, zone: str) -> Busy:
    span, before, after, *hold = text.split()
    begin, end = (wall(day, clock(part), zone) for part in span.split("-"))
    blocked = begin - timedelta(minutes=int(before)), end + timedelta(minutes=int(after))
    return Busy(number, begin, end, *blocked, place=THERE, is_hold=bool(hold))


@pytest.mark.parametrize("row", rows("Days on which"), ids="-".join)
def test_the_table_of_clock_changes(row: list[str]) -> None:
    zone, day, hours, first, last, count = row
    on = date.fromisoformat(day)
    minutes = tuple(clock(part) for part in hours.split("-"))
    spans = work_spans({}, {on: [minutes]}, [], zone, on - timedelta(1), on + timedelta(1))
    (found,) = openings(asking(zone, on), [MemberCalendar(7, spans)], policy(), wall(on, 0, zone) - timedelta(1), ground())
    words = [f"{local(start.at, zone):%-H:%M}" for start in found.starts]
    assert (words[0], words[-1], len(words)) == (first, last, int(count))
    assert len(set(words)) == len(words)


def test_the_order_of_reasons_is_that_of_the_page() -> None:
    named = re.findall(r"^\| (\w+) \| ", PAGE.partition("## One hour")[0], re.MULTILINE)
    assert named[1:] == [str(reason) for reason in Reason] == list(Reason)


# What holds for every calendar.

INTERVALS = st.sampled_from([5, 15, 30, 60])
LENGTHS = st.sampled_from([15, 30, 45, 60, 90, 180])
BUFFERS = st.sampled_from([0, 0, 10, 15, 45])


@st.composite
def crews(draw, zone: str, first: date, last: date) -> list[MemberCalendar]:
    return [
        MemberCalendar(
            member_id=number,
            hours=draw(hours(zone, first, last)),
            busy=draw(visits(zone, first)),
            is_skilled=draw(st.sampled_from([True, True, True, False])),
            priority=draw(st.integers(0, 2)),
            base=draw(st.sampled_from([None, HERE, THERE])),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]


@st.composite
def hours(draw, zone: str, first: date, last: date):
    def span():
        begin = draw(st.integers(0, 95)) * 15
        return begin, min(1440, begin + draw(st.integers(1, 40)) * 15)

    weekly = {day: [span()] for day in range(7) if draw(st.integers(0, 5))}
    days = {first: [span(), span()]} if draw(st.booleans()) else {}
    begin = wall(first, 0, zone) + timedelta(minutes=15 * draw(st.integers(0, 96)))
    off = [(begin, begin + timedelta(hours=draw(st.integers(1, 8))))] if draw(st.booleans()) else []
    return work_spans(weekly, days, off, zone, first - timedelta(1), last + timedelta(1))


@st.composite
def visits(draw, zone: str, first: date) -> tuple[Busy, ...]:
    """Visits of one member, never overlapping: that is what the database keeps."""
    at, made = wall(first, 0, zone) - timedelta(hours=6), []
    for number in range(draw(st.integers(0, 12))):
        blocked = at + timedelta(minutes=draw(st.integers(0, 80)) * 5)
        begin = blocked + timedelta(minutes=draw(BUFFERS))
        end = begin + timedelta(minutes=draw(LENGTHS))
        at = end + timedelta(minutes=draw(BUFFERS))
        made.append(Busy(number, begin, end, blocked, at, draw(st.sampled_from([None, HERE, THERE])), draw(st.booleans())))
    return tuple(made)


@st.composite
def questions(draw):
    zone = draw(st.sampled_from(list(CHANGES)))
    first = draw(st.sampled_from(CHANGES[zone])) - timedelta(days=draw(st.integers(0, 1)))
    last = first + timedelta(days=draw(st.integers(0, 2)))
    rules = policy(
        interval_minutes=draw(INTERVALS), buffer_before_minutes=draw(BUFFERS), buffer_after_minutes=draw(BUFFERS),
        notice_minutes=draw(st.sampled_from([0, 60, 2000])), horizon_days=draw(st.sampled_from([0, 1, 60])),
        strategy=draw(st.sampled_from(["closest", "priority", "round_robin"])),
        windows=draw(st.sampled_from(["", "", "Morning 8:00-12:00\nLate 13:00-17:30"])),
    )  # fmt: skip
    purpose = draw(st.sampled_from([Purpose.VISIT, Purpose.VISIT, Purpose.TWILIGHT]))
    place = draw(st.sampled_from([None, HERE]))
    ask = asking(
        zone, first, last, minutes=draw(LENGTHS), place=place, purpose=purpose, ours=draw(st.sampled_from([frozenset(), {1}])),
        never=draw(st.sampled_from([frozenset(), frozenset(), frozenset({2})])),
    )  # fmt: skip
    now = wall(first, 0, zone) - timedelta(hours=draw(st.integers(-10, 40)))
    drive = draw(st.sampled_from([0, 7, 40]))
    earth = ground(drive, is_outside=draw(st.sampled_from([False, False, False, True])))
    return ask, draw(crews(zone, first, last)), rules, now, earth, drive


def oracle(ask: VisitAsk, member: MemberCalendar, rules: BookingPolicy, now: datetime, earth: Ground, drive: int, at: datetime):
    """The first reason that applies, found the slow way: by looking at every span."""
    end = at + timedelta(minutes=ask.minutes)
    first, last = at - timedelta(minutes=rules.buffer_before_minutes), end + timedelta(minutes=rules.buffer_after_minutes)
    others = [each for each in member.busy if each.id not in ask.ours]
    met = [each for each in others if each.starts_at < end and at < each.ends_at]
    gap = {
        each.id: timedelta(minutes=drive) if ask.place and each.place else timedelta()
        for each in others
    }  # fmt: skip
    too_far = (local(at, ask.zone).date() - local(now, ask.zone).date()).days > rules.horizon_days
    checks = {
        Reason.NOTICE: at < now + timedelta(minutes=rules.notice_minutes),
        Reason.HORIZON: too_far,
        Reason.AREA: earth.is_outside,
        Reason.DECLINED: member.member_id in ask.never,
        Reason.SKILL: not member.is_skilled,
        Reason.HOURS: not any(begin <= at and end <= until for begin, until in member.hours),
        Reason.BUSY: any(not each.is_hold for each in met),
        Reason.HOLD: bool(met),
        Reason.BUFFER: any(each.blocked_from < last and first < each.blocked_until for each in others),
        Reason.DRIVE: any(
            each.blocked_from - gap[each.id] < last and first < each.blocked_until + gap[each.id] for each in others
        ),
    }
    return next((reason for reason in Reason if checks[reason]), None)


@given(questions())
@settings(max_examples=150, deadline=None)
def test_every_candidate_is_free_or_has_the_first_reason_that_applies(question) -> None:
    ask, crew, rules, now, earth, drive = question
    rule = Rule(ask, crew, rules, now, earth)
    for day in rule.days():
        starts = rule.starts(day.day)
        told = {(at, each.member_id): oracle(ask, each, rules, now, earth, drive, at) for at, _ in starts for each in crew}
        for at, _ in starts:
            assert rule.refusals(at) == {each.member_id: told[at, each.member_id] for each in crew}
        _one_by_one(rule, day)
        assert day.candidates == len(told) == day.free + sum(day.refused.values())
        assert {reason: list(told.values()).count(reason) for reason in set(told.values()) - {None}} == day.refused
        _shown(day, starts, told, ask)


def _one_by_one(rule: Rule, day: DayOpenings) -> None:
    """What staff read start by start adds up to what was counted."""
    listed = rule.verdicts(day.day)
    answers = [answer for start in listed for answer in start.by_member.values()]
    assert [(start.at, start.arrival) for start in listed] == rule.starts(day.day)
    assert (len(answers), answers.count(None)) == (day.candidates, day.free)
    assert Counter(answer for answer in answers if answer) == Counter(day.refused)


def _shown(day: DayOpenings, starts: list, told: dict, ask: VisitAsk) -> None:
    """What is offered is free, on the wall clock of its day, and each free start is offered (of a window the first)."""
    able = {at: {member for (when, member), reason in told.items() if when == at and reason is None} for at, _ in starts}
    free = [(at, words) for at, words in starts if able[at]]
    if windows := [words for _, words in free if words]:
        free = [next(pair for pair in free if pair[1] == words) for words in dict.fromkeys(windows)]
    assert [(start.at, start.arrival) for start in day.starts] == free
    for start in day.starts:
        assert set(start.member_ids) == able[start.at]
        assert ask.purpose is Purpose.TWILIGHT or local(start.at, ask.zone).date() == day.day
    assert all(one.at < other.at for one, other in pairwise(day.starts))
    assert day_sentence(day)


@given(questions())
@settings(max_examples=60, deadline=None)
def test_whatever_is_booked_never_overlaps_and_stays_inside_hours(question) -> None:
    """Book the first free start again and again, as the calendar would, until nothing is free."""
    ask, crew, rules, now, earth, _ = question
    for number in range(100, 112):
        rule = Rule(ask, crew, rules, now, earth)
        start = next((start for day in rule.days() for start in day.starts), None)
        if start is None:
            return
        at, end = start.at, start.at + rule.length
        new = Busy(number, at, end, at - rule.before, end + rule.after, ask.place)
        index = next(index for index, each in enumerate(crew) if each.member_id == start.member_ids[0])
        member = crew[index]
        busy = sorted((*(b for b in member.busy if b.id not in ask.ours), new), key=lambda each: each.blocked_from)
        crew[index] = MemberCalendar(
            member.member_id, member.hours, tuple(busy), member.is_skilled, member.priority, None, member.base
        )
        assert all(one.blocked_until <= other.blocked_from for one, other in pairwise(busy))
        assert any(begin <= at and end <= until for begin, until in member.hours)


@pytest.mark.parametrize(("zone", "days"), CHANGES.items())
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_hours_are_the_minutes_whose_wall_clock_lies_inside(zone: str, days: tuple[date, date], data) -> None:
    """Minute by minute over both clock changes, for hours that do not begin or end inside the hour that comes twice."""
    day = data.draw(st.sampled_from(days))
    edge = st.sampled_from([0, 30, 45, 60, 180, 240, 555, 720, 1439, 1440])
    begin, end = sorted(data.draw(st.lists(edge, min_size=2, max_size=2, unique=True)))
    spans = work_spans({}, {day: [(begin, end)]}, [], zone, day, day)
    first = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(hours=1)
    for minute in range(0, 27 * 60, 5):
        at = first + timedelta(minutes=minute)
        there = local(at, zone)
        inside = there.date() == day and begin <= there.hour * 60 + there.minute < end
        assert inside == any(opens <= at < closes for opens, closes in spans), there


def test_a_member_who_declined_is_refused_for_it() -> None:
    day = date(2026, 11, 26)
    hours = work_spans({}, {day: [(540, 600)]}, [], "UTC", day, day)
    crew = [MemberCalendar(1, hours), MemberCalendar(2, hours)]
    rule = Rule(asking("UTC", day, never=frozenset({1})), crew, policy(), wall(day, 0, "UTC"), ground())
    assert rule.refusals(wall(day, 540, "UTC")) == {1: Reason.DECLINED, 2: None}
    (found,) = rule.days()
    assert (found.candidates, found.free, found.refused[Reason.DECLINED]) == (96, 1, 48)
    assert [start.member_ids for start in found.starts] == [(2,)]


def test_windows_are_read_as_written() -> None:
    assert [window.words for window in windows_of("Late 13:00-17:30\nMorning 8:00 - 12:00")] == [
        "Morning, 8 am – 12 pm",
        "Late, 1 pm – 5:30 pm",
    ]
    for wrong in ("Morning", "Morning 8:00-7:00", "Morning 8:99-9:00", "Late 22:00-25:00"):
        with pytest.raises(ValueError, match="“"):
            windows_of(wrong)


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        ({"hours": 40, "busy": 8}, "Everybody is booked"),
        ({"hours": 40, "hold": 1}, "just booking"),
        ({"hours": 40, "drive": 1}, "too little time"),
        ({"area": 48}, "outside the area"),
        ({"notice": 40, "hours": 8}, "too soon"),
        ({"horizon": 48}, "further ahead"),
        ({"declined": 48, "hours": 48}, "Nobody can be booked"),
        ({"hours": 48}, "works long enough"),
        ({"skill": 48}, "takes what you chose"),
        ({}, "Nobody can be booked"),
    ],
)
def test_a_day_without_slots_says_why_in_one_sentence(refused: dict[str, int], words: str) -> None:
    day = DayOpenings(date(2026, 11, 26), (), {Reason(name): count for name, count in refused.items()}, sum(refused.values()))
    assert words in day_sentence(day)
