"""What can be ordered today, as values: offers with their tiers, and which of them go together. Pure.

A tier covers areas up to and including its upper end; the last tier has none. A size nobody gave is priced at the
largest tier, so it is never undercharged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal_app.domain.catalog.models import Kind


@dataclass(frozen=True, slots=True)
class PriceTier:
    """Price in minor units and minutes on site, for areas up to `up_to` (None: any)."""

    up_to: int | None
    price_cents: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Rate:
    """One tax, in basis points."""

    id: int
    name: str
    basis_points: int


@dataclass(frozen=True, slots=True)
class Part:
    """A service inside a package. `forms` are the tiers of each form it has; it may not be on sale by itself."""

    id: int
    public_id: str
    is_twilight: bool = False
    is_on_sale: bool = True
    forms: tuple[tuple[PriceTier, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A service, package or add-on as it can be ordered today; a service with variants is one offer for each.

    `public_id` is what is chosen: the variant's, where there is one; `id` and `service_public_id` are the service's.
    `goes_with` are the services and packages an add-on needs one of, by public id; None: it goes with everything.
    """

    id: int
    public_id: str
    kind: str
    name: str
    detail: str
    tiers: tuple[PriceTier, ...]
    inside: tuple[Part, ...] = ()
    service_public_id: str = ""
    category: str = ""
    variant: str = ""
    is_twilight: bool = False
    most: int = 1
    rates: tuple[Rate, ...] = ()
    goes_with: frozenset[str] | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The public ids of the services inside a package."""
        return tuple(part.public_id for part in self.inside)

    @property
    def stands_for(self) -> frozenset[str]:
        """The services this one brings along, by public id: its own, and those inside a package."""
        return frozenset({self.service_public_id or self.public_id, *self.parts})


def tier_for(tiers: Sequence[PriceTier], area: int | None) -> PriceTier:
    """The tier that covers an area. Raises ValueError for an area above every upper end."""
    by_size = sorted(tiers, key=lambda tier: (tier.up_to is None, tier.up_to or 0))
    if area is None:
        return by_size[-1]
    for tier in by_size:
        if tier.up_to is None or area <= tier.up_to:
            return tier
    raise ValueError(f"no tier covers an area of {area}")


def covers(tiers: Sequence[PriceTier], area: int | None) -> bool:
    """Whether some tier covers this area."""
    return bool(tiers) and (area is None or any(tier.up_to is None or area <= tier.up_to for tier in tiers))


def is_priced(offer: Offer, area: int | None) -> bool:
    """Whether an offer has a price for this area."""
    return covers(offer.tiers, area)


def tier_words(tier: PriceTier, tiers: Sequence[PriceTier], unit: str) -> str:
    """`Up to 3,500 sq ft`, or `Over 3,500 sq ft` for the open end; empty when one price fits all."""
    if len(tiers) == 1:
        return ""
    if tier.up_to is not None:
        return f"Up to {tier.up_to:,} {unit}"
    largest = max(other.up_to for other in tiers if other.up_to is not None)
    return f"Over {largest:,} {unit}"


def saving(package: Offer, area: int | None) -> int:
    """What the parts cost more when bought one by one, each in its cheapest form, in minor units; never below 0."""
    apart = 0
    for part in filter(lambda part: part.is_on_sale, package.inside):
        prices = [tier_for(form, area).price_cents for form in part.forms if covers(form, area)]
        apart += min(prices, default=0)
    return max(0, apart - tier_for(package.tiers, area).price_cents) if package.inside else 0


def goes_along(add_on: Offer, chosen: Iterable[Offer]) -> bool:
    """Whether something chosen is what this add-on needs. What is no add-on needs nothing."""
    if add_on.kind != Kind.ADD_ON or add_on.goes_with is None:
        return True
    return any(other.stands_for & add_on.goes_with for other in chosen if other.kind != Kind.ADD_ON)


def fitting(shelf: Sequence[Offer], wanted: Mapping[str, int], area: int | None) -> list[tuple[Offer, int]]:
    """What can be priced of what is wanted while the customer still chooses, in the shelf's order: the rest is left out."""
    chosen = [offer for offer in shelf if wanted.get(offer.public_id, 0) > 0 and is_priced(offer, area)]
    return [(offer, min(wanted[offer.public_id], offer.most)) for offer in chosen if goes_along(offer, chosen)]
