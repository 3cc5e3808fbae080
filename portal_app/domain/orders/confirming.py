"""Photographers who are asked before a visit is theirs: what waits for an answer, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import record
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.queries import visible
from portal_app.domain.orders.visits import services_of
from portal_app.domain.scheduling.calendars import STANDING
from portal_app.domain.scheduling.confirming import is_asked, keep, pass_on
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Purpose

REASON_AT_MOST = 500


class NobodyWaits(Conflict):
    """It was answered in another tab, moved, or canceled."""

    sentence = "Nobody waits for an answer about this visit anymore. Look at the order again."


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit whose photographer was asked, as whoever may answer sees it."""

    purpose: str
    starts_at: datetime
    zone: str
    photographer: str
    is_me: bool


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who comes to a visit and why; `overrides` says which rule was set aside for it, and the reason."""

    photographer: str
    because: str
    overrides: str


def asked_of(db: Session, by: Viewer, number: int) -> list[Asked]:
    """The visits of an order that wait for an answer this viewer may give."""
    return [
        Asked(visit.purpose, visit.starts_at, visit.zone, name, is_me=visit.member_id == by.member_id)
        for visit, name in _manned(db, by, number)
        if is_asked(visit) and _may_answer(by, visit)
    ]


def assigned_of(db: Session, by: Viewer, number: int) -> list[Assigned]:
    """Who comes to the visits of an order, and why; for the studio's eyes."""
    told = [Assigned(name, visit.assigned_because, visit.overrides) for visit, name in _manned(db, by, number)]
    return [each for each in told if each.because or each.overrides]


def _manned(db: Session, by: Viewer, number: int) -> list[tuple[Appointment, str]]:
    """Visits that stand, each with its photographer. Nothing for who is not of the studio."""
    named = (
        visible(by)
        .join(Appointment, col(Appointment.order_id) == col(Order.id))
        .join(Membership, col(Membership.id) == col(Appointment.member_id))
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(Order.number == number, col(Appointment.status).in_(STANDING))
        .order_by(col(Appointment.starts_at))
        .with_only_columns(Appointment, Account.name)
    )
    return [(visit, name) for visit, name in db.execute(named)] if by.is_staff else []


def confirm_visit(db: Session, by: Viewer, number: int, purpose: Purpose, *, now: datetime) -> None:
    """The photographer comes. Clicked again it changes nothing. Raises NobodyWaits, NotFound, NotAllowed."""
    order, visit = _visit(db, by, number, purpose)
    if visit.status == AppointmentStatus.BOOKED and visit.confirmed_at:
        return
    if not is_asked(visit):
        raise NobodyWaits
    keep(db, visit, now=now)
    _record(db, by, order, "appointment.confirmed", now, starts_at=visit.starts_at.isoformat())


def decline_visit(db: Session, by: Viewer, number: int, purpose: Purpose, reason: str, *, now: datetime) -> str:
    """The photographer does not come: the next who is free is asked, else the order waits for the studio.

    Returns who was asked instead, or nothing. Raises InvalidInput without a reason, NobodyWaits, NotFound, NotAllowed.
    """
    order, visit = _visit(db, by, number, purpose)
    if not is_asked(visit):
        raise NobodyWaits
    why = one_line(reason, REASON_AT_MOST)
    if not why:
        raise InvalidInput("reason", "Say in a few words why, so that the studio can plan.")
    was, at = _name(db, visit.member_id), visit.starts_at.isoformat()
    found = pass_on(db, by, visit, services_of(db, order.id or 0), why, now=now)
    instead = _name(db, visit.member_id) if found else ""
    _record(db, by, order, "appointment.declined", now, starts_at=at, who=was, why=why, instead=instead)
    return instead


def _visit(db: Session, by: Viewer, number: int, purpose: Purpose) -> tuple[Order, Appointment]:
    """The order, locked, and its newest visit of this kind."""
    order = db.exec(visible(by).where(Order.number == number).with_for_update()).first()
    if order is None:
        raise NotFound
    own = select(Appointment).where(Appointment.order_id == order.id, Appointment.purpose == purpose)
    visit = db.exec(own.order_by(col(Appointment.id).desc())).first()
    if not by.is_staff or visit is None:
        raise NotFound
    if not _may_answer(by, visit):
        raise NotAllowed("Only the photographer who was asked, or who accepts orders, can answer this.")
    return order, visit


def _may_answer(by: Viewer, visit: Appointment) -> bool:
    return by.is_staff and (by.may(Permission.ACCEPT_ORDERS) or visit.member_id == by.member_id)


def _name(db: Session, member_id: int | None) -> str:
    of = select(Account.name).join(Membership, col(Membership.account_id) == col(Account.id))
    return db.exec(of.where(Membership.id == member_id)).first() or ""


def _record(db: Session, by: Viewer, order: Order, kind: str, now: datetime, **details: str) -> None:
    record(
        db, by, kind, now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details={"number": order.number, **details},
    )  # fmt: skip
