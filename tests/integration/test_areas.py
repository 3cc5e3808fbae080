"""The studio draws where it goes; what customers are charged and offered follows."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.adapters.offline_places import OfflinePlaces
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import guest_viewer
from portal_app.db import Database
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.locating import place_of_order, set_place
from portal_app.domain.orders.models import Order, OrderCharge
from portal_app.domain.orders.placing import Basket, OrderRequest, estimate, place_order
from portal_app.domain.scheduling.areas import Found, Outside
from portal_app.domain.scheduling.asking import Reason
from portal_app.domain.scheduling.drawing import TypedArea, TypedTier, drawn_areas, remove_area, save_area
from portal_app.domain.scheduling.going import area_of, home_of, travel_of
from portal_app.domain.scheduling.models import Purpose
from portal_app.domain.scheduling.queries import find_openings
from portal_app.domain.scheduling.travel import Tier, Travel
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order
from tests.integration.crew import HERE, give_hours, set_policy, visit

pytestmark = pytest.mark.proof("booking-06")

FINDER = OfflinePlaces()
FAR = Place(37.77, -122.42)
BAY = TypedArea(
    "Monterey Bay",
    "radius",
    center="Monterey, CA",
    radius="20",
    tiers=(TypedTier("10", "0"), TypedTier("", "1.50", is_per_unit=True)),
)
PENINSULA = TypedArea("Peninsula", "postcodes", priority="5", postcodes="939*, 95012", tiers=(TypedTier("", "25"),))
VALLEY = TypedArea("Valley", "polygon", priority="2", corners="36.7, -121.7\nSalinas, CA\n\n36.4 -121.3\n", is_active=False)

WRONG = (
    ({"name": "  "}, "name"),
    ({"name": "x" * 81}, "name"),
    ({"shape": "square"}, "shape"),
    ({"priority": "-1"}, "priority"),
    ({"priority": "soon"}, "priority"),
    ({"center": ""}, "center"),
    ({"center": "Smallville, KS"}, "center"),
    ({"center": "91, 0"}, "center"),
    ({"radius": "0"}, "radius"),
    ({"radius": "far"}, "radius"),
    ({"radius": "-5"}, "radius"),
    ({"radius": "٢٠"}, "radius"),
    ({"shape": "postcodes", "postcodes": ""}, "postcodes"),
    ({"shape": "postcodes", "postcodes": "9*3"}, "postcodes"),
    ({"shape": "postcodes", "postcodes": "*"}, "postcodes"),
    ({"shape": "postcodes", "postcodes": "939*", "center": ""}, "center"),
    ({"shape": "polygon", "corners": "36, -121\n37, -121"}, "corners"),
    ({"shape": "polygon", "corners": "36, -121\n37, -121\nnowhere at all"}, "corners"),
    ({"tiers": (TypedTier("", "5"), TypedTier("", "6"))}, "up_to-0"),
    ({"tiers": (TypedTier("10", "5"), TypedTier("10", "6"))}, "up_to-1"),
    ({"tiers": (TypedTier("10", "x"),)}, "fee-0"),
    ({"tiers": (TypedTier("10", ""),)}, "fee-0"),
    ({"tiers": (TypedTier("", "-5"),)}, "fee-0"),
)


def draw(database: Database, by, *areas: TypedArea) -> list[str]:
    with database.unit_of_work() as db:
        return [save_area(db, by, "", area, FINDER, now=NOW) for area in areas]


def test_areas_are_read_as_they_were_drawn(database: Database, cast: Cast) -> None:
    bay, peninsula, valley = draw(database, cast.olive, BAY, PENINSULA, VALLEY)
    with database.reading() as db:
        first, second, third = drawn_areas(db, cast.olive)
    assert [each.public_id for each in (first, second, third)] == [bay, valley, peninsula]
    assert (first.area.radius_m, first.area.center) == (32_187, Place(36.6, -121.895))
    assert first.area.tiers == (Tier(16_093, 0), Tier(None, 150, is_per_unit=True))
    assert (second.is_active, len(second.area.corners), second.area.corners[2]) == (False, 3, (36.4, -121.3))
    assert third.area.postcodes == ("939*", "95012")


def test_what_the_way_costs_follows_the_area_that_decides(database: Database, cast: Cast) -> None:
    guest = guest_viewer(cast.harbor)
    with database.reading() as db:
        assert travel_of(db, guest, HERE) is travel_of(db, guest, None) is None
    draw(database, cast.olive, BAY, PENINSULA, VALLEY)
    with database.reading() as db:
        assert travel_of(db, guest, HERE) == Travel(0, "Travel, 1.7 mi")
        assert travel_of(db, guest, Place(36.6, -121.6)) == Travel(960, "Travel, 16.4 mi")
        assert travel_of(db, guest, replace(FAR, postcode="93921")) == Travel(2_500, "Travel")
        assert travel_of(db, guest, FAR) == Outside("Monterey Bay", pytest.approx(106_000, rel=0.02))
        assert travel_of(db, guest, None) == Outside(is_unknown=True)
        assert isinstance(area_of(db, guest, HERE), Found)
        assert home_of(db, guest) == Place(36.6, -121.895)
        assert travel_of(db, cast.omar, FAR) is None


def test_a_change_replaces_the_shape_and_its_tiers_and_a_removed_area_is_gone(database: Database, cast: Cast) -> None:
    (bay,) = draw(database, cast.olive, BAY)
    with database.unit_of_work() as db:
        assert save_area(db, cast.olive, bay, replace(PENINSULA, name="Codes"), FINDER, now=NOW) == bay
    with database.reading() as db:
        (drawn,) = drawn_areas(db, cast.olive)
    assert (drawn.area.name, drawn.area.radius_m, drawn.area.center, drawn.area.tiers) == ("Codes", 0, None, (Tier(None, 2_500),))
    with database.unit_of_work() as db:
        remove_area(db, cast.olive, bay, now=NOW)
        assert drawn_areas(db, cast.olive) == []


def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_saved(database: Database, cast: Cast) -> None:
    for changes, field in WRONG:
        with pytest.raises(InvalidInput) as wrong, database.unit_of_work() as db:
            save_area(db, cast.olive, "", replace(BAY, **changes), FINDER, now=NOW)
        assert wrong.value.field == field, changes
    with database.reading() as db:
        assert drawn_areas(db, cast.olive) == []


def test_only_whoever_has_the_settings_draws(database: Database, cast: Cast) -> None:
    (bay,) = draw(database, cast.olive, BAY)
    for by in (cast.pia, cast.carl, guest_viewer(cast.harbor), replace(cast.olive, behind_account_id=1)):
        with pytest.raises(NotAllowed), database.unit_of_work() as db:
            save_area(db, by, bay, PENINSULA, FINDER, now=NOW)
        with pytest.raises(NotAllowed), database.unit_of_work() as db:
            remove_area(db, by, bay, now=NOW)
        with pytest.raises(NotAllowed), database.reading() as db:
            drawn_areas(db, by)
    for verb in (
        lambda db: save_area(db, cast.omar, bay, PENINSULA, FINDER, now=NOW),
        lambda db: remove_area(db, cast.omar, bay, now=NOW),
    ):
        with pytest.raises(NotFound), database.unit_of_work() as db:
            verb(db)


def test_nothing_is_free_outside_the_areas_and_the_reason_says_so(database: Database, cast: Cast) -> None:
    give_hours(database, cast.pia)
    set_policy(database, cast.harbor)
    draw(database, cast.olive, BAY)
    with database.reading() as db:
        (here,) = find_openings(db, cast.carl, visit(), now=NOW)
        (there,) = find_openings(db, cast.carl, visit(place=FAR), now=NOW)
        (nowhere,) = find_openings(db, cast.carl, visit(place=None), now=NOW)
    assert here.starts
    assert (there.starts, there.refused) == ((), {Reason.AREA: there.candidates})
    assert nowhere.starts


@pytest.mark.proof("booking-07")
def test_a_twilight_visit_starts_when_the_sun_sets_there_also_when_the_clocks_change(database: Database, cast: Cast) -> None:
    give_hours(database, cast.pia, hours=(16 * 60, 22 * 60), is_twilight=True)
    set_policy(database, cast.harbor, horizon_days=365)
    saturday = date(2027, 3, 13)
    asked = visit(purpose=Purpose.TWILIGHT, first=saturday, last=saturday + timedelta(days=1))
    with database.reading() as db:
        before, after = find_openings(db, cast.carl, asked, now=NOW)
        unknown = find_openings(db, cast.carl, replace(asked, place=None), now=NOW)
    (pst,), (pdt,) = before.starts, after.starts
    # By our own formula, which tests/unit/test_sun holds to published tables, for Pacific Grove: 6:13 pm, and 7:14 pm a day later.
    assert pst.at.isoformat() == "2027-03-14T02:13:00+00:00"
    assert pdt.at.isoformat() == "2027-03-15T02:14:00+00:00"
    assert not any(day.starts for day in unknown)


def test_staff_say_where_a_property_is_and_its_travel_fee_stays(database: Database, cast: Cast) -> None:
    number = make_order(database, cast.harbor, cast.carl_customer, status="pending").number
    with database.reading() as db:
        assert place_of_order(db, cast.olive, number) is None
    with database.unit_of_work() as db:
        assert set_place(db, cast.olive, number, "Carmel, CA 93923", FINDER, now=NOW).how == "postcode"
        exact = set_place(db, cast.olive, number, "36.55512, -121.92341", FINDER, now=NOW)
    with database.reading() as db:
        assert place_of_order(db, cast.olive, number) == exact == Place(36.55512, -121.92341, "person")
        order = db.exec(select(Order)).one()
        assert (order.travel_cents, order.total_cents) == (0, 47_757)
        with pytest.raises(NotFound):
            place_of_order(db, cast.omar, number)
    for by, typed, refusal in (
        (cast.olive, "nowhere at all", InvalidInput),
        (cast.pia, "36, -121", NotAllowed),
        (cast.carl, "36, -121", NotAllowed),
        (cast.omar, "36, -121", NotFound),
    ):
        with pytest.raises(refusal), database.unit_of_work() as db:
            set_place(db, by, number, typed, FINDER, now=NOW)


def test_an_order_keeps_the_travel_fee_that_was_shown_before_confirming(database: Database, cast: Cast) -> None:
    draw(database, cast.olive, BAY)
    place = Place(36.6, -121.6)
    with database.reading() as db:
        shown = estimate(db, cast.carl, Basket({cast.photos: 1}, None, place=place), now=NOW)
    assert [(charge.kind, charge.name, charge.amount_cents) for charge in shown.charges if charge.kind == "travel"] == [
        ("travel", "Travel, 16.4 mi", 960)
    ]
    asked = OrderRequest(
        "key-1", "1 Any Street", "Salinas, CA", "", [cast.photos], datetime(2026, 12, 1, 10), place=place,
        expected_total_cents=shown.total_cents,
    )  # fmt: skip
    with database.unit_of_work() as db:
        number = place_order(db, cast.carl, asked, now=NOW)
    (area,) = (drawn.public_id for drawn in _drawn(database, cast))
    with database.unit_of_work() as db:
        save_area(db, cast.olive, area, replace(BAY, tiers=(TypedTier("", "99"),)), FINDER, now=NOW)
    with database.reading() as db:
        order = db.exec(select(Order).where(Order.number == number)).one()
        frozen = db.exec(select(OrderCharge).where(OrderCharge.order_id == order.id, OrderCharge.kind == "travel")).one()
        assert (order.travel_cents, order.total_cents) == (960, shown.total_cents)
        assert (frozen.name, frozen.amount_cents) == ("Travel, 16.4 mi", 960)
        assert (order.lat, order.lon, order.placed_by) == (36.6, -121.6, "person")


def _drawn(database: Database, cast: Cast):
    with database.reading() as db:
        return drawn_areas(db, cast.olive)
