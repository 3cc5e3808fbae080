"""The two lines a finished step folds to. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from portal_app.ui.public.booking.cards import StepCard
from portal_app.ui.public.booking.steps import ADDRESS, DETAILS, EXACT, REVIEW, SERVICES, TIME, looks

if TYPE_CHECKING:
    from portal_app.ui.public.booking.choices import Choices

WISHES = {
    "soon": "As soon as possible",
    "morning": "In the morning",
    "afternoon": "In the afternoon",
    "evening": "In the evening",
}
ENTRIES = {
    "": "",
    "meet": "Somebody opens the door",
    "lockbox": "Lockbox",
    "door_code": "Door code",
    "open": "It is open",
}
LATER = {DETAILS: "How to get in, and what we should know", SERVICES: "What we should make", TIME: "When it suits you"}


def fold(typed: Choices, here: str, *, unit: str) -> dict[str, StepCard]:
    """How each step is drawn, and what stands on it when it is folded."""
    size = f"{typed.area.strip()} {unit}".replace(" ", "\u00a0") if typed.area.strip() else ""
    words = {
        ADDRESS: (typed.street, " · ".join(filter(None, (typed.town, size)))),
        SERVICES: (typed.summary.services, typed.summary.duration),
        TIME: time_words(typed),
        DETAILS: (
            " · ".join(filter(None, (typed.name, typed.email, typed.phone))) or "Nothing to add",
            ENTRIES.get(typed.entry, ""),
        ),
        REVIEW: ("", ""),
    }
    drawn = looks(here, typed.done)
    return {
        step: StepCard(look, *(words[step] if look != "later" else ("", LATER.get(step, "")))) for step, look in drawn.items()
    }


def time_words(typed: Choices) -> tuple[str, str]:
    """`Thu 3 Dec, 10:45 am`, and the visit at dusk or the day of a wish beneath it."""
    if typed.wish != EXACT:
        day = f"{_read(typed.wish_on):%a %-d %b}" if _read(typed.wish_on) else "Any day"
        return WISHES.get(typed.wish, ""), day
    at, dusk = _read(typed.at), _read(typed.dusk)
    twilight = f"Twilight visit: {_when(dusk)}" if dusk else ""
    return (_when(at), twilight) if at else (twilight, "")


def _when(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}, {at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
