"""The only place that asks for the time, and how an instant reads to a person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE_WORDS = {
    "America/Los_Angeles": "Pacific time",
    "America/Denver": "Mountain time",
    "America/Phoenix": "Arizona time",
    "America/Chicago": "Central time",
    "America/New_York": "Eastern time",
    "America/Anchorage": "Alaska time",
    "Pacific/Honolulu": "Hawaii time",
}


def utc_now() -> datetime:
    """This instant, aware, in UTC. Verbs take `now` as a parameter; only entry points call this."""
    return datetime.now(UTC)


def local(at: datetime, zone: str) -> datetime:
    """The wall time of an aware instant in an IANA zone."""
    return at.astimezone(ZoneInfo(zone))


def at_wall_time(naive: datetime, zone: str) -> datetime:
    """The instant of a wall time. Raises ValueError for a time the clocks skip that day."""
    at = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if local(at, zone).replace(tzinfo=None) != naive:
        raise ValueError(f"{naive:%H:%M} does not exist on {naive:%Y-%m-%d} in {zone}")
    return at


def clock_words(at: datetime, zone: str) -> str:
    """`9:30 am`"""
    there = local(at, zone)
    return f"{there.hour % 12 or 12}:{there.minute:02d} {'am' if there.hour < 12 else 'pm'}"


def day_words(at: datetime, zone: str) -> str:
    """`Thu 26 Nov`"""
    there = local(at, zone)
    return f"{there:%a} {there.day} {there:%b}"


def long_day_words(at: datetime, zone: str) -> str:
    """`Thursday 26 November`"""
    there = local(at, zone)
    return f"{there:%A} {there.day} {there:%B}"


def date_words(day: date) -> str:
    """`23 Nov 2026`: as dates stand on papers, where the year counts."""
    return f"{day.day} {day:%b} {day.year}"


def when_words(at: datetime, zone: str) -> str:
    """`Thu 26 Nov, 9:30 am`"""
    return f"{day_words(at, zone)}, {clock_words(at, zone)}"


def span_words(start: datetime, minutes: int, zone: str) -> str:
    """`9:30 – 11:15 am`: the first half of the day is named once when both ends share it."""
    first, last = clock_words(start, zone), clock_words(start + timedelta(minutes=minutes), zone)
    return f"{first[:-3] if first[-2:] == last[-2:] else first} – {last}"


def zone_words(zone: str) -> str:
    """`Pacific time`, or the zone's own name where it has no common one."""
    return ZONE_WORDS.get(zone, zone.replace("_", " "))


def duration_words(minutes: int) -> str:
    """`1 h 45 min`"""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part)
