"""How long the files of a listing are kept, and what comes next. Days of the studio's own zone; values in, value out.

    kept until         so many months after the last delivery (or after somebody brought the files back), that day included
    30 days before     the customer and the studio are told, once
    7 days before      they are told again
    the day after      the files are put away: nobody outside the studio opens them, the studio brings them back in one click
    30 days later      they are deleted

Nobody loses files without those warnings: a rule that begins, gets shorter or was not looked at for weeks counts 30 days
from the first warning and 7 from the second. A longer rule, a new delivery or *keep for ever* takes everything back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

FIRST, SECOND, GRACE = timedelta(days=30), timedelta(days=7), timedelta(days=30)


class Step(StrEnum):
    """What is to be done with a listing's files today."""

    NOTHING = "nothing"
    WARN = "warn"
    WARN_AGAIN = "warn_again"
    FORGET = "forget"
    PUT_AWAY = "put_away"
    BRING_BACK = "bring_back"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Kept:
    """What decides: the last delivery or restoring, the studio's months (0 for ever), and what was done so far."""

    since: date
    months: int
    is_for_ever: bool = False
    warned: date | None = None
    warned_again: date | None = None
    put_away: date | None = None

    @property
    def ends(self) -> bool:
        return self.months > 0 and not self.is_for_ever


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    last = months_first(first) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def months_first(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def kept_until(kept: Kept) -> date | None:
    """The last day the files are there; None for ever."""
    if not kept.ends:
        return None
    days = [months_after(kept.since, kept.months)]
    days += [kept.warned + FIRST] if kept.warned else []
    days += [kept.warned_again + SECOND] if kept.warned_again else []
    return max(days)


def restorable_until(put_away: date) -> date:
    """The last day on which files that were put away come back."""
    return put_away + GRACE


def next_step(kept: Kept, today: date) -> Step:
    """See the table in this module's first lines."""
    until = kept_until(kept)
    if until is None:
        return Step.BRING_BACK if kept.put_away else Step.FORGET if kept.warned else Step.NOTHING
    if kept.put_away:
        return Step.EMPTY if today > restorable_until(kept.put_away) else Step.NOTHING
    if kept.warned is None:
        return Step.WARN if today >= until - FIRST else Step.NOTHING
    if today < until - FIRST:
        return Step.FORGET
    if kept.warned_again is None:
        return Step.WARN_AGAIN if today >= until - SECOND else Step.NOTHING
    return Step.PUT_AWAY if today > until else Step.NOTHING
