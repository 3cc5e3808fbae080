"""What the booking screen shows, ready to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal_app.core.clock import duration_words
from portal_app.core.money import money_words
from portal_app.domain.catalog.models import Kind
from portal_app.domain.catalog.offering import Offer, is_priced, saving, tier_for, tier_words
from portal_app.domain.catalog.pricing import Quote
from portal_app.ui.shared.order_cards import PriceCard, charge_card

FIRST_HOUR, LAST_HOUR = 7, 19


@dataclass(frozen=True)
class OfferCard:
    """One thing to choose, priced for this property."""

    id: str
    name: str
    detail: str
    price: str
    saving: str
    is_chosen: bool


@dataclass(frozen=True)
class QuoteCard:
    """The summary that stays in view."""

    rows: list[PriceCard] = field(default_factory=list)
    subtotal: str = ""
    charges: list[PriceCard] = field(default_factory=list)
    total: str = ""
    total_cents: int = 0
    duration: str = ""


@dataclass(frozen=True)
class TimeChoice:
    """A wall time to wish for: `09:30`, read as `9:30 am`."""

    value: str
    label: str


def offer_cards(
    shelf: Sequence[Offer], kind: Kind, area: int | None, chosen: Sequence[str], currency: str, unit: str
) -> list[OfferCard]:
    """The offers of one kind, each with its price at this area; those no tier covers are left out."""
    names = {offer.service_public_id: offer.name.removesuffix(f", {offer.variant}") for offer in shelf}
    return [
        _offer_card(offer, names, area, offer.public_id in chosen, currency, unit)
        for offer in shelf
        if offer.kind == kind and is_priced(offer, area)
    ]


def _offer_card(offer: Offer, names: dict[str, str], area: int | None, is_chosen: bool, currency: str, unit: str) -> OfferCard:  # noqa: FBT001
    tier = tier_for(offer.tiers, area)
    saved = saving(offer, area)
    about = [
        " + ".join(names[part] for part in offer.parts if part in names) or offer.detail,
        tier_words(tier, offer.tiers, unit),
    ]
    return OfferCard(
        id=offer.public_id,
        name=offer.name,
        detail=" · ".join(text for text in about if text),
        price=money_words(tier.price_cents, currency),
        saving=f"Saves {money_words(saved, currency)}" if saved else "",
        is_chosen=is_chosen,
    )


def quote_card(quote: Quote, currency: str) -> QuoteCard:
    """A quote in words; an empty one has no rows."""
    return QuoteCard(
        rows=[PriceCard(line.name, line.detail, money_words(line.total_cents, currency)) for line in quote.lines],
        subtotal=money_words(quote.subtotal_cents, currency),
        charges=[charge_card(charge, currency) for charge in quote.charges],
        total=money_words(quote.total_cents, currency),
        total_cents=quote.total_cents,
        duration=f"About {duration_words(quote.minutes)} at the property" if quote.minutes else "",
    )


def time_choices() -> list[TimeChoice]:
    """Every half hour between early and late light."""
    halves = [(hour, minute) for hour in range(FIRST_HOUR, LAST_HOUR) for minute in (0, 30)]
    return [
        TimeChoice(f"{hour:02d}:{minute:02d}", f"{hour % 12 or 12}:{minute:02d} {'am' if hour < 12 else 'pm'}")
        for hour, minute in halves
    ]


def day_bounds(today: date) -> tuple[str, str]:
    """The first and last day that can be wished for, as a date field takes them."""
    return (today + timedelta(days=1)).isoformat(), (today + timedelta(days=365)).isoformat()
