"""What was ordered against what is here: a delivery with a gap is a decision, not an accident."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.catalog.models import Kind, PackagePart, Service
from portal_app.domain.catalog.shelf import shelved
from portal_app.domain.catalog.shelving import TypedForm, TypedService, duplicate_service, save_service
from portal_app.domain.catalog.tiers import TypedTier
from portal_app.domain.delivery.checklist import Incomplete, checklist_of
from portal_app.domain.delivery.models import Delivery, PlannedDelivery
from portal_app.domain.delivery.planning import hand_over_planned, plan_delivery
from portal_app.domain.delivery.service import DeliverRequest
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset
from portal_app.domain.orders.models import OrderLine
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, an_order, hand_over, photographed

pytestmark = pytest.mark.proof("delivery-10")


@pytest.fixture
def shoot(database: Database, cast: Cast, tmp_path: Path) -> Shoot:
    """Three photos; ordered were five and whatever the package has beside them."""
    shoot = photographed(database, DiskStore(tmp_path / "store"), cast.harbor, cast.carl_customer)
    with database.unit_of_work() as db:
        made = {
            name: Service(studio_id=cast.harbor, public_id=name, name=name, kind=kind, **said)
            for name, kind, said in (
                ("Essentials", Kind.PACKAGE, {}), ("Set", Kind.SERVICE, {"photos": 5}), ("Floor plan", Kind.ADD_ON, {})
            )
        }  # fmt: skip
        db.add_all(made.values())
        db.flush()
        package = made.pop("Essentials").id
        db.add_all(PackagePart(package_id=package, service_id=part.id) for part in made.values())
        order_line(db, cast, shoot.order_id, package, "Essentials")
    return shoot


def order_line(db, cast: Cast, order_id: int, service_id: int | None, name: str) -> None:
    numbers = {"unit_cents": 0, "total_cents": 0, "minutes": 0}
    db.add(OrderLine(studio_id=cast.harbor, order_id=order_id, service_id=service_id, position=0, name=name, **numbers))


def ordered(database: Database, by: Viewer, shoot: Shoot) -> list[tuple[str, int, int, bool]]:
    with database.reading() as db:
        return [(row.kind.value, row.promised, row.there, row.at_least) for row in checklist_of(db, by, shoot.number)]


def test_a_gap_is_named_and_it_goes_out_after_saying_so(database: Database, cast: Cast, shoot: Shoot) -> None:
    assert ordered(database, cast.pia, shoot) == [("photo", 5, 3, False), ("floor_plan", 1, 0, True)]
    with pytest.raises(Incomplete, match="2 photos, 1 floor plan missing"):
        hand_over(database, cast.olive, shoot)
    with database.reading() as db:
        assert db.exec(select(Delivery)).all() == []
    hand_over(database, cast.olive, shoot, with_gaps=True)
    with database.reading() as db:
        assert len(db.exec(select(Delivery)).all()) == 1


def test_what_is_hidden_is_not_there_and_what_an_earlier_order_promised_still_counts(
    database: Database, cast: Cast, shoot: Shoot
) -> None:
    with database.unit_of_work() as db:
        asset = db.exec(select(Asset).where(Asset.listing_id == shoot.listing_id)).first()
        asset.is_hidden = True
        other = db.exec(select(Asset).where(Asset.id != asset.id)).first()
        other.kind = AssetKind.FLOOR_PLAN
    assert ordered(database, cast.olive, shoot) == [("photo", 5, 1, False), ("floor_plan", 1, 1, True)]
    hand_over(database, cast.olive, shoot, with_gaps=True)
    with database.unit_of_work() as db:
        later = an_order(db, db.get_one(Listing, shoot.listing_id))
        again = Shoot(shoot.listing_id, shoot.listing, later.id, later.number)
        order_line(db, cast, later.id, db.exec(select(Service.id).where(Service.name == "Set")).one(), "Set")
    assert ordered(database, cast.olive, again) == [("photo", 10, 1, False), ("floor_plan", 1, 1, True)]


def test_a_planned_delivery_with_a_gap_waits_for_somebody_unless_it_was_said(
    database: Database, cast: Cast, shoot: Shoot
) -> None:
    at = NOW + timedelta(hours=1)
    for with_gaps, outcome in ((False, "failed"), (True, "delivered")):
        with database.unit_of_work() as db:
            plan_delivery(db, cast.olive, shoot.number, DeliverRequest(with_gaps=with_gaps), at, now=NOW)
        with database.unit_of_work() as db:
            plan_id = db.exec(select(PlannedDelivery.id).order_by(PlannedDelivery.id.desc())).first()
            hand_over_planned(db, plan_id, now=at)
            plan = db.get_one(PlannedDelivery, plan_id)
            assert plan.outcome == outcome
            assert ("missing" in plan.problem) is not with_gaps


@pytest.mark.parametrize(("who", "refusal"), [("carl", NotFound), ("omar", NotFound)])
def test_only_the_studio_reads_it(database: Database, cast: Cast, shoot: Shoot, who: str, refusal: type) -> None:
    with pytest.raises(refusal):
        ordered(database, getattr(cast, who), shoot)


def test_what_a_service_delivers_is_typed_kept_and_copied(database: Database, cast: Cast) -> None:
    def typed(**delivers: str) -> TypedService:
        return TypedService("service", "Set", (TypedForm((TypedTier("", "1", "1"),)),), delivers=delivers)

    with database.unit_of_work() as db:
        public_id = save_service(db, cast.olive, "", typed(photos="25", tours="0"), now=NOW)
        copy = duplicate_service(db, cast.olive, public_id, now=NOW)
        for each in (public_id, copy):
            kept = shelved(db, cast.olive, each).delivers
            assert [kept[name] for name in ("photos", "videos", "floor_plans", "tours")] == [25, None, None, 0]
        for wrong in ("many", "-1", "1000", "2.5"):
            with pytest.raises(InvalidInput) as refused:
                save_service(db, cast.olive, public_id, typed(videos=wrong), now=NOW)
            assert refused.value.field == "videos"
    with pytest.raises(NotAllowed), database.unit_of_work() as db:
        save_service(db, cast.pia, public_id, typed(), now=NOW)
