"""What was typed while booking, one thing after the other: the first that does not fit is the one to say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal_app.core.clock import at_wall_time, local
from portal_app.core.errors import InvalidInput
from portal_app.domain.orders.models import Entry, Wish

MAX_AREA = 200_000
LATEST = timedelta(days=365)
CODED = (Entry.LOCKBOX, Entry.DOOR_CODE)


@dataclass(frozen=True, slots=True)
class Times:
    """When the customer would like it: instants of an exact wish, or a wish for later. `on` is its day, None for any."""

    wish: Wish
    starts_at: datetime | None = None
    twilight_at: datetime | None = None
    on: date | None = None


def read_line(field: str, typed: str, missing: str) -> str:
    """One line of text, its spaces tidied. Raises InvalidInput when it is empty or no line."""
    text = re.sub(r"\s+", " ", typed).strip()
    if not text:
        raise InvalidInput(field, missing)
    if len(text) > 160:
        raise InvalidInput(field, "Keep this under 160 letters; anything more fits in the notes.")
    return text


def read_area(typed: str) -> int | None:
    """`2,940` → 2940; empty → None. Raises InvalidInput for anything else."""
    text = re.sub(r"[\s,.]", "", typed)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 0 < int(text) <= MAX_AREA:
        raise InvalidInput("area", "Type the size as a number, for example 3000.")
    return int(text)


def read_phone(typed: str) -> str:
    """A phone number as it was typed. Raises InvalidInput for what nobody could call."""
    text = re.sub(r"\s+", " ", typed).strip()
    if text and (len(text) > 40 or not 5 <= sum(letter.isdigit() for letter in text) <= 20):
        raise InvalidInput("phone", "Type a phone number, for example (831) 555-0142.")
    return text


def read_entry(entry: str, code: str) -> tuple[Entry, str]:
    """How to get in, and the code when there is one. Raises InvalidInput."""
    if entry not in set(Entry):
        raise InvalidInput("entry", "Choose how the photographer gets in.")
    way = Entry(entry)
    text = re.sub(r"\s+", " ", code).strip()
    if len(text) > 60:
        raise InvalidInput("entry_code", "Keep the code under 60 letters; anything more fits in the notes.")
    return way, text if way in CODED else ""


def wished_time(naive: datetime | None, zone: str, now: datetime, field: str = "starts_at") -> datetime:
    """The instant of a wished wall time. Raises InvalidInput for none, the past, or a year ahead."""
    if naive is None:
        raise InvalidInput(field, "Choose a day and a time.")
    try:
        at = at_wall_time(naive, zone)
    except ValueError as skipped:
        raise InvalidInput(field, "The clocks skip this time on that day. Choose another.") from skipped
    if at <= now:
        raise InvalidInput(field, "This time is over. Choose a later one.")
    if at > now + LATEST:
        raise InvalidInput(field, "Choose a day within the next year.")
    return at


def wished_day(day: date | None, zone: str, now: datetime) -> date | None:
    """The day of a wish without an exact time, None for any. Raises InvalidInput for the past, or a year ahead."""
    today = local(now, zone).date()
    if day is not None and not today <= day <= today + LATEST:
        raise InvalidInput("wish_on", "Choose a day within the next year.")
    return day


def read_wish(wish: str) -> Wish:
    """Raises InvalidInput for a wish nobody offered."""
    if wish not in set(Wish):
        raise InvalidInput("starts_at", "Choose a time, or how soon it should be.")
    return Wish(wish)
