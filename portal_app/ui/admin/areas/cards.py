"""The service areas in words, and what stands in the editor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal_app.core.money import money_typed, money_words, nearest, step
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.areas import Area, Found, Outside, outside_sentence
from portal_app.domain.scheduling.drawing import DrawnArea, TypedArea, TypedTier
from portal_app.domain.scheduling.models import Shape
from portal_app.domain.scheduling.travel import Tier, distance_unit, distance_words, travel_fee, unit_m

SHAPES = (("radius", "A circle around a place"), ("postcodes", "A list of postcodes"), ("polygon", "An outline by its corners"))
FOUND_BY = {"postcode": "Found by its postcode", "town": "Found by its town, so about there", "person": "By its coordinates"}


@dataclass(frozen=True)
class AreaCard:
    """One area in the list."""

    id: str
    name: str
    where: str
    fees: str
    priority: str
    is_active: bool


@dataclass(frozen=True)
class TierCard:
    """One row of travel tiers."""

    up_to: str = ""
    fee: str = ""
    is_per_unit: bool = False


@dataclass(frozen=True)
class EditCard:
    """What the editor begins with. `key` changes whenever it opens, so that nothing typed elsewhere stays."""

    id: str = ""
    key: str = ""
    title: str = ""
    name: str = ""
    priority: str = "0"
    center: str = ""
    radius: str = ""
    postcodes: str = ""
    corners: str = ""
    is_active: bool = True
    tiers: list[TierCard] = field(default_factory=list)


def area_card(drawn: DrawnArea, area_unit: str, currency: str) -> AreaCard:
    """An area in words."""
    area = drawn.area
    return AreaCard(
        id=drawn.public_id,
        name=area.name,
        where=_where(area, area_unit),
        fees=_fees(area.tiers, area_unit, currency),
        priority=f"Priority {area.priority}" if drawn.is_active else "Not used",
        is_active=drawn.is_active,
    )


def edit_card(drawn: DrawnArea | None, key: str, area_unit: str, currency: str) -> EditCard:
    """The editor of an area, or of a new one."""
    if drawn is None:
        return EditCard(key=key, title="New area", tiers=[TierCard()])
    area = drawn.area
    rows = [
        TierCard(_amount(tier.up_to_m, area_unit), money_typed(tier.fee_cents, currency), tier.is_per_unit) for tier in area.tiers
    ]
    return EditCard(
        id=drawn.public_id,
        key=key,
        title=area.name,
        name=area.name,
        priority=str(area.priority),
        center=_point(area.center),
        radius=_amount(area.radius_m, area_unit) if area.radius_m else "",
        postcodes=" ".join(area.postcodes),
        corners="\n".join(f"{lat:g}, {lon:g}" for lat, lon in area.corners),
        is_active=drawn.is_active,
        tiers=rows or [TierCard()],
    )


def typed_area(form: Mapping[str, object], rows: int) -> TypedArea:
    """What the editor's form sent."""

    def said(name: str) -> str:
        return str(form.get(name) or "")[:10_000]

    return TypedArea(
        name=said("name"),
        shape=said("shape"),
        priority=said("priority"),
        center=said("center"),
        radius=said("radius"),
        postcodes=said("postcodes"),
        corners=said("corners"),
        tiers=tuple(TypedTier(said(f"up_to-{row}"), said(f"fee-{row}"), said(f"per-{row}") == "unit") for row in range(rows)),
        is_active=form.get("is_active") == "on",
    )


def tried_words(place: Place | None, found: Found | Outside | None, area_unit: str, currency: str) -> str:
    """What the customer of an address would meet."""
    if place is None:
        return "This is not on our map. A customer may send it as a request; you set its place on the order."
    how = FOUND_BY.get(place.how, "")
    if found is None:
        return f"{how}. You have no areas in use, so you go everywhere and the way costs nothing."
    if isinstance(found, Outside):
        return f"{how}. {outside_sentence(found, area_unit, is_asked=True, phone='')}"
    fee = travel_fee(found.area.tiers, found.distance_m, area_unit)
    away = f", {distance_words(found.distance_m, area_unit)} from its center" if found.distance_m is not None else ""
    return f"{how}. In {found.area.name}{away}: travel {money_words(nearest(fee.cents, step(currency)), currency)}."


def _where(area: Area, area_unit: str) -> str:
    if area.shape == Shape.RADIUS:
        return f"{distance_words(area.radius_m, area_unit)} around {_point(area.center)}"
    if area.shape == Shape.POLYGON:
        return f"An outline of {len(area.corners)} corners"
    shown = " ".join(area.postcodes[:6])
    return f"Postcodes {shown}{f' and {len(area.postcodes) - 6} more' if len(area.postcodes) > 6 else ''}"


def _fees(tiers: tuple[Tier, ...], area_unit: str, currency: str) -> str:
    """`Travel: up to 10 mi $0.00, then $1.50 per mi`."""
    if not any(tier.fee_cents for tier in tiers):
        return "Travel costs nothing"
    parts = []
    for tier in tiers:
        fee = money_words(tier.fee_cents, currency) + (f" per {distance_unit(area_unit)}" if tier.is_per_unit else "")
        reach = f"up to {distance_words(tier.up_to_m, area_unit)} " if tier.up_to_m is not None else "then " if parts else ""
        parts.append(f"{reach}{fee}")
    return f"Travel: {', '.join(parts)}"


def _amount(meters: int | None, area_unit: str) -> str:
    return "" if meters is None else f"{meters / unit_m(area_unit):.2f}".rstrip("0").rstrip(".")


def _point(place: Place | None) -> str:
    return f"{place.lat:g}, {place.lon:g}" if place else ""
