"""Where a property is: the port that finds a typed address on the map, and distances as the crow flies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Protocol

EARTH_M = 6_371_009  # mean radius, IUGG


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees, north and east positive. `how` says how exactly it is known: `postcode`, `town` or `person`."""

    lat: float
    lon: float
    how: str = "person"
    postcode: str = ""


class PlaceFinder(Protocol):
    """Finds what was typed without asking anybody outside."""

    def find(self, street: str, town: str, near: Place | None = None) -> Place | None:
        """The nearest thing known: the postcode in the town line, else the town: of several with one name the nearest to
        `near`, else the largest. None when neither is known."""
        ...


def typed_point(typed: str) -> Place | None:
    """`36.60, -121.89` as a place; None for what is no point on earth."""
    found = re.fullmatch(r"\s*([+-]?\d{1,3}(?:\.\d{1,12})?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d{1,12})?)\s*", typed, re.ASCII)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return None
    return Place(float(found[1]), float(found[2]))


def meters_between(one: Place, other: Place) -> int:
    """The great-circle distance (haversine formula)."""
    lat, lon = radians(other.lat - one.lat), radians(other.lon - one.lon)
    half = sin(lat / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(lon / 2) ** 2
    return round(2 * EARTH_M * asin(sqrt(half)))
