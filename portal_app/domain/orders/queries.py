"""Reading orders, always through what the viewer may see.

A select of several columns goes through `execute`: `exec` would hand out the first column only.
Amounts are None for members of the studio who do not see money: what is not theirs to know never leaves here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, or_, tuple_
from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.activity.queries import without_amounts
from portal_app.domain.customers.models import Customer, Team
from portal_app.domain.customers.queries import own_ids, to_order_for, whose
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.listings.models import Listing
from portal_app.domain.orders.models import Order, OrderAnswer, OrderCharge, OrderLine, OrderStatus
from portal_app.domain.orders.wishes import wish_words
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
    """One row of the orders table. `listing` is the listing's public id; `whose` is empty for what is simply the
    viewer's, `wish` when it is for an exact time."""

    id: int
    number: int
    status: str
    street: str
    town: str
    customer_name: str
    total_cents: int | None
    currency: str
    placed_at: datetime
    listing_id: int
    listing: str
    visit: Visit | None = None
    whose: str = ""
    team: str = ""
    wish: str = ""


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
    unit_cents: int | None
    total_cents: int | None
    minutes: int
    position: int = 0


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A discount, fee, travel fee, tax or tip as it was when the order was placed; a discount is taken off."""

    kind: str
    name: str
    basis_points: int
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question of the studio and what was answered."""

    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One fact of the order's history, newest first."""

    kind: str
    at: datetime
    actor: str
    actor_role: str
    is_mine: bool
    details: dict[str, Any]
    behind: str = ""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything on the order's own page."""

    row: OrderRow
    area: int | None
    access_notes: str
    entry: str
    customer_email: str
    customer_phone: str
    lines: tuple[LineRow, ...]
    subtotal_cents: int | None
    charges: tuple[ChargeRow, ...]
    answers: tuple[AnswerRow, ...]
    visits: tuple[Visit, ...]
    history: tuple[HistoryRow, ...]


def visible(by: Viewer, team: str = ""):
    """Staff see their studio's orders, a customer theirs and those of teams they lead, a link its order or its listing's.

    `team` narrows a customer's: see `own_ids`.
    """
    orders = select(Order).where(Order.studio_id == by.studio_id)
    if by.is_staff or by.role is Role.SYSTEM:
        return orders
    if by.role is Role.LINK:
        return orders.where(Order.id == by.order_id) if by.order_id else orders.where(Order.listing_id == by.listing_id)
    return orders.where(col(Order.customer_id).in_(own_ids(by, team)))


def order_rows(
    db: Session, by: Viewer, *, status: str = "", search: str = "", team: str = "", after: str = "", limit: int = PAGE
) -> OrderRows:
    """One page, newest first. `search` matches the street, the town, the customer or the start of the number."""
    found = _rows(by, team)
    if status:
        found = found.where(Order.status == status)
    if search.strip():
        found = found.where(_matches(search.strip()))
    if after:
        found = found.where(tuple_(Order.placed_at, Order.id) < _key(db, by, after))
    rows = db.execute(found.order_by(col(Order.placed_at).desc(), col(Order.id).desc()).limit(limit + 1)).all()
    visits = _visits(db, [row[0].id for row in rows])
    page = tuple(_row(by, row, visits) for row in rows[:limit])
    return OrderRows(page, more=str(page[-1].number) if len(rows) > limit else "")


def status_counts(db: Session, by: Viewer, *, team: str = "") -> dict[str, int]:
    """How many orders the viewer sees in each status; every status is present."""
    found = visible(by, team).with_only_columns(Order.status, func.count()).group_by(Order.status)
    return dict.fromkeys(OrderStatus, 0) | {OrderStatus(status): count for status, count in db.execute(found)}


def order_page(db: Session, by: Viewer, number: int) -> OrderPage:
    """One order, whole. Raises NotFound when there is none for this viewer."""
    found = db.execute(_rows(by).add_columns(Customer.email, Customer.phone).where(Order.number == number)).first()
    if found is None:
        raise NotFound
    *row, email, phone = found
    order = row[0]
    visits = _visits(db, [order.id])
    return OrderPage(
        row=_row(by, row, visits),
        area=order.area,
        access_notes=order.access_notes,
        customer_email=email,
        customer_phone=order.phone or phone,
        entry=order.entry,
        lines=_lines(db, by, order.id),
        subtotal_cents=_told(by, order.subtotal_cents),
        charges=_charges(db, by, order.id),
        answers=_answers(db, order.id),
        visits=tuple(visits.get(order.id, ())),
        history=_history(db, by, order.id),
    )


def next_visit(db: Session, by: Viewer, *, team: str = "", now: datetime) -> OrderRow | None:
    """The order with the viewer's next appointment, wished or booked; None when nothing is planned."""
    open_ones = (AppointmentStatus.REQUESTED, AppointmentStatus.HELD, AppointmentStatus.BOOKED)
    found = db.execute(
        _rows(by, team)
        .join(Appointment, Appointment.order_id == Order.id)
        .where(Appointment.ends_at > now, col(Appointment.status).in_(open_ones))
        .order_by(Appointment.starts_at)
        .limit(1)
    ).first()
    return None if found is None else _row(by, found, _visits(db, [found[0].id]))


