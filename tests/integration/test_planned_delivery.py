"""A delivery for later: at its time once, by whoever planned it, called off until then, and a refusal nobody misses."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.delivery.models import Delivery, PlannedDelivery
from portal_app.domain.delivery.planning import cancel_plan, end_plan, hand_over_planned, plan_delivery
from portal_app.domain.delivery.plans import PlanCard, plan_of
from portal_app.domain.delivery.service import DeliverRequest, NothingReady
from portal_app.domain.identity.models import Membership
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio
from portal_app.jobs import reactions
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, hand_over, photographed

pytestmark = pytest.mark.proof("delivery-10")
TOMORROW = NOW + timedelta(days=1)
REQUEST = DeliverRequest("All yours ", copy_to=["tess@coastline.example"])


@pytest.fixture
def shoot(database: Database, cast: Cast, tmp_path: Path) -> Shoot:
    return photographed(database, DiskStore(tmp_path / "store"), cast.harbor, cast.carl_customer)


def plan(database: Database, by: Viewer, shoot: Shoot, at=TOMORROW, request: DeliverRequest = REQUEST) -> None:
    with database.unit_of_work() as db:
        plan_delivery(db, by, shoot.number, request, at, now=NOW)


def comes(database: Database, at=TOMORROW) -> None:
    """The worker takes every plan that has work, each twice."""
    with database.reading() as db:
        due = [
            work.payload["plan_id"] for work in db.exec(select(Work).where(Work.kind == "hand_over_planned")) if work.run_at <= at
        ]
    for plan_id in due * 2:
        with database.unit_of_work() as db:
            hand_over_planned(db, plan_id, now=at)


def waiting(database: Database, by: Viewer, shoot: Shoot) -> PlanCard | None:
    with database.reading() as db:
        return plan_of(db, by, shoot.number)


def rows(database: Database, table: type) -> list:
    with database.reading() as db:
        found = list(db.exec(select(table).order_by(table.id)))
        db.expunge_all()
        return found


def test_it_is_handed_over_at_its_time_once_as_it_was_chosen(database: Database, cast: Cast, shoot: Shoot) -> None:
    plan(database, cast.olive, shoot)
    card = waiting(database, cast.olive, shoot)
    assert card is not None
    assert (card.deliver_at, card.by_name, card.is_waiting) == (TOMORROW, cast.olive.name, True)
    comes(database, TOMORROW - timedelta(seconds=1))
    assert rows(database, Delivery) == []
    comes(database)
    (delivery,) = rows(database, Delivery)
    assert (delivery.message, delivery.copy_to, delivery.photo_count) == ("All yours", ["tess@coastline.example"], 3)
    assert waiting(database, cast.olive, shoot) is None
    told = [
        (fact.kind, fact.actor_name) for fact in rows(database, Fact) if fact.kind in {"delivery.planned", "listing.delivered"}
    ]
    assert told == [("delivery.planned", cast.olive.name), ("listing.delivered", cast.olive.name)]


def test_another_time_takes_the_place_of_the_first(database: Database, cast: Cast, shoot: Shoot) -> None:
    plan(database, cast.olive, shoot)
    plan(database, cast.olive, shoot, TOMORROW + timedelta(hours=2))
    comes(database)
    assert rows(database, Delivery) == []
    comes(database, TOMORROW + timedelta(hours=2))
    assert len(rows(database, Delivery)) == 1
    assert [each.outcome for each in rows(database, PlannedDelivery)] == ["canceled", "delivered"]


def test_called_off_it_does_not_happen(database: Database, cast: Cast, shoot: Shoot) -> None:
    plan(database, cast.olive, shoot)
    for _ in range(2):
        with database.unit_of_work() as db:
            cancel_plan(db, cast.olive, shoot.number, now=NOW)
    comes(database)
    assert rows(database, Delivery) == []
    assert [fact.kind for fact in rows(database, Fact) if fact.kind.startswith("delivery.")] == [
        "delivery.planned",
        "delivery.called_off",
    ]


def test_what_was_handed_over_by_hand_is_not_handed_over_again(database: Database, cast: Cast, shoot: Shoot) -> None:
    plan(database, cast.olive, shoot)
    hand_over(database, cast.olive, shoot)
    assert end_after(database, shoot) == "canceled"
    comes(database)
    assert len(rows(database, Delivery)) == 1
    assert waiting(database, cast.olive, shoot) is None


def end_after(database: Database, shoot: Shoot) -> str:
    """What the fact of a delivery, or of a cancellation, does to a plan."""
    assert reactions.end_plan in reactions.REACTIONS["listing.delivered"]
    assert reactions.end_plan in reactions.REACTIONS["order.canceled"]
    with database.unit_of_work() as db:
        end_plan(db, shoot.order_id, now=NOW)
    return rows(database, PlannedDelivery)[-1].outcome


def test_a_refusal_is_kept_told_and_mailed(database: Database, cast: Cast, shoot: Shoot) -> None:
    plan(database, cast.olive, shoot)
    with database.unit_of_work() as db:
        db.exec(select(Asset).where(Asset.listing_id == shoot.listing_id)).first().state = AssetState.FAILED
    comes(database)
    card = waiting(database, cast.olive, shoot)
    assert card is not None
    assert not card.is_waiting
    assert "1 photo is damaged" in card.problem
    (fact,) = [fact for fact in rows(database, Fact) if fact.kind == "delivery.failed"]
    assert fact.details["reason"] == card.problem
    assert rows(database, Delivery) == []
    assert all(photo.delivered_at is None for photo in rows(database, Asset))
    with database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).email = "studio@harborlight.example"
        reactions.mail_failed_plan(db, fact, now=TOMORROW)
    (mail,) = rows(database, Mail)
    assert mail.subject.startswith(f"Not delivered: order {shoot.number}")
    assert card.problem in mail.text
    plan(database, cast.olive, shoot, TOMORROW + timedelta(days=1))
    assert waiting(database, cast.olive, shoot).is_waiting


def test_who_planned_it_may_have_left(database: Database, cast: Cast, shoot: Shoot) -> None:
    plan(database, cast.olive, shoot)
    with database.unit_of_work() as db:
        db.exec(select(Membership).where(Membership.account_id == cast.olive.account_id)).one().role = "editor"
    comes(database)
    (delivered,) = [fact for fact in rows(database, Fact) if fact.kind == "listing.delivered"]
    assert delivered.actor_name == "Foyer"


@pytest.mark.parametrize(
    ("at", "request_", "wrong"),
    [
        (NOW, REQUEST, InvalidInput),
        (NOW - timedelta(days=1), REQUEST, InvalidInput),
        (NOW + timedelta(days=91), REQUEST, InvalidInput),
        (TOMORROW, DeliverRequest(copy_to=["nobody"]), InvalidInput),
    ],
)
def test_what_cannot_be_planned(database: Database, cast: Cast, shoot: Shoot, at, request_, wrong) -> None:
    plan(database, cast.olive, shoot)
    with pytest.raises(wrong):
        plan(database, cast.olive, shoot, at, request_)
    assert waiting(database, cast.olive, shoot).deliver_at == TOMORROW, "what was planned before stays"


@pytest.mark.parametrize(("who", "refusal"), [("carl", NotFound), ("omar", NotFound), ("pia", NotAllowed)])
def test_only_who_delivers(database: Database, cast: Cast, shoot: Shoot, who: str, refusal: type) -> None:
    by = getattr(cast, who)
    with pytest.raises((refusal, NotAllowed)):
        plan(database, by, shoot)
    plan(database, cast.olive, shoot)
    with pytest.raises((refusal, NotAllowed)), database.unit_of_work() as db:
        cancel_plan(db, by, shoot.number, now=NOW)
    assert waiting(database, cast.olive, shoot)


def test_a_canceled_order_plans_nothing(database: Database, cast: Cast, shoot: Shoot) -> None:
    with database.unit_of_work() as db:
        db.get_one(Order, shoot.order_id).status = "canceled"
    with pytest.raises(NothingReady):
        plan(database, cast.olive, shoot)
