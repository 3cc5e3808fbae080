"""What the way costs and how long it takes: the table of docs/algorithms/travel.md, and the properties behind it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.models import BookingPolicy
from portal_app.domain.scheduling.travel import Tier, Travel, distance_words, drive_minutes, travel_fee

pytestmark = pytest.mark.proof("booking-06")

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "travel.md"
TIER = re.compile(r"(?:(?P<any>any)|up to (?P<km>[\d.]+) km): (?P<fee>\d+)(?P<per> per km)?")


def rows() -> list[list[str]]:
    lines = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| ") and " km" in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def tiers_of(words: str) -> list[Tier]:
    return [
        Tier(None if found["any"] else round(float(found["km"]) * 1000), int(found["fee"]), bool(found["per"]))
        for found in TIER.finditer(words)
    ]


@pytest.mark.parametrize(("tiers", "distance", "fee", "why"), rows())
def test_the_table(tiers: str, distance: str, fee: str, why: str) -> None:
    meters = None if distance == "unknown km" else round(float(distance.removesuffix(" km")) * 1000)
    assert travel_fee(tiers_of(tiers), meters, "m²").cents == int(fee), why


def test_a_studio_that_measures_in_feet_is_charged_by_the_mile() -> None:
    assert travel_fee([Tier(None, 150, is_per_unit=True)], 19_956, "sq ft") == Travel(1_860, "Travel, 12.4 mi")
    assert travel_fee([Tier(None, 150, is_per_unit=True)], 20_000, "m²") == Travel(3_000, "Travel, 20 km")
    assert distance_words(1_931_213, "sq ft") == "1,200 mi"


@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(0, 5_000)), min_size=1, max_size=5, unique_by=lambda row: row[0]),
    st.lists(st.integers(0, 400_000), min_size=2, max_size=10),
)
def test_farther_never_costs_less_where_every_tier_is_per_unit(ends: list[tuple[int, int]], distances: list[int]) -> None:
    tiers = [Tier(end * 1000, fee, is_per_unit=True) for end, fee in ends]
    fees = [travel_fee(tiers, meters, "m²").cents for meters in sorted(distances)]
    assert all(near <= far for near, far in pairwise(fees))


def test_a_drive_is_the_straight_line_stretched_at_the_pace_of_the_studio() -> None:
    monterey, salinas = Place(36.600, -121.895), Place(36.678, -121.656)
    assert drive_minutes(monterey, monterey, BookingPolicy(studio_id=1)) == 0
    assert drive_minutes(monterey, salinas, BookingPolicy(studio_id=1)) == 36  # 23.05 km × 1.3 at 50 km/h: 35.96 min
    assert drive_minutes(monterey, salinas, BookingPolicy(studio_id=1, drive_factor_percent=100, drive_kmh=100)) == 14
