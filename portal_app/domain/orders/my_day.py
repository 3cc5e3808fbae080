"""A member's own visits of a few days, with everything needed at the door but the code that opens it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.customers.models import Customer
from portal_app.domain.orders.entry_codes import is_for
from portal_app.domain.orders.models import Order, OrderLine
from portal_app.domain.orders.queries import visible
from portal_app.domain.scheduling.confirming import is_asked
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Purpose


@dataclass(frozen=True, slots=True)
class MyVisit:
    """One visit of the signed-in member. `is_asked` while they have not said whether they come."""

    id: int
    number: int
    purpose: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    arrival: str
    street: str
    town: str
    customer_name: str
    phone: str
    services: str
    access_notes: str
    entry: str
    has_code: bool
    is_asked: bool
    is_over: bool
    started_at: datetime | None
    finished_at: datetime | None


def my_visits(db: Session, by: Viewer, *, start: datetime, end: datetime, now: datetime) -> list[MyVisit]:
    """The member's visits that start in [start, end), earliest first. Raises NotAllowed for who is not staff."""
    if not by.is_staff or not by.may(Permission.SEE_ORDERS):
        raise NotAllowed
    found = db.execute(
        visible(by)
        .join(Appointment, col(Appointment.order_id) == col(Order.id))
        .join(Customer, col(Customer.id) == col(Order.customer_id))
        .where(
            Appointment.member_id == by.member_id,
            col(Appointment.starts_at) >= start,
            col(Appointment.starts_at) < end,
            col(Appointment.status).in_((AppointmentStatus.HELD, AppointmentStatus.BOOKED, AppointmentStatus.COMPLETED)),
        )
        .order_by(col(Appointment.starts_at), col(Appointment.id))
        .with_only_columns(Order, Appointment, Customer.phone)
    ).all()
    mine = [(order, visit, phone) for order, visit, phone in found if visit.status != AppointmentStatus.HELD or is_asked(visit)]
    services = _services(db, [order.id for order, _, _ in mine])
    return [_my_visit(order, visit, phone, services, now) for order, visit, phone in mine]


def _services(db: Session, order_ids: list[int]) -> dict[tuple[int, str], str]:
    """What is done on each visit; a line that is taken at dusk belongs to the visit of dusk."""
    lines = select(OrderLine).where(col(OrderLine.order_id).in_(order_ids)).order_by(OrderLine.order_id, OrderLine.position)
    names: dict[tuple[int, str], list[str]] = {}
    for line in db.exec(lines):
        names.setdefault((line.order_id, Purpose.TWILIGHT if line.is_twilight else Purpose.VISIT), []).append(line.name)
    return {key: ", ".join(of) for key, of in names.items()}


def _my_visit(order: Order, visit: Appointment, phone: str, services: dict[tuple[int, str], str], now: datetime) -> MyVisit:
    return MyVisit(
        id=visit.id or 0,
        number=order.number,
        purpose=visit.purpose,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        zone=visit.zone,
        arrival=visit.arrival,
        street=order.street,
        town=order.town,
        customer_name=order.customer_name,
        phone=order.phone or phone,
        services=services.get((order.id or 0, visit.purpose), ""),
        access_notes=order.access_notes,
        entry=order.entry,
        has_code=order.entry_code_box is not None and is_for(visit, now=now),
        is_asked=is_asked(visit),
        is_over=visit.status == AppointmentStatus.COMPLETED,
        started_at=visit.started_at,
        finished_at=visit.finished_at,
    )
