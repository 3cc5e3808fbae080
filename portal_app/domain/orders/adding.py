"""What the studio adds to an order, takes off it, or counts anew, while it is accepted or completed.

The whole order is added up again by the one rule of prices: see catalog/repricing.py. What was paid stays paid, so an order
that was settled owes the rest, or was paid too much. The visit keeps its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.money import money_words, step
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.offering import Offer, is_priced, tier_for, tier_words
from portal_app.domain.catalog.pricing import Charge, ChargeKind
from portal_app.domain.catalog.queries import offers, terms
from portal_app.domain.catalog.repricing import (
    LineTerms,
    added_up_again,
    charge_rates,
    kept_line,
    kept_rates,
    line_terms,
)
from portal_app.domain.catalog.typed import read_cents, read_count, read_name
from portal_app.domain.orders.models import Order, OrderCharge, OrderLine, OrderStatus
from portal_app.domain.orders.queries import visible

OPEN = frozenset({OrderStatus.ACCEPTED, OrderStatus.COMPLETED})
LINES_AT_MOST = 60
MOST = 99
# What a card can be charged at once (Stripe: eight digits).
MOST_CENTS = 99_999_999


class NotNow(Conflict):
    """A pending order is changed by its customer, a canceled one not at all."""

    sentence = "Accept the order first, then add to it or take off. A canceled order stays as it is."


class LastLine(Conflict):
    """An order is for something."""

    sentence = "This is all that is left on the order. Cancel the order instead."


class TooMuchOff(Conflict):
    """No order costs less than nothing, nor does any part of it."""

    sentence = "This takes more off than the order costs. Take off less."


class Moved(Conflict):
    """Somebody else changed it, or this is the second click."""

    sentence = "The order changed meanwhile. Look at its total, then change it again if you still want to."


@dataclass(frozen=True, slots=True)
class Change:
    """How it is changed: from the total that was seen, so that a second click adds nothing, and with or without a mail."""

    seen_total_cents: int | None = None
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class AddableCard:
    """Something of today's catalog, priced for the order's property."""

    public_id: str
    name: str
    unit_cents: int


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the total, in minor units."""

    before_cents: int
    total_cents: int


def addable(db: Session, by: Viewer, number: int) -> list[AddableCard]:
    """What may be added to this order, in the shelf's order. Nothing for those who may not. Raises NotFound."""
    order = db.exec(visible(by).where(Order.number == number)).first()
    if order is None:
        raise NotFound
    if not _may(by):
        return []
    shelf = [offer for offer in offers(db, by) if is_priced(offer, order.area)]
    return [AddableCard(each.public_id, each.name, tier_for(each.tiers, order.area).price_cents) for each in shelf]


def add_offer(
    db: Session, by: Viewer, number: int, offer_id: str, quantity: str, change: Change = Change(), *, now: datetime
) -> Added:
    """A service, package or add-on at today's price for the order's property.

    Raises NotFound, NotAllowed, NotNow, Moved, InvalidInput("offer"), InvalidInput("quantity").
    """
    order = _locked(db, by, number, change)
    offer = next((each for each in offers(db, by) if each.public_id == offer_id and is_priced(each, order.area)), None)
    if offer is None:
        raise InvalidInput("offer", "Choose what to add from the list.")
    count = read_count(quantity, "quantity", most=MOST) or 1
    return _add(db, by, order, _line_of(order, offer, count, terms(db, by).unit), change, now)


def add_own(
    db: Session, by: Viewer, number: int, name: str, price: str, quantity: str, change: Change = Change(),
    *, is_taxed: bool = True, now: datetime,
) -> Added:  # fmt: skip
    """A line in the studio's own words at its own price, with its default taxes when it is taxed.

    Raises NotFound, NotAllowed, NotNow, Moved, InvalidInput for `name`, `price`, `quantity`.
    """
    order = _locked(db, by, number, change)
    called, unit = read_name(name, "name"), read_cents(price, "price", order.currency)
    count = read_count(quantity, "quantity", most=MOST) or 1
    if not unit:
        raise InvalidInput("price", "Type what one of it costs, more than 0.")
    rates = terms(db, by).rates if is_taxed else ()
    return _add(db, by, order, _line(order, called, "", count, unit, LineTerms(None, rates)), change, now)


def take_off(db: Session, by: Viewer, number: int, why: str, amount: str, change: Change = Change(), *, now: datetime) -> Added:
    """Money off the price, and why; the taxes of the dearest line go down with it. What was paid beyond the new total is over.

    Raises NotFound, NotAllowed, NotNow, Moved, TooMuchOff, InvalidInput for `name` and `price`.
    """
    order = _locked(db, by, number, change)
    called, cents = read_name(why, "name"), read_cents(amount, "price", order.currency)
    if not cents:
        raise InvalidInput("price", "Type how much goes off, more than 0.")
    dearest = max(_lines(db, order), key=lambda each: each.total_cents)
    rates = line_terms(dearest.terms, _agreed(db, order)).rates
    line = _line(order, called, "", 1, -cents, LineTerms(None, rates))
    return _add(db, by, order, line, change, now, f"Took {money_words(cents, order.currency)} off: {called}")


