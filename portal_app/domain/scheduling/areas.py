"""Where a studio goes: which of its service areas a property lies in. Pure.

Of several areas that contain a place the one with the lowest priority number decides, of equals the first drawn. A place on
the border is inside. Straight lines are drawn on a flat map around the place, so that an area may cross the date line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians

from portal_app.domain.listings.places import EARTH_M, Place, meters_between
from portal_app.domain.scheduling.models import Shape
from portal_app.domain.scheduling.travel import Tier, distance_words

BORDER_M = 1.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """One service area. `center` is where distances are measured from; `corners` are (lat, lon)."""

    id: int
    name: str
    priority: int
    shape: str
    center: Place | None = None
    radius_m: int = 0
    postcodes: tuple[str, ...] = ()
    corners: tuple[Point, ...] = ()
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The area that decides, and how far the place is from its center (None: it has none)."""

    area: Area
    distance_m: int | None


@dataclass(frozen=True, slots=True)
class Outside:
    """In no area. `nearest` names the closest one that is drawn, `beyond_m` says how far its border is. A place that is
    not on our map is outside too: nobody can say how far it is."""

    nearest: str = ""
    beyond_m: int | None = None
    is_unknown: bool = False


def area_at(place: Place, areas: Sequence[Area]) -> Found | Outside:
    """The area that decides about this place."""
    containing = [area for area in areas if contains(area, place)]
    if not containing:
        return _outside(place, areas)
    first = min(containing, key=lambda area: (area.priority, area.id))
    center = center_of(first)
    return Found(first, meters_between(center, place) if center else None)


def contains(area: Area, place: Place) -> bool:
    """Whether the place lies in the area or on its border."""
    if area.shape == Shape.POSTCODES:
        return any(_fits(place.postcode, pattern) for pattern in area.postcodes)
    return _meters_beyond(area, place) <= BORDER_M


def center_of(area: Area) -> Place | None:
    """Where distances are measured from: the point that was set, else the middle of the corners."""
    if area.center or not area.corners:
        return area.center
    joined = corners_near(area.corners, 0.0)
    return Place(sum(lat for lat, _ in joined) / len(joined), sum(lon for _, lon in joined) / len(joined))


def outside_sentence(outside: Outside, area_unit: str, *, is_asked: bool, phone: str) -> str:
    """Why the studio does not simply come, and how to ask: by a request where it takes them, else by phone."""
    how = "Send it as a request, and we answer with a time and what the way costs."
    if not is_asked:
        how = f"Call us at {phone}, and we see what we can do." if phone else "Write to us, and we see what we can do."
    if outside.is_unknown:
        return f"We could not find this town on our map, so we cannot say yet whether we come. {how}"
    if outside.beyond_m is None:
        return f"This address is outside the area we go to. {how}"
    away = distance_words(outside.beyond_m, area_unit)
    return f"This address is outside the area we go to: {away} beyond {outside.nearest}. {how}"


def corners_of(polygon: str) -> tuple[Point, ...]:
    """`36.1,-121.2 36.5,-121.9 …` as it is stored → (lat, lon) pairs."""
    pairs = (pair.split(",") for pair in polygon.split())
    return tuple((float(lat), float(lon)) for lat, lon in pairs)


def plain_postcode(typed: str) -> str:
    """`sw1a 1aa` → `SW1A1AA`."""
    return re.sub(r"[\s-]", "", typed).upper()


def _fits(postcode: str, pattern: str) -> bool:
    code, wanted = plain_postcode(postcode), plain_postcode(pattern)
    return bool(code) and (code.startswith(wanted[:-1]) if wanted.endswith("*") else code == wanted)


def _outside(place: Place, areas: Sequence[Area]) -> Outside:
    drawn = [area for area in areas if area.shape != Shape.POSTCODES]
    nearest = min(drawn, key=lambda area: _meters_beyond(area, place), default=None)
    return Outside(nearest.name, round(_meters_beyond(nearest, place))) if nearest else Outside()


def _meters_beyond(area: Area, place: Place) -> float:
    """How far outside the border; 0 inside."""
    if area.shape == Shape.RADIUS:
        return max(0.0, meters_between(area.center, place) - area.radius_m) if area.center else EARTH_M
    if len(area.corners) < 3:
        return EARTH_M
    corners = [_flat(corner, place) for corner in corners_near(area.corners, place.lon)]
    edges = list(pairwise([*corners, corners[0]]))
    return 0.0 if _is_within(edges) else min(_to_edge(*edge) for edge in edges)


def corners_near(corners: Sequence[Point], meridian: float) -> list[Point]:
    """The same corners with longitudes that do not jump at the date line, around whichever turn is near a meridian."""
    joined = [corners[0]]
    for lat, lon in corners[1:]:
        joined.append((lat, near_meridian(lon, joined[-1][1])))
    middle = sum(lon for _, lon in joined) / len(joined)
    turn = near_meridian(middle, meridian) - middle
    return [(lat, lon + turn) for lat, lon in joined]


def _flat(corner: Point, place: Place) -> Point:
    """Meters east and north of the place."""
    east = radians(corner[1] - place.lon) * cos(radians(place.lat))
    return EARTH_M * east, EARTH_M * radians(corner[0] - place.lat)


def near_meridian(lon: float, other: float) -> float:
    """The same meridian, named so that it is less than half around the world from the other."""
    return other + (lon - other + 180) % 360 - 180


def _is_within(edges: Sequence[tuple[Point, Point]]) -> bool:
    """Whether a ray from the place to the east crosses the edges an odd number of times."""
    crossings = 0
    for (x, y), (next_x, next_y) in edges:
        if (y > 0) != (next_y > 0) and x - y * (next_x - x) / (next_y - y) > 0:
            crossings += 1
    return crossings % 2 == 1


def _to_edge(start: Point, end: Point) -> float:
    """From the place to the nearest point of an edge, in meters."""
    (x, y), (across, up) = start, (end[0] - start[0], end[1] - start[1])
    length = across**2 + up**2
    along = min(1.0, max(0.0, -(x * across + y * up) / length)) if length else 0.0
    return hypot(x + along * across, y + along * up)
