"""Where a property is: the port that finds a typed address on the map, and distances as the crow flies."""

from __future__ import annotations

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


def meters_between(one: Place, other: Place) -> int:
    """The great-circle distance (haversine formula)."""
    lat, lon = radians(other.lat - one.lat), radians(other.lon - one.lon)
    half = sin(lat / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(lon / 2) ** 2
    return round(2 * EARTH_M * asin(sqrt(half)))
