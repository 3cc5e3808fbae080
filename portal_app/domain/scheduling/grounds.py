"""What the rule knows beside calendars: the drive between places, the sun at the property, and where the studio goes."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.areas import Outside
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.calendars import STANDING, crew_calendars
from portal_app.domain.scheduling.going import area_of
from portal_app.domain.scheduling.models import Appointment, BookingPolicy
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.slots import Ground, Rule
from portal_app.domain.scheduling.sun import NoSunset, twilight_span
from portal_app.domain.scheduling.travel import Drives, drive_minutes


def rule_for(db: Session, by: Viewer, ask: VisitAsk, *, now: datetime) -> Rule:
    """The rule of the viewer's studio for one visit, with the calendars of the days asked for.

    A place that nobody knows is not held against a visit here: whoever books is told before they choose a time. Nor is
    one outside that the studio has said yes to: by a visit that stands there already, or by its order.
    """
    policy = policy_of(db, by.studio_id)
    is_outside = not ask.is_agreed and ask.place is not None and isinstance(area_of(db, by, ask.place), Outside)
    is_outside = is_outside and not _stands(db, ask)
    return Rule(ask, crew_calendars(db, by, ask, now=now), policy, now, ground_of(policy, is_outside=is_outside))


def _stands(db: Session, ask: VisitAsk) -> bool:
    """Whether what is asked about is booked or held already."""
    own = select(Appointment.id).where(col(Appointment.id).in_(ask.ours), col(Appointment.status).in_(STANDING))
    return bool(ask.ours) and db.exec(own).first() is not None


def ground_of(policy: BookingPolicy, *, is_outside: bool = False, drives: Drives = drive_minutes) -> Ground:
    """The ground under a visit of a studio."""
    return Ground(drive=lambda one, other: drives(one, other, policy), dusk=_dusk, is_outside=is_outside)


def _dusk(place: Place, day: date, zone: str, minutes: int) -> tuple[datetime, datetime] | None:
    span = twilight_span(place, day, zone, minutes)
    return None if isinstance(span, NoSunset) else span
