"""Where a studio goes and what the way costs, read from its service areas. A studio without any goes everywhere, for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.areas import Area, Found, Outside, area_at, center_of, corners_of
from portal_app.domain.scheduling.models import ServiceArea, TravelTier
from portal_app.domain.scheduling.travel import Tier, Travel, travel_fee
from portal_app.domain.studios.models import Studio


def areas_of(db: Session, by: Viewer) -> list[Area]:
    """The areas in use at the viewer's studio, the ones that decide first at the beginning. Two statements."""
    rows = db.exec(
        select(ServiceArea)
        .where(ServiceArea.studio_id == by.studio_id, ServiceArea.is_active)
        .order_by(ServiceArea.priority, ServiceArea.id)
    ).all()
    tiers = tiers_of(db, rows)
    return [area_from(row, tiers[row.id]) for row in rows]


def tiers_of(db: Session, rows: Sequence[ServiceArea]) -> dict[int, tuple[Tier, ...]]:
    """The travel tiers of these areas, from near to far."""
    found: dict[int, list[Tier]] = {row.id or 0: [] for row in rows}
    chosen = select(TravelTier).where(col(TravelTier.area_id).in_(found)).order_by(col(TravelTier.id))
    for tier in db.exec(chosen):
        found[tier.area_id].append(Tier(tier.up_to_m, tier.fee_cents, tier.is_per_unit))
    return {area: tuple(tiers) for area, tiers in found.items()}


def area_from(row: ServiceArea, tiers: tuple[Tier, ...]) -> Area:
    """The rule's view of a row."""
    has_center = row.lat is not None and row.lon is not None
    return Area(
        id=row.id,
        name=row.name,
        priority=row.priority,
        shape=row.shape,
        center=Place(row.lat, row.lon) if has_center else None,
        radius_m=row.radius_m or 0,
        postcodes=tuple(row.postcodes.split()),
        corners=corners_of(row.polygon),
        tiers=tiers,
    )


def area_of(db: Session, by: Viewer, place: Place | None) -> Found | Outside | None:
    """The area that decides about a place. None for a studio without areas; where there are areas, a place that nobody
    knows is outside."""
    areas = areas_of(db, by)
    if not areas:
        return None
    return area_at(place, areas) if place else Outside(is_unknown=True)


def travel_of(db: Session, by: Viewer, place: Place | None) -> Travel | Outside | None:
    """What the way to this place costs, as `area_of` finds it."""
    found = area_of(db, by, place)
    if not isinstance(found, Found):
        return found
    unit = db.exec(select(Studio.area_unit).where(Studio.id == by.studio_id)).one()
    return travel_fee(found.area.tiers, found.distance_m, unit)


def home_of(db: Session, by: Viewer) -> Place | None:
    """Around where the studio works: of two towns with one name the nearer is meant."""
    return next((center for area in areas_of(db, by) if (center := center_of(area))), None)
