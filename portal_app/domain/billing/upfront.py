"""What is paid at booking: a time is held until the money is there, and booked in the moment it is written down.

Money that comes just after the hold's end is kept like any other. If the time is still free it is taken again; if not,
the customer and the studio hear of it, and the customer chooses another time without paying again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.queries import balance
from portal_app.domain.orders.changing import Why, tell
from portal_app.domain.orders.models import Order, OrderStatus, Wish
from portal_app.domain.orders.moving import reschedule
from portal_app.domain.orders.service import accept
from portal_app.domain.orders.visits import services_of
from portal_app.domain.orders.windows import order_to_change
from portal_app.domain.scheduling.asking import Reason
from portal_app.domain.scheduling.calendars import place_of
from portal_app.domain.scheduling.holding import book_held, is_kept
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Purpose
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.service import ask_again
from portal_app.domain.scheduling.taking import SlotTaken, take_slot


class TimeIsFreeAgain(Conflict):
    """The hold is over, and nothing was paid."""


def choose_time(
    db: Session, by: Viewer, number: int, purpose: Purpose, starts_at: datetime, why: Why = Why(), *, now: datetime
) -> Appointment:
    """Another time for a visit, or its first. While something is due at booking it is held, not booked: see `reschedule`."""
    order = order_to_change(db, by, number)
    return reschedule(db, by, number, purpose, starts_at, why, pays=waits_for_money(db, order), now=now)


def waits_for_money(db: Session, order: Order) -> bool:
    """Whether its time is only held until what is due at booking is paid."""
    return order.status == OrderStatus.PENDING and order.upfront_cents > 0 and balance(db, order.id or 0).due > 0


def hold_is_over(db: Session, order_id: int, now: datetime) -> bool:
    """Whether an order waits for money, and no time is kept for it anymore: its page must not be paid."""
    order = db.get_one(Order, order_id)
    if not waits_for_money(db, order):
        return False
    visits = db.exec(select(Appointment).where(Appointment.order_id == order_id)).all()
    return not any(is_kept(visit, now) for visit in visits)


def book_paid(db: Session, by: Viewer, order: Order, *, now: datetime) -> None:
    """In the transaction of the money: what is held for it is booked."""
    if order.status != OrderStatus.PENDING or not order.upfront_cents or balance(db, order.id or 0).due:
        return
    for visit in book_held(db, order.id or 0):
        tell(db, by, order, "appointment.booked", Why(), now=now, starts_at=visit.starts_at.isoformat(), sequence=visit.sequence)


def settle_visits(db: Session, by: Viewer, order_id: int, *, now: datetime) -> None:
    """After a payment: a time that was given back is taken again where it is free, and the order accepted where that
    happens by itself."""
    order = db.exec(select(Order).where(Order.id == order_id).with_for_update()).one()
    if order.status != OrderStatus.PENDING or not order.upfront_cents or balance(db, order_id).due:
        return
    mine = select(Appointment).where(Appointment.order_id == order_id, Appointment.status == AppointmentStatus.REQUESTED)
    lost = [visit for visit in db.exec(mine.order_by(col(Appointment.id))).all() if not _taken_again(db, by, order, visit, now)]
    if lost:
        order.wish = Wish.SOON
        for visit in lost:
            visit.status = AppointmentStatus.CANCELED
            tell(db, by, order, "appointment.lost", Why(), now=now, starts_at=visit.starts_at.isoformat())
    elif policy_of(db, order.studio_id).accepts_by_itself:
        accept(db, by, order.number, now=now)


def _taken_again(db: Session, by: Viewer, order: Order, visit: Appointment, now: datetime) -> bool:
    """It was chosen when it was not too soon: the minutes that paying took do not count against it."""
    ask = ask_again(db, visit, services_of(db, order.id or 0))
    ask = replace(ask, place=place_of(order.lat, order.lon) or ask.place)
    try:
        take_slot(db, by, ask, visit.starts_at, into=visit, now=now, waived=frozenset({Reason.NOTICE}))
    except SlotTaken:
        return False
    visit.sequence += 1
    tell(db, by, order, "appointment.booked", Why(), now=now, starts_at=visit.starts_at.isoformat(), sequence=visit.sequence)
    return True
