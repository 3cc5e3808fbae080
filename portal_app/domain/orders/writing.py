"""The rows of a new order: itself, its lines, its charges, its answers. Everything as it is today, for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from portal_app.core.viewer import Viewer
from portal_app.domain.catalog.repricing import LineTerms, kept_line, kept_rates
from portal_app.domain.customers.models import Customer
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.listings.places import Place
from portal_app.domain.listings.service import open_listing
from portal_app.domain.orders.checking import Times
from portal_app.domain.orders.couponing import keep_use
from portal_app.domain.orders.models import Entry, Order, OrderAnswer, OrderCharge, OrderLine
from portal_app.domain.orders.quoting import Priced
from portal_app.domain.studios.models import Studio


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed, found good. `name` is a guest's own: nobody learns the name kept under an address by typing it."""

    request_key: str
    street: str
    town: str
    area: int | None
    access_notes: str
    entry: Entry
    entry_code: str
    phone: str
    name: str
    place: Place | None


def entry_context(order_id: int) -> str:
    """What a sealed entry code is bound to: moved to another order, it does not open."""
    return f"entry:{order_id}"


def write_order(
    db: Session, by: Viewer, studio: Studio, customer: Customer, checked: Checked, times: Times, priced: Priced,
    *, seal: SecretSeal | None, now: datetime,
) -> Order:  # fmt: skip
    """A new order of the studio, under its next number, with everything that stands on it."""
    listing = open_listing(db, by, customer, street=checked.street, town=checked.town, area=checked.area, now=now)
    quote, place = priced.quote, checked.place
    order = Order(
        studio_id=studio.id,
        number=studio.next_order_number,
        request_key=checked.request_key,
        customer_id=customer.id,
        listing_id=listing.id,
        customer_name=checked.name or customer.name,
        street=checked.street,
        town=checked.town,
        area=checked.area,
        access_notes=checked.access_notes,
        phone=checked.phone,
        wish=times.wish,
        wish_on=times.on,
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        placed_by=place.how if place else "",
        entry=checked.entry,
        coupon_id=priced.coupon.id if priced.coupon else None,
        currency=studio.currency,
        subtotal_cents=quote.subtotal_cents,
        discount_cents=quote.discount_cents,
        fees_cents=quote.fees_cents,
        travel_cents=quote.travel_cents,
        tax_cents=quote.tax_cents,
        tip_cents=quote.tip_cents,
        total_cents=quote.total_cents,
        placed_at=now,
    )
    studio.next_order_number += 1
    db.add(order)
    db.flush()
    if checked.entry_code and seal:
        order.entry_code_box = seal.seal(checked.entry_code, entry_context(order.id))
    _write_what_it_carries(db, order, priced)
    if priced.coupon:
        keep_use(db, order, priced.coupon.id, now=now)
    db.flush()
    return order


def _write_what_it_carries(db: Session, order: Order, priced: Priced) -> None:
    its, coupon = {"studio_id": order.studio_id, "order_id": order.id}, priced.coupon
    db.add_all(
        OrderLine(
            position=position,
            service_id=line.service_id,
            name=line.name,
            detail=line.detail,
            quantity=line.quantity,
            unit_cents=line.unit_cents,
            total_cents=line.total_cents,
            minutes=line.minutes,
            is_twilight=line.is_twilight,
            terms=kept_line(LineTerms(line.priced_as, line.rates, bool(coupon and coupon.discount.is_good_for(line.priced_as)))),
            **its,
        )
        for position, line in enumerate(priced.quote.lines)
    )
    db.add_all(
        OrderCharge(
            position=position,
            kind=charge.kind,
            name=charge.name,
            basis_points=charge.basis_points,
            base_cents=charge.base_cents,
            amount_cents=charge.amount_cents,
            terms=kept_rates(charge.rates),
            **its,
        )
        for position, charge in enumerate(priced.quote.charges)
    )
    db.add_all(
        OrderAnswer(position=position, prompt=answer.prompt, answer=answer.words, price_cents=answer.price_cents, **its)
        for position, answer in enumerate(priced.answers)
    )
