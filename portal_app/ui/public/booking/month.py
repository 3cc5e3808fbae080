"""A month of free days and the times of one day, from what the calendar answered. Pure."""

from __future__ import annotations

from calendar import Calendar, month_name
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal_app.core.clock import clock_words, local, when_words
from portal_app.domain.scheduling.asking import DayOpenings
from portal_app.domain.scheduling.queries import day_sentence

Times = dict[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class DayCell:
    """One day of the grid; without a number it belongs to another month."""

    day: str = ""
    number: str = ""
    label: str = ""
    is_free: bool = False


@dataclass(frozen=True)
class MonthCard:
    """`December 2026` and its weeks, Monday first; `earlier` and `later` name the months beside it, when one may go there."""

    title: str = ""
    weeks: list[list[DayCell]] = field(default_factory=list)
    earlier: str = ""
    later: str = ""


@dataclass(frozen=True)
class WhyCard:
    """Days in a row that are full for one reason."""

    days: str
    sentence: str


def month_of(day: date, months: int = 0) -> date:
    """The first of the month `months` after the one of this day."""
    whole = day.year * 12 + day.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def span_of(month: date, today: date, last: date) -> tuple[date, date]:
    """The days of a month that can be asked for: from today on, not after the horizon."""
    return max(month, today), min(month_of(month, 1) - timedelta(days=1), last)


def month_card(month: date, times: Mapping[str, object], today: date, last: date) -> MonthCard:
    """The grid of a month; `times` has the days with free starts."""
    weeks = [
        [_cell(day, month, day.isoformat() in times) for day in week]
        for week in Calendar().monthdatescalendar(month.year, month.month)
    ]
    before, after = month_of(month, -1), month_of(month, 1)
    return MonthCard(
        title=f"{month_name[month.month]} {month.year}",
        weeks=weeks,
        earlier=month_name[before.month] if month > month_of(today) else "",
        later=month_name[after.month] if after <= last else "",
    )


def _cell(day: date, month: date, is_free: bool) -> DayCell:  # noqa: FBT001
    if day.month != month.month:
        return DayCell(day=day.isoformat())
    label = f"{day:%A} {day.day} {day:%B}" + ("" if is_free else ", no free times")
    return DayCell(day.isoformat(), str(day.day), label, is_free)


def times_of(days: Sequence[DayOpenings], zone: str) -> Times:
    """Day → its free starts as (wall time, words); days without any are left out."""
    return {
        day.day.isoformat(): [(wall(start.at, zone), start.arrival or clock_words(start.at, zone)) for start in day.starts]
        for day in days
        if day.starts
    }


def starts_of(days: Sequence[DayOpenings], zone: str, most: int = 6) -> list[tuple[str, str]]:
    """The first starts of several days, each with its day."""
    starts = [start for day in days for start in day.starts]
    return [(wall(start.at, zone), when_words(start.at, zone)) for start in starts[:most]]


def wall(at, zone: str) -> str:
    """An instant as the wall time of a zone, `2026-12-03T10:45`."""
    return local(at, zone).replace(tzinfo=None).isoformat(timespec="minutes")


def whys(days: Sequence[DayOpenings]) -> list[WhyCard]:
    """Why days are full: one sentence for days in a row that share it."""
    found: list[tuple[date, date, str]] = []
    for day in days:
        if day.starts:
            continue
        sentence = day_sentence(day)
        if found and found[-1][2] == sentence and found[-1][1] == day.day - timedelta(days=1):
            found[-1] = (found[-1][0], day.day, sentence)
        else:
            found.append((day.day, day.day, sentence))
    return [WhyCard(_days(first, last), sentence) for first, last, sentence in found]


def _days(first: date, last: date) -> str:
    if first == last:
        return f"{first:%a} {first.day} {first:%b}"
    return f"{first:%a} {first.day} – {last:%a} {last.day} {last:%b}"
