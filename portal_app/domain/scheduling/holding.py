"""Holds: a time kept for the minutes that choosing and paying take. They end by themselves, and a refresh makes none longer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer, system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Purpose
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.taking import lock_members, release_expired, take_slot

MOST_AT_ONCE = 500


def hold(db: Session, by: Viewer, ask: VisitAsk, at: datetime, *, key: str, now: datetime) -> Appointment:
    """Keep a time for whoever books under this key. The same time again is the same hold with the same end; another time
    gives the first one back. Raises SlotTaken."""
    kept = held(db, by, key, ask.purpose)
    if kept and is_kept(kept, now) and kept.starts_at == at:
        return kept
    until = now + timedelta(minutes=policy_of(db, by.studio_id).hold_minutes)
    return take_slot(
        db, by, ask, at, now=now, hold_key=key, held_until=until, status=AppointmentStatus.HELD, into=kept
    )  # fmt: skip


def held(db: Session, by: Viewer, key: str, purpose: Purpose) -> Appointment | None:
    """What was held under a key that no order has taken over yet, whether or not it is over."""
    own = select(Appointment).where(
        Appointment.studio_id == by.studio_id,
        Appointment.hold_key == key,
        Appointment.purpose == purpose,
        col(Appointment.order_id).is_(None),
    )
    return db.exec(own.with_for_update()).first() if key else None


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
    """Give back every hold whose end has come, at every studio, and forget those no order ever took over."""
    over = select(Appointment).where(
        Appointment.status == AppointmentStatus.HELD, col(Appointment.held_until) <= now
    ).order_by(col(Appointment.id)).limit(MOST_AT_ONCE)  # fmt: skip
    rows = list(db.exec(over))
    members = sorted({row.member_id for row in rows if row.member_id})
    lock_members(db, members)
    release_expired(db, members, now=now)
    for row in rows:
        db.refresh(row)
        if row.order_id and row.status == AppointmentStatus.REQUESTED:
            told = {"starts_at": row.starts_at.isoformat()}
            record(db, system_viewer(row.studio_id), "appointment.released", now=now, order_id=row.order_id, details=told)
    never = (col(Appointment.order_id).is_(None), Appointment.status == AppointmentStatus.CANCELED)
    db.execute(delete(Appointment).where(*never, col(Appointment.starts_at) < now))
    return len(rows)
