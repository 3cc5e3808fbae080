"""Days and times as the browser names them, and as instants of the studio."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from portal_app.core.clock import at_wall_time
from portal_app.core.errors import InvalidInput

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_DAYS = 62


def shown_days(first: str, last: str) -> tuple[date, date]:
    """The days a calendar shows, the second not included, at most two months. Raises InvalidInput for what is no day."""
    begin, end = day_of(first, "day"), day_of(last, "day")
    return begin, min(max(end, begin + timedelta(days=1)), begin + timedelta(days=MOST_DAYS))


def day_of(typed: str, field: str) -> date:
    """`2026-11-24…` as a day. Raises InvalidInput at `field`."""
    try:
        return date.fromisoformat(typed.strip()[:10])
    except ValueError:
        raise InvalidInput(field, "Choose a day.") from None


def instant_of(day: str, time: str, zone: str, field: str) -> datetime:
    """A typed day and time at the studio. Raises InvalidInput at `field`, also for a time the clocks skip."""
    begin = day_of(day, field)
    try:
        wall = datetime.strptime(f"{begin} {time.strip()[:5]}", "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a wall time
    except ValueError:
        raise InvalidInput(field, "Choose a time.") from None
    try:
        return at_wall_time(wall, zone)
    except ValueError:
        raise InvalidInput(field, "The clocks skip this time on that day. Choose another.") from None


def midnight(day: date, zone: str) -> datetime:
    """When a day begins there; the hour after it where the clocks skip midnight."""
    for hour in (0, 1):
        try:
            return at_wall_time(datetime(day.year, day.month, day.day, hour), zone)  # noqa: DTZ001 - a wall time
        except ValueError:
            continue
    raise InvalidInput("day", "Choose a day.")
