"""From what is chosen and how large the property is to a quote, to the cent. Pure: values in, value out.

Rounding rule: tax is taken once, on the subtotal, half away from zero. A tier covers areas up to and including its
upper end; the last tier has none. A size nobody gave is priced at the largest tier, so it is never undercharged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.core.money import share


@dataclass(frozen=True, slots=True)
class PriceTier:
    """Price in minor units and minutes on site, for areas up to `up_to` (None: any)."""

    up_to: int | None
    price_cents: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A service, package or add-on as it can be ordered today."""

    id: int
    public_id: str
    kind: str
    name: str
    detail: str
    tiers: tuple[PriceTier, ...]
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One priced line: total = unit × quantity."""

    service_id: int
    name: str
    detail: str
    quantity: int
    unit_cents: int
    total_cents: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What it costs and how long it takes: total = subtotal + tax."""

    lines: tuple[QuoteLine, ...]
    subtotal_cents: int
    tax_name: str
    tax_basis_points: int
    tax_cents: int
    total_cents: int
    minutes: int


def tier_for(tiers: Sequence[PriceTier], area: int | None) -> PriceTier:
    """The tier that covers an area. Raises ValueError for an area above every upper end."""
    by_size = sorted(tiers, key=lambda tier: (tier.up_to is None, tier.up_to or 0))
    if area is None:
        return by_size[-1]
    for tier in by_size:
        if tier.up_to is None or area <= tier.up_to:
            return tier
    raise ValueError(f"no tier covers an area of {area}")


def is_priced(offer: Offer, area: int | None) -> bool:
    """Whether some tier covers this area."""
    return area is None or any(tier.up_to is None or area <= tier.up_to for tier in offer.tiers)


def tier_words(tier: PriceTier, tiers: Sequence[PriceTier], unit: str) -> str:
    """`Up to 3,500 sq ft`, or `Over 3,500 sq ft` for the open end; empty when one price fits all."""
    if len(tiers) == 1:
        return ""
    if tier.up_to is not None:
        return f"Up to {tier.up_to:,} {unit}"
    largest = max(other.up_to for other in tiers if other.up_to is not None)
    return f"Over {largest:,} {unit}"


def quote(
    choices: Sequence[tuple[Offer, int]], area: int | None, *, tax_name: str, tax_basis_points: int, unit: str = "sq ft"
) -> Quote:
    """Price (offer, quantity) choices. Raises ValueError for a quantity below 1 or an area no tier covers."""
    lines = tuple(_line(offer, quantity, area, unit) for offer, quantity in choices)
    subtotal = sum(line.total_cents for line in lines)
    tax = share(subtotal, tax_basis_points)
    return Quote(
        lines=lines,
        subtotal_cents=subtotal,
        tax_name=tax_name,
        tax_basis_points=tax_basis_points,
        tax_cents=tax,
        total_cents=subtotal + tax,
        minutes=sum(line.minutes for line in lines),
    )


def saving(package: Offer, parts: Sequence[Offer], area: int | None) -> int:
    """What the parts cost more when bought one by one, in minor units; never below 0."""
    apart = sum(tier_for(part.tiers, area).price_cents for part in parts)
    return max(0, apart - tier_for(package.tiers, area).price_cents)


def _line(offer: Offer, quantity: int, area: int | None, unit: str) -> QuoteLine:
    if quantity < 1:
        raise ValueError("a quantity is at least 1")
    tier = tier_for(offer.tiers, area)
    return QuoteLine(
        service_id=offer.id,
        name=offer.name,
        detail=tier_words(tier, offer.tiers, unit) or offer.detail,
        quantity=quantity,
        unit_cents=tier.price_cents,
        total_cents=tier.price_cents * quantity,
        minutes=tier.minutes * quantity,
    )
