"""Holds: a time kept for the minutes that paying takes. They end by themselves, and choosing the same time again adds nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.viewer import system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.taking import lock_members, release_expired

MOST_AT_ONCE = 500


def is_kept(visit: Appointment, now: datetime) -> bool:
    """Whether it is a hold that still stands."""
    return visit.status == AppointmentStatus.HELD and visit.held_until is not None and visit.held_until > now


def end_of_hold(db: Session, visit: Appointment, at: datetime, *, now: datetime) -> datetime:
    """Until when a time is kept for paying: choosing the same time again adds nothing, another time starts anew."""
    if is_kept(visit, now) and visit.starts_at == at and visit.held_until:
        return visit.held_until
    return now + timedelta(minutes=policy_of(db, visit.studio_id).hold_minutes)


def book_held(db: Session, order_id: int) -> list[Appointment]:
    """The holds of an order are paid for: its times are kept for good, or wait for their photographers alone.

    Also one whose end has come while nobody has given its time back yet.
    """
    own = select(Appointment).where(Appointment.order_id == order_id, Appointment.status == AppointmentStatus.HELD)
    kept = list(db.exec(own.where(col(Appointment.held_until).is_not(None)).with_for_update()))
    for visit in kept:
        asks_first = policy_of(db, visit.studio_id).member_confirms
        visit.status = AppointmentStatus.HELD if asks_first else AppointmentStatus.BOOKED
        visit.held_until = None
        visit.sequence += 1
    db.flush()
    return kept


def release_over(db: Session, *, now: datetime) -> int:
    """Give back every hold whose end has come, at every studio."""
    over = select(Appointment).where(
        Appointment.status == AppointmentStatus.HELD, col(Appointment.held_until) <= now
    ).order_by(col(Appointment.id)).limit(MOST_AT_ONCE)  # fmt: skip
    rows = list(db.exec(over))
    members = sorted({row.member_id for row in rows if row.member_id})
    lock_members(db, members)
    release_expired(db, members, now=now)
    for row in rows:
        db.refresh(row)
        if row.status == AppointmentStatus.REQUESTED:
            told = {"starts_at": row.starts_at.isoformat()}
            record(db, system_viewer(row.studio_id), "appointment.released", now=now, order_id=row.order_id, details=told)
    return len(rows)
