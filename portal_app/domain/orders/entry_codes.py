"""The code of a door, and how long it is kept: until the day of its last visit is over, whoever pressed what.

A visit that was postponed, or never had a time, may still come: its code waits for it, but not for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, exists, select

from portal_app.core.clock import local
from portal_app.domain.orders.models import Order
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Purpose

OPEN = (AppointmentStatus.REQUESTED, AppointmentStatus.HELD, AppointmentStatus.BOOKED)
STANDING = (AppointmentStatus.HELD, AppointmentStatus.BOOKED)
WAITS_AT_MOST = timedelta(days=90)


def is_for(visit: Appointment, *, now: datetime) -> bool:
    """Whether whoever comes may see the code: not after they finished, nor after the day of the visit at the property."""
    return visit.status in OPEN and visit.finished_at is None and not _is_day_over(visit, now)


def is_needed(visits: Sequence[Appointment], placed_at: datetime, *, now: datetime) -> bool:
    """Whether anybody will still stand at the door of an open order with these appointments, oldest first."""
    seen = [_latest([each for each in visits if each.purpose == purpose]) for purpose in Purpose]
    kept = [visit for visit in seen if visit is not None]
    if not kept:
        return now < placed_at + WAITS_AT_MOST
    return any(is_for(visit, now=now) if visit.status in STANDING else _waits(visit, placed_at, now) for visit in kept)


def forget_codes(db: Session, *, now: datetime) -> int:
    """Empty the codes that nobody needs anymore, at every studio; how many. An order in somebody's hand waits for next time."""
    ahead = exists().where(
        col(Appointment.order_id) == col(Order.id),
        col(Appointment.status).in_(OPEN),
        col(Appointment.finished_at).is_(None),
        col(Appointment.ends_at) > now,
    )
    kept = select(Order).where(col(Order.entry_code_box).is_not(None), ~ahead).order_by(col(Order.id))
    orders = db.exec(kept.with_for_update(skip_locked=True)).all()
    visits = _visits(db, [order.id or 0 for order in orders])
    over = [order for order in orders if not is_needed(visits[order.id or 0], order.placed_at, now=now)]
    for order in over:
        order.entry_code_box = None
    db.flush()
    return len(over)


def _visits(db: Session, order_ids: list[int]) -> dict[int, list[Appointment]]:
    found: dict[int, list[Appointment]] = {each: [] for each in order_ids}
    for visit in db.exec(select(Appointment).where(col(Appointment.order_id).in_(order_ids)).order_by(col(Appointment.id))):
        found[visit.order_id or 0].append(visit)
    return found


def _latest(visits: list[Appointment]) -> Appointment | None:
    """The visit that stands, or the last one that did."""
    return next((visit for visit in visits if visit.status in OPEN), visits[-1] if visits else None)


def _waits(visit: Appointment, placed_at: datetime, now: datetime) -> bool:
    """Without a time that stands it may get one: when it is done, or everybody forgot it, it does not."""
    return visit.status != AppointmentStatus.COMPLETED and now < max(visit.starts_at, placed_at) + WAITS_AT_MOST


def _is_day_over(visit: Appointment, now: datetime) -> bool:
    return local(now, visit.zone).date() > local(visit.ends_at, visit.zone).date()
