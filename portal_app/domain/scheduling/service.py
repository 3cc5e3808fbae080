"""Wishes become appointments; the database refuses a photographer in two places."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus


class SlotTaken(Conflict):
    """Everybody who could come is already somewhere else at that time."""

    sentence = "That time was just taken. Choose another time with the customer, then accept."


def request_appointment(db: Session, by: Viewer, *, order_id: int, starts_at: datetime, minutes: int, zone: str) -> Appointment:
    """Keep the customer's wish: nobody is assigned and nothing is blocked yet."""
    appointment = Appointment(
        studio_id=by.studio_id,
        order_id=order_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=max(minutes, 15)),
        zone=zone,
    )
    db.add(appointment)
    db.flush()
    return appointment


def book_requested(db: Session, by: Viewer, order_id: int) -> list[Appointment]:
    """Give every wish of an order to the first photographer who is free. Raises SlotTaken when nobody is."""
    wishes = db.exec(
        select(Appointment).where(Appointment.order_id == order_id, Appointment.status == AppointmentStatus.REQUESTED)
    ).all()
    crew = _crew(db, by)
    for wish in wishes:
        _book_first_free(db, wish, crew)
    return list(wishes)


def close_appointments(db: Session, order_id: int, status: AppointmentStatus) -> None:
    """The order is over: its open appointments end as `status` and free their time."""
    open_ones = (AppointmentStatus.REQUESTED, AppointmentStatus.HELD, AppointmentStatus.BOOKED)
    for appointment in db.exec(
        select(Appointment).where(Appointment.order_id == order_id, col(Appointment.status).in_(open_ones))
    ):
        appointment.status = status
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
