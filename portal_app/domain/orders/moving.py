"""Another time for a visit: the new time is taken first, and taking it is what gives the old one back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.orders.changing import Why, allowed, changed_order, charge_late, is_exempt, said, tell, visit_of
from portal_app.domain.orders.models import Order, OrderStatus, Wish
from portal_app.domain.orders.visits import services_of
from portal_app.domain.orders.windows import LIVE, OPEN, VisitChange, changes, order_to_change
from portal_app.domain.scheduling.asking import DayOpenings, VisitAsk
from portal_app.domain.scheduling.calendars import place_of
from portal_app.domain.scheduling.holding import end_of_hold
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Purpose
from portal_app.domain.scheduling.queries import find_openings, takes_times
from portal_app.domain.scheduling.service import ask_again, book_requested
from portal_app.domain.scheduling.taking import take_slot
from portal_app.domain.studios.models import Studio


class AskTheStudio(Conflict):
    """The studio plans its days by hand."""


def reschedule(
    db: Session,
    by: Viewer,
    number: int,
    purpose: Purpose,
    starts_at: datetime,
    why: Why = Why(),
    *,
    member_id: int | None = None,
    pays: bool = False,
    now: datetime,
) -> Appointment:
    """The visit is at this instant from now on; without a time so far, this is its first.

    One row changes, so there is no moment at which both times are taken, or neither. `pays`: it is only held until what
    is due at booking is paid. `member_id`: only this member (staff). Raises SlotTaken with the nearest free times,
    TooLate, FeeChanged, NoVisit, InvalidInput without a reason, AskTheStudio, NotFound, NotAllowed.
    """
    order = changed_order(db, by, number)
    found = changes(db, by, order, now=now)
    visit = visit_of(found, purpose)
    is_firm = visit.status in (AppointmentStatus.BOOKED, AppointmentStatus.HELD)
    reason = said(by, why) if is_firm and not pays else ""
    fee = allowed(by, visit.move, found, why, order.currency)
    row = _row(db, order, visit)
    before = row.starts_at.isoformat() if visit.starts_at else ""
    if takes_times(db, by):
        made = _take(db, by, order, row, starts_at, why, member_id=member_id, pays=pays, now=now)
    elif is_exempt(by):
        made = _by_hand(db, by, order, row, starts_at, now=now)
    else:
        raise AskTheStudio(f"Another time is the studio's to find. {found.call}")
    made.sequence += 1
    made.moves += 1 if is_firm and not pays else 0
    made.confirmed_at = made.started_at = made.finished_at = None
    order.wish, order.wish_on = Wish.EXACT, None
    charge_late(db, order, fee, "Late change")
    tell(
        db, by, order, "appointment.moved" if before else "appointment.set", why, now=now,
        before=before, starts_at=made.starts_at.isoformat(), reason=reason, fee_cents=fee, sequence=made.sequence,
        override=made.overrides, held=pays,
    )  # fmt: skip
    return made


def openings_of(
    db: Session, by: Viewer, number: int, purpose: Purpose, *, first: date, last: date, now: datetime
) -> list[DayOpenings]:
    """The free times for a visit of an order, its own time counted as free. Empty where the studio plans by hand.

    Raises NotFound, NoVisit.
    """
    order = order_to_change(db, by, number, locks=False)
    if order.status not in OPEN or not takes_times(db, by):
        return []
    ask = ask_of(db, by, order, purpose, now=now)
    return find_openings(db, by, replace(ask, first=first, last=last), now=now)


def ask_of(db: Session, by: Viewer, order: Order, purpose: Purpose, *, now: datetime) -> VisitAsk:
    """What the calendar is asked about a visit of this order, on the day it has now. Raises NoVisit."""
    visit = visit_of(changes(db, by, order, now=now), purpose)
    return _ask(db, order, _row(db, order, visit, locks=False))


def _row(db: Session, order: Order, visit: VisitChange, *, locks: bool = True) -> Appointment:
    """The appointment of the visit: the one that stands, the last one that did, or a first one, not yet kept."""
    own = select(Appointment).where(Appointment.order_id == order.id, Appointment.purpose == visit.purpose)
    rows = db.exec((own.with_for_update() if locks else own).order_by(col(Appointment.id).desc())).all()
    if rows:
        return next((row for row in rows if row.status in LIVE), rows[0])
    zone = db.exec(select(Studio.zone).where(Studio.id == order.studio_id)).one()
    begin = order.placed_at
    return Appointment(
        studio_id=order.studio_id, order_id=order.id, purpose=visit.purpose, zone=zone,
        starts_at=begin, ends_at=begin + timedelta(minutes=visit.minutes),
    )  # fmt: skip


def _ask(db: Session, order: Order, row: Appointment) -> VisitAsk:
    """The same work at the same place, as well as the order knows it. An order that was accepted was accepted there."""
    ask = ask_again(db, row, services_of(db, order.id or 0))
    is_agreed = order.status == OrderStatus.ACCEPTED
    return replace(ask, place=place_of(order.lat, order.lon) or ask.place, is_agreed=is_agreed)


def _take(
    db: Session, by: Viewer, order: Order, row: Appointment, at: datetime, why: Why,
    *, member_id: int | None, pays: bool, now: datetime,
) -> Appointment:  # fmt: skip
    override = why.override_reason.strip() if is_exempt(by) else ""
    if member_id is not None and not is_exempt(by):
        raise NotFound
    until = end_of_hold(db, row, at, now=now) if pays else None
    status = AppointmentStatus.HELD if pays else AppointmentStatus.BOOKED
    return take_slot(
        db, by, _ask(db, order, row), at, now=now, order_id=order.id, into=row, status=status, held_until=until,
        member_id=member_id, override_reason=override,
    )  # fmt: skip


def _by_hand(db: Session, by: Viewer, order: Order, row: Appointment, at: datetime, *, now: datetime) -> Appointment:
    """Where nobody has set hours: whoever is not elsewhere then. When nobody is, nothing is kept of this."""
    row.ends_at += at - row.starts_at
    row.starts_at, row.status, row.member_id = at, AppointmentStatus.REQUESTED, None
    row.blocked_from = row.blocked_until = row.held_until = None
    db.add(row)
    db.flush()
    book_requested(db, by, order.id or 0, services_of(db, order.id or 0), now=now)
    return row
