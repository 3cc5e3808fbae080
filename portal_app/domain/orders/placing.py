"""Placing an order: one unit of work from what was typed to a Pending order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from portal_app.core.clock import at_wall_time
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.models import Kind
from portal_app.domain.catalog.pricing import Offer, Quote, is_priced, quote
from portal_app.domain.catalog.queries import offers
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import own_ids
from portal_app.domain.customers.service import customer_for
from portal_app.domain.identity.limits import count_try, order_limits
from portal_app.domain.listings.service import open_listing
from portal_app.domain.orders.models import Order, OrderLine
from portal_app.domain.scheduling.service import request_appointment
from portal_app.domain.studios.models import Studio

MAX_AREA = 200_000
LATEST = timedelta(days=365)
NOTHING_CHOSEN = "Choose at least one service or package."


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What the customer chose. `starts_at` is the wished wall time at the property, naive; `request_key` makes a second
    click the same order; `expected_total_cents` is the total the customer saw; `on_behalf_of` is the customer record it
    is for, one that the viewer may order for: without it their own outside teams."""

    request_key: str
    street: str
    town: str
    area: str
    services: Sequence[str]
    starts_at: datetime | None
    access_notes: str = ""
    expected_total_cents: int | None = None
    on_behalf_of: int | None = None


def place_order(db: Session, by: Viewer, request: OrderRequest, *, now: datetime) -> int:
    """Place it once and return its number. Raises InvalidInput naming the field that does not fit, and NotFound when it
    is for somebody the viewer may not order for."""
    if not by.is_customer:
        raise NotAllowed("Orders are placed by customers. Sign in with a customer account.")
    # Only the number is counted up: everybody else at the studio may go on writing rows that point to it.
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    if placed := _placed(db, by, request.request_key):
        return placed
    checked = _checked(request, studio.zone, now)
    priced = price(db, by, request.services, checked.area)
    _same_total(request, priced)
    customer = customer_for(db, by, chosen=request.on_behalf_of, now=now)
    count_try(db, by.studio_id, order_limits(by.account_id or 0), now=now)
    order = _write(db, by, studio, customer, request.request_key, checked, priced, now)
    record(
        db, by, "order.placed", now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details={"number": order.number, "total_cents": order.total_cents, "currency": order.currency},
    )  # fmt: skip
    return order.number


def _placed(db: Session, by: Viewer, request_key: str) -> int | None:
    """The number this request already has. A key that is missing, or somebody else's, would lose the order: it is refused."""
    same = select(Order).where(Order.studio_id == by.studio_id, Order.request_key == request_key)
    placed = db.exec(same).first()
    if not request_key or (placed and placed.customer_id not in set(db.exec(own_ids(by)))):
        raise Conflict("This page is out of date. Load it again, then place the order.")
    return placed and placed.number


def price(db: Session, by: Viewer, services: Sequence[str], area: int | None) -> Quote:
    """The quote for these services at this studio, from its catalog and tax of today. Raises InvalidInput."""
    try:
        return _quote(db, by, choose(offers(db, by), services), area)
    except ValueError as outside:
        raise InvalidInput("area", "We have no price for a property this large yet. Call us and we quote it.") from outside


def estimate(db: Session, by: Viewer, services: Sequence[str], area: int | None) -> Quote:
    """The same while the customer is still choosing: what cannot be priced yet is left out instead of refused."""
    return _quote(db, by, [offer for offer in offers(db, by) if offer.public_id in services and is_priced(offer, area)], area)


def _quote(db: Session, by: Viewer, chosen: Sequence[Offer], area: int | None) -> Quote:
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id)).one()
    tax = {"tax_name": studio.tax_name, "tax_basis_points": studio.tax_basis_points}
    return quote([(offer, 1) for offer in chosen], area, **tax, unit=studio.area_unit)


def choose(shelf: Sequence[Offer], services: Sequence[str]) -> list[Offer]:
    """The offers with these public ids, in the shelf's order. Raises InvalidInput for none, or for one not on sale."""
    wanted = set(services)
    chosen = [offer for offer in shelf if offer.public_id in wanted]
    if len(chosen) < len(wanted):
        raise InvalidInput("services", "One of these is no longer offered. Choose again.")
    if not any(offer.kind != Kind.ADD_ON for offer in chosen):
        raise InvalidInput("services", NOTHING_CHOSEN)
    return chosen


