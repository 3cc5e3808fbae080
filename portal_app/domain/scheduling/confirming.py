"""A photographer's word about a slot that was kept for them: yes, or no with a reason, and then whoever is next is asked."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.viewer import Viewer
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Decline
from portal_app.domain.scheduling.service import DECIDED, Services, ask_again
from portal_app.domain.scheduling.taking import SlotTaken, take_slot


def is_asked(visit: Appointment) -> bool:
    """Whether its photographer has been asked and has not answered. While it is being paid for, nobody is asked yet."""
    return visit.status == AppointmentStatus.HELD and visit.held_until is None and visit.member_id is not None


def keep(db: Session, visit: Appointment, *, now: datetime) -> None:
    """Yes: held becomes booked."""
    visit.status, visit.confirmed_at = AppointmentStatus.BOOKED, now
    visit.sequence += 1
    db.flush()


def pass_on(db: Session, by: Viewer, visit: Appointment, services: Services, reason: str, *, now: datetime) -> bool:
    """No: the next who is free at that time is asked, and never again who said no. False when nobody is left: then the visit
    is a wish again, with its time, for the studio to answer."""
    db.add(Decline(studio_id=visit.studio_id, appointment_id=visit.id, member_id=visit.member_id, reason=reason, at=now))
    db.flush()
    visit.sequence += 1
    try:
        take_slot(db, by, ask_again(db, visit, services), visit.starts_at, into=visit, now=now, waived=DECIDED)
    except SlotTaken:
        visit.status, visit.member_id = AppointmentStatus.REQUESTED, None
        visit.blocked_from = visit.blocked_until = None
        visit.assigned_because = visit.overrides = ""
        db.flush()
        return False
    return True
