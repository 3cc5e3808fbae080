"""Why there is no time, in words: one sentence for customers, the detail for staff. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from portal_app.core.clock import when_words
from portal_app.domain.scheduling.asking import DayOpenings, Reason

NOBODY = "Nobody can be booked online on this day. Choose another day, or ask us for a time."
ALL_BOOKED = "Everybody is booked on this day. Choose another day, or ask us for a time."
JUST_HELD = "Somebody is just booking the last time of this day. Look again in a few minutes."
TOO_TIGHT = "The visits on this day leave too little time between them for yours. Choose another day."
TOO_SOON = "This day is too soon to be booked online. Choose a later day, or call us if it has to be this one."
TOO_FAR = "This day is further ahead than we take bookings online. Choose an earlier day, or ask us for a time."
OUTSIDE = "This address is outside the area we go to. Ask us, and we tell you if we can come."
NOT_SKILLED = "Nobody who takes what you chose works on this day. Choose another day, or ask us for a time."
CLOSED = "Nobody works long enough on this day for your visit. Choose another day."

# What staff read beside a member's name.
WORDS = {
    Reason.NOTICE: "Too soon for the booking rules",
    Reason.HORIZON: "Further ahead than the booking rules allow",
    Reason.AREA: "Outside the service areas",
    Reason.DECLINED: "Declined this visit",
    Reason.SKILL: "Does not take everything that was ordered",
    Reason.HOURS: "Does not work then, or not long enough",
    Reason.BUSY: "Has another visit then",
    Reason.HOLD: "Somebody is just booking them for then",
    Reason.BUFFER: "The time kept free around another visit is in the way",
    Reason.DRIVE: "The drive from or to the next visit takes too long",
}


def day_sentence(day: DayOpenings) -> str:
    """Why a day has no free time, for whoever books; how many times it has, when it has some."""
    if day.starts:
        count = len(day.starts)
        return f"{count} time{'' if count == 1 else 's'} free"
    if not day.candidates:
        return NOBODY
    return next((sentence for reasons, sentence in _FIRST if any(day.refused.get(reason) for reason in reasons)), NOBODY)


# What somebody could change or wait for comes before what is simply so: hours refuse every night.
_FIRST: Sequence[tuple[Sequence[Reason], str]] = (
    ((Reason.BUSY,), ALL_BOOKED),
    ((Reason.HOLD,), JUST_HELD),
    ((Reason.BUFFER, Reason.DRIVE), TOO_TIGHT),
    ((Reason.AREA,), OUTSIDE),
    ((Reason.NOTICE,), TOO_SOON),
    ((Reason.HORIZON,), TOO_FAR),
    ((Reason.DECLINED,), NOBODY),
    ((Reason.HOURS,), CLOSED),
    ((Reason.SKILL,), NOT_SKILLED),
)


def over_sentence(minutes: int) -> str:
    """The minutes a time was kept for paying are over."""
    return f"Your {minutes} minutes are over, so the time is free again. Choose it once more, or another."


def chosen_sentence(reason: Reason, *, is_firm: bool) -> str:
    """Why the one member that staff chose cannot come; what no reason sets aside is not offered to be."""
    ways = "Choose somebody else, or another time." if is_firm else "Choose somebody else or another time, or override it."
    return f"The photographer you chose cannot come then: {WORDS[reason].lower()}. {ways}"


def taken_sentence(nearest: Sequence[datetime], zone: str) -> str:
    """A time that is gone, and which are near it."""
    if not nearest:
        return "That time was just taken, and nothing near it is free. Choose another day, or ask us for a time."
    *others, last = [when_words(at, zone) for at in nearest]
    listed = f"{'; '.join(others)} or {last}" if others else last
    return f"That time was just taken. Free near it: {listed}."
