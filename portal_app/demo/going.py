"""Where the demo's studio goes: its towns for nothing, the valley for a flat fee, the coast by the mile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from portal_app.core.viewer import Viewer
from portal_app.domain.listings.places import PlaceFinder
from portal_app.domain.scheduling.drawing import TypedArea, TypedTier, save_area

AREAS: Mapping[str, tuple[TypedArea, ...]] = {
    "harbor": (
        TypedArea("Monterey Peninsula", "radius", priority="1", center="Monterey, CA", radius="13"),
        TypedArea(
            "Salinas Valley",
            "polygon",
            priority="2",
            corners="36.82, -121.70\n36.80, -121.55\n36.40, -121.08\n36.20, -121.22\n36.52, -121.62",
            tiers=(TypedTier("", "45"),),
        ),
        TypedArea(
            "Big Sur",
            "postcodes",
            priority="3",
            postcodes="93920",
            center="Carmel, CA 93923",
            tiers=(TypedTier("20", "35"), TypedTier("", "1.50", is_per_unit=True)),
        ),
    ),
}


def draw_areas(db: Session, by: Viewer, slug: str, finder: PlaceFinder, *, now: datetime) -> None:
    """A studio without any goes everywhere. Done after its orders, which came in before anybody had drawn areas."""
    for area in AREAS.get(slug, ()):
        save_area(db, by, "", area, finder, now=now)
