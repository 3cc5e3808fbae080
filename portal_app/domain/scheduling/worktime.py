"""From weekly hours, days that differ and time off to the instants a member works. Pure.

Hours are wall time: a shift over a change of the clocks is worked whole. A time they skip stands for the moment they jump,
a time they repeat for its first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
Minutes = tuple[int, int]
A_DAY = timedelta(days=1)


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both included."""
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def work_spans(
    weekly: Mapping[int, Sequence[Minutes]],
    days: Mapping[date, Sequence[Minutes]],
    off: Iterable[Span],
    zone: str,
    first: date,
    last: date,
) -> tuple[Span, ...]:
    """The spans a member works, in order, none touching another. `days` replace the weekday's hours; `off` is cut out."""
    there = ZoneInfo(zone)
    worked = [
        span
        for day in days_between(first, last)
        for minutes in days.get(day, weekly.get(day.weekday(), ()))
        if (span := _instants(day, minutes, there))[0] < span[1]
    ]
    return _without(_merged(worked), _merged(off))


def _instants(day: date, minutes: Minutes, zone: ZoneInfo) -> Span:
    return instant_of(day, minutes[0], zone), instant_of(day, minutes[1], zone)


def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a wall time: of one that is skipped, the jump; of one that comes twice, the first."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    while (at := wall.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != wall:
        wall += timedelta(minutes=1)
    return at


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged


def _without(spans: list[Span], off: list[Span]) -> tuple[Span, ...]:
    left: list[Span] = []
    for begin, end in spans:
        for gone, back in off:
            if gone < end and begin < back:
                if begin < gone:
                    left.append((begin, gone))
                begin = max(begin, back)
        if begin < end:
            left.append((begin, end))
    return tuple(left)