@dataclass(frozen=True, slots=True)
class _Checked:
    street: str
    town: str
    area: int | None
    starts_at: datetime
    access_notes: str


def _checked(request: OrderRequest, zone: str, now: datetime) -> _Checked:
    """What was typed, in the order the screen asks for it: the first thing that does not fit is the one to say."""
    street = _line("street", request.street, "Type the street and number, or the lot name for a new build.")
    town = _line("town", request.town, "Type the town, so that the photographer finds it.")
    area = read_area(request.area)
    if not request.services:
        raise InvalidInput("services", NOTHING_CHOSEN)
    return _Checked(
        street=street,
        town=town,
        area=area,
        starts_at=wished_time(request.starts_at, zone, now),
        access_notes=request.access_notes.strip()[:2000],
    )


def _line(field: str, typed: str, missing: str) -> str:
    text = re.sub(r"\s+", " ", typed).strip()
    if not text:
        raise InvalidInput(field, missing)
    if len(text) > 160:
        raise InvalidInput(field, "Keep this under 160 letters; anything more fits in the notes.")
    return text


def read_area(typed: str) -> int | None:
    """`2,940` → 2940; empty → None. Raises InvalidInput for anything else."""
    text = re.sub(r"[\s,.]", "", typed)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MAX_AREA:
        raise InvalidInput("area", "Type the size as a number, for example 3000.")
    return int(text)


def wished_time(naive: datetime | None, zone: str, now: datetime) -> datetime:
    """The instant of a wished wall time. Raises InvalidInput for none, the past, or a year ahead."""
    if naive is None:
        raise InvalidInput("starts_at", "Choose a day and a time.")
    try:
        at = at_wall_time(naive, zone)
    except ValueError as skipped:
        raise InvalidInput("starts_at", "The clocks skip this time on that day. Choose another.") from skipped
    if at <= now:
        raise InvalidInput("starts_at", "This time is over. Choose a later one.")
    if at > now + LATEST:
        raise InvalidInput("starts_at", "Choose a day within the next year.")
    return at


def _same_total(request: OrderRequest, priced: Quote) -> None:
    if request.expected_total_cents is not None and request.expected_total_cents != priced.total_cents:
        raise InvalidInput("services", "A price changed while you were choosing. Look at the new total, then place the order.")


def _write(
    db: Session, by: Viewer, studio: Studio, customer: Customer, key: str, checked: _Checked, priced: Quote, now: datetime
) -> Order:
    listing = open_listing(db, by, customer, street=checked.street, town=checked.town, area=checked.area, now=now)
    order = Order(
        studio_id=studio.id,
        number=studio.next_order_number,
        request_key=key,
        customer_id=customer.id,
        listing_id=listing.id,
        customer_name=customer.name,
        street=checked.street,
        town=checked.town,
        area=checked.area,
        access_notes=checked.access_notes,
        currency=studio.currency,
        subtotal_cents=priced.subtotal_cents,
        tax_name=priced.tax_name,
        tax_basis_points=priced.tax_basis_points,
        tax_cents=priced.tax_cents,
        total_cents=priced.total_cents,
        placed_at=now,
    )
    studio.next_order_number += 1
    db.add(order)
    db.flush()
    _write_lines(db, order, priced)
    request_appointment(db, by, order_id=order.id, starts_at=checked.starts_at, minutes=priced.minutes, zone=studio.zone)
    return order


def _write_lines(db: Session, order: Order, priced: Quote) -> None:
    db.add_all(
        OrderLine(
            studio_id=order.studio_id,
            order_id=order.id,
            position=position,
            service_id=line.service_id,
            name=line.name,
            detail=line.detail,
            quantity=line.quantity,
            unit_cents=line.unit_cents,
            total_cents=line.total_cents,
            minutes=line.minutes,
        )
        for position, line in enumerate(priced.lines)
    )
    db.flush()