def agenda(db: Session, by: Viewer, *, start: datetime, end: datetime) -> list[OrderRow]:
    """Orders with an appointment that starts in [start, end), in the order of their starts."""
    found = db.execute(
        _rows(by)
        .join(Appointment, Appointment.order_id == Order.id)
        .where(Appointment.starts_at >= start, Appointment.starts_at < end, Appointment.status == AppointmentStatus.BOOKED)
        .order_by(Appointment.starts_at)
    ).all()
    visits = _visits(db, [row[0].id for row in found])
    return [_row(by, row, visits) for row in found]


def last_ordered_for(db: Session, by: Viewer) -> int | None:
    """The record of the newest order that stands in this person's own name: for whom they will order next, most likely."""
    own = to_order_for(by).where(Customer.account_id == (by.account_id or 0)).with_only_columns(Customer.id)
    newest = visible(by).where(col(Order.customer_id).in_(own)).order_by(col(Order.id).desc()).limit(1)
    return db.exec(newest.with_only_columns(Order.customer_id)).first() if by.is_customer else None


def _rows(by: Viewer, team: str = ""):
    """The viewer's orders with what a row shows beside them: the listing, and whose it is."""
    return (
        visible(by, team)
        .add_columns(Listing.public_id, Customer.account_id, Team.name)
        .join(Listing, Listing.id == Order.listing_id)
        .join(Customer, Customer.id == Order.customer_id)
        .outerjoin(Team, Team.id == Customer.team_id)
    )


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


def _row(by: Viewer, found: Sequence[Any], visits: dict[int, list[Visit]]) -> OrderRow:
    order, listing, account_id, team = found
    return OrderRow(
        id=order.id,
        number=order.number,
        status=order.status,
        street=order.street,
        town=order.town,
        customer_name=order.customer_name,
        total_cents=_told(by, order.total_cents),
        currency=order.currency,
        placed_at=order.placed_at,
        listing_id=order.listing_id,
        listing=listing,
        visit=next(iter(visits.get(order.id, ())), None),
        whose=whose(by, account_id, order.customer_name, team),
        team=team or "",
        wish=wish_words(order.wish, order.wish_on),
    )


def _told(by: Viewer, cents: int) -> int | None:
    return cents if by.sees_money else None


def _visits(db: Session, order_ids: list[int]) -> dict[int, list[Visit]]:
    found = db.exec(
        select(Appointment, Account.name)
        .join(Membership, Membership.id == Appointment.member_id, isouter=True)
        .join(Account, Account.id == Membership.account_id, isouter=True)
        .join(Order, Order.id == Appointment.order_id)
        .where(col(Appointment.order_id).in_(order_ids))
        .where(or_(Appointment.status != AppointmentStatus.CANCELED, Order.status == OrderStatus.CANCELED))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    visits: dict[int, list[Visit]] = {}
    for appointment, name in found:
        minutes = int((appointment.ends_at - appointment.starts_at).total_seconds() // 60)
        visit = Visit(appointment.status, appointment.starts_at, minutes, appointment.zone, name or "")
        visits.setdefault(appointment.order_id, []).append(visit)
    return visits


def _lines(db: Session, by: Viewer, order_id: int) -> tuple[LineRow, ...]:
    lines = db.exec(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    return tuple(
        LineRow(
            line.name,
            line.detail,
            line.quantity,
            _told(by, line.unit_cents),
            _told(by, line.total_cents),
            line.minutes,
            line.position,
        )
        for line in lines
    )


def _charges(db: Session, by: Viewer, order_id: int) -> tuple[ChargeRow, ...]:
    charges = db.exec(select(OrderCharge).where(OrderCharge.order_id == order_id).order_by(OrderCharge.position))
    return tuple(ChargeRow(charge.kind, charge.name, charge.basis_points, _told(by, charge.amount_cents)) for charge in charges)


def _answers(db: Session, order_id: int) -> tuple[AnswerRow, ...]:
    answers = db.exec(select(OrderAnswer).where(OrderAnswer.order_id == order_id).order_by(OrderAnswer.position))
    return tuple(AnswerRow(answer.prompt, answer.answer) for answer in answers)


def _history(db: Session, by: Viewer, order_id: int) -> tuple[HistoryRow, ...]:
    """What happened to an order, newest first. What its people say among each other is the studio's own."""
    among_us = () if by.is_staff or by.role is Role.SYSTEM else ("appointment.declined",)
    facts = db.exec(
        select(Fact)
        .where(Fact.studio_id == by.studio_id, Fact.order_id == order_id, col(Fact.kind).not_in(among_us))
        .order_by(col(Fact.id).desc())
        .limit(100)
    )
    return tuple(
        HistoryRow(
            kind=fact.kind,
            at=fact.at,
            actor=fact.actor_name,
            actor_role=fact.actor_role,
            is_mine=by.account_id is not None and fact.actor_account_id == by.account_id,
            details=fact.details if by.sees_money else without_amounts(fact.details),
            behind=fact.behind_name,
        )
        for fact in facts
    )
