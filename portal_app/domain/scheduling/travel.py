"""What the way to a property costs and how long it takes. Pure.

Distances are straight lines from the center of the area, the same the map draws, and never from whoever happens to be sent:
two equal bookings cost the same. A tier covers distances up to and including its end; beyond the last end its fee stays.
A flat tier replaces what stands before it; a tier per unit adds, to the fee at the end of the tier before it, every tenth
of a unit beyond that end. Rounded half up to the minor unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol

from portal_app.domain.listings.places import Place, meters_between

MILE_M = 1609.344


@dataclass(frozen=True, slots=True)
class Tier:
    """A fee in minor units up to a distance (None: any), flat or for each unit of distance."""

    up_to_m: int | None
    fee_cents: int
    is_per_unit: bool = False


@dataclass(frozen=True, slots=True)
class Travel:
    """What going there costs, and the words it stands under on an order."""

    cents: int
    words: str


class Pace(Protocol):
    """How a studio's policy guesses a drive: so many percent of the straight line, at so many kilometers an hour."""

    @property
    def drive_factor_percent(self) -> int: ...
    @property
    def drive_kmh(self) -> int: ...


class Drives(Protocol):
    """Minutes on the road between two places. `drive_minutes` guesses them; a routing service would go behind this."""

    def __call__(self, one: Place, other: Place, pace: Pace) -> int: ...


def drive_minutes(one: Place, other: Place, pace: Pace) -> int:
    """The straight line, stretched to a road, at the studio's usual speed; rounded up."""
    road_m = meters_between(one, other) * pace.drive_factor_percent / 100
    return ceil(road_m * 60 / (max(pace.drive_kmh, 1) * 1000))


def travel_fee(tiers: Sequence[Tier], distance_m: int | None, area_unit: str) -> Travel:
    """The fee at a distance, None when nobody can say how far it is: then as at the center. 0 without tiers."""
    tenths = _tenths(distance_m or 0, area_unit)
    cents, start = 0, 0
    for tier in sorted(tiers, key=lambda tier: (tier.up_to_m is None, tier.up_to_m or 0)):
        end = None if tier.up_to_m is None else _tenths(tier.up_to_m, area_unit)
        reached = tenths if end is None or tenths <= end else end
        cents = cents + (tier.fee_cents * (reached - start) * 2 + 10) // 20 if tier.is_per_unit else tier.fee_cents
        if reached == tenths:
            break
        start = reached
    return Travel(cents, "Travel" if distance_m is None else f"Travel, {distance_words(distance_m, area_unit)}")


def distance_unit(area_unit: str) -> str:
    """Who measures homes in square feet measures roads in miles."""
    return "mi" if area_unit == "sq ft" else "km"


def unit_m(area_unit: str) -> float:
    """One unit of distance in meters."""
    return MILE_M if distance_unit(area_unit) == "mi" else 1000.0


def distance_words(meters: int, area_unit: str) -> str:
    """`12.4 mi`, `20 km`."""
    whole, tenth = divmod(_tenths(meters, area_unit), 10)
    return f"{whole:,}{f'.{tenth}' if tenth else ''} {distance_unit(area_unit)}"


def _tenths(meters: int, area_unit: str) -> int:
    return int(meters * 10 / unit_m(area_unit) + 0.5)
