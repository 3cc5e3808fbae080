"""What a basket costs: leniently while the customer chooses, strictly when the order is placed. The same rule prices both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput
from portal_app.core.money import read_money
from portal_app.core.viewer import Viewer
from portal_app.domain.catalog.coupons import CouponRule
from portal_app.domain.catalog.models import AmountKind, Kind
from portal_app.domain.catalog.offering import Offer, fitting, goes_along
from portal_app.domain.catalog.pricing import Quote, Terms, Tip, quote
from portal_app.domain.catalog.queries import offers, questions, terms
from portal_app.domain.catalog.questions import Answer, asked_of, read_answers, read_what_fits
from portal_app.domain.customers.models import Customer
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.couponing import coupon_for
from portal_app.domain.scheduling.areas import outside_sentence
from portal_app.domain.scheduling.going import travel_of
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.travel import Travel
from portal_app.domain.studios.models import Studio

NOTHING_CHOSEN = "Choose at least one service or package."
OWN_TIP = "own"


@dataclass(frozen=True, slots=True)
class Basket:
    """What the customer chose so far: public id → quantity, question → answer.

    `tip` is a share in basis points such as `1500`, or `own` with the amount typed in `own_tip`; empty for none.
    """

    services: Mapping[str, int] = field(default_factory=dict)
    area: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    coupon: str = ""
    tip: str = ""
    place: Place | None = None
    own_tip: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """A quote that may be ordered, with what stands on the order beside it."""

    quote: Quote
    answers: tuple[Answer, ...]
    coupon: CouponRule | None
    is_outside: bool = False


def estimate(db: Session, by: Viewer, basket: Basket, *, now: datetime) -> Quote:
    """The price while the customer still chooses: what cannot be priced yet is left out, a coupon says what is wrong."""
    choices = fitting(offers(db, by), basket.services, basket.area)
    answers = read_what_fits(asked_of(questions(db, by), _ids(choices)), basket.answers)
    try:
        tip = _tip(db, by, basket)
    except InvalidInput:
        tip = None
    return _quote(db, by, choices, answers, basket, tip, None, now=now)[0]


def price(db: Session, by: Viewer, basket: Basket, customer: Customer, *, now: datetime) -> Priced:
    """The price to order at, from the catalog of today. Raises InvalidInput beside what does not fit."""
    choices = choose(offers(db, by), basket.services)
    answers = read_answers(asked_of(questions(db, by), _ids(choices)), basket.answers)
    tip = _tip(db, by, basket)
    try:
        made, coupon = _quote(db, by, choices, answers, basket, tip, customer, now=now)
    except ValueError as outside:
        raise InvalidInput("area", "We have no price for a property this large yet. Call us and we quote it.") from outside
    if made.coupon_problem:
        raise InvalidInput("coupon", made.coupon_problem)
    if tip and tip.kind == AmountKind.FIXED and tip.amount > made.subtotal_cents:
        raise InvalidInput("tip", "This tip is more than the order. Check the amount.")
    if made.travel_problem and not policy_of(db, by.studio_id).outside_is_asked:
        raise InvalidInput("street", made.travel_problem)
    return Priced(made, tuple(answers), coupon, is_outside=bool(made.travel_problem))


def choose(shelf: Sequence[Offer], wanted: Mapping[str, int]) -> list[tuple[Offer, int]]:
    """The offers with these public ids, in the shelf's order. Raises InvalidInput for what cannot be ordered like this."""
    chosen = [offer for offer in shelf if offer.public_id in wanted]
    if len(chosen) < len(wanted):
        raise InvalidInput("services", "One of these is no longer offered. Choose again.")
    if not any(offer.kind != Kind.ADD_ON for offer in chosen):
        raise InvalidInput("services", NOTHING_CHOSEN)
    once: set[int] = set()
    for offer in chosen:
        if not 1 <= wanted[offer.public_id] <= offer.most:
            raise InvalidInput("services", f"Choose {offer.name} once." if offer.most == 1 else _most(offer))
        if not goes_along(offer, chosen):
            raise InvalidInput("services", f"{offer.name} goes along with another service. Choose that one too, or leave it out.")
        if offer.id in once:
            raise InvalidInput("services", f"Choose one form of {offer.name.removesuffix(f', {offer.variant}')}.")
        once.add(offer.id)
    return [(offer, wanted[offer.public_id]) for offer in chosen]


def _most(offer: Offer) -> str:
    return f"Choose {offer.name} at least once and at most {offer.most} times."


def _ids(choices: Sequence[tuple[Offer, int]]) -> set[int]:
    return {offer.id for offer, _ in choices} | {part.id for offer, _ in choices for part in offer.inside}


def _tip(db: Session, by: Viewer, basket: Basket) -> Tip | None:
    """Raises InvalidInput for a tip nobody could have meant."""
    if not basket.tip:
        return None
    if basket.tip == OWN_TIP:
        currency = db.exec(select(Studio.currency).where(Studio.id == by.studio_id)).one()
        cents = read_money(basket.own_tip or "0", currency)
        if cents is None:
            raise InvalidInput("tip", "Type an amount, for example 20.")
        return Tip(AmountKind.FIXED, cents)
    if not (basket.tip.isascii() and basket.tip.isdigit() and int(basket.tip[:6]) <= 10_000):
        raise InvalidInput("tip", "Choose one of these, or type an amount.")
    return Tip(AmountKind.PERCENT, int(basket.tip))


def _quote(
    db: Session, by: Viewer, choices: Sequence[tuple[Offer, int]], answers: Sequence[Answer], basket: Basket,
    tip: Tip | None, customer: Customer | None, *, now: datetime,
) -> tuple[Quote, CouponRule | None]:  # fmt: skip
    with_terms: Terms = terms(db, by)
    travel, outside = _travel(db, by, basket.place)
    extras = [answer.extra for answer in answers if answer.extra]
    plain = quote(choices, basket.area, with_terms, extras=extras, travel=travel, tip=tip)
    plain = replace(plain, travel_problem=outside)
    lines = [(line.total_cents, line.service_id) for line in plain.lines[: len(choices)]]
    lines += [(extra.unit_cents * extra.quantity, extra.service_id) for extra in extras]
    rule, problem = coupon_for(db, by, basket.coupon, lines, customer=customer, now=now)
    if rule is None:
        return replace(plain, coupon_problem=problem), None
    made = quote(choices, basket.area, with_terms, extras=extras, discount=rule.discount, travel=travel, tip=tip)
    return replace(made, travel_problem=outside), rule


def _travel(db: Session, by: Viewer, place: Place | None) -> tuple[tuple[str, int] | None, str]:
    """What the way costs under which name, or why nobody can say."""
    found = travel_of(db, by, place)
    if isinstance(found, Travel):
        return (found.words, found.cents), ""
    if found is None:
        return None, ""
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id)).one()
    is_asked = policy_of(db, by.studio_id).outside_is_asked
    return None, outside_sentence(found, studio.area_unit, is_asked=is_asked, phone=studio.phone)
