"""Which times are free at a studio, for whoever books there; who is free and who is not, for its staff."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.clock import local
from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.scheduling.asking import DayOpenings, Reason, Verdicts, VisitAsk
from portal_app.domain.scheduling.calendars import bookable
from portal_app.domain.scheduling.grounds import rule_for
from portal_app.domain.scheduling.models import Timing
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.telling import WORDS, day_sentence

__all__ = ["DayTold", "WhyNot", "day_sentence", "explain", "find_openings", "nearest", "policy_of", "takes_times", "why_not"]

MOST_DAYS = 62
REACHES = (2, 14, 366)
NEAREST = 3


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One member at one start: free when there is no reason."""

    member_id: int
    name: str
    reason: Reason | None
    words: str


@dataclass(frozen=True, slots=True)
class DayTold:
    """One day in full, for staff: the counts, every start with each member's answer, and who the members are.

    No starts where nobody has hours, and none on an evening whose sunset nobody knows.
    """

    openings: DayOpenings
    starts: tuple[Verdicts, ...]
    names: Mapping[int, str]


def takes_times(db: Session, by: Viewer) -> bool:
    """Whether bookings at the viewer's studio choose a free time; else they are wishes, as where nobody has set hours."""
    return policy_of(db, by.studio_id).timing != Timing.NONE and bool(bookable(db, by))


def find_openings(db: Session, by: Viewer, ask: VisitAsk, *, now: datetime) -> list[DayOpenings]:
    """Every day asked for, two months at most. Who would come is told to staff only."""
    last = min(ask.last, ask.first + timedelta(days=MOST_DAYS - 1))
    days = rule_for(db, by, replace(ask, last=last), now=now).days()
    return days if by.is_staff else [_without_names(day) for day in days]


def nearest(db: Session, by: Viewer, ask: VisitAsk, at: datetime, *, now: datetime) -> tuple[datetime, ...]:
    """The three free starts nearest to an instant, in the order of time; fewer when there are no more."""
    middle, today = local(at, ask.zone).date(), local(now, ask.zone).date()
    found: list[datetime] = []
    for reach in REACHES:
        first, last = max(today, middle - timedelta(days=reach)), middle + timedelta(days=reach)
        if first <= last:
            days = rule_for(db, by, replace(ask, first=first, last=last), now=now).days()
            found = [start.at for day in days for start in day.starts]
        if len(found) >= NEAREST:
            break
    return tuple(sorted(sorted(found, key=lambda start: (abs(start - at), start))[:NEAREST]))


def why_not(db: Session, by: Viewer, ask: VisitAsk, at: datetime, *, now: datetime) -> list[WhyNot]:
    """For staff: each member at one start, and what keeps them from it. Raises NotAllowed for others."""
    if not by.is_staff:
        raise NotAllowed
    day = local(at, ask.zone).date()
    refusals = rule_for(db, by, replace(ask, first=day, last=day), now=now).refusals(at)
    names = _names(db, by, refusals)
    return [WhyNot(each, names[each], reason, WORDS[reason] if reason else "Free") for each, reason in refusals.items()]


def explain(db: Session, by: Viewer, ask: VisitAsk, *, now: datetime) -> DayTold:
    """For staff: the first day that is asked for, each start and what keeps whom from it. Raises NotAllowed for others."""
    if not by.is_staff:
        raise NotAllowed
    rule = rule_for(db, by, replace(ask, last=ask.first), now=now)
    who = [diary.member.member_id for diary in rule.diaries]
    starts = rule.verdicts(ask.first) if who else []
    return DayTold(rule.days()[0], tuple(starts), _names(db, by, who))


def _names(db: Session, by: Viewer, ids: Collection[int]) -> dict[int, str]:
    """In the order of the ids: who is thought of first stays first."""
    named = select(Membership.id, Account.name).join(Account, col(Account.id) == col(Membership.account_id))
    found = dict(db.execute(named.where(Membership.studio_id == by.studio_id, col(Membership.id).in_(ids))).all())
    return {each: found[each] for each in ids}


def _without_names(day: DayOpenings) -> DayOpenings:
    return replace(day, starts=tuple(replace(start, member_ids=()) for start in day.starts))
