"""What the rule knows beside calendars: the drive between places, the sun at the property, and where the studio goes."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from portal_app.core.viewer import Viewer
from portal_app.domain.listings.places import Place, meters_between
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.calendars import crew_calendars
from portal_app.domain.scheduling.models import BookingPolicy
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.slots import Ground, Rule


def rule_for(db: Session, by: Viewer, ask: VisitAsk, *, now: datetime) -> Rule:
    """The rule of the viewer's studio for one visit, with the calendars of the days asked for."""
    policy = policy_of(db, by.studio_id)
    return Rule(ask, crew_calendars(db, by, ask, now=now), policy, now, ground_of(policy))


def ground_of(policy: BookingPolicy) -> Ground:
    """The ground under every visit of a studio."""
    return Ground(drive=lambda one, other: _drive(one, other, policy), dusk=_dusk)


def _drive(one: Place, other: Place, policy: BookingPolicy) -> int:
    meters = meters_between(one, other) * policy.drive_factor_percent / 100
    return round(meters / (policy.drive_kmh * 1000 / 60))


def _dusk(place: Place, day: date, zone: str, minutes: int) -> tuple[datetime, datetime] | None:
    return None
