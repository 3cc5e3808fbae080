"""The shelf in words: rows in their kinds and categories, and what a customer would see of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from portal_app.core.clock import duration_words
from portal_app.core.money import money_words
from portal_app.domain.catalog.models import Kind
from portal_app.domain.catalog.offering import Offer, is_priced, saving, tier_for, tier_words
from portal_app.domain.catalog.shelf import KINDS, Shelved, sold_forms
from portal_app.domain.catalog.tiers import savings

KIND_WORDS = {
    Kind.PACKAGE: ("Packages", "Add package", "new-package", "Package"),
    Kind.SERVICE: ("Services", "Add service", "new-service", "Service"),
    Kind.ADD_ON: ("Add-ons", "Add add-on", "new-add_on", "Add-on"),
}


@dataclass(frozen=True)
class GoodCard:
    """One row: what it is, what it costs, whether it is on sale, and whether it can move."""

    id: str
    name: str
    caption: str
    price: str
    minutes: str
    saving: str
    is_active: bool
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class GroupCard:
    """One category of a kind; only a title when the kind has several."""

    category: str
    title: str
    is_first: bool
    is_last: bool
    goods: list[GoodCard] = field(default_factory=list)


@dataclass(frozen=True)
class KindCard:
    """Packages, services or add-ons."""

    kind: str
    title: str
    add: str
    href: str
    groups: list[GroupCard] = field(default_factory=list)


@dataclass(frozen=True)
class FiledCard:
    """One thing in the archive."""

    id: str
    name: str
    caption: str


@dataclass(frozen=True)
class SeenCard:
    """One thing as a customer reads it."""

    name: str
    detail: str
    price: str


@dataclass(frozen=True)
class SeenGroup:
    """What stands under one heading."""

    title: str
    goods: list[SeenCard] = field(default_factory=list)


def kind_cards(shelf: Sequence[Shelved], currency: str) -> list[KindCard]:
    """Every kind, also those without anything yet; what is archived is not among them."""
    by_id = {each.public_id: each for each in shelf}
    cards = []
    for kind in KINDS:
        title, add, to, _ = KIND_WORDS[kind]
        own = [(category, list(each)) for category, each in groupby(_of(shelf, kind), key=lambda one: one.category)]
        groups = [
            GroupCard(
                category=category,
                title=(category or "Without a category") if len(own) > 1 or category else "",
                is_first=place == 0,
                is_last=place == len(own) - 1,
                goods=[_good(each, by_id, currency, goods.index(each), len(goods)) for each in goods],
            )
            for place, (category, goods) in enumerate(own)
        ]
        cards.append(KindCard(str(kind), title, add, f"/admin/catalog/{to}", groups))
    return cards


def filed_cards(shelf: Sequence[Shelved]) -> list[FiledCard]:
    """What is archived, by name."""
    filed = sorted((each for each in shelf if each.is_archived), key=lambda each: each.name.casefold())
    return [
        FiledCard(each.public_id, each.name, " · ".join(filter(None, (KIND_WORDS[Kind(each.kind)][3], each.category))))
        for each in filed
    ]


def seen_groups(offers: Sequence[Offer], area: int | None, currency: str, unit: str) -> list[SeenGroup]:
    """What customers are offered for a property of this size."""
    groups = []
    for kind in KINDS:
        own = [offer for offer in offers if offer.kind == kind and is_priced(offer, area)]
        if own:
            groups.append(SeenGroup(KIND_WORDS[kind][0], [_seen(offer, area, currency, unit) for offer in own]))
    return groups


def saving_words(saved: tuple[int, int], currency: str) -> str:
    """`Saves $55`, `Saves $60 to $160`; says so where it costs more."""
    least, most = saved
    if most <= 0:
        return f"Costs {money_words(-most, currency)} more than its parts" if most else "Costs as much as its parts"
    if least < 0:
        return f"Saves up to {money_words(most, currency)}, but costs more than its parts at some sizes"
    return f"Saves {_span(least, most, currency)}"


def _of(shelf: Sequence[Shelved], kind: Kind) -> list[Shelved]:
    return [each for each in shelf if each.kind == kind and not each.is_archived]


def _good(one: Shelved, by_id: dict[str, Shelved], currency: str, place: int, of: int) -> GoodCard:
    tiers = [tier for form in one.forms if form.is_active for tier in form.tiers]
    prices, minutes = [tier.price_cents for tier in tiers], [tier.minutes for tier in tiers]
    parts = [by_id[part] for part in one.parts if part in by_id]
    about = [
        " + ".join(part.name for part in parts) or one.detail,
        "Twilight" if one.is_twilight else "",
        ", ".join(form.name for form in one.forms if form.name and form.is_active),
    ]
    return GoodCard(
        id=one.public_id,
        name=one.name,
        caption=" · ".join(words for words in about if words),
        price=_span(min(prices), max(prices), currency) if prices else "No price yet",
        minutes=_minutes(min(minutes), max(minutes)) if minutes else "",
        saving=_saving(one, parts, currency),
        is_active=one.is_active,
        is_first=place == 0,
        is_last=place == of - 1,
    )


def _saving(package: Shelved, parts: Sequence[Shelved], currency: str) -> str:
    """Over every size, against what can be bought one by one, as customers see it."""
    tiers = sold_forms(package)
    apart = [sold_forms(part) for part in parts if part.is_active]
    if not apart or not tiers:
        return ""
    saved = savings(tiers[0], apart)
    return saving_words((min(least for least, _ in saved), max(most for _, most in saved)), currency)


def _span(least: int, most: int, currency: str) -> str:
    return money_words(least, currency) if least == most else f"{money_words(least, currency)} to {money_words(most, currency)}"


def _minutes(least: int, most: int) -> str:
    if not most:
        return "No time on site"
    return duration_words(most) if least == most else f"{duration_words(least)} to {duration_words(most)}"


def _seen(offer: Offer, area: int | None, currency: str, unit: str) -> SeenCard:
    tier = tier_for(offer.tiers, area)
    saved = saving(offer, area)
    about = [offer.detail, tier_words(tier, offer.tiers, unit), f"Saves {money_words(saved, currency)}" if saved else ""]
    return SeenCard(offer.name, " · ".join(words for words in about if words), money_words(tier.price_cents, currency))
