"""What is typed in the town line, found without a network."""

from __future__ import annotations

import time

import pytest

from portal_app.adapters.offline_places import OfflinePlaces, plain
from portal_app.domain.listings.places import Place, meters_between

pytestmark = pytest.mark.proof("booking-06")

MONTEREY = Place(36.6, -121.89)


@pytest.mark.parametrize(
    ("town", "how", "postcode", "lat", "lon"),
    [
        ("Pacific Grove, CA 93950", "postcode", "93950", 36.62, -121.92),
        ("Carmel-by-the-Sea, CA 93923", "postcode", "93923", 36.55, -121.90),
        ("Monterey CA 93940-1234", "postcode", "93940", 36.58, -121.84),
        ("Hudson, NY 12534, USA", "postcode", "12534", 42.25, -73.76),
        ("93950", "postcode", "93950", 36.62, -121.92),
        ("Pebble Beach, California 93953", "postcode", "93953", 36.59, -121.95),
        ("Pac Grove 93950", "postcode", "93950", 36.62, -121.92),
        ("10115 Berlin", "town", "10115", 52.52, 13.41),
        ("Berlin 10115", "town", "10115", 52.52, 13.41),
        ("80331 München", "town", "80331", 48.14, 11.58),
        ("London SW1A 1AA", "town", "SW1A1AA", 51.51, -0.13),
        ("Toronto, ON M5V 2T6", "town", "M5V2T6", 43.71, -79.40),
        ("Paris, TX", "town", "", 33.66, -95.56),
        ("Paris", "town", "", 48.85, 2.35),
        ("saint louis MO", "town", "", 38.63, -90.20),
        ("St. Louis, MO", "town", "", 38.63, -90.20),
        ("Tromsø", "town", "", 69.65, 18.96),
    ],
)
def test_what_is_known_is_found(town: str, how: str, postcode: str, lat: float, lon: float) -> None:
    found = OfflinePlaces().find("1 Any Street", town)
    assert found is not None
    assert (found.how, found.postcode) == (how, postcode)
    assert meters_between(found, Place(lat, lon)) < 2_000


@pytest.mark.parametrize(
    "town",
    ["", "   ", "Smallville, KS", "Pacific Grove, TX", "New build on lot 7", "東京", "99999", "\x00", "a" * 5_000, "1" * 500],
)
def test_what_is_not_known_is_nothing(town: str) -> None:
    assert OfflinePlaces().find("", town) is None


def test_of_several_towns_with_one_name_the_one_near_the_studio_is_meant() -> None:
    assert meters_between(OfflinePlaces().find("", "Carmel", MONTEREY), MONTEREY) < 10_000
    assert meters_between(OfflinePlaces().find("", "Carmel"), MONTEREY) > 1_000_000


def test_letters_are_compared_without_their_accents() -> None:
    assert plain("  Saint-Étienne ") == "saint etienne"
    assert plain("Łódź") == "lodz"
    assert plain("東京") == ""


def test_the_map_is_unpacked_in_a_moment_and_searched_in_less() -> None:
    start = time.process_time()
    OfflinePlaces().find("", "Monterey, CA")
    assert time.process_time() - start < 1
    start = time.process_time()
    for _ in range(200):
        OfflinePlaces().find("", "Carmel Valley Village, CA 93924")
    assert time.process_time() - start < 1
