"""One member's week as it is typed, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from portal_app.domain.scheduling.hours import Hours
from portal_app.domain.scheduling.spans import Span, span_of, span_words, typed_of
from portal_app.ui.shared.wall_times import DAYS

NINE_TO_FIVE = ("09:00", "17:00")
DUSK = ("15:00", "21:00")
MOST = 6


@dataclass(frozen=True)
class SpanCard:
    """From and until, as fields for times hold them."""

    starts: str
    ends: str
    place: int = 0


@dataclass(frozen=True)
class DayCard:
    """One weekday with what is typed into it."""

    weekday: int
    name: str
    visits: list[SpanCard] = field(default_factory=list)
    twilight: list[SpanCard] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One thing in a list that can be taken out: a day that differs, a time off."""

    key: str
    words: str
    detail: str = ""


def week_cards(week: Mapping[int, Hours]) -> list[DayCard]:
    """Seven days, Monday first."""
    found = [week.get(weekday, Hours()) for weekday in range(7)]
    return [DayCard(day, DAYS[day], _typed(hours.visits), _typed(hours.twilight)) for day, hours in enumerate(found)]


def week_of(cards: Sequence[DayCard]) -> dict[int, Hours]:
    """What was typed as hours. Raises InvalidInput at the day that is wrong."""
    return {
        card.weekday: Hours(
            tuple(span_of(span.starts, span.ends, field=f"day-{card.weekday}") for span in card.visits),
            tuple(span_of(span.starts, span.ends, field=f"day-{card.weekday}-twilight") for span in card.twilight),
        )
        for card in cards
    }


def with_spans(cards: Sequence[DayCard], weekday: int, spans: Sequence[SpanCard], *, twilight: bool) -> list[DayCard]:
    """The week with other spans on one day, numbered anew."""
    numbered = [replace(span, place=place) for place, span in enumerate(spans[:MOST])]
    return [
        card if card.weekday != weekday else replace(card, **{"twilight" if twilight else "visits": numbered}) for card in cards
    ]


def hours_words(hours: Hours) -> str:
    """`9:00 am – 5:00 pm, twilight 4:00 pm – 7:00 pm`, or `Off`."""
    visits = ", ".join(map(span_words, hours.visits))
    twilight = "twilight " + ", ".join(map(span_words, hours.twilight)) if hours.twilight else ""
    return ", ".join(filter(None, (visits, twilight))) or "Off"


def typed_hours(form: Mapping[str, object]) -> Hours:
    """The hours of one day from its form: `starts`, `ends`, `starts2`, `ends2`, and the same for twilight visits."""
    return Hours(_spans(form, ("", "2")), _spans(form, ("_twilight",)))


def _spans(form: Mapping[str, object], endings: Sequence[str]) -> tuple[Span, ...]:
    typed = [(str(form.get(f"starts{ending}") or ""), str(form.get(f"ends{ending}") or "")) for ending in endings]
    return tuple(span_of(starts, ends, field="day") for starts, ends in typed if starts or ends)


def _typed(spans: Sequence[Span]) -> list[SpanCard]:
    return [SpanCard(typed_of(span.starts), typed_of(span.ends), place) for place, span in enumerate(spans)]
