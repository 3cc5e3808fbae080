"""Photos come in, are rendered, put in order, replaced and removed; on both databases."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound, Unavailable
from portal_app.db import Database
from portal_app.domain.media import queries, service
from portal_app.domain.media.models import AssetState, RenditionName, UploadState
from tests.conftest import NOW, Cast
from tests.media_desk import Desk, open_listing
from tests.photos import small_jpeg

pytestmark = pytest.mark.proof("main-job-12")


@pytest.fixture(scope="module")
def renderer() -> Iterator[PillowRenderer]:
    made = PillowRenderer(1)
    yield made
    made.close()


@pytest.fixture
def desk(database: Database, cast: Cast, renderer: PillowRenderer, tmp_path: Path) -> Desk:
    folder = tmp_path / "uploads"
    folder.mkdir()
    listing_id = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    return Desk(database, DiskStore(tmp_path / "store"), renderer, listing_id, folder, cast.pia, NOW)


def at(minute: int) -> datetime:
    return datetime(2026, 11, 20, 10, minute, tzinfo=UTC)


def test_a_photo_is_kept_under_its_hash_and_gets_every_size(desk: Desk) -> None:
    content = small_jpeg(1, orientation=6)
    card = desk.hand_in(content, "../DSC_1.JPG")
    assert (card.state, card.is_duplicate) == (UploadState.DONE, False)
    asset = desk.asset(card.asset_id)
    assert (asset.state, asset.original_name, asset.size) == (AssetState.RENDERING, "DSC_1.JPG", len(content))
    assert b"".join(desk.store.read(asset.sha256)) == content
    assert desk.work() == [{"asset_id": asset.id}]
    desk.render(asset.id)
    asset = desk.asset(asset.id)
    assert (asset.state, asset.width, asset.height) == (AssetState.READY, 800, 1200), "as seen, upright"
    assert asset.captured_at == datetime(2026, 11, 20, 10, 0, 1, 250000, tzinfo=UTC)
    for name in RenditionName:
        size = desk.rendition(asset.id, name)
        assert desk.store.size(size.sha256) == size.size
    assert desk.facts() == ["asset.received", "asset.rendered"]
    assert list(desk.folder.iterdir()) == [], "nothing is left where parts gather"


def test_receiving_and_rendering_again_change_nothing(desk: Desk) -> None:
    card = desk.hand_in_ready(small_jpeg(1))
    assert desk.receive(card.public_id) == card
    desk.render(card.asset_id)
    assert desk.facts() == ["asset.received", "asset.rendered"]
    assert len(desk.cards()) == 1


def test_the_same_bytes_make_no_second_photo(desk: Desk) -> None:
    first = desk.hand_in_ready(small_jpeg(1), "one.jpg")
    again = desk.hand_in(small_jpeg(1), "two.jpg")
    assert (again.state, again.is_duplicate, again.asset) == (UploadState.DONE, True, first.asset)
    assert desk.names() == ["one.jpg"]


def test_the_same_bytes_bring_a_removed_photo_back(desk: Desk) -> None:
    first = desk.hand_in_ready(small_jpeg(1))
    with desk.writing() as db:
        service.remove_photo(db, desk.by, first.asset, now=NOW)
    assert desk.cards() == []
    desk.hand_in(small_jpeg(1))
    assert [card.state for card in desk.cards()] == [AssetState.READY]


def test_eight_at_once_with_two_the_same_are_seven(desk: Desk) -> None:
    contents = [small_jpeg(seed % 7, taken_at=at(seed % 7)) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        cards = list(pool.map(lambda pair: desk.hand_in(pair[1], f"{pair[0]}.jpg"), enumerate(contents)))
    assert sorted(card.is_duplicate for card in cards) == [False] * 7 + [True]
    assert [card.position for card in desk.cards()] == list(range(7))
    assert [card.captured_at.minute for card in desk.cards()] == list(range(7))


def test_order_cover_and_what_stays_where_it_was_put(desk: Desk) -> None:
    for minute in (3, 1, 2):
        desk.hand_in(small_jpeg(minute, taken_at=at(minute)), f"{minute}.jpg")
    assert desk.names() == ["1.jpg", "2.jpg", "3.jpg"]
    assert [card.is_cover for card in desk.cards()] == [True, False, False]
    last = desk.cards()[2].public_id
    with desk.writing() as db:
        service.move_photo(db, desk.by, last, 0, now=NOW)
    desk.hand_in(small_jpeg(0, taken_at=at(0)), "0.jpg")
    assert desk.names() == ["3.jpg", "0.jpg", "1.jpg", "2.jpg"]
    with desk.writing() as db:
        service.make_cover(db, desk.by, desk.cards()[3].public_id, now=NOW)
    assert [card.is_cover for card in desk.cards()] == [False, False, False, True]
    with desk.writing() as db:
        service.remove_photo(db, desk.by, desk.cards()[3].public_id, now=NOW)
    assert [(card.name, card.position, card.is_cover) for card in desk.cards()] == [
        ("3.jpg", 0, True),
        ("0.jpg", 1, False),
        ("1.jpg", 2, False),
    ]
    removed = desk.cards(are_removed=True)
    with desk.writing() as db:
        service.restore_photo(db, desk.by, removed[0].public_id, now=NOW)
    assert desk.names() == ["3.jpg", "0.jpg", "1.jpg", "2.jpg"]


def test_a_replacement_takes_place_cover_and_delivery_once_it_can_be_shown(desk: Desk) -> None:
    cards = [desk.hand_in_ready(small_jpeg(minute, taken_at=at(minute)), f"{minute}.jpg") for minute in range(3)]
    with desk.writing() as db:
        service.make_cover(db, desk.by, cards[1].asset, now=NOW)
        queries.asset_by_public_id(db, desk.by, cards[1].asset).delivered_at = NOW
    better = desk.hand_in(small_jpeg(9, taken_at=at(50)), "better.jpg", replaces=cards[1].asset)
    assert "1.jpg" in desk.names(), "the old one stays until the new one is ready"
    desk.render(better.asset_id)
    assert desk.names() == ["0.jpg", "better.jpg", "2.jpg"]
    assert [(card.is_cover, card.delivered) for card in desk.cards()] == [(False, False), (True, True), (False, False)]
    assert desk.facts()[-2:] == ["asset.replaced", "asset.rendered"]


def test_who_may_upload(desk: Desk, cast: Cast, database: Database) -> None:
    for by, refusal in ((cast.carl, NotAllowed), (cast.omar, NotFound), (cast.ollie, NotAllowed)):
        with database.unit_of_work() as db, pytest.raises(refusal):
            service.begin_upload(db, by, desk.listing_id, "x.jpg", 10, now=NOW)
    photo = desk.hand_in_ready(small_jpeg(1))
    verbs = (service.make_cover, service.remove_photo, service.restore_photo)
    for by, refusal in ((cast.carl, NotFound), (cast.omar, NotFound)):
        for verb in verbs:
            with database.unit_of_work() as db, pytest.raises(refusal):
                verb(db, by, photo.asset, now=NOW)
        with database.unit_of_work() as db, pytest.raises(refusal):
            service.move_photo(db, by, photo.asset, 0, now=NOW)
        with database.reading() as db:
            assert queries.photos(db, by, desk.listing_id) == []
        with pytest.raises(NotFound):
            queries.upload_card(database.glance.first, by, photo.public_id)


def test_a_replacement_must_be_a_photo_of_the_same_listing(desk: Desk, cast: Cast, database: Database) -> None:
    photo = desk.hand_in(small_jpeg(1))
    other = open_listing(database, cast.harbor, cast.carl_customer, NOW, "9 Elm St")
    with database.unit_of_work() as db, pytest.raises(NotFound):
        service.begin_upload(db, desk.by, other, "x.jpg", 10, replaces=photo.asset, now=NOW)


@pytest.mark.parametrize("size", [0, -1, (200 << 20) + 1])
def test_sizes_that_cannot_be(desk: Desk, size: int) -> None:
    with desk.writing() as db, pytest.raises(InvalidInput):
        service.begin_upload(db, desk.by, desk.listing_id, "x.jpg", size, now=NOW)


def test_a_customer_sees_only_what_was_delivered(desk: Desk, cast: Cast, database: Database) -> None:
    photo = desk.hand_in_ready(small_jpeg(1))
    with database.reading() as db:
        assert queries.photos(db, cast.carl, desk.listing_id) == []
    with database.unit_of_work() as db:
        queries.asset_by_public_id(db, desk.by, photo.asset).delivered_at = NOW
    with database.reading() as db:
        assert [card.public_id for card in queries.photos(db, cast.carl, desk.listing_id)] == [photo.asset]
        assert queries.photos(db, cast.ollie, desk.listing_id) == []
        assert queries.counts(db, desk.by, [desk.listing_id, 0]) == {
            desk.listing_id: queries.PhotoCounts(ready=1),
            0: queries.PhotoCounts(),
        }


def test_abandoned_uploads_are_swept_after_a_day(desk: Desk) -> None:
    with desk.writing() as db:
        card = service.begin_upload(db, desk.by, desk.listing_id, "x.jpg", 10, now=NOW)
    part = service.part_path(desk.folder, card.public_id)
    part.write_bytes(b"12345")
    os.utime(part, (NOW.timestamp(), NOW.timestamp()))
    assert service.sweep_uploads(desk.database.unit_of_work, desk.folder, now=NOW + timedelta(hours=23)) == 0
    assert service.sweep_uploads(desk.database.unit_of_work, desk.folder, now=NOW + timedelta(hours=25)) == 1
    assert not part.exists()


def test_killed_between_store_and_row_the_upload_can_be_received_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(*_args) -> None:
        raise Killed

    content = small_jpeg(4)
    with monkeypatch.context() as patched:
        patched.setattr("portal_app.domain.media.intake._keep", die)
        with desk.writing() as db:
            card = service.begin_upload(db, desk.by, desk.listing_id, "x.jpg", len(content), now=NOW)
        service.part_path(desk.folder, card.public_id).write_bytes(content)
        with pytest.raises(Killed):
            desk.receive(card.public_id)
    assert desk.receive(card.public_id).state == UploadState.DONE
    assert desk.names() == ["x.jpg"]


def test_a_worker_that_dies_means_try_again(desk: Desk) -> None:
    card = desk.hand_in(small_jpeg(5))
    pid = desk.renderer.pids()[0]
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        tried = pool.submit(desk.render, card.asset_id)
        os.kill(pid, signal.SIGKILL)
        try:
            tried.result(10)
        except Unavailable:
            assert desk.asset(card.asset_id).state == AssetState.RENDERING
            desk.render(card.asset_id)
    assert desk.asset(card.asset_id).state == AssetState.READY


def test_a_lost_original_is_said_in_words(desk: Desk) -> None:
    card = desk.hand_in(small_jpeg(6))
    desk.store.local_path(desk.asset(card.asset_id).sha256).unlink()
    desk.render(card.asset_id)
    assert [(each.state, each.reason[:36]) for each in desk.cards()] == [
        (AssetState.FAILED, "The file of this photo is missing on")
    ]
