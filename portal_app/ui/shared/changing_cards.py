"""What may be changed on an order, in words: the same for its page, its secret page and their dialogs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from portal_app.core.clock import clock_words, day_words, when_words
from portal_app.core.money import money_words
from portal_app.domain.orders.windows import Changes, VisitChange
from portal_app.domain.scheduling.asking import DayOpenings
from portal_app.domain.scheduling.changing import Free, Late, Refused, Verdict
from portal_app.domain.scheduling.telling import over_sentence

NAMES = {"visit": "visit", "twilight": "twilight visit"}
WISHES = (
    ("soon", "As soon as possible"),
    ("morning", "A morning"),
    ("afternoon", "An afternoon"),
    ("evening", "An evening"),
)


@dataclass(frozen=True)
class ChangeCard:
    """One visit and the two buttons under it. `when` is empty while it has no time; `which` stands over the buttons when
    the order has several visits."""

    purpose: str = ""
    which: str = ""
    when: str = ""
    move: str = ""
    can_postpone: bool = False


@dataclass(frozen=True)
class ChangesCard:
    """What the page offers: a row a visit, and canceling. Nothing on a closed order."""

    visits: tuple[ChangeCard, ...] = ()
    can_cancel: bool = False
    seconds_left: int = 0
    over: str = ""
    has_lost_time: bool = False
    needs_time: bool = False


@dataclass(frozen=True)
class TimeCard:
    """One start: `value` goes back to the server, `words` are read."""

    value: str
    words: str


@dataclass(frozen=True)
class Asked:
    """What a dialog says. `refused` leaves nothing to confirm; `late` says what it costs by now, empty for what is free."""

    title: str = ""
    consequence: str = ""
    late: str = ""
    refused: str = ""
    act: str = ""


def changes_card(found: Changes, *, now: datetime) -> ChangesCard:
    """An order's open visits and what may be done to them."""
    # A second too many, never one too few: when the browser has counted down, the time must be over here too.
    left = ceil((found.held_until - now).total_seconds()) if found.held_until else 0
    return ChangesCard(
        visits=tuple(_row(visit, is_only=len(found.visits) == 1) for visit in found.visits),
        can_cancel=found.cancel is not None,
        seconds_left=max(left, 0),
        over=over_sentence(found.hold_minutes),
        has_lost_time=found.has_lost_time,
        # Just paid, a time that was given back may still be taken again: only one that is gone is spoken of.
        needs_time=found.has_lost_time and any(visit.starts_at is None for visit in found.visits),
    )


def _row(visit: VisitChange, *, is_only: bool) -> ChangeCard:
    name = NAMES[visit.purpose]
    return ChangeCard(
        purpose=visit.purpose,
        which="" if is_only else name.capitalize(),
        when=when_words(visit.starts_at, visit.zone) if visit.starts_at else "",
        move="Change time" if visit.starts_at else f"Choose a time for the {name}",
        can_postpone=visit.starts_at is not None,
    )


def move_words(found: Changes, visit: VisitChange, currency: str) -> Asked:
    """Another time, or a first one."""
    by_hand = "" if found.offers_times else f"The studio finds another time with you. {found.call}"
    refused = _refused(visit.move, found) or by_hand
    fee = _fee(visit.move, currency)
    if visit.starts_at is None:
        return Asked(f"When shall we come for the {NAMES[visit.purpose]}?", refused=refused, act="Choose this time")
    return Asked(
        title=f"Another time for the {NAMES[visit.purpose]}?",
        consequence=f"It is on {when_words(visit.starts_at, visit.zone)}, and stays so until the new time is yours. "
        + _free(visit.move, visit.zone),
        late=_late(visit.move, currency, "change"),
        refused=refused,
        act=f"Change it for {fee}" if fee else "Change the time",
    )


def postpone_words(found: Changes, visit: VisitChange, currency: str) -> Asked:
    """No time for now."""
    fee = _fee(visit.postpone, currency)
    return Asked(
        title=f"Postpone the {NAMES[visit.purpose]}?",
        consequence="Its time is given back, and the order stays. You choose another time here whenever you are ready. "
        + _free(visit.postpone, visit.zone),
        late=_late(visit.postpone, currency, "change"),
        refused=_refused(visit.postpone, found),
        act=f"Postpone for {fee}" if fee else "Postpone it",
    )


def cancel_words(found: Changes, *, zone: str, currency: str, paid_cents: int, back_cents: int, studio: str) -> Asked:
    """The whole order, and what happens to money that was paid already."""
    verdict = found.cancel or Free()
    fee = _fee(verdict, currency)
    kept = paid_words(paid_cents, back_cents, currency, f"stays with {studio}, who settles it with you")
    return Asked(
        title="Cancel this order?",
        consequence="The photographer’s time is given back. " + kept + _free(verdict, zone),
        late=_late(verdict, currency, "cancellation"),
        refused=_refused(verdict, found),
        act=f"Cancel for {fee}" if fee else "Cancel the order",
    )


def paid_words(paid_cents: int, back_cents: int, currency: str, stays: str) -> str:
    """What becomes of money that was paid, in one sentence or two with a space behind; nothing when none was."""
    back = f"{money_words(back_cents, currency)} goes back the way it was paid. " if back_cents > 0 else ""
    rest = paid_cents - max(0, back_cents)
    return back + (f"{money_words(rest, currency)} that was paid {stays}. " if rest > 0 else "")


def day_choices(days: Sequence[DayOpenings], zone: str) -> list[tuple[str, str]]:
    """Days with free times: `Sat 28 Nov, 5 free`."""
    return [
        (day.day.isoformat(), f"{day_words(day.starts[0].at, zone)}, {len(day.starts)} free") for day in days if day.starts
    ]  # fmt: skip


def time_cards(days: Sequence[DayOpenings], day: str, zone: str) -> list[TimeCard]:
    """The starts of one day; a named window says its name."""
    chosen = next((each for each in days if each.day.isoformat() == day), None)
    return (
        [TimeCard(start.at.isoformat(), start.arrival or clock_words(start.at, zone)) for start in chosen.starts]
        if chosen
        else []
    )


def _fee(verdict: Verdict, currency: str) -> str:
    return money_words(verdict.fee_cents, currency) if isinstance(verdict, Late) else ""


def _refused(verdict: Verdict, found: Changes) -> str:
    return f"{verdict.sentence} {found.call}" if isinstance(verdict, Refused) else ""


def _late(verdict: Verdict, currency: str, what: str) -> str:
    fee = _fee(verdict, currency)
    return f"It is late: this {what} costs {fee}, which joins what you owe." if fee else ""


def _free(verdict: Verdict, zone: str) -> str:
    if isinstance(verdict, Late):
        return ""
    if isinstance(verdict, Free) and verdict.until:
        return f"It costs nothing until {when_words(verdict.until, zone)}."
    return "It costs nothing."
