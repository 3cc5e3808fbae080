"""The service areas as a drawing to scale and in words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.areas import Area, Found, Outside
from portal_app.domain.scheduling.drawing import DrawnArea
from portal_app.domain.scheduling.travel import Tier
from portal_app.ui.admin.areas.cards import area_card, edit_card, tried_words, typed_area
from portal_app.ui.admin.areas.drawing import HIGH, WIDE, drawing_of

pytestmark = pytest.mark.proof("booking-06")

MONTEREY = Place(36.6, -121.9)
BAY = Area(1, "Bay", 0, "radius", center=MONTEREY, radius_m=16_093, tiers=(Tier(16_093, 0), Tier(None, 150, is_per_unit=True)))
BOX = Area(
    2, "Box", 1, "polygon", corners=((36.4, -121.4), (36.4, -121.2), (36.6, -121.2), (36.6, -121.4)), tiers=(Tier(None, 4_500),)
)
CODES = Area(3, "Codes", 2, "postcodes", postcodes=tuple(f"9390{n}" for n in range(8)))
FIJI = Area(4, "Fiji", 0, "polygon", corners=((-20.0, 177.0), (-20.0, -178.0), (-15.0, -178.0), (-15.0, 177.0)))


def test_the_drawing_is_to_scale_and_fits_its_frame() -> None:
    drawn = drawing_of([(BAY, True), (BOX, False), (CODES, True)], Place(36.9, -121.5), "sq ft")
    circle, outline, tried = drawn.shapes
    assert [shape.kind for shape in drawn.shapes] == ["circle", "outline", "dot"]
    assert (outline.look, tried.look) == ("area off", "tried")
    assert float(circle.x) - float(circle.r) > 0
    corners = [tuple(map(float, pair.split(","))) for pair in outline.points.split()]
    assert all(0 < x < WIDE and 0 < y < HIGH for x, y in corners)
    # The box is 0.2 degrees high and wide: at 36.5 degrees north that is 22.2 by 17.9 km; the circle is 32.2 km across.
    wide, high = corners[1][0] - corners[0][0], corners[0][1] - corners[3][1]
    assert high / (2 * float(circle.r)) == pytest.approx(22.24 / 32.19, rel=0.01)
    assert wide / high == pytest.approx(0.803, rel=0.01)
    assert float(drawn.bar) / (2 * float(circle.r)) == pytest.approx(20 / 20, rel=0.01)
    assert drawn.bar_words == "20 mi"


def test_an_outline_across_the_date_line_stays_in_one_piece() -> None:
    (outline,) = drawing_of([(FIJI, True)], None, "m²").shapes
    corners = [tuple(map(float, pair.split(","))) for pair in outline.points.split()]
    assert all(abs(after[0] - before[0]) <= WIDE for before, after in pairwise(corners))
    assert max(x for x, _ in corners) - min(x for x, _ in corners) > WIDE / 3


def test_nothing_to_draw_is_no_drawing() -> None:
    assert drawing_of([], MONTEREY, "sq ft").shapes == drawing_of([(CODES, True)], None, "sq ft").shapes == []


@pytest.mark.parametrize(
    ("area", "where", "fees"),
    [
        (BAY, "10 mi around 36.6, -121.9", "Travel: up to 10 mi $0.00, then $1.50 per mi"),
        (BOX, "An outline of 4 corners", "Travel: $45.00"),
        (CODES, "Postcodes 93900 93901 93902 93903 93904 93905 and 2 more", "Travel costs nothing"),
    ],
)
def test_an_area_in_words(area: Area, where: str, fees: str) -> None:
    card = area_card(DrawnArea("a", is_active=True, area=area), "sq ft", "USD")
    assert (card.where, card.fees, card.priority) == (where, fees, f"Priority {area.priority}")


def test_what_the_editor_shows_is_what_it_sends_back() -> None:
    card = edit_card(DrawnArea("a", is_active=True, area=BAY), "k", "sq ft", "USD")
    assert (card.center, card.radius, [(row.up_to, row.fee, row.is_per_unit) for row in card.tiers]) == (
        "36.6, -121.9", "10", [("10", "0.00", False), ("", "1.50", True)],
    )  # fmt: skip
    sent = {"name": "Bay", "shape": "radius", "up_to-0": "10", "fee-0": "0", "per-0": "unit", "up_to-9": "1", "is_active": "on"}
    typed = typed_area(sent, 2)
    assert (typed.name, len(typed.tiers), typed.tiers[0].is_per_unit, typed.is_active) == ("Bay", 2, True, True)


@pytest.mark.parametrize(
    ("place", "found", "said"),
    [
        (None, Outside(is_unknown=True), "not on our map"),
        (MONTEREY, None, "you go everywhere"),
        (MONTEREY, Found(BAY, 32_187), "In Bay, 20 mi from its center: travel $15.00."),
        (Place(0, 0, "postcode", "93900"), Found(CODES, None), "Found by its postcode. In Codes: travel $0.00."),
        (MONTEREY, Outside("Bay", 1_609), "1 mi beyond Bay"),
    ],
)
def test_a_tried_address_says_what_its_customer_meets(place: Place | None, found: Found | Outside | None, said: str) -> None:
    assert said in tried_words(place, found, "sq ft", "USD")
