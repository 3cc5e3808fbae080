"""What the booking screen shows, ready to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal_app.core.clock import duration_words
from portal_app.core.money import money_words
from portal_app.core.words import in_a_row
from portal_app.domain.catalog.models import Kind
from portal_app.domain.catalog.offering import Offer, goes_along, is_priced, saving, tier_for, tier_words
from portal_app.domain.catalog.pricing import Quote
from portal_app.domain.catalog.questions import Asked, answer_field
from portal_app.domain.orders.timing import upfront_of
from portal_app.domain.scheduling.terms import BookingTerms
from portal_app.ui.shared.order_cards import PriceCard, charge_card

FIRST_HOUR, LAST_HOUR = 7, 19


@dataclass(frozen=True)
class OfferCard:
    """One thing to choose, priced for this property. `most` above 1: it can be had several times."""

    id: str
    name: str
    detail: str
    price: str
    saving: str
    is_chosen: bool
    count: int = 0
    most: int = 1


@dataclass(frozen=True)
class ShelfCard:
    """What stands under one heading."""

    title: str
    offers: list[OfferCard] = field(default_factory=list)


@dataclass(frozen=True)
class QuoteCard:
    """The summary that stays in view."""

    rows: list[PriceCard] = field(default_factory=list)
    subtotal: str = ""
    charges: list[PriceCard] = field(default_factory=list)
    total: str = ""
    total_cents: int = 0
    duration: str = ""
    services: str = ""
    coupon_problem: str = ""
    travel_problem: str = ""


@dataclass(frozen=True)
class QuestionCard:
    """One question of the studio. `choices` are (value, words) with what an answer adds."""

    id: str
    name: str
    prompt: str
    hint: str
    kind: str
    is_required: bool
    answer: str
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class StepCard:
    """One step: how it is drawn, and the two lines it folds to."""

    look: str = "later"
    first: str = ""
    second: str = ""


def shelf_cards(shelf: Sequence[Offer], area: int | None, chosen: Mapping[str, int], currency: str, unit: str) -> list[ShelfCard]:
    """Packages, then services by category, each with its price at this area; what no tier covers is left out."""
    groups: dict[str, list[OfferCard]] = {}
    for offer in shelf:
        if offer.kind == Kind.ADD_ON or not is_priced(offer, area):
            continue
        title = "Packages" if offer.kind == Kind.PACKAGE else offer.category or "Services"
        groups.setdefault(title, []).append(_offer_card(offer, shelf, area, chosen, currency, unit))
    return [ShelfCard(title, cards) for title, cards in groups.items()]


def add_on_cards(
    shelf: Sequence[Offer], area: int | None, chosen: Mapping[str, int], currency: str, unit: str
) -> list[OfferCard]:
    """The add-ons that go along with what is chosen; none before anything is."""
    taken = [offer for offer in shelf if offer.public_id in chosen and offer.kind != Kind.ADD_ON]
    fits = [offer for offer in shelf if offer.kind == Kind.ADD_ON and is_priced(offer, area) and goes_along(offer, taken)]
    return [_offer_card(offer, shelf, area, chosen, currency, unit) for offer in fits] if taken else []


def _offer_card(
    offer: Offer, shelf: Sequence[Offer], area: int | None, chosen: Mapping[str, int], currency: str, unit: str
) -> OfferCard:
    tier, saved = tier_for(offer.tiers, area), saving(offer, area)
    names = {other.service_public_id: other.name.removesuffix(f", {other.variant}") for other in shelf}
    inside = " + ".join(names[part] for part in offer.parts if part in names)
    return OfferCard(
        id=offer.public_id,
        name=offer.name,
        detail=" · ".join(text for text in (inside or offer.detail, tier_words(tier, offer.tiers, unit)) if text),
        price=money_words(tier.price_cents, currency),
        saving=f"Saves {money_words(saved, currency)}" if saved else "",
        is_chosen=offer.public_id in chosen,
        count=chosen.get(offer.public_id, 0),
        most=offer.most,
    )


def toggled(shelf: Sequence[Offer], chosen: Mapping[str, int], service: str) -> dict[str, int]:
    """The choice after one click. Packages exclude each other and replace their parts, forms of one service exclude
    each other, and an add-on leaves with what it went along with."""
    by_id = {offer.public_id: offer for offer in shelf}
    offer = by_id.get(service)
    kept = {name: count for name, count in chosen.items() if name in by_id}
    if offer is None:
        return kept
    if service in kept:
        kept.pop(service)
    else:
        kept = {name: count for name, count in kept.items() if not _excludes(offer, by_id[name])} | {service: 1}
    left = [by_id[name] for name in kept]
    return {name: count for name, count in kept.items() if goes_along(by_id[name], left)}


def _excludes(one: Offer, other: Offer) -> bool:
    both_packages = one.kind == other.kind == Kind.PACKAGE
    inside = other.service_public_id in one.parts or one.service_public_id in other.parts
    return both_packages or inside or one.id == other.id


def quote_card(quote: Quote, currency: str) -> QuoteCard:
    """A quote in words; an empty one has no rows."""
    names = [line.name for line in quote.lines if line.service_id]
    return QuoteCard(
        rows=[PriceCard(line.name, line.detail, money_words(line.total_cents, currency)) for line in quote.lines],
        subtotal=money_words(quote.subtotal_cents, currency),
        charges=[charge_card(charge, currency) for charge in quote.charges],
        total=money_words(quote.total_cents, currency),
        total_cents=quote.total_cents,
        duration=f"About {duration_words(quote.minutes)} at the property" if quote.minutes else "",
        services=in_a_row(names),
        coupon_problem=quote.coupon_problem,
        travel_problem=quote.travel_problem,
    )


def question_cards(asked: Sequence[Asked], answers: Mapping[str, str], currency: str) -> list[QuestionCard]:
    """The questions for what is chosen, with what each answer adds."""
    return [
        QuestionCard(
            id=each.public_id,
            name=answer_field(each.public_id),
            prompt=each.prompt,
            hint=" ".join(filter(None, (each.hint, _adds(each, currency)))),
            kind=each.kind,
            is_required=each.is_required,
            answer=answers.get(each.public_id, ""),
            choices=[("", "Choose"), *_choices(each, currency)],
        )
        for each in asked
    ]


def _adds(asked: Asked, currency: str) -> str:
    if not asked.price_cents or asked.kind == "yes_no":
        return ""
    return f"Each adds {money_words(asked.price_cents, currency)}." if asked.kind == "number" else ""


def _choices(asked: Asked, currency: str) -> list[tuple[str, str]]:
    if asked.kind == "yes_no":
        adds = f"Yes (adds {money_words(asked.price_cents, currency)})" if asked.price_cents else "Yes"
        return [("yes", adds), ("no", "No")]
    return [(label, f"{label} (adds {money_words(cents, currency)})" if cents else label) for label, cents in asked.choices]


def tip_choices(shares: str) -> list[tuple[str, str]]:
    """`1000 1500 2000` → none, three shares, an own amount."""
    offered = [share for share in shares.split() if share.isdigit()]
    return [("", "No tip"), *((share, f"{int(share) / 100:g}%") for share in offered), ("own", "Other")]


def time_choices() -> list[tuple[str, str]]:
    """Every half hour between early and late light: `09:30`, read as `9:30 am`."""
    halves = [(hour, minute) for hour in range(FIRST_HOUR, LAST_HOUR) for minute in (0, 30)]
    return [
        (f"{hour:02d}:{minute:02d}", f"{hour % 12 or 12}:{minute:02d} {'am' if hour < 12 else 'pm'}") for hour, minute in halves
    ]


def day_bounds(today: date) -> tuple[str, str]:
    """The first and last day that can be wished for, as a date field takes them."""
    return (today + timedelta(days=1)).isoformat(), (today + timedelta(days=365)).isoformat()


def upfront_words(terms: BookingTerms, total_cents: int, currency: str, *, is_taken: bool) -> str:
    """What is paid at booking; empty when nothing is. `is_taken`: a free time was chosen."""
    upfront = upfront_of(total_cents, terms.pay_basis_points, currency) if is_taken else 0
    return money_words(upfront, currency) if upfront else ""


def promise_words(terms: BookingTerms, total_cents: int, currency: str, *, is_taken: bool, is_outside: bool = False) -> str:
    """What placing the order does to the chosen time, and to the customer's money. `is_taken`: a free time was chosen;
    `is_outside`: the studio must say first whether it comes."""
    if is_outside:
        return "This is a request: the studio answers whether it comes, when, and what the way costs. Nothing is charged today."
    if not is_taken:
        return "The studio confirms the time or calls you. Nothing is charged today."
    if upfront := upfront_of(total_cents, terms.pay_basis_points, currency):
        kept = f"The time is kept for you for {terms.hold_minutes} minutes while you pay {money_words(upfront, currency)}."
        return f"{kept} The rest is due later." if upfront < total_cents else kept
    if terms.member_confirms:
        return "The time is kept for you, and your photographer confirms it. Nothing is charged today."
    return "The time is yours as soon as you place the order. Nothing is charged today."
