"""A listing goes to another customer with its paid order; what is open with somebody else stands in its way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.models import Invoice, PaymentAttempt, PaymentLine, Share
from portal_app.domain.billing.queries import balance
from portal_app.domain.customers.models import Customer
from portal_app.domain.delivery.gate import Size
from portal_app.domain.delivery.models import PlannedDelivery
from portal_app.domain.delivery.planning import plan_delivery
from portal_app.domain.delivery.queries import file_to_serve, listing_cards, listing_page
from portal_app.domain.delivery.service import DeliverRequest, make_link, viewer_by_link
from portal_app.domain.delivery.transferring import CannotMove, takers, transfer_listing
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.links import link_of_order, viewer_of_link
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.queries import order_page
from portal_app.jobs import reactions
from tests.conftest import NOW, Cast
from tests.integration.delivered import TOTAL, Shoot, hand_over, pay, photographed

pytestmark = pytest.mark.proof("delivery-10")


@pytest.fixture
def shoot(database: Database, cast: Cast, tmp_path: Path) -> Shoot:
    return photographed(database, DiskStore(tmp_path / "store"), cast.harbor, cast.carl_customer, photos=1)


@pytest.fixture
def ann(database: Database, cast: Cast) -> int:
    """A guest of the studio."""
    with database.unit_of_work() as db:
        row = Customer(
            studio_id=cast.harbor, name="Ann Sorensen", email="ann@shore.example", email_key="ann@shore.example", created_at=NOW
        )
        db.add(row)
        db.flush()
        return row.id


def move(database: Database, by: Viewer, shoot: Shoot, to: int) -> None:
    with database.unit_of_work() as db:
        transfer_listing(db, by, shoot.listing, to, now=NOW)


def test_it_goes_along_with_what_was_paid_and_the_old_links_end(database: Database, cast: Cast, shoot: Shoot, ann: int) -> None:
    delivery_id = hand_over(database, cast.olive, shoot)
    pay(database, shoot, cast.harbor)
    with database.unit_of_work() as db:
        order = db.get_one(Order, shoot.order_id)
        order.phone = "(831) 555-0199"
        token, page = make_link(db, delivery_id, "carl@coastline.example", now=NOW), link_of_order(db, order, now=NOW)
        plan_delivery(db, cast.olive, shoot.number, DeliverRequest(), NOW + timedelta(days=1), now=NOW)
    for _ in range(2):
        move(database, cast.olive, shoot, ann)
    with database.reading() as db:
        assert viewer_by_link(db, token, now=NOW) is None
        assert viewer_of_link(db, cast.harbor, page) is None
        assert listing_cards(db, cast.carl) == []
        for look in (lambda: listing_page(db, cast.carl, shoot.listing), lambda: order_page(db, cast.carl, shoot.number)):
            with pytest.raises(NotFound):
                look()
        with pytest.raises(NotFound):
            file_to_serve(db, cast.carl, shoot.photos[0], Size.THUMB)
        order = db.get_one(Order, shoot.order_id)
        assert (order.customer_id, order.customer_name, order.phone) == (ann, "Carl Nakamura", "")
        assert balance(db, shoot.order_id).due == 0
        assert db.exec(select(PlannedDelivery.outcome)).all() == ["canceled"]
        (fact,) = db.exec(select(Fact).where(Fact.kind == "listing.transferred")).all()
        fact_id = fact.id
        assert (fact.customer_id, fact.details["after"]) == (cast.carl_customer, "Ann Sorensen")
    for _ in range(2):
        with database.unit_of_work() as db:
            reactions.mail_transfer(db, db.get_one(Fact, fact_id), now=NOW)
    with database.reading() as db:
        (mail,) = db.exec(select(Mail).where(Mail.kind == "transferred")).all()
        assert mail.to_email == "ann@shore.example"
        theirs = viewer_by_link(db, mail.text.split("/l/")[1].split()[0], now=NOW)
        assert listing_page(db, theirs, shoot.listing).zip_url


def test_an_open_payment_a_bill_and_a_split_stand_in_its_way(database: Database, cast: Cast, shoot: Shoot, ann: int) -> None:
    here = {"studio_id": cast.harbor}
    with database.unit_of_work() as db:
        attempt = PaymentAttempt(
            public_id=new_public_id(), mode="test", currency="USD", amount_cents=TOTAL, description="x", idempotency_key="k",
            return_to="/", base_url="http://x", created_at=NOW, expires_at=NOW, **here,
        )  # fmt: skip
        db.add(attempt)
        db.flush()
        line = PaymentLine(attempt_id=attempt.id, order_id=shoot.order_id, amount_cents=TOTAL, is_live=True, **here)
        db.add(line)
    stands(database, cast, shoot, ann, "under way")
    with database.unit_of_work() as db:
        db.get_one(PaymentLine, line.id).is_live = False
        share = Share(
            public_id="s", order_id=shoot.order_id, position=0, name="Carl", token_hash="s", token_box=b"", is_main=True, **here
        )
        db.add(share)
    stands(database, cast, shoot, ann, "Undo the split")
    with database.unit_of_work() as db:
        db.get_one(Share, share.id).ended_at = NOW
        invoice = an_invoice(cast, shoot)
        db.add(invoice)
    stands(database, cast, shoot, ann, "invoice")
    pay(database, shoot, cast.harbor)
    move(database, cast.olive, shoot, ann)
    with database.reading() as db:
        assert db.get_one(Invoice, invoice.id).customer_id == cast.carl_customer, "papers stay"


def an_invoice(cast: Cast, shoot: Shoot) -> Invoice:
    needed = {"studio_id": cast.harbor, "customer_id": cast.carl_customer, "order_id": shoot.order_id, "status": "open"}
    return Invoice(
        public_id="i", currency="USD", token_hash="i", token_box=b"", created_at=NOW, total_cents=TOTAL, number=1, **needed
    )


def stands(database: Database, cast: Cast, shoot: Shoot, to: int, words: str) -> None:
    with pytest.raises(CannotMove, match=words):
        move(database, cast.olive, shoot, to)
    with database.reading() as db:
        assert db.get_one(Order, shoot.order_id).customer_id == cast.carl_customer


@pytest.mark.parametrize(("who", "refusal"), [("carl", NotFound), ("omar", NotFound), ("pia", NotAllowed)])
def test_only_the_office(database: Database, cast: Cast, shoot: Shoot, ann: int, who: str, refusal: type) -> None:
    with pytest.raises(refusal):
        move(database, getattr(cast, who), shoot, ann)
    with pytest.raises(refusal), database.reading() as db:
        takers(db, getattr(cast, who), shoot.listing, "a")


def test_who_can_have_it(database: Database, cast: Cast, shoot: Shoot, ann: int) -> None:
    with database.reading() as db:
        assert [each.id for each in takers(db, cast.olive, shoot.listing, "SHORE.example")] == [ann]
        theirs = takers(db, cast.olive, shoot.listing, "carl@coastline.example")
        assert [(each.id, each.team) for each in theirs] == [(cast.carl_in_team, "Coastline")], "his own has it already"
        assert takers(db, cast.olive, shoot.listing, " %_ ") == []
        others = db.exec(select(Customer.id).where(Customer.studio_id != cast.harbor)).all()
    assert others
    for stranger in (*others[:1], 999_999):
        with pytest.raises(InvalidInput):
            move(database, cast.olive, shoot, stranger)
