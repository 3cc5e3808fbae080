"""The studio fills and arranges its shelf."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.catalog.couponing import TypedCoupon, coupons, save_coupon
from portal_app.domain.catalog.models import Kind, Service, TaxGroup, Tier, Variant
from portal_app.domain.catalog.offering import PriceTier
from portal_app.domain.catalog.queries import offers
from portal_app.domain.catalog.shelf import Form, Shelved, shelf, shelved, tax_choices
from portal_app.domain.catalog.shelving import (
    TypedForm,
    TypedService,
    archive_service,
    bring_back,
    duplicate_service,
    move_category,
    move_service,
    put_on_sale,
    save_service,
)
from portal_app.domain.catalog.tiers import TypedTier
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.queries import order_page
from portal_app.domain.scheduling.models import CrewMember
from portal_app.domain.scheduling.skills import crew_for, duplicate_with_crew, save_with_crew
from portal_app.ui.admin.catalog.cards import filed_cards, kind_cards
from portal_app.ui.admin.service.cards import picks
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("booking-01")

ONE_PRICE = TypedForm((TypedTier("", "245", "45"),))
TWILIGHT = TypedService(
    Kind.SERVICE, " Twilight   set ", (ONE_PRICE,), detail="Six pictures", category="Photos", is_twilight=True
)

REFUSED = [
    ("name", {"name": "  "}),
    ("name", {"name": "x" * 81}),
    ("detail", {"detail": "x" * 201}),
    ("category", {"category": "x" * 81}),
    ("most", {"most": "0"}),
    ("most", {"most": "51"}),
    ("tax_group", {"tax_group": "somebody's"}),
    ("up_to-0-0", {"forms": (TypedForm((TypedTier("2000", "1", "1"),)),)}),
    ("price-1-0", {"forms": (replace(ONE_PRICE, name="a"), TypedForm((TypedTier("", "x", "1"),), "b"))}),
    ("form-1", {"forms": (replace(ONE_PRICE, name="a"), ONE_PRICE)}),
    ("form-1", {"forms": (replace(ONE_PRICE, name="a"), replace(ONE_PRICE, name="A "))}),
    ("form-0", {"forms": (replace(ONE_PRICE, name="a", is_active=False),)}),
    ("form-0", {"forms": ()}),
    ("parts", {"kind": Kind.PACKAGE}),
    ("parts", {"kind": Kind.PACKAGE, "parts": ("essentials-harbor",)}),
    ("parts", {"kind": Kind.PACKAGE, "parts": ("photos-bluebird",)}),
    ("places", {"kind": Kind.ADD_ON, "places": ("floor_plan-harbor",)}),
    ("places", {"kind": Kind.ADD_ON, "places": ("photos-bluebird",)}),
]


def do(database: Database, verb, by: Viewer, *args, **kwargs):
    with database.unit_of_work() as db:
        return verb(db, by, *args, **kwargs, now=NOW)


def one(database: Database, by: Viewer, public_id: str) -> Shelved:
    with database.reading() as db:
        return shelved(db, by, public_id)


def heard(query, db, by: Viewer, *args) -> str:
    try:
        return repr(query(db, by, *args))
    except (NotAllowed, NotFound):
        return ""


def names(database: Database, by: Viewer) -> list[str]:
    with database.reading() as db:
        return [each.name for each in shelf(db, by)]


def test_olive_puts_a_twilight_service_on_the_shelf_and_customers_see_it(database: Database, cast: Cast) -> None:
    made = do(database, save_service, cast.olive, "", TWILIGHT)
    kept = one(database, cast.olive, made)
    assert (kept.name, kept.category, kept.is_twilight, kept.is_active) == ("Twilight set", "Photos", True, True)
    assert kept.forms == (Form((PriceTier(None, 24500, 45),)),)
    with database.reading() as db:
        assert "Twilight set" in [offer.name for offer in offers(db, cast.carl)]
        assert [fact.details for fact in db.exec(select(Fact).where(Fact.kind == "service.added"))] == [
            {"service": made, "name": "Twilight set"}
        ]


def test_everything_about_a_service_changes_at_once(database: Database, cast: Cast) -> None:
    forms = (
        TypedForm((TypedTier("2000", "200", "45"), TypedTier("", "300", "60")), "25 photos"),
        TypedForm((TypedTier("", "400", "90"),), "40 photos", is_active=False),
    )
    typed = replace(TWILIGHT, name="Photos", forms=forms, most="3", is_twilight=False)
    assert do(database, save_service, cast.olive, cast.photos, typed) == cast.photos
    kept = one(database, cast.olive, cast.photos)
    assert [(form.name, form.is_active, len(form.tiers)) for form in kept.forms] == [
        ("25 photos", True, 2),
        ("40 photos", False, 1),
    ]
    assert kept.most == 3
    # A variant keeps its id while it is edited, one that is taken away is gone, and back to one price is possible.
    again = tuple(
        TypedForm(typed_form.tiers, form.name, form.public_id) for typed_form, form in zip(forms, kept.forms, strict=True)
    )
    do(database, save_service, cast.olive, cast.photos, replace(typed, forms=again[1:]))
    assert [form.public_id for form in one(database, cast.olive, cast.photos).forms] == [kept.forms[1].public_id]
    do(database, save_service, cast.olive, cast.photos, replace(typed, forms=(ONE_PRICE,)))
    with database.reading() as db:
        assert db.exec(select(Variant)).all() == []
        assert [tier.price_cents for tier in db.exec(select(Tier).join(Service).where(Service.public_id == cast.photos))] == [
            24500
        ]


def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_kept(database: Database, cast: Cast) -> None:
    before = names(database, cast.olive)
    for field, changes in REFUSED:
        with pytest.raises(InvalidInput) as refused:
            do(database, save_service, cast.olive, "", replace(TWILIGHT, **changes))
        assert refused.value.field == field, changes
    assert names(database, cast.olive) == before


def test_packages_keep_their_parts_and_add_ons_their_places(database: Database, cast: Cast) -> None:
    package = replace(TWILIGHT, kind=Kind.PACKAGE, name="Showcase", parts=(cast.photos, cast.floor_plan), places=(cast.photos,))
    made = one(database, cast.olive, do(database, save_service, cast.olive, "", package))
    assert (made.parts, made.places, made.is_twilight) == ((cast.photos, cast.floor_plan), (), False)
    rush = replace(TWILIGHT, kind=Kind.ADD_ON, name="Rush", places=(cast.photos,), place_categories=("Photos", "Photos ", ""))
    made = one(database, cast.olive, do(database, save_service, cast.olive, "", rush))
    assert (made.places, made.place_categories, made.parts) == ((cast.photos,), ("Photos",), ())
    with database.unit_of_work() as db:
        db.add(TaxGroup(studio_id=cast.harbor, public_id="reduced", name="Reduced"))
    do(database, save_service, cast.olive, made.public_id, replace(rush, tax_group="reduced", places=(), place_categories=()))
    made = one(database, cast.olive, made.public_id)
    assert (made.places, made.place_categories, made.tax_group) == ((), (), "reduced")


def test_a_copy_stands_beneath_is_complete_and_not_on_sale(database: Database, cast: Cast) -> None:
    forms = (replace(ONE_PRICE, name="6 pictures"), replace(ONE_PRICE, name="12 pictures"))
    typed = replace(TWILIGHT, forms=forms)
    do(database, save_with_crew, cast.olive, cast.photos, replace(typed, name="Photos"), [])
    copy = do(database, duplicate_service, cast.olive, cast.photos)
    kept, made = one(database, cast.olive, cast.photos), one(database, cast.olive, copy)
    assert (made.name, made.is_active) == ("Photos (copy)", False)
    assert [(form.name, form.tiers) for form in made.forms] == [(form.name, form.tiers) for form in kept.forms]
    assert not {form.public_id for form in made.forms} & {form.public_id for form in kept.forms}
    second = do(database, duplicate_service, cast.olive, cast.essentials)
    assert one(database, cast.olive, second).parts == one(database, cast.olive, cast.essentials).parts
    do(database, duplicate_service, cast.olive, cast.photos)
    assert names(database, cast.olive) == [
        "Essentials", "Essentials (copy)", "Photos", "Photos (copy 2)", "Photos (copy)", "2D floor plan",
    ]  # fmt: skip


def test_what_is_off_sale_is_not_offered_and_comes_back_with_a_price_only(database: Database, cast: Cast) -> None:
    do(database, put_on_sale, cast.olive, cast.photos, is_active=False)
    do(database, put_on_sale, cast.olive, cast.photos, is_active=False)
    with database.reading() as db:
        assert cast.photos not in [offer.public_id for offer in offers(db, cast.carl)]
        assert len(db.exec(select(Fact).where(Fact.kind == "service.taken_off_sale")).all()) == 1
    do(database, put_on_sale, cast.olive, cast.photos, is_active=True)
    with database.unit_of_work() as db:
        bare = Service(studio_id=cast.harbor, public_id="bare", name="Bare", is_active=False)
        db.add(bare)
    with pytest.raises(Conflict, match="no price yet"):
        do(database, put_on_sale, cast.olive, "bare", is_active=True)


def test_what_is_off_sale_cannot_be_ordered_by_a_crafted_event(database: Database, cast: Cast) -> None:
    request = OrderRequest(
        request_key="k1",
        street="1 Plain Street",
        town="Carmel",
        area="1800",
        services=(cast.photos, cast.floor_plan),
        starts_at=datetime(2026, 11, 26, 9, 30),
    )
    do(database, put_on_sale, cast.olive, cast.floor_plan, is_active=False)
    with pytest.raises(InvalidInput, match="no longer offered"):
        do(database, place_order, cast.carl, request)
    do(database, put_on_sale, cast.olive, cast.floor_plan, is_active=True)
    assert do(database, place_order, cast.carl, request)


def test_what_is_archived_leaves_the_shelf_and_comes_back_off_sale(database: Database, cast: Cast) -> None:
    request = OrderRequest("k1", "1 Plain Street", "Carmel", "1800", (cast.photos,), datetime(2026, 11, 26, 9, 30))
    number = do(database, place_order, cast.carl, request)
    coupon = do(database, save_coupon, cast.olive, "", TypedCoupon("ONLY", "percent", "10", services=(cast.photos,)))
    for _ in range(2):
        do(database, archive_service, cast.olive, cast.photos)
    with database.reading() as db:
        whole = shelf(db, cast.olive)
        assert [each.name for each in whole if each.is_archived] == ["Signature photos"]
        words = [card.name for kind in kind_cards(whole, "USD") for group in kind.groups for card in group.goods]
        assert words == ["Essentials", "2D floor plan"]
        assert [card.name for card in filed_cards(whole)] == ["Signature photos"]
        # What names it keeps it: the order, the package that contains it, the coupon that is good for it alone.
        assert [line.name for line in order_page(db, cast.carl, number).lines] == ["Signature photos"]
        assert cast.photos in shelved(db, cast.olive, cast.essentials).parts
        assert [row.services for row in coupons(db, cast.olive)] == [(cast.photos,)]
        assert cast.photos not in [offer.public_id for offer in offers(db, cast.carl)]
        for chosen, shown in (({cast.photos}, True), (set(), False)):
            assert (cast.photos in repr(picks(whole, set(Kind), chosen, "", "USD"))) is shown
        assert len(db.exec(select(Fact).where(Fact.kind == "service.archived")).all()) == 1
    assert coupon
    with pytest.raises(Conflict, match="in the archive"):
        do(database, put_on_sale, cast.olive, cast.photos, is_active=True)
    with pytest.raises(NotFound):
        do(database, move_service, cast.olive, cast.photos, 1)
    for _ in range(2):
        do(database, bring_back, cast.olive, cast.photos)
    assert not one(database, cast.olive, cast.photos).is_active
    do(database, put_on_sale, cast.olive, cast.photos, is_active=True)
    with database.reading() as db:
        assert cast.photos in [offer.public_id for offer in offers(db, cast.carl)]


def test_the_order_of_the_shelf_is_the_order_customers_see(database: Database, cast: Cast) -> None:
    video = do(database, save_service, cast.olive, "", replace(TWILIGHT, name="Film", category="Video"))
    dusk = do(database, save_service, cast.olive, "", replace(TWILIGHT, name="Dusk"))
    dawn = do(database, save_service, cast.olive, "", replace(TWILIGHT, name="Dawn"))
    assert do(database, move_service, cast.olive, dawn, -1) == (1, 2)
    assert do(database, move_service, cast.olive, dawn, -1) == (1, 2)
    assert do(database, move_service, cast.olive, video, 1) == (1, 1)
    do(database, move_category, cast.olive, Kind.SERVICE, "Photos", -1)
    assert names(database, cast.olive) == ["Essentials", "Signature photos", "Dawn", "Dusk", "Film", "2D floor plan"]
    with database.reading() as db:
        assert [offer.name for offer in offers(db, cast.carl)] == names(database, cast.olive)
    do(database, move_service, cast.olive, dusk, -5)
    assert names(database, cast.olive)[2:4] == ["Dusk", "Dawn"]


def test_two_who_sort_at_once_leave_one_order(database: Database, cast: Cast) -> None:
    made = [do(database, save_service, cast.olive, "", replace(TWILIGHT, name=f"S{n}", category="")) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda public_id: do(database, move_service, cast.olive, public_id, -1), made * 3))
    with database.reading() as db:
        positions = sorted(db.exec(select(Service.position).where(Service.studio_id == cast.harbor)))
    assert positions == list(range(7))


def test_who_can_do_it_is_saved_with_it_and_copied(database: Database, cast: Cast) -> None:
    pia = cast.pia.member_id
    with database.reading() as db:
        assert [(able.member_id, able.can) for able in crew_for(db, cast.olive, "")] == [(pia, False)]
    # Everybody is the same as nobody in particular: whoever comes later can do it as well.
    made = do(database, save_with_crew, cast.olive, "", TWILIGHT, [pia])
    with database.reading() as db:
        assert [able.can for able in crew_for(db, cast.olive, made)] == [False]
    with database.unit_of_work() as db:
        db.add(CrewMember(member_id=cast.olive.member_id, studio_id=cast.harbor))
    do(database, save_with_crew, cast.olive, made, TWILIGHT, [pia])
    copy = do(database, duplicate_with_crew, cast.olive, made)
    with database.reading() as db:
        for each in (made, copy):
            assert {able.name: able.can for able in crew_for(db, cast.olive, each)} == {
                "Olive Marchetti": False,
                "Pia Okonkwo-Reyes": True,
            }
    with pytest.raises(InvalidInput) as refused:
        do(database, save_with_crew, cast.olive, made, TWILIGHT, [cast.omar.member_id])
    assert refused.value.field == "crew"


def test_the_shelf_is_changed_only_by_whom_the_owner_let(database: Database, cast: Cast) -> None:
    before = names(database, cast.olive)
    looked_through = replace(cast.olive, behind="Olive", behind_account_id=1)
    for by in (cast.pia, cast.carl, cast.omar, cast.ollie, looked_through):
        for verb, args, more in (
            (save_with_crew, (cast.photos, TWILIGHT, []), {}),
            (duplicate_with_crew, (cast.photos,), {}),
            (put_on_sale, (cast.photos,), {"is_active": False}),
            (move_service, (cast.photos, 1), {}),
            (archive_service, (cast.photos,), {}),
            (bring_back, (cast.photos,), {}),
            (move_category, (Kind.SERVICE, "No such category", 1), {}),
        ):
            with pytest.raises((NotAllowed, NotFound)):
                do(database, verb, by, *args, **more)
        with database.reading() as db:
            for query, args in ((shelf, ()), (shelved, (cast.photos,)), (tax_choices, ()), (crew_for, (cast.photos,))):
                assert "photos-harbor" not in heard(query, db, by, *args)
                assert "Pia" not in heard(query, db, by, *args)
    assert names(database, cast.olive) == before


def test_a_photographer_with_the_switch_may(database: Database, cast: Cast) -> None:
    pia = replace(cast.pia, granted=frozenset({Permission.SETTINGS}))
    assert do(database, save_service, pia, "", TWILIGHT)
