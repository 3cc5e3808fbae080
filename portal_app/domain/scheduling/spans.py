"""Working hours as people type them: spans of a day in minutes after midnight, in order and apart. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from portal_app.core.errors import InvalidInput

MIDNIGHT = 24 * 60
MOST_A_DAY = 6


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `starts` until `ends`, minutes after midnight; 1440 is the midnight at the end of the day."""

    starts: int
    ends: int


def minute_of(typed: str) -> int:
    """`09:30` as minutes after midnight. Raises ValueError for anything else."""
    hours, _, minutes = typed.strip()[:5].partition(":")
    hour, minute = int(hours), int(minutes)
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise ValueError(typed)
    return hour * 60 + minute


def typed_of(minute: int) -> str:
    """How a field for a time shows it: the midnight at the end of the day is `00:00`."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def span_of(starts: str, ends: str, *, field: str) -> Span:
    """Two typed times as a span; one that ends at `00:00` ends at midnight. Raises InvalidInput at `field`."""
    try:
        first, last = minute_of(starts), minute_of(ends) or MIDNIGHT
    except ValueError:
        raise InvalidInput(field, "Give both times, for example 9:00 and 17:00.") from None
    if first >= last:
        raise InvalidInput(field, "The end is before the beginning.")
    return Span(first, last)


def in_order(spans: Iterable[Span], *, field: str) -> tuple[Span, ...]:
    """The spans of one day, sorted. Raises InvalidInput at `field` when two overlap or there are too many."""
    found = tuple(sorted(spans))
    if len(found) > MOST_A_DAY:
        raise InvalidInput(field, f"At most {MOST_A_DAY} spans a day.")
    for earlier, later in itertools.pairwise(found):
        if later.starts < earlier.ends:
            raise InvalidInput(field, f"{span_words(earlier)} and {span_words(later)} overlap.")
    return found


def span_words(span: Span) -> str:
    """`9:00 am – 5:00 pm`"""
    return f"{_clock(span.starts)} – {_clock(span.ends)}"


def _clock(minute: int) -> str:
    if minute == MIDNIGHT:
        return "midnight"
    hour = minute // 60
    return f"{hour % 12 or 12}:{minute % 60:02d} {'am' if hour < 12 else 'pm'}"
