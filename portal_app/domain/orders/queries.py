"""Reading orders, always through what the viewer may see.

A select of several columns goes through `execute`: `exec` would hand out the first column only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, or_, tuple_
from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import own_ids
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.listings.models import Listing
from portal_app.domain.orders.models import Order, OrderLine, OrderStatus
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus

PAGE = 25


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as a person needs it. `photographer` is empty until somebody is booked."""

    status: str
    starts_at: datetime
    minutes: int
    zone: str
    photographer: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row of the orders table. `listing` is the listing's public id."""

    id: int
    number: int
    status: str
    street: str
    town: str
    customer_name: str
    total_cents: int
    currency: str
    placed_at: datetime
    listing_id: int
    listing: str
    visit: Visit | None = None


@dataclass(frozen=True, slots=True)
class OrderRows:
    """A page of rows, newest first; `more` is the key to ask for the next page with, empty at the end."""

    rows: tuple[OrderRow, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as it was quoted."""

    name: str
    detail: str
    quantity: int
    unit_cents: int
    total_cents: int
    minutes: int


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One fact of the order's history, newest first."""

    kind: str
    at: datetime
    actor: str
    actor_role: str
    is_mine: bool
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything on the order's own page."""

    row: OrderRow
    area: int | None
    access_notes: str
    customer_email: str
    customer_phone: str
    lines: tuple[LineRow, ...]
    subtotal_cents: int
    tax_name: str
    tax_basis_points: int
    tax_cents: int
    visits: tuple[Visit, ...]
    history: tuple[HistoryRow, ...]


def visible(by: Viewer):
    """Staff see their studio's orders, a customer their own, a secret link those of its listing."""
    orders = select(Order).where(Order.studio_id == by.studio_id)
    if by.is_staff or by.role is Role.SYSTEM:
        return orders
    if by.role is Role.LINK:
        return orders.where(Order.listing_id == by.listing_id)
    return orders.where(col(Order.customer_id).in_(own_ids(by)))


def order_rows(db: Session, by: Viewer, *, status: str = "", search: str = "", after: str = "", limit: int = PAGE) -> OrderRows:
    """One page, newest first. `search` matches the street, the town, the customer or the start of the number."""
    found = visible(by).add_columns(Listing.public_id).join(Listing, Listing.id == Order.listing_id)
    if status:
        found = found.where(Order.status == status)
    if search.strip():
        found = found.where(_matches(search.strip()))
    if after:
        found = found.where(tuple_(Order.placed_at, Order.id) < _key(db, by, after))
    rows = db.execute(found.order_by(col(Order.placed_at).desc(), col(Order.id).desc()).limit(limit + 1)).all()
    visits = _visits(db, [order.id for order, _ in rows])
    page = tuple(_row(order, listing, visits) for order, listing in rows[:limit])
    return OrderRows(page, more=str(page[-1].number) if len(rows) > limit else "")


def status_counts(db: Session, by: Viewer) -> dict[str, int]:
    """How many orders the viewer sees in each status; every status is present."""
    found = visible(by).with_only_columns(Order.status, func.count()).group_by(Order.status)
    return dict.fromkeys(OrderStatus, 0) | {OrderStatus(status): count for status, count in db.execute(found)}


def order_page(db: Session, by: Viewer, number: int) -> OrderPage:
    """One order, whole. Raises NotFound when there is none for this viewer."""
    found = db.execute(
        visible(by).add_columns(Listing.public_id, Customer.email, Customer.phone)
        .join(Listing, Listing.id == Order.listing_id)
        .join(Customer, Customer.id == Order.customer_id)
        .where(Order.number == number)
    ).first()  # fmt: skip
    if found is None:
        raise NotFound
    order, listing, email, phone = found
    visits = _visits(db, [order.id])
    return OrderPage(
        row=_row(order, listing, visits),
        area=order.area,
        access_notes=order.access_notes,
        customer_email=email,
        customer_phone=phone,
        lines=_lines(db, order.id),
        subtotal_cents=order.subtotal_cents,
        tax_name=order.tax_name,
        tax_basis_points=order.tax_basis_points,
        tax_cents=order.tax_cents,
        visits=tuple(visits.get(order.id, ())),
        history=_history(db, by, order.id),
    )


def next_visit(db: Session, by: Viewer, *, now: datetime) -> OrderRow | None:
    """The order with the viewer's next appointment, wished or booked; None when nothing is planned."""
    open_ones = (AppointmentStatus.REQUESTED, AppointmentStatus.HELD, AppointmentStatus.BOOKED)
    found = db.execute(
        visible(by).add_columns(Listing.public_id)
        .join(Listing, Listing.id == Order.listing_id)
        .join(Appointment, Appointment.order_id == Order.id)
        .where(Appointment.ends_at > now, col(Appointment.status).in_(open_ones))
        .order_by(Appointment.starts_at)
        .limit(1)
    ).first()  # fmt: skip
    if found is None:
        return None
    order, listing = found
    return _row(order, listing, _visits(db, [order.id]))


def agenda(db: Session, by: Viewer, *, start: datetime, end: datetime) -> list[OrderRow]:
    """Orders with an appointment that starts in [start, end), in the order of their starts."""
    found = db.execute(
        visible(by).add_columns(Listing.public_id)
        .join(Listing, Listing.id == Order.listing_id)
        .join(Appointment, Appointment.order_id == Order.id)
        .where(Appointment.starts_at >= start, Appointment.starts_at < end, Appointment.status == AppointmentStatus.BOOKED)
        .order_by(Appointment.starts_at)
    ).all()  # fmt: skip
    visits = _visits(db, [order.id for order, _ in found])
    return [_row(order, listing, visits) for order, listing in found]


def _matches(search: str):
    like = f"%{search.replace('%', '').replace('_', '')}%"
    anywhere = or_(col(Order.street).ilike(like), col(Order.town).ilike(like), col(Order.customer_name).ilike(like))
    digits = search.lstrip("#")
    return or_(anywhere, cast(Order.number, String).like(f"{digits}%")) if digits.isdigit() else anywhere


def _key(db: Session, by: Viewer, number: str):
    last = db.exec(visible(by).where(Order.number == int(number))).first() if number.isdigit() else None
    if last is None:
        raise NotFound
    return tuple_(last.placed_at, last.id)


def _row(order: Order, listing: str, visits: dict[int, list[Visit]]) -> OrderRow:
    return OrderRow(
        id=order.id,
        number=order.number,
        status=order.status,
        street=order.street,
        town=order.town,
        customer_name=order.customer_name,
        total_cents=order.total_cents,
        currency=order.currency,
        placed_at=order.placed_at,
        listing_id=order.listing_id,
        listing=listing,
        visit=next(iter(visits.get(order.id, ())), None),
    )


def _visits(db: Session, order_ids: list[int]) -> dict[int, list[Visit]]:
    found = db.exec(
        select(Appointment, Account.name)
        .join(Membership, Membership.id == Appointment.member_id, isouter=True)
        .join(Account, Account.id == Membership.account_id, isouter=True)
        .where(col(Appointment.order_id).in_(order_ids))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    visits: dict[int, list[Visit]] = {}
    for appointment, name in found:
        minutes = int((appointment.ends_at - appointment.starts_at).total_seconds() // 60)
        visit = Visit(appointment.status, appointment.starts_at, minutes, appointment.zone, name or "")
        visits.setdefault(appointment.order_id, []).append(visit)
    return visits


def _lines(db: Session, order_id: int) -> tuple[LineRow, ...]:
    lines = db.exec(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    return tuple(
        LineRow(line.name, line.detail, line.quantity, line.unit_cents, line.total_cents, line.minutes) for line in lines
    )


def _history(db: Session, by: Viewer, order_id: int) -> tuple[HistoryRow, ...]:
    facts = db.exec(
        select(Fact).where(Fact.studio_id == by.studio_id, Fact.order_id == order_id).order_by(col(Fact.id).desc()).limit(100)
    )
    return tuple(
        HistoryRow(
            kind=fact.kind,
            at=fact.at,
            actor=fact.actor_name,
            actor_role=fact.actor_role,
            is_mine=by.account_id is not None and fact.actor_account_id == by.account_id,
            details=fact.details,
        )
        for fact in facts
    )
