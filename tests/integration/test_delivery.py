"""Delivering: what is missing in words, once however often pressed, and what it makes visible to whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery import queries, service
from portal_app.domain.delivery.gate import Gate, Sight
from portal_app.domain.delivery.models import AccessLink, Delivery
from portal_app.domain.delivery.service import Delivered, DeliverRequest, NothingReady
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.orders.models import Order, OrderStatus
from tests.conftest import NOW, Cast
from tests.integration.delivered import TOTAL, Shoot, add_photo, an_order, hand_over, pay, photographed

LATER = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def shoot(database: Database, cast: Cast, store: DiskStore) -> Shoot:
    return photographed(database, store, cast.harbor, cast.carl_customer)


def press(database: Database, by: Viewer, number: int, request: DeliverRequest | None = None, now=NOW) -> Delivered:
    with database.unit_of_work() as db:
        return service.deliver(db, by, number, request or DeliverRequest(), now=now)


def facts(database: Database, kind: str) -> list[Fact]:
    with database.reading() as db:
        found = list(db.exec(select(Fact).where(Fact.kind == kind)))
        db.expunge_all()
        return found


@pytest.mark.proof("main-job-12")
def test_olive_delivers_and_carl_sees_it(database: Database, cast: Cast, shoot: Shoot) -> None:
    delivered = press(database, cast.olive, shoot.number, DeliverRequest("All yours", copy_to=["tess@coastline.example"]))
    assert delivered == Delivered(delivered.delivery_id, shoot.listing, 3, 3, True, "3 photos delivered.")
    fact = facts(database, "listing.delivered")[0]
    assert (fact.order_id, fact.listing_id, fact.customer_id) == (shoot.order_id, shoot.listing_id, cast.carl_customer)
    assert fact.details["delivery_id"] == delivered.delivery_id
    with database.reading() as db:
        assert db.get_one(Order, shoot.order_id).status == OrderStatus.COMPLETED
        assert [person.email for person in queries.recipients(db, delivered.delivery_id)] == [
            "carl@coastline.example", "tess@coastline.example",
        ]  # fmt: skip
        page = queries.listing_page(db, cast.carl, shoot.listing)
    assert (page.state, page.photo_count, page.message, page.due_words) == ("due", 3, "All yours", "$412.50")


@pytest.mark.proof("main-job-12")
@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([], "There are no photos yet."),
        ([AssetState.READY, AssetState.RENDERING, AssetState.RENDERING], "2 photos are still being made."),
        ([AssetState.READY, AssetState.RENDERING], "1 photo is still being made."),
        ([AssetState.READY, AssetState.FAILED], "1 photo is damaged: IMG_0002.JPG. Replace or remove it"),
        ([AssetState.FAILED] * 5, "5 photos are damaged: IMG_0001.JPG, IMG_0002.JPG, IMG_0003.JPG and more."),
        ([AssetState.REMOVED], "There are no photos yet."),
    ],
)
def test_what_is_missing_is_said_in_words(database: Database, cast: Cast, store: DiskStore, states, words) -> None:
    shoot = photographed(database, store, cast.harbor, cast.carl_customer, photos=0)
    with database.unit_of_work() as db:
        for place, state in enumerate(states, 1):
            add_photo(db, store, shoot, cast.harbor, place=place, state=state)
    with pytest.raises(NothingReady, match=words):
        press(database, cast.olive, shoot.number)
    with database.reading() as db:
        assert db.exec(select(Delivery)).all() == []
        assert db.get_one(Order, shoot.order_id).status == OrderStatus.ACCEPTED


@pytest.mark.parametrize(("status", "words"), [(OrderStatus.PENDING, "still pending"), (OrderStatus.CANCELED, "was canceled")])
def test_an_order_that_is_not_under_way_is_not_delivered(database, cast, store, status, words) -> None:
    shoot = photographed(database, store, cast.harbor, cast.carl_customer, status=status)
    with pytest.raises(NothingReady, match=words):
        press(database, cast.olive, shoot.number)


def test_only_who_may_deliver_delivers(database: Database, cast: Cast, shoot: Shoot) -> None:
    for by, refusal in ((cast.pia, NotAllowed), (cast.carl, NotAllowed), (cast.omar, NotFound), (cast.ollie, NotFound)):
        with pytest.raises(refusal):
            press(database, by, shoot.number)
    with pytest.raises(Problem):
        press(database, link_to(database, shoot, cast), shoot.number)


@pytest.mark.parametrize("typed", ["tess", "tess@", "a@b.example\nBcc: x@y.example", "Tess <tess@x.example>", "a@b.c,d@e.f"])
def test_a_copy_goes_to_a_real_address_only(database: Database, cast: Cast, shoot: Shoot, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        press(database, cast.olive, shoot.number, DeliverRequest(copy_to=[typed]))
    assert refused.value.field == "copy_to"


@pytest.mark.proof("main-job-12")
def test_pressed_by_many_at_once_it_is_one_delivery(database: Database, cast: Cast, shoot: Shoot) -> None:
    def one(_: int) -> str:
        try:
            return press(database, cast.olive, shoot.number).words
        except NothingReady as refused:
            return refused.sentence

    with ThreadPoolExecutor(4) as pool:
        words = sorted(pool.map(one, range(4)))
    assert words.count("3 photos delivered.") == 1
    assert all("already delivered" in word for word in words if word != "3 photos delivered.")
    assert len(facts(database, "listing.delivered")) == len(facts(database, "order.completed")) == 1


def test_a_second_delivery_says_what_is_new(database: Database, cast: Cast, store: DiskStore, shoot: Shoot) -> None:
    press(database, cast.olive, shoot.number)
    with database.unit_of_work() as db:
        added = add_photo(db, store, shoot, cast.harbor, place=4)
    again = press(database, cast.olive, shoot.number, now=LATER)
    assert (again.words, again.is_first) == ("1 photo delivered now, 4 photos in all.", False)
    with database.reading() as db:
        page = queries.listing_page(db, cast.carl, shoot.listing)
    assert page.new_count == 1
    assert [tile.public_id for tile in page.photos if tile.is_new] == [added]


def test_a_photo_added_later_stays_unseen_until_delivered(database, cast, store, shoot) -> None:
    hand_over(database, cast.olive, shoot, collect_payment=False)
    with database.unit_of_work() as db:
        later = add_photo(db, store, shoot, cast.harbor, place=0)
    with database.reading() as db:
        assert later not in [tile.public_id for tile in queries.listing_page(db, cast.carl, shoot.listing).photos]
        with pytest.raises(NotFound):
            queries.file_to_serve(db, cast.carl, later, "thumb")


def test_a_removed_photo_is_gone_at_once(database: Database, cast: Cast, shoot: Shoot) -> None:
    hand_over(database, cast.olive, shoot, collect_payment=False)
    with database.unit_of_work() as db:
        db.exec(select(Asset).where(Asset.public_id == shoot.photos[0])).one().state = AssetState.REMOVED
    with database.reading() as db:
        assert queries.listing_page(db, cast.carl, shoot.listing).photo_count == 2
        with pytest.raises(NotFound):
            queries.file_to_serve(db, cast.carl, shoot.photos[0], "thumb")


@pytest.mark.proof("main-job-13")
def test_the_gate_follows_the_ledger(database: Database, cast: Cast, shoot: Shoot) -> None:
    def gate() -> Gate:
        with database.reading() as db:
            return queries.gate_of(db, shoot.listing_id)

    assert gate() == Gate(Sight.NOTHING)
    hand_over(database, cast.olive, shoot)
    assert gate() == Gate(Sight.MARKED, TOTAL)
    pay(database, shoot, cast.harbor, 100_00)
    assert gate() == Gate(Sight.MARKED, TOTAL - 100_00)
    pay(database, shoot, cast.harbor, TOTAL, kind="unallocated")
    assert gate().is_locked
    pay(database, shoot, cast.harbor, TOTAL - 100_00)
    assert gate() == Gate(Sight.OPEN, 0)
    pay(database, shoot, cast.harbor, -50_00, kind="refund")
    assert gate() == Gate(Sight.MARKED, 50_00)


def test_a_new_order_of_the_same_listing_does_not_close_what_was_paid(database: Database, cast: Cast, shoot: Shoot) -> None:
    hand_over(database, cast.olive, shoot)
    pay(database, shoot, cast.harbor)
    with database.unit_of_work() as db:
        an_order(db, db.get_one(Listing, shoot.listing_id))
    with database.reading() as db:
        assert queries.gate_of(db, shoot.listing_id).sight is Sight.OPEN
        assert queries.listing_page(db, cast.carl, shoot.listing).to_pay == []


def link_to(database: Database, shoot: Shoot, cast: Cast) -> Viewer:
    return Viewer(studio_id=cast.harbor, role=Role.LINK, listing_id=shoot.listing_id, link_id=1)


@pytest.mark.proof("main-job-13")
def test_a_secret_link_opens_one_listing_until_revoked(database: Database, cast: Cast, store: DiskStore, shoot: Shoot) -> None:
    other = photographed(database, store, cast.harbor, cast.carl_customer, street="9 Other Lane")
    hand_over(database, cast.olive, other)
    delivery_id = hand_over(database, cast.olive, shoot)
    with database.unit_of_work() as db:
        token = service.make_link(db, delivery_id, "carl@coastline.example", now=NOW)
    with database.reading() as db:
        by = service.viewer_by_link(db, token, now=LATER)
        assert (by.role, by.listing_id, by.studio_id) == (Role.LINK, shoot.listing_id, cast.harbor)
        assert [card.public_id for card in queries.listing_cards(db, by)] == [shoot.listing]
        with pytest.raises(NotFound):
            queries.listing_page(db, by, other.listing)
        assert queries.opened_link(db, cast.harbor, token, now=LATER).listing == shoot.listing
        with pytest.raises(NotFound):
            queries.opened_link(db, cast.bluebird, token, now=LATER)
        card = queries.links_of(db, cast.olive, shoot.listing, now=LATER)[0]
        assert (card.email, card.is_open) == ("carl@coastline.example", True)
        assert token not in repr(db.exec(select(AccessLink)).all())
    for stranger, refusal in ((cast.omar, NotFound), (cast.carl, NotFound), (cast.pia, NotAllowed)):
        with pytest.raises(refusal), database.unit_of_work() as db:
            service.revoke_link(db, stranger, card.id, now=LATER)
    with database.unit_of_work() as db:
        service.revoke_link(db, cast.olive, card.id, now=LATER)
        service.revoke_link(db, cast.olive, card.id, now=LATER)
    with database.reading() as db:
        assert service.viewer_by_link(db, token, now=LATER) is None
        with pytest.raises(queries.LinkEnded):
            queries.opened_link(db, cast.harbor, token, now=LATER)
    assert len(facts(database, "link.revoked")) == 1


def test_a_link_ends_by_itself_and_unknown_ones_open_nothing(database: Database, cast: Cast, shoot: Shoot) -> None:
    delivery_id = hand_over(database, cast.olive, shoot)
    with database.unit_of_work() as db:
        token = service.make_link(db, delivery_id, "carl@coastline.example", now=NOW)
    with database.reading() as db:
        assert service.viewer_by_link(db, token, now=NOW + service.LINK_LIFE) is None
        for wrong in ("", token[:-1], token + "x", token.upper()):
            assert service.viewer_by_link(db, wrong, now=NOW) is None
    with database.unit_of_work() as db:
        assert service.revoke_links(db, cast.olive, shoot.listing, now=LATER) == 1
    with pytest.raises(NotFound), database.unit_of_work() as db:
        service.make_link(db, 999, "x@y.example", now=NOW)


def test_cards_say_where_each_listing_stands(database: Database, cast: Cast, store: DiskStore) -> None:
    pending, making, due, ready = (
        photographed(database, store, cast.harbor, cast.carl_customer, street=street, status=status)
        for street, status in (
            ("1 Pending Way", OrderStatus.PENDING),
            ("2 Making Way", OrderStatus.ACCEPTED),
            ("3 Due Way", OrderStatus.ACCEPTED),
            ("4 Ready Way", OrderStatus.ACCEPTED),
        )
    )
    hand_over(database, cast.olive, due)
    hand_over(database, cast.olive, ready, collect_payment=False)
    with database.reading() as db:
        cards = queries.listing_cards(db, cast.carl)
        assert [(card.street, card.state) for card in cards] == [
            ("4 Ready Way", "ready"), ("3 Due Way", "due"), ("2 Making Way", "production"),
        ]  # fmt: skip
        assert queries.listing_count(db, cast.carl) == 3
        assert [card.street for card in queries.listing_cards(db, cast.carl, search="due w")] == ["3 Due Way"]
        assert len(queries.listing_cards(db, cast.pia)) == 4
        assert queries.listing_cards(db, cast.ollie) == queries.listing_cards(db, cast.omar) == []
        with pytest.raises(NotFound):
            queries.listing_page(db, cast.carl, pending.listing)
    production = cards[2]
    assert (production.cover_url, production.photo_count) == ("", 0)
    assert all(making.photos[0] not in repr(card) for card in cards)
    assert cards[1].is_locked
    assert cards[1].due_words == "$412.50"
    assert cards[1].what_words == "3 photos"


def test_a_guest_s_records_are_nobody_s(database: Database, cast: Cast, shoot: Shoot) -> None:
    hand_over(database, cast.olive, shoot, collect_payment=False)
    nobody = replace(cast.carl, account_id=None)
    with database.reading() as db:
        assert queries.listing_cards(db, nobody) == []


def test_as_many_statements_for_forty_listings_as_for_one(database: Database, cast: Cast, store: DiskStore) -> None:
    def statements() -> int:
        seen: list[str] = []
        note = lambda _c, _cur, statement, *_: seen.append(statement)  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", note)
        with database.reading() as db:
            queries.listing_cards(db, cast.carl, limit=100)
        event.remove(database.engine, "before_cursor_execute", note)
        return len(seen)

    hand_over(database, cast.olive, photographed(database, store, cast.harbor, cast.carl_customer, photos=1))
    alone = statements()
    for _ in range(12):
        hand_over(database, cast.olive, photographed(database, store, cast.harbor, cast.carl_customer, photos=2))
    assert statements() == alone <= 14


def test_a_chosen_cover_leads_its_card(database: Database, cast: Cast, shoot: Shoot) -> None:
    hand_over(database, cast.olive, shoot, collect_payment=False)
    with database.unit_of_work() as db:
        chosen = db.exec(select(Asset).where(Asset.public_id == shoot.photos[1])).one()
        db.get_one(Listing, shoot.listing_id).cover_asset_id = chosen.id
    with database.reading() as db:
        assert shoot.photos[1] in queries.listing_cards(db, cast.carl)[0].cover_url
        page = queries.listing_page(db, cast.carl, shoot.listing)
    assert [tile.is_cover for tile in page.photos] == [False, True, False]
    assert [tile.number for tile in page.photos] == ["01", "02", "03"]
    assert page.zip_words == "27 KB"
