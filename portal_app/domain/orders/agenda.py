"""The studio's calendar, ready to read: every visit and time off of a span of time, in three statements.

Everybody on the staff sees where everybody is; there are no amounts in it. Why somebody is away is told to whoever may
keep their calendar.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from portal_app.core.clock import local
from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.orders.models import Order, OrderLine
from portal_app.domain.orders.queries import visible
from portal_app.domain.orders.visits import services_of
from portal_app.domain.scheduling.asking import Reason
from portal_app.domain.scheduling.calendars import place_of
from portal_app.domain.scheduling.hours import may_keep
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Decline, TimeOff
from portal_app.domain.scheduling.queries import WhyNot, why_not
from portal_app.domain.scheduling.service import ask_again

MOST = 1_000


class EntryKind(StrEnum):
    """What stands in the calendar."""

    VISIT = "visit"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the calendar. `key` names it among its kind: an appointment's id, a time off's public id."""

    kind: EntryKind
    key: str
    status: str
    purpose: str
    member_id: int | None
    member: str
    starts_at: datetime
    ends_at: datetime
    number: int = 0
    street: str = ""
    town: str = ""
    customer: str = ""
    services: str = ""
    reason: str = ""
    is_theirs_to_keep: bool = False


def between(
    db: Session, by: Viewer, start: datetime, end: datetime, *, member_ids: Collection[int] | None = None, now: datetime
) -> list[Entry]:
    """What stands between two instants, earliest first; of these members (None: all), and what nobody is assigned to yet.

    Raises NotAllowed for who is not staff.
    """
    visiting, away = _visits(by, now), _offs(by)
    visiting = visiting.where(col(Appointment.starts_at) < end, col(Appointment.ends_at) > start)
    away = away.where(col(TimeOff.starts_at) < end, col(TimeOff.ends_at) > start)
    if member_ids is not None:
        visiting = visiting.where(or_(col(Appointment.member_id).in_(member_ids), col(Appointment.member_id).is_(None)))
        away = away.where(col(TimeOff.member_id).in_(member_ids))
    visits, offs = db.execute(visiting.limit(MOST)).all(), db.execute(away.limit(MOST)).all()
    services = _services(db, [row.order_id for row in visits])
    found = [_visit(row, services) for row in visits] + [_off(by, row) for row in offs]
    return sorted(found, key=lambda entry: (entry.starts_at, entry.ends_at, entry.key))


def entry_of(db: Session, by: Viewer, kind: EntryKind, key: str, *, now: datetime) -> Entry:
    """One thing in the calendar. Raises NotFound, also for what is over or canceled, and NotAllowed for who is not staff."""
    if kind is EntryKind.OFF:
        off = db.execute(_offs(by).where(col(TimeOff.public_id) == key)).first()
        if off is None:
            raise NotFound
        return _off(by, off)
    found = _visits(by, now).where(col(Appointment.id) == int(key)) if key.isdecimal() and len(key) < 10 else None
    visit = None if found is None else db.execute(found).first()
    if visit is None:
        raise NotFound
    return _visit(visit, _services(db, [visit.order_id]))


def refusals(db: Session, by: Viewer, visit: str, at: datetime, *, now: datetime) -> list[WhyNot]:
    """Each member at another start of this visit, and what keeps them from it; nobody where no hours are set.

    Who declined this visit is among them, with what they said.
    Raises NotFound, NotAllowed.
    """
    entry = entry_of(db, by, EntryKind.VISIT, visit, now=now)
    order = db.scalars(visible(by).where(col(Order.number) == entry.number)).first()
    row = db.get(Appointment, int(visit))
    if order is None or row is None:
        raise NotFound
    asked = ask_again(db, row, services_of(db, order.id or 0))
    day = local(at, asked.zone).date()
    place = asked.place or place_of(order.lat, order.lon)
    found = why_not(db, by, replace(asked, place=place, first=day, last=day), at, now=now)
    declines = select(col(Decline.member_id), col(Decline.reason)).where(col(Decline.appointment_id) == row.id)
    said = {each.member_id: each.reason for each in db.execute(declines)}
    return [
        replace(each, words=f"{each.words} (“{said[each.member_id]}”)") if each.reason is Reason.DECLINED else each
        for each in found
    ]


def _visits(by: Viewer, now: datetime) -> Select[Any]:
    """Every visit that stands, held ones as long as they are."""
    if not by.is_staff or not by.may(Permission.SEE_ORDERS):
        raise NotAllowed
    own = visible(by).with_only_columns(col(Order.id)).scalar_subquery()
    lasting = or_(col(Appointment.held_until).is_(None), col(Appointment.held_until) > now)
    return (
        select(
            col(Appointment.id), col(Appointment.order_id), col(Appointment.status), col(Appointment.purpose),
            col(Appointment.member_id), col(Account.name).label("member"), col(Appointment.starts_at),
            col(Appointment.ends_at), col(Order.number), col(Order.street), col(Order.town), col(Order.customer_name),
        )
        .join(Order, col(Order.id) == col(Appointment.order_id))
        .outerjoin(Membership, col(Membership.id) == col(Appointment.member_id))
        .outerjoin(Account, col(Account.id) == col(Membership.account_id))
        .where(
            col(Appointment.studio_id) == by.studio_id,
            col(Appointment.order_id).in_(own),
            col(Appointment.status) != AppointmentStatus.CANCELED,
            or_(col(Appointment.status) != AppointmentStatus.HELD, lasting),
        )
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    )  # fmt: skip


def _offs(by: Viewer) -> Select[Any]:
    """Every time off of whoever works here."""
    if not by.is_staff or not by.may(Permission.SEE_ORDERS):
        raise NotAllowed
    return (
        select(
            col(TimeOff.public_id), col(TimeOff.member_id), col(Account.name).label("member"), col(TimeOff.starts_at),
            col(TimeOff.ends_at), col(TimeOff.reason),
        )
        .join(Membership, col(Membership.id) == col(TimeOff.member_id))
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(col(TimeOff.studio_id) == by.studio_id, col(Membership.left_at).is_(None))
        .order_by(col(TimeOff.starts_at))
    )  # fmt: skip


def _services(db: Session, order_ids: list[int]) -> dict[int, str]:
    """What is done at each property: the names of its lines."""
    names: dict[int, list[str]] = {}
    lines = select(col(OrderLine.order_id), col(OrderLine.name)).where(col(OrderLine.order_id).in_(order_ids))
    for order_id, name in db.execute(lines.order_by(col(OrderLine.order_id), col(OrderLine.position))):
        names.setdefault(order_id, []).append(name)
    return {order_id: ", ".join(names) for order_id, names in names.items()}


def _visit(row: Any, services: dict[int, str]) -> Entry:
    return Entry(
        kind=EntryKind.VISIT,
        key=str(row.id),
        status=row.status,
        purpose=row.purpose,
        member_id=row.member_id,
        member=row.member or "",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        number=row.number,
        street=row.street,
        town=row.town,
        customer=row.customer_name,
        services=services.get(row.order_id, ""),
    )


def _off(by: Viewer, row: Any) -> Entry:
    is_kept = may_keep(by, row.member_id)
    return Entry(
        kind=EntryKind.OFF,
        key=row.public_id,
        status="",
        purpose="",
        member_id=row.member_id,
        member=row.member,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason if is_kept else "",
        is_theirs_to_keep=is_kept,
    )
