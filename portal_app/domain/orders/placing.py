"""Placing an order: one unit of work from what was typed to a Pending order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.pricing import Quote
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import own_ids
from portal_app.domain.customers.service import customer_for, open_guest
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.limits import Limit, count_try, guest_order_limits, order_limits
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.checking import (
    Times,
    read_area,
    read_entry,
    read_line,
    read_phone,
    read_wish,
    wished_day,
    wished_time,
)
from portal_app.domain.orders.couponing import use_coupon
from portal_app.domain.orders.models import Order, Wish
from portal_app.domain.orders.quoting import NOTHING_CHOSEN, Basket, estimate, price
from portal_app.domain.orders.timing import accept_by_itself, keep_times, settled, wanted
from portal_app.domain.orders.writing import Checked, write_order
from portal_app.domain.studios.models import Studio

__all__ = ["Basket", "GuestRequest", "OrderRequest", "estimate", "place_order", "read_area", "wished_time"]


@dataclass(frozen=True, slots=True)
class GuestRequest:
    """Who books without signing in."""

    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What the customer chose. `starts_at` and `twilight_at` are wished wall times at the property, naive; `request_key`
    makes a second click the same order; `expected_total_cents` is the total the customer saw; `on_behalf_of` is the
    customer record it is for, one that the viewer may order for: without it their own outside teams.

    `quantities` are those that differ from one. `wish` says when, if not at an exact time, and `wish_on` on which day.
    """

    request_key: str
    street: str
    town: str
    area: str
    services: Sequence[str]
    starts_at: datetime | None
    access_notes: str = ""
    expected_total_cents: int | None = None
    on_behalf_of: int | None = None
    quantities: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    coupon: str = ""
    tip: str = ""
    own_tip: str = ""
    wish: str = Wish.EXACT.value
    wish_on: date | None = None
    twilight_at: datetime | None = None
    entry: str = ""
    entry_code: str = ""
    phone: str = ""
    guest: GuestRequest | None = None
    place: Place | None = None
    takes_cards: bool = True

    def basket(self, area: int | None) -> Basket:
        """What of it makes the price."""
        return Basket(
            services={service: self.quantities.get(service, 1) for service in self.services},
            area=area,
            answers=self.answers,
            coupon=self.coupon,
            tip=self.tip,
            place=self.place,
            own_tip=self.own_tip,
        )


def place_order(
    db: Session, by: Viewer, request: OrderRequest, *, now: datetime, seal: SecretSeal | None = None, caller: Caller = Caller()
) -> int:
    """Place it once and return its number. Raises InvalidInput naming the field that does not fit, and NotFound when it
    is for somebody the viewer may not order for. A guest says who they are in `request.guest`."""
    if not by.is_customer and by.role is not Role.GUEST:
        raise NotAllowed("Orders are placed by customers. Sign in with a customer account.")
    # Orders of one studio are placed one after the other, so what is read here stays true until this one is written. Only
    # the number is counted up: everybody else at the studio may go on writing rows that point to it.
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    if placed := _placed(db, by, request):
        return placed
    checked = _checked(request, by)
    times = _times(request, studio.zone, now)
    customer = _customer(db, by, request, now=now)
    priced = price(db, by, request.basket(checked.area), customer, now=now)
    _same_total(request, priced.quote)
    times = settled(db, by, times, priced.quote, has_request=priced.is_outside)
    if priced.coupon:
        use_coupon(db, priced.coupon, now=now)
    count_try(db, by.studio_id, _limits(by, customer, caller), now=now)
    order = write_order(db, by, studio, customer, checked, times, priced, seal=seal, now=now)
    is_taken = keep_times(
        db,
        by,
        order,
        studio.zone,
        wanted(times, priced.quote),
        request.place,
        has_request=priced.is_outside,
        takes_cards=request.takes_cards,
        now=now,
    )
    record(
        db, by, "order.placed", now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details={"number": order.number, "total_cents": order.total_cents, "currency": order.currency},
    )  # fmt: skip
    if is_taken:
        accept_by_itself(db, by, order, now=now)
    return order.number


def _placed(db: Session, by: Viewer, request: OrderRequest) -> int | None:
    """The number this request already has. A key that is missing, or somebody else's, would lose the order: it is refused."""
    same = select(Order).where(Order.studio_id == by.studio_id, Order.request_key == request.request_key)
    placed = db.exec(same).first()
    if not request.request_key or (placed and not _is_theirs(db, by, placed, request)):
        raise Conflict("This page is out of date. Load it again, then place the order.")
    return placed and placed.number


def _is_theirs(db: Session, by: Viewer, placed: Order, request: OrderRequest) -> bool:
    """A guest is whoever knows the key, which nobody can guess, and names the same address again."""
    if by.is_customer:
        return placed.customer_id in set(db.exec(own_ids(by)))
    kept = db.exec(select(Customer.email_key).where(Customer.id == placed.customer_id)).one()
    return request.guest is not None and email_key(request.guest.email) == kept


def _checked(request: OrderRequest, by: Viewer) -> Checked:
    """What was typed, in the order the screen asks for it."""
    street = read_line("street", request.street, "Type the street and number, or the lot name for a new build.")
    town = read_line("town", request.town, "Type the town, so that the photographer finds it.")
    area = read_area(request.area)
    if not request.services:
        raise InvalidInput("services", NOTHING_CHOSEN)
    entry, code = read_entry(request.entry, request.entry_code)
    guest = request.guest if by.role is Role.GUEST else None
    return Checked(
        request_key=request.request_key,
        street=street,
        town=town,
        area=area,
        access_notes=request.access_notes.strip()[:2000],
        entry=entry,
        entry_code=code,
        phone=read_phone(request.phone or (guest.phone if guest else "")),
        name=read_line("name", guest.name, "Type your name.") if guest else "",
        place=request.place,
    )


def _times(request: OrderRequest, zone: str, now: datetime) -> Times:
    """Exact times, or a wish for later, which has none."""
    wish = read_wish(request.wish)
    if wish is not Wish.EXACT:
        return Times(wish, on=wished_day(request.wish_on, zone, now))
    day = wished_time(request.starts_at, zone, now) if request.starts_at else None
    dusk = wished_time(request.twilight_at, zone, now, "twilight_at") if request.twilight_at else None
    return Times(wish, day, dusk)


def _customer(db: Session, by: Viewer, request: OrderRequest, *, now: datetime) -> Customer:
    """The record it is ordered under: the viewer's, or that of a guest's address."""
    if by.is_customer:
        return customer_for(db, by, chosen=request.on_behalf_of, now=now)
    if request.guest is None:
        raise InvalidInput("name", "Type your name and your email address, or sign in.")
    guest = request.guest
    return open_guest(db, by, guest.name[:160], guest.email, guest.phone[:40], now=now)


def _limits(by: Viewer, customer: Customer, caller: Caller) -> tuple[Limit, ...]:
    return order_limits(by.account_id or 0) if by.is_customer else guest_order_limits(customer.email_key, caller.block)


def _same_total(request: OrderRequest, priced: Quote) -> None:
    if request.expected_total_cents is not None and request.expected_total_cents != priced.total_cents:
        raise InvalidInput("services", "A price changed while you were choosing. Look at the new total, then place the order.")
