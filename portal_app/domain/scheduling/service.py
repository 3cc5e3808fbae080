"""Wishes become appointments; the database refuses a photographer in two places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from portal_app.core.clock import local
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.asking import Reason, VisitAsk
from portal_app.domain.scheduling.calendars import place_of
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Decline, Purpose
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.queries import takes_times
from portal_app.domain.scheduling.taking import SlotTaken, lock_members, release_expired, take_slot

__all__ = ["SlotTaken", "ask_again", "book_requested", "close_appointments", "relocate", "request_appointment"]

# Who accepts a wish has decided that it is neither too soon nor too far ahead, and that the studio goes there.
DECIDED = frozenset({Reason.NOTICE, Reason.HORIZON, Reason.AREA})
Services = Mapping[Purpose, frozenset[int]]


def request_appointment(
    db: Session, by: Viewer, *, order_id: int, starts_at: datetime, minutes: int, zone: str, purpose: Purpose = Purpose.VISIT,
    place: Place | None = None,
) -> Appointment:  # fmt: skip
    """Keep the customer's wish: nobody is assigned and nothing is blocked yet."""
    appointment = Appointment(
        studio_id=by.studio_id,
        order_id=order_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=max(minutes, 15)),
        zone=zone,
        purpose=purpose,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
    )
    db.add(appointment)
    db.flush()
    return appointment


def book_requested(db: Session, by: Viewer, order_id: int, services: Services, *, now: datetime) -> list[Appointment]:
    """Give every wish of an order to a photographer; a slot that is taken already stays whose it is.

    Where nobody has set hours: to the first who is not elsewhere. Raises SlotTaken when nobody is.
    """
    mine = select(Appointment).where(Appointment.order_id == order_id)
    _keep_holds(db, mine, now)
    wishes = db.exec(mine.where(Appointment.status == AppointmentStatus.REQUESTED).order_by(col(Appointment.id))).all()
    if not wishes:
        return []
    if takes_times(db, by):
        for wish in wishes:
            ask = ask_again(db, wish, services)
            take_slot(db, by, ask, wish.starts_at, into=wish, now=now, waived=DECIDED)
    else:
        crew = _crew(db, by)
        lock_members(db, crew)
        for wish in wishes:
            _book_first_free(db, wish, crew)
    return list(wishes)


def relocate(db: Session, order_id: int, place: Place) -> None:
    """The visits of an order are there: drives to and from them are counted from this place on."""
    db.execute(update(Appointment).where(col(Appointment.order_id) == order_id).values(lat=place.lat, lon=place.lon))


def ask_again(db: Session, visit: Appointment, services: Services) -> VisitAsk:
    """What was asked when this appointment was made: the same work at the same place, and who declined it."""
    day = local(visit.starts_at, visit.zone).date()
    purpose = Purpose(visit.purpose)
    return VisitAsk(
        minutes=int((visit.ends_at - visit.starts_at).total_seconds() // 60),
        purpose=purpose,
        service_ids=services.get(purpose, frozenset()),
        place=place_of(visit.lat, visit.lon),
        zone=visit.zone,
        first=day,
        last=day,
        ours=frozenset({visit.id} if visit.id else ()),
        never=frozenset(db.exec(select(Decline.member_id).where(Decline.appointment_id == visit.id))),
    )


def close_appointments(db: Session, order_id: int, status: AppointmentStatus) -> None:
    """The order is over: its open appointments end as `status` and free their time."""
    open_ones = (AppointmentStatus.REQUESTED, AppointmentStatus.HELD, AppointmentStatus.BOOKED)
    for appointment in db.exec(
        select(Appointment).where(Appointment.order_id == order_id, col(Appointment.status).in_(open_ones))
    ):
        appointment.status = status
    db.flush()


def _keep_holds(db: Session, mine, now: datetime) -> None:
    """The studio's word ends the wait for a payment: a hold of this order that still stands is booked, or waits for its
    photographer alone."""
    held = mine.where(Appointment.status == AppointmentStatus.HELD, col(Appointment.held_until).is_not(None))
    for visit in db.exec(held).all():
        if visit.held_until > now:
            asks_first = policy_of(db, visit.studio_id).member_confirms
            visit.status = AppointmentStatus.HELD if asks_first else AppointmentStatus.BOOKED
            visit.held_until = None
        else:
            release_expired(db, [visit.member_id], now=now)
            db.refresh(visit)
    db.flush()


def _crew(db: Session, by: Viewer) -> list[int]:
    """Members who can come: photographers first, then the rest who run the studio."""
    members = db.exec(
        select(Membership)
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(
            Membership.studio_id == by.studio_id,
            col(Membership.left_at).is_(None),
            col(Account.suspended_at).is_(None),
            col(Membership.role).in_((Role.PHOTOGRAPHER, Role.OWNER, Role.ADMIN)),
        )
    ).all()
    return [member.id for member in sorted(members, key=lambda member: (member.role != Role.PHOTOGRAPHER, member.id))]


def _book_first_free(db: Session, wish: Appointment, crew: list[int]) -> None:
    for member_id in crew:
        try:
            with db.begin_nested():
                wish.member_id, wish.status = member_id, AppointmentStatus.BOOKED
                db.flush()
        except DBAPIError as clash:
            if "slot_taken" not in str(clash):
                raise
            db.refresh(wish)
            continue
        return
    raise SlotTaken
