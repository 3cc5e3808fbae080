"""The price a customer saw is the price of the order; what does not fit is refused beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.adapters.secret_box import CannotOpen, SecretBox
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed
from portal_app.core.money import money_words
from portal_app.core.viewer import Viewer, guest_viewer
from portal_app.db import Database
from portal_app.domain.catalog.models import (
    AddOnPlace,
    Fee,
    Kind,
    PackagePart,
    Question,
    QuestionChoice,
    Service,
    TaxGroup,
    TaxRate,
    Tier,
    Variant,
)
from portal_app.domain.catalog.offering import Offer
from portal_app.domain.catalog.queries import offers
from portal_app.domain.customers.models import Customer
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.limits import TooManyTries
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.models import Order, OrderAnswer, OrderCharge
from portal_app.domain.orders.placing import Basket, GuestRequest, OrderRequest, estimate, place_order
from portal_app.domain.orders.queries import order_page
from portal_app.domain.orders.writing import entry_context
from portal_app.domain.scheduling.models import Appointment, ServiceArea, TravelTier
from portal_app.domain.scheduling.taking import SlotTaken
from portal_app.domain.studios.models import Studio
from tests.conftest import NOW, Cast
from tests.integration.crew import give_hours, set_policy

pytestmark = pytest.mark.proof("booking-02")

MORNING = datetime(2026, 11, 26, 9, 30)
SEAL = SecretBox(b"k" * 32)
GUEST = GuestRequest("Gwen Ito", "gwen@home.example", "(831) 555-0190")
HERE, FAR = Place(36.6177, -121.9166, "person"), Place(40.7, -74.0, "person")


def wish(cast: Cast, key: str = "k1", **changes: Any) -> OrderRequest:
    return replace(OrderRequest(key, "12 Cypress Way", "Carmel", "2940", (cast.photos,), MORNING), **changes)


def place(database: Database, by: Viewer, request: OrderRequest, **more: Any) -> Order:
    with database.unit_of_work() as db:
        number = place_order(db, by, request, now=NOW, seal=SEAL, **more)
        return db.exec(select(Order).where(Order.studio_id == by.studio_id, Order.number == number)).one()


def found(database: Database, statement) -> list[Any]:
    with database.reading() as db:
        rows = list(db.exec(statement))
        db.expunge_all()
        return rows


def seen(database: Database, by: Viewer, services: Mapping[str, int], **more: Any):
    with database.reading() as db:
        return estimate(db, by, Basket(services, 2940, **more), now=NOW)


def service(database: Database, studio_id: int, name: str, cents: int, **more: Any) -> int:
    with database.unit_of_work() as db:
        made = Service(studio_id=studio_id, public_id=name, name=name, **more)
        db.add(made)
        db.flush()
        db.add(Tier(service_id=made.id, price_cents=cents, minutes=30))
        return made.id


@pytest.fixture
def rules(database: Database, cast: Cast) -> None:
    """A second tax, two fees, and one question of each kind."""
    here = {"studio_id": cast.harbor}
    with database.unit_of_work() as db:
        county = TaxGroup(public_id="county", name="County", **here)
        asked = [
            Question(public_id="rooms", prompt="Rooms to stage", kind="number", price_cents=4500, **here),
            Question(
                public_id="keys", prompt="Shall we fetch the keys?", kind="yes_no", price_cents=2000, is_required=True, **here
            ),
            Question(public_id="sky", prompt="The sky", kind="choice", **here),
        ]
        db.add_all([county, *asked])
        db.flush()
        db.add(TaxRate(tax_group_id=county.id, name="County tax", basis_points=100))
        db.add(QuestionChoice(question_id=asked[2].id, label="Blue", price_cents=900))
        db.add(Fee(public_id="f1", name="Gallery", kind="fixed", amount=1200, tax_group_id=county.id, **here))
        db.add(Fee(public_id="f2", name="Peak season", kind="percent", amount=500, position=1, **here))
        db.add(Fee(public_id="f3", name="Off", kind="fixed", amount=99_900, is_active=False, **here))


@pytest.mark.usefixtures("rules")
def test_the_quote_somebody_saw_is_what_is_charged_and_what_stays(database: Database, cast: Cast) -> None:
    answers = {"rooms": "2", "keys": "yes", "sky": "Blue"}
    quote = seen(database, cast.carl, {cast.photos: 1}, answers=answers, tip="1000")
    asked = wish(cast, answers=answers, tip="1000", expected_total_cents=quote.total_cents)
    order = place(database, cast.carl, asked)
    lines = 38900 + 9000 + 2000 + 900
    assert (order.subtotal_cents, order.fees_cents, order.tip_cents) == (lines, 1200 + 2540, 5080)
    assert order.total_cents == quote.total_cents == lines + 1200 + 2540 + 1600 + 12 + 5080
    with database.unit_of_work() as db:
        for rate in db.exec(select(TaxRate)):
            rate.basis_points, rate.name = 9_000, "Another"
        for fee in db.exec(select(Fee)):
            fee.amount = 9_000
    with database.reading() as db:
        page = order_page(db, cast.carl, order.number)
    kept = found(database, select(OrderAnswer).order_by(OrderAnswer.position))
    assert [(charge.name, charge.amount_cents) for charge in page.charges] == [
        ("Gallery", 1200), ("Peak season", 2540), ("Tax", 1600), ("County tax", 12), ("Tip", 5080)
    ]  # fmt: skip
    assert [(answer.prompt, answer.answer, answer.price_cents) for answer in kept] == [
        ("Rooms to stage", "2", 9000), ("Shall we fetch the keys?", "Yes", 2000), ("The sky", "Blue", 900)
    ]  # fmt: skip


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("services", {"expected_total_cents": 1}),
        ("answer_keys", {"answers": {"rooms": "2"}}),
        ("answer_keys", {"answers": {"keys": "perhaps"}}),
        ("answer_rooms", {"answers": {"keys": "no", "rooms": "-1"}}),
        ("answer_rooms", {"answers": {"keys": "no", "rooms": "1000"}}),
        ("answer_sky", {"answers": {"keys": "no", "sky": "Green, for nothing"}}),
        ("coupon", {"coupon": "BOGUS"}),
        ("coupon", {"coupon": "1' OR 1=1"}),
        ("tip", {"tip": "-500"}),
        ("tip", {"tip": "10001"}),
        ("tip", {"tip": "own", "own_tip": "-3"}),
        ("tip", {"tip": "own", "own_tip": "99999"}),
        ("entry", {"entry": "window"}),
        ("phone", {"phone": "call me"}),
        ("starts_at", {"wish": "whenever"}),
        ("wish_on", {"wish": "soon", "wish_on": (NOW - timedelta(days=2)).date()}),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    database: Database, cast: Cast, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        place(database, cast.carl, wish(cast, **({"answers": {"keys": "no"}} | changes)))
    assert refused.value.field == field
    assert refused.value.sentence.endswith((".", "cents"))
    with database.reading() as db:
        assert db.exec(select(Order)).first() is None


def test_nobody_orders_what_is_not_for_sale_like_this(database: Database, cast: Cast) -> None:
    gone = service(database, cast.harbor, "gone", 100, is_active=False)
    aerial = service(database, cast.harbor, "aerial", 5_000)
    plan = service(database, cast.harbor, "aerial plan", 100, kind=Kind.ADD_ON, most=2)
    with database.unit_of_work() as db:
        db.add(AddOnPlace(add_on_id=plan, service_id=aerial))
        db.add(Variant(service_id=gone, public_id="gone in red", name="red"))
        varied = Service(studio_id=cast.harbor, public_id="drone", name="Drone", most=3)
        db.add(varied)
        db.flush()
        for name in ("10", "20"):
            variant = Variant(service_id=varied.id, public_id=f"drone-{name}", name=name)
            db.add(variant)
            db.flush()
            db.add(Tier(service_id=varied.id, variant_id=variant.id, price_cents=int(name) * 100, minutes=5))
    theirs = "photos-bluebird"
    for services, quantities in (
        (["gone"], {}), (["gone in red"], {}), ([theirs], {}), (["nothing"], {}), ([cast.photos, "aerial plan"], {}), (["drone"], {}),
        (["aerial plan"], {}), ([cast.photos], {cast.photos: 2}), ([cast.photos], {cast.photos: 0}), ([cast.photos], {cast.photos: -1}),
        (["aerial", "aerial plan"], {"aerial plan": 3}), (["drone-10", "drone-20"], {}), (["drone-10"], {"drone-10": 4}),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            place(database, cast.carl, wish(cast, services=tuple(services), quantities=quantities))
        assert refused.value.field == "services", services
    order = place(
        database,
        cast.carl,
        wish(cast, services=("aerial", "aerial plan", "drone-20"), quantities={"aerial plan": 2, "drone-20": 3}),
    )
    assert order.subtotal_cents == 5_000 + 200 + 6_000


def test_a_service_with_variants_is_offered_as_each_of_them(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        photos = db.exec(select(Service).where(Service.public_id == cast.photos)).one()
        for position, (name, cents) in enumerate((("25", 20_000), ("40", 30_000))):
            form = Variant(service_id=photos.id, public_id=f"v{name}", name=name, position=position)
            db.add(form)
            db.flush()
            db.add(Tier(service_id=photos.id, variant_id=form.id, price_cents=cents, minutes=40))
    with database.reading() as db:
        shelf = {offer.public_id: offer for offer in offers(db, cast.carl)}
    assert cast.photos not in shelf
    made: Offer = shelf["v40"]
    assert (made.name, made.variant, made.service_public_id, made.tiers[0].price_cents) == (
        "Signature photos, 40", "40", cast.photos, 30_000
    )  # fmt: skip
    quote = seen(database, cast.carl, {"v25": 1})
    assert quote.subtotal_cents == 20_000


def test_a_service_of_another_group_is_taxed_by_it_and_an_untaxed_group_takes_nothing(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        groups = [TaxGroup(studio_id=cast.harbor, public_id=name, name=name) for name in ("high", "none")]
        db.add_all(groups)
        db.flush()
        db.add(TaxRate(tax_group_id=groups[0].id, name="High", basis_points=2000))
        ids = [group.id for group in groups]
    service(database, cast.harbor, "print", 10_000, tax_group_id=ids[0])
    service(database, cast.harbor, "stamps", 10_000, tax_group_id=ids[1])
    quote = seen(database, cast.carl, {cast.photos: 1, "print": 1, "stamps": 1})
    assert [(charge.name, charge.base_cents, charge.amount_cents) for charge in quote.charges] == [
        ("Tax", 38_900, 1225), ("High", 10_000, 2000)
    ]  # fmt: skip


def test_whole_yen_are_never_split(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).currency = "JPY"
    order = place(database, cast.carl, wish(cast, tip="own", own_tip="5,000"))
    assert (order.currency, order.subtotal_cents, order.tax_cents, order.tip_cents) == ("JPY", 38_900, 1_225, 5_000)
    assert money_words(order.total_cents, order.currency) == "¥45,125"
    with pytest.raises(InvalidInput, match="amount"):
        place(database, cast.carl, wish(cast, "k2", tip="own", own_tip="50.5"))


def test_a_guest_books_under_their_address_and_learns_nothing_by_it(database: Database, cast: Cast) -> None:
    guest = guest_viewer(cast.harbor)
    order = place(database, guest, wish(cast, guest=GUEST))
    assert (order.customer_name, order.phone) == ("Gwen Ito", "(831) 555-0190")
    assert place(database, guest, wish(cast, guest=replace(GUEST, email=" GWEN@home.example "))).number == order.number
    with pytest.raises(Conflict):
        place(database, guest, wish(cast, guest=replace(GUEST, email="somebody@else.example")))
    carls = place(database, guest, wish(cast, "k2", guest=GuestRequest("Nosy", cast.carl.email)))
    assert (carls.customer_id, carls.customer_name) == (cast.carl_customer, "Nosy")
    for wrong, field in ((None, "name"), (GuestRequest("", "a@b.example"), "name"), (GuestRequest("Al", "nowhere"), "email")):
        with pytest.raises(InvalidInput) as refused:
            place(database, guest, wish(cast, "k3", guest=wrong))
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        place(database, cast.olive, wish(cast, "k4", guest=GUEST))
    with database.reading() as db:
        assert len(db.exec(select(Customer).where(Customer.email_key == "gwen@home.example")).all()) == 1


def test_a_guest_s_orders_are_slowed_down_by_address_and_by_place(database: Database, cast: Cast) -> None:
    guest = guest_viewer(cast.harbor)
    with pytest.raises(TooManyTries):
        for i in range(11):
            place(database, guest, wish(cast, f"k{i}", guest=GUEST), caller=Caller("192.0.2.7"))
    with database.reading() as db:
        assert len(db.exec(select(Order)).all()) == 10


def test_a_code_is_sealed_and_opens_for_its_order_only(database: Database, cast: Cast) -> None:
    order = place(database, cast.carl, wish(cast, entry="lockbox", entry_code=" 4711 "))
    assert b"4711" not in order.entry_code_box
    assert SEAL.open(order.entry_code_box, entry_context(order.id)) == "4711"
    with pytest.raises(CannotOpen):
        SEAL.open(order.entry_code_box, entry_context(order.id + 1))
    met = place(database, cast.carl, wish(cast, "k2", entry="meet", entry_code="4711"))
    assert met.entry_code_box is None


@pytest.fixture
def areas(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        area = ServiceArea(
            studio_id=cast.harbor, public_id="bay", name="The bay", lat=HERE.lat, lon=HERE.lon, radius_m=50_000
        )  # fmt: skip
        db.add(area)
        db.flush()
        db.add(TravelTier(area_id=area.id, fee_cents=2_500))


@pytest.mark.usefixtures("areas")
def test_the_way_is_paid_as_it_was_shown_and_stays_as_it_was(database: Database, cast: Cast) -> None:
    quote = seen(database, cast.carl, {cast.photos: 1}, place=HERE)
    order = place(database, cast.carl, wish(cast, place=HERE, expected_total_cents=quote.total_cents))
    with database.unit_of_work() as db:
        db.exec(select(TravelTier)).one().fee_cents = 99_900
    (kept,) = found(database, select(OrderCharge).where(OrderCharge.order_id == order.id, OrderCharge.kind == "travel"))
    assert (order.travel_cents, kept.amount_cents, order.lat, order.placed_by) == (2_500, 2_500, HERE.lat, "person")


@pytest.mark.usefixtures("areas")
def test_outside_the_area_it_is_a_request_or_refused_beside_the_address(database: Database, cast: Cast) -> None:
    give_hours(database, cast.pia)
    set_policy(database, cast.harbor)
    assert "outside the area" in seen(database, cast.carl, {cast.photos: 1}, place=FAR).travel_problem
    order = place(database, cast.carl, wish(cast, place=FAR))
    (visit,) = found(database, select(Appointment))
    assert (order.travel_cents, visit.status, visit.member_id) == (0, "requested", None)
    set_policy(database, cast.harbor, outside_is_asked=False)
    with pytest.raises(InvalidInput) as refused:
        place(database, cast.carl, wish(cast, "k2", place=FAR))
    assert refused.value.field == "street"


def test_a_time_is_taken_as_the_order_is_placed_and_the_next_hears_what_is_near(database: Database, cast: Cast) -> None:
    give_hours(database, cast.pia)
    set_policy(database, cast.harbor)
    order = place(database, cast.carl, wish(cast))
    (visit,) = found(database, select(Appointment))
    assert (order.status, visit.status, visit.member_id) == ("pending", "booked", cast.pia.member_id)
    with pytest.raises(SlotTaken) as taken:
        place(database, cast.carl, wish(cast, "k2"))
    assert len(taken.value.nearest) == 3
    with database.reading() as db:
        assert len(db.exec(select(Order)).all()) == 1
    soon = place(database, cast.carl, wish(cast, "k2", wish="soon", starts_at=None))
    set_policy(database, cast.harbor, full_is_asked=False)
    with pytest.raises(InvalidInput, match="free times"):
        place(database, cast.carl, wish(cast, "k3", wish="soon", starts_at=None))
    assert soon.wish == "soon"


def test_a_studio_that_accepts_by_itself_has_accepted_unless_money_comes_first(database: Database, cast: Cast) -> None:
    give_hours(database, cast.pia)
    set_policy(database, cast.harbor, accepts_by_itself=True)
    order = place(database, cast.carl, wish(cast))
    assert (order.status, order.accepted_at) == ("accepted", NOW)
    set_policy(database, cast.harbor, accepts_by_itself=True, pay_basis_points=5_000)
    held = place(database, cast.carl, wish(cast, "k2", starts_at=MORNING + timedelta(hours=3)))
    (visit,) = found(database, select(Appointment).where(Appointment.order_id == held.id))
    assert (held.status, held.upfront_cents) == ("pending", (held.total_cents + 1) // 2)
    assert (visit.status, visit.held_until) == ("held", NOW + timedelta(minutes=15))


def test_a_studio_without_times_asks_for_none_and_one_where_they_are_optional_takes_none(database: Database, cast: Cast) -> None:
    for timing, starts_at in (("none", MORNING), ("optional", None)):
        set_policy(database, cast.harbor, timing=timing)
        order = place(database, cast.carl, wish(cast, timing, starts_at=starts_at))
        with database.reading() as db:
            assert db.exec(select(Appointment)).first() is None
        assert order.wish == "soon"


def test_dusk_inside_a_package_is_a_visit_of_its_own(database: Database, cast: Cast) -> None:
    dusk = service(database, cast.harbor, "dusk", 9_000, is_twilight=True)
    with database.unit_of_work() as db:
        pack = db.exec(select(Service).where(Service.public_id == cast.essentials)).one()
        db.add(PackagePart(package_id=pack.id, service_id=dusk))
        ids = {
            name: db.exec(select(Service.id).where(Service.public_id == name)).one() for name in (cast.photos, cast.floor_plan)
        }
    quote = seen(database, cast.carl, {cast.essentials: 1})
    assert (quote.minutes, quote.twilight_minutes, quote.visit_minutes) == (105, 30, 75)
    assert quote.twilight_ids == {dusk}
    assert quote.visit_ids == {pack.id, *ids.values()}
    asked = wish(cast, services=(cast.essentials,), twilight_at=MORNING + timedelta(hours=8))
    order = place(database, cast.carl, asked)
    visits = found(database, select(Appointment).where(Appointment.order_id == order.id).order_by(Appointment.starts_at))
    assert [(each.purpose, (each.ends_at - each.starts_at).seconds // 60) for each in visits] == [("visit", 75), ("twilight", 30)]


def test_a_price_costs_as_many_statements_for_three_services_as_for_forty(database: Database, cast: Cast) -> None:
    def statements() -> int:
        seen_: list[str] = []

        def count(_connection, _cursor, statement, *_rest) -> None:
            seen_.append(statement)

        event.listen(database.engine, "before_cursor_execute", count)
        try:
            seen(database, cast.carl, {cast.photos: 1}, place=HERE, coupon="X")
        finally:
            event.remove(database.engine, "before_cursor_execute", count)
        return len([statement for statement in seen_ if statement.startswith("SELECT")])

    few = statements()
    for i in range(40):
        service(database, cast.harbor, f"s{i}", 100, category="Media")
    assert statements() == few <= 20