def set_quantity(
    db: Session, by: Viewer, number: int, position: int, quantity: int, change: Change = Change(), *, now: datetime
) -> Added:
    """How many of a line, at the price it was agreed at; none takes it off. What it is already changes nothing.

    Raises NotFound, NotAllowed, NotNow, Moved, LastLine, TooMuchOff, InvalidInput("quantity").
    """
    order = _locked(db, by, number, change)
    lines = _lines(db, order)
    line = next((each for each in lines if each.position == position), None)
    if line is None:
        raise NotFound
    if not 0 <= quantity <= MOST:
        raise InvalidInput("quantity", f"Choose how many, from 0 to {MOST}. None takes it off.")
    if quantity == line.quantity:
        return Added(order.total_cents, order.total_cents)
    was = line.quantity
    if quantity:
        line.minutes = line.minutes // was * quantity
        line.quantity, line.total_cents = quantity, line.unit_cents * quantity
        what = f"{quantity} × {line.name} instead of {was}"
    elif len(lines) == 1:
        raise LastLine
    else:
        db.delete(line)
        what = f"Took {line.name} off"
    return _added_up(db, by, order, what, change, now)


def _may(by: Viewer) -> bool:
    return by.is_staff and by.may(Permission.ACCEPT_ORDERS) and by.may(Permission.SEE_MONEY)


def _locked(db: Session, by: Viewer, number: int, change: Change) -> Order:
    order = db.exec(visible(by).where(Order.number == number).with_for_update()).first()
    if order is None:
        raise NotFound
    if not _may(by):
        raise NotAllowed
    if order.status not in OPEN:
        raise NotNow
    if change.seen_total_cents not in (None, order.total_cents):
        raise Moved
    return order


def _lines(db: Session, order: Order) -> list[OrderLine]:
    return list(db.exec(select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.position))).all())


def _line_of(order: Order, offer: Offer, count: int, unit: str) -> OrderLine:
    tier = tier_for(offer.tiers, order.area)
    detail = tier_words(tier, offer.tiers, unit) or offer.detail
    line = _line(order, offer.name, detail, count, tier.price_cents, LineTerms(offer.id, offer.rates))
    line.service_id, line.minutes, line.is_twilight = offer.id, tier.minutes * count, offer.is_twilight
    return line


def _line(order: Order, name: str, detail: str, count: int, unit_cents: int, priced_by: LineTerms) -> OrderLine:
    """A coupon was for what was booked with it, so what joins later is not discounted."""
    return OrderLine(
        studio_id=order.studio_id,
        order_id=order.id or 0,
        position=0,
        name=name,
        detail=detail,
        quantity=count,
        unit_cents=unit_cents,
        total_cents=unit_cents * count,
        minutes=0,
        terms=kept_line(priced_by),
    )


def _add(
    db: Session, by: Viewer, order: Order, line: OrderLine, change: Change, now: datetime, what: str = ""
) -> Added:  # fmt: skip
    lines = _lines(db, order)
    if len(lines) >= LINES_AT_MOST:
        raise InvalidInput("offer", f"An order has at most {LINES_AT_MOST} lines.")
    line.position = max((each.position for each in lines), default=-1) + 1
    db.add(line)
    added = f"Added {line.name}" if line.quantity == 1 else f"Added {line.quantity} × {line.name}"
    return _added_up(db, by, order, what or added, change, now)


def _added_up(db: Session, by: Viewer, order: Order, what: str, change: Change, now: datetime) -> Added:
    """The order's sums and charges from its lines as they are now."""
    db.flush()
    before = order.total_cents
    agreed = _agreed(db, order)
    lines = [(line.total_cents, line_terms(line.terms, agreed)) for line in _lines(db, order)]
    sums = added_up_again(lines, agreed, step(order.currency))
    if min([sums.total_cents, sums.net_cents, *(charge.amount_cents for charge in sums.charges)]) < 0:
        raise TooMuchOff
    if sums.total_cents > max(before, MOST_CENTS):
        raise InvalidInput("quantity", "This is more than one order can cost. Write a second one.")
    order.subtotal_cents, order.total_cents = sums.subtotal_cents, sums.total_cents
    order.discount_cents, order.tax_cents = sums.of(ChargeKind.DISCOUNT), sums.of(ChargeKind.TAX)
    order.fees_cents = sums.of(ChargeKind.FEE, ChargeKind.LATE)
    db.add(order)
    db.exec(delete(OrderCharge).where(col(OrderCharge.order_id) == order.id))
    db.add_all(_row(order, place, charge) for place, charge in enumerate(sums.charges))
    db.flush()
    details = {"number": order.number, "what": what, "before_cents": before, "total_cents": order.total_cents}
    record(
        db, by, "order.items_changed", now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details=details | {"currency": order.currency, "quiet": change.is_quiet},
    )  # fmt: skip
    return Added(before, order.total_cents)


def _agreed(db: Session, order: Order) -> list[Charge]:
    rows = db.exec(select(OrderCharge).where(OrderCharge.order_id == order.id).order_by(col(OrderCharge.position))).all()
    return [
        Charge(ChargeKind(row.kind), row.name, row.amount_cents, row.basis_points, row.base_cents, charge_rates(row.terms))
        for row in rows
    ]


def _row(order: Order, place: int, charge: Charge) -> OrderCharge:
    return OrderCharge(
        studio_id=order.studio_id, order_id=order.id or 0, position=place, kind=charge.kind, name=charge.name,
        basis_points=charge.basis_points, base_cents=charge.base_cents, amount_cents=charge.amount_cents,
        terms=kept_rates(charge.rates),
    )  # fmt: skip
