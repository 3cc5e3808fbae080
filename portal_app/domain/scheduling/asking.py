"""What is asked of the calendar, and what it answers: values only, shared by the rule, the verbs and the screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.models import Purpose


class Reason(StrEnum):
    """Why somebody cannot come at a time. Each refused start of each member has exactly one: the first that applies."""

    NOTICE = "notice"
    HORIZON = "horizon"
    AREA = "area"
    DECLINED = "declined"
    SKILL = "skill"
    HOURS = "hours"
    BUSY = "busy"
    HOLD = "hold"
    BUFFER = "buffer"
    DRIVE = "drive"


@dataclass(frozen=True, slots=True)
class VisitAsk:
    """One visit to find a time for. `minutes` on site; days are those of the property's zone, both ends included.

    `ours` are the ids of appointments that do not stand in the way because they are what is being moved or held; `never`
    are members who declined and are not asked again. `is_agreed`: the studio has said that it goes there.
    """

    minutes: int
    purpose: Purpose
    service_ids: frozenset[int]
    place: Place | None
    zone: str
    first: date
    last: date
    ours: frozenset[int] = frozenset()
    never: frozenset[int] = frozenset()
    is_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """A bookable start and the members who could come, best first (for staff's eyes, empty for others).

    `arrival` names the window when windows are offered: then each window has one start, its first free one.
    """

    at: datetime
    member_ids: tuple[int, ...]
    arrival: str = ""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One start, free or not: what keeps each member from it, None for who could come. `arrival` names its window."""

    at: datetime
    arrival: str
    by_member: Mapping[int, Reason | None]


@dataclass(frozen=True, slots=True)
class DayOpenings:
    """One day: its free starts, and how many candidates (a start and a member each) were refused for what.

    `candidates` = `free` + the sum of `refused`.
    """

    day: date
    starts: tuple[Start, ...]
    refused: Mapping[Reason, int]
    candidates: int
    free: int = 0
