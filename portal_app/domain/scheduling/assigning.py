"""Who comes when several could: closest, by priority, or whoever waited longest. Pure; the same answer every time.

Ties are broken by priority, then by who joined the crew first (the lower number).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from portal_app.domain.scheduling.models import Strategy

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NOWHERE = 10**9


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who could come. `drive_minutes` is from the visit before on that day, else from the base; None: unknown."""

    member_id: int
    priority: int = 0
    last_assigned_at: datetime | None = None
    drive_minutes: int | None = None


def ranked(strategy: Strategy, contenders: Sequence[Contender]) -> list[Contender]:
    """Best first."""
    return sorted(contenders, key=_KEYS[strategy])


def because(strategy: Strategy, chosen: Contender, contenders: Sequence[Contender]) -> str:
    """Why this one, in a sentence for staff."""
    others = len(contenders) - 1
    if not others:
        return "The only one free."
    also = f"{others} other{'s were' if others > 1 else ' was'} free too."
    if strategy is Strategy.CLOSEST and chosen.drive_minutes is not None:
        return f"Closest: about {chosen.drive_minutes} min drive. {also}"
    if strategy is Strategy.ROUND_ROBIN:
        return f"Waited longest for a visit. {also}"
    return f"First by priority. {also}"


def _by_priority(who: Contender) -> tuple[int, int]:
    return who.priority, who.member_id


def _by_waiting(who: Contender) -> tuple[datetime, int, int]:
    return who.last_assigned_at or LONG_AGO, *_by_priority(who)


def _by_distance(who: Contender) -> tuple[int, int, int]:
    return NOWHERE if who.drive_minutes is None else who.drive_minutes, *_by_priority(who)


_KEYS = {Strategy.CLOSEST: _by_distance, Strategy.PRIORITY: _by_priority, Strategy.ROUND_ROBIN: _by_waiting}
