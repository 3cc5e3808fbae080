"""The service areas as a drawing to scale: circles and outlines on a flat map of our own, north up. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from portal_app.domain.listings.places import EARTH_M, Place
from portal_app.domain.scheduling.areas import Area, center_of, corners_near, near_meridian
from portal_app.domain.scheduling.models import Shape
from portal_app.domain.scheduling.travel import distance_unit, unit_m

WIDE, HIGH, EDGE = 640.0, 420.0, 36.0
NICE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

Point = tuple[float, float]


@dataclass(frozen=True)
class ShapeCard:
    """One area as the drawing has it. `kind` is circle, outline or dot; numbers are text in units of the drawing."""

    kind: str
    name: str
    x: str
    y: str
    r: str = "0"
    points: str = ""
    look: str = "area"


@dataclass(frozen=True)
class DrawingCard:
    """All of them, a scale bar, and the place that was tried."""

    shapes: list[ShapeCard]
    bar: str = ""
    bar_words: str = ""
    words: str = ""


def drawing_of(areas: Sequence[tuple[Area, bool]], tried: Place | None, area_unit: str) -> DrawingCard:
    """Each area with whether it counts. Areas by postcodes are a dot at their center, when they have one."""
    drawn = [(area, is_active, middle) for area, is_active in areas if (middle := center_of(area))]
    if not drawn:
        return DrawingCard([])
    flat = _Flat(drawn[0][2])
    extent = [point for area, _, _ in drawn for point in _extent(area, flat)] + ([flat.at(tried)] if tried else [])
    paper = _Paper(extent)
    shapes = [_shape(area, is_active, middle, flat, paper) for area, is_active, middle in drawn]
    if tried:
        x, y = paper.at(flat.at(tried))
        shapes.append(ShapeCard("dot", "Tried", _text(x), _text(y), "6", look="tried"))
    unit = unit_m(area_unit)
    length = max((step for step in NICE if step * unit * paper.scale <= WIDE / 3), default=1)
    names = ", ".join(area.name for area, _, _ in drawn)
    return DrawingCard(
        shapes, _text(length * unit * paper.scale), f"{length:,} {distance_unit(area_unit)}", f"Drawing of {names}, north up"
    )


class _Flat:
    """Meters east and south of an origin, for points not too far from it."""

    def __init__(self, origin: Place) -> None:
        self.origin, self.narrow = origin, cos(radians(origin.lat))

    def at(self, place: Place) -> Point:
        return self.of((place.lat, near_meridian(place.lon, self.origin.lon)))

    def of(self, corner: Point) -> Point:
        east = radians(corner[1] - self.origin.lon) * self.narrow
        return EARTH_M * east, EARTH_M * radians(self.origin.lat - corner[0])

    def outline(self, area: Area) -> list[Point]:
        return [self.of(corner) for corner in corners_near(area.corners, self.origin.lon)]


class _Paper:
    """Meters to units of the drawing, everything inside its edges."""

    def __init__(self, points: Sequence[Point]) -> None:
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        top, bottom = min(y for _, y in points), max(y for _, y in points)
        across, down = max(right - left, 1_000.0), max(bottom - top, 1_000.0)
        self.scale = min((WIDE - 2 * EDGE) / across, (HIGH - 2 * EDGE) / down)
        self.center = (left + right) / 2, (top + bottom) / 2

    def at(self, point: Point) -> Point:
        x, y = point[0] - self.center[0], point[1] - self.center[1]
        return WIDE / 2 + x * self.scale, HIGH / 2 + y * self.scale


def _extent(area: Area, flat: _Flat) -> list[Point]:
    if area.shape == Shape.POLYGON:
        return flat.outline(area)
    x, y = flat.at(area.center) if area.center else (0.0, 0.0)
    reach = float(area.radius_m)
    return [(x - reach, y - reach), (x + reach, y + reach)]


def _shape(area: Area, is_active: bool, middle: Place, flat: _Flat, paper: _Paper) -> ShapeCard:  # noqa: FBT001
    x, y = paper.at(flat.at(middle))
    look = "area" if is_active else "area off"
    if area.shape == Shape.POLYGON:
        outline = [paper.at(point) for point in flat.outline(area)]
        points = " ".join(f"{_text(east)},{_text(south)}" for east, south in outline)
        return ShapeCard("outline", area.name, _text(x), _text(y), points=points, look=look)
    if area.shape == Shape.RADIUS:
        return ShapeCard("circle", area.name, _text(x), _text(y), _text(area.radius_m * paper.scale), look=look)
    return ShapeCard("dot", area.name, _text(x), _text(y), "5", look=look)


def _text(number: float) -> str:
    return f"{number:.1f}"
