"""In which service area a place lies: circles, postcodes, polygons, their borders, and who wins where they overlap."""

from __future__ import annotations

from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.listings.places import EARTH_M, Place, meters_between
from portal_app.domain.scheduling.areas import Area, Found, Outside, area_at, center_of, contains, corners_of, outside_sentence

pytestmark = pytest.mark.proof("booking-06")

MONTEREY = Place(36.6, -121.9)
BAY = Area(1, "Monterey Bay", 0, "radius", center=MONTEREY, radius_m=20_000)
CODES = Area(2, "Peninsula", 0, "postcodes", postcodes=("93950", "9392*", "sw1a*"))
SQUARE = Area(3, "Square", 0, "polygon", corners=((36.0, -122.0), (36.0, -121.0), (37.0, -121.0), (37.0, -122.0)))
BENT = Area(4, "Bent", 0, "polygon", corners=((0.0, 0.0), (0.0, 3.0), (3.0, 3.0), (3.0, 2.0), (1.0, 2.0), (1.0, 0.0)))
FIJI = Area(5, "Fiji", 0, "polygon", corners=((-20.0, 177.0), (-20.0, -178.0), (-15.0, -178.0), (-15.0, 177.0)))


def north(meters: float) -> Place:
    return Place(MONTEREY.lat + meters / EARTH_M * 57.29577951308232, MONTEREY.lon)


@pytest.mark.parametrize(
    ("area", "place", "is_inside"),
    [
        (BAY, MONTEREY, True),
        (BAY, north(19_999), True),
        (BAY, north(20_000), True),
        (BAY, north(20_010), False),
        (Area(6, "No center", 0, "radius", radius_m=5), MONTEREY, False),
        (CODES, Place(0, 0, "postcode", "93950"), True),
        (CODES, Place(0, 0, "postcode", "93923"), True),
        (CODES, Place(0, 0, "postcode", "93940"), False),
        (CODES, Place(0, 0, "town", "SW1A1AA"), True),
        (CODES, Place(0, 0, "town", ""), False),
        (Area(7, "Everything", 0, "postcodes", postcodes=("*",)), Place(0, 0, "town", ""), False),
        (SQUARE, Place(36.5, -121.5), True),
        (SQUARE, Place(36.0, -121.5), True),
        (SQUARE, Place(36.5, -121.0), True),
        (SQUARE, Place(37.0, -122.0), True),
        (SQUARE, Place(36.5, -120.9999), False),
        (SQUARE, Place(35.9999, -121.5), False),
        (BENT, Place(2.0, 2.5), True),
        (BENT, Place(2.0, 1.0), False),
        (BENT, Place(1.0, 1.0), True),
        (BENT, Place(1.0, 2.0), True),
        (FIJI, Place(-17.7, 178.0), True),
        (FIJI, Place(-17.7, -179.5), True),
        (FIJI, Place(-17.7, 180.0), True),
        (FIJI, Place(-17.7, 0.0), False),
        (FIJI, Place(-17.7, -177.0), False),
        (Area(8, "A line", 0, "polygon", corners=((0.0, 0.0), (1.0, 1.0))), Place(0.5, 0.5), False),
    ],
)
def test_inside_or_outside(area: Area, place: Place, is_inside: bool) -> None:
    assert contains(area, place) is is_inside


@given(st.integers(0, 3), st.floats(0, 1))
def test_every_point_of_the_border_is_inside_a_meter_beyond_it_is_not(side: int, along: float) -> None:
    (lat, lon), (to_lat, to_lon) = (SQUARE.corners * 2)[side : side + 2]
    border = Place(lat + (to_lat - lat) * along, lon + (to_lon - lon) * along)
    assert contains(SQUARE, border)
    out = 3 / EARTH_M * 57.29577951308232
    north_of = {0: -out, 2: out}.get(side, 0.0)
    east_of = {1: out, 3: -out}.get(side, 0.0) / cos(radians(border.lat))
    assert not contains(SQUARE, Place(border.lat + north_of, border.lon + east_of))


def test_where_areas_overlap_the_lowest_number_decides_and_of_equals_the_first() -> None:
    city = Area(9, "City", 1, "radius", center=MONTEREY, radius_m=5_000)
    county = Area(8, "County", 2, "radius", center=MONTEREY, radius_m=50_000)
    twin = Area(10, "Twin", 1, "radius", center=MONTEREY, radius_m=5_000)
    assert area_at(MONTEREY, [county, twin, city]).area == city
    assert area_at(north(10_000), [county, twin, city]) == Found(county, 10_000)


def test_outside_names_the_nearest_area_and_how_far_its_border_is() -> None:
    far = Place(36.5, -120.5)
    assert area_at(far, [BAY, SQUARE, CODES]) == Outside(
        "Square", pytest.approx(meters_between(Place(36.5, -121.0), far), rel=0.01)
    )
    assert area_at(far, [CODES]) == Outside()


def test_an_area_without_a_center_is_measured_from_the_middle_of_its_corners() -> None:
    assert center_of(SQUARE) == Place(36.5, -121.5)
    assert center_of(FIJI) == Place(-17.5, 179.5)
    assert center_of(CODES) is None
    assert area_at(Place(0, 0, "postcode", "93950"), [CODES]) == Found(CODES, None)


def test_corners_are_read_as_they_are_stored() -> None:
    assert corners_of("36.5,-121.9 37,-122") == ((36.5, -121.9), (37.0, -122.0))
    assert corners_of("") == ()


@pytest.mark.parametrize(
    ("outside", "is_asked", "phone", "said"),
    [
        (Outside("Monterey Bay", 19_956), True, "", "12.4 mi beyond Monterey Bay. Send it as a request, and we answer"),
        (Outside("Monterey Bay", 19_956), False, "831 555 0100", "beyond Monterey Bay. Call us at 831 555 0100"),
        (Outside(), False, "", "outside the area we go to. Write to us"),
        (Outside(is_unknown=True), True, "", "could not find this town on our map"),
    ],
)
def test_outside_says_why_and_how_to_ask(outside: Outside, is_asked: bool, phone: str, said: str) -> None:
    assert said in outside_sentence(outside, "sq ft", is_asked=is_asked, phone=phone)
