"""Whether a customer may still change a visit: a pure rule over the studio's policy, the visit and the hour.

A change is free until its last moment: so many hours before the visit, and, where the studio counts days, also not after
its hour of that many days before. Hours are real hours, so a night on which clocks change makes them no longer; the hour
of a day is what the clock on the wall shows there. After the last moment a change is refused, or costs the late fee where
the studio allows it, until the visit begins.

| hours | days | hour | visit | now | late | is |
|---|---|---|---|---|---|---|
| 24 | | | Thu 26 Nov 9:30 | Wed 25 Nov 9:30 | | free |
| 24 | | | Thu 26 Nov 9:30 | Wed 25 Nov 9:31 | | refused |
| 24 | | | Thu 26 Nov 9:30 | Wed 25 Nov 9:31 | $75 | $75 |
| 24 | | | Thu 26 Nov 9:30 | Thu 26 Nov 9:30 | $75 | refused |
| 0 | 1 | 17:00 | Thu 26 Nov 9:30 | Wed 25 Nov 17:00 | | free |
| 0 | 1 | 17:00 | Thu 26 Nov 9:30 | Wed 25 Nov 17:01 | | refused |
| 24 | 1 | 17:00 | Thu 26 Nov 9:30 | Wed 25 Nov 9:31 | | refused |
| 0 | 2 | 23:59 | Thu 26 Nov 9:30 | Tue 24 Nov 23:59 | | free |
| 24 | | | Sun 8 Mar 9:30 | Sat 7 Mar 8:30 | | free |
| 24 | | | Sun 8 Mar 9:30 | Sat 7 Mar 8:31 | | refused |
| 24 | | | Sun 1 Nov 9:30 | Sat 31 Oct 10:30 | | free |
| 0 | 1 | 17:00 | Sun 8 Mar 9:30 | Sat 7 Mar 17:00 | | free |
| 0 | 0 | 2:30 | Sun 8 Mar 9:30 | Sun 8 Mar 3:30 | | free |
| 0 | 0 | 1:30 | Sun 1 Nov 9:30 | Sun 1 Nov 1:30 again | | free |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal_app.core.clock import local, when_words
from portal_app.domain.scheduling.models import BookingPolicy


class Change(StrEnum):
    """What a customer may do to a visit. Canceling has a window of its own."""

    MOVE = "move"
    POSTPONE = "postpone"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Free:
    """It costs nothing, until `until`; without an end while nobody is booked."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """It is past its last moment and costs this much, in minor units."""

    fee_cents: int


@dataclass(frozen=True, slots=True)
class Refused:
    """It is no longer the customer's to do; the sentence says why."""

    sentence: str


Verdict = Free | Late | Refused


def may_change(
    policy: BookingPolicy, change: Change, *, starts_at: datetime | None, moves: int, now: datetime, zone: str
) -> Verdict:
    """`starts_at` is None while nobody is booked; `moves` counts how often the visit was moved or postponed."""
    if change is not Change.CANCEL and policy.most_moves is not None and moves >= policy.most_moves:
        return Refused(_moved_enough(policy.most_moves))
    if starts_at is None:
        return Free()
    if now >= starts_at:
        return Refused("The visit has begun.")
    until = last_moment(policy, change, starts_at, zone)
    if now <= until:
        return Free(until)
    if policy.late_is_allowed:
        return Late(policy.late_fee_cents) if policy.late_fee_cents else Free(starts_at)
    done = "canceled" if change is Change.CANCEL else "changed"
    return Refused(f"This visit could be {done} until {when_words(until, zone)}.")


def last_moment(policy: BookingPolicy, change: Change, starts_at: datetime, zone: str) -> datetime:
    """The last instant at which the change is free."""
    hours = policy.cancel_hours if change is Change.CANCEL else policy.change_hours
    until = starts_at - timedelta(hours=hours)
    if policy.cutoff_days is None:
        return until
    return min(until, _on_the_wall(starts_at, policy.cutoff_days, policy.cutoff_minute, zone))


def _on_the_wall(starts_at: datetime, days: int, minute: int, zone: str) -> datetime:
    """That hour of so many days before. One the clocks skip, or show twice, is the later of its two readings."""
    day = local(starts_at, zone).date() - timedelta(days=days)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone))
    return max(wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC))


def _moved_enough(most: int) -> str:
    times = {0: "", 1: "once", 2: "twice"}.get(most, f"{most} times")
    return (
        f"This visit was moved {times} already, as often as it can be." if most else "The time of a visit cannot be changed here."
    )
