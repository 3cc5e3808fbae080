"""What a listing has beside its photos: links are kept, named, hidden and delivered, and the gate stands before each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery import queries
from portal_app.domain.delivery.framing import player_to_frame
from portal_app.domain.delivery.gate import Locked, Size
from portal_app.domain.delivery.service import DeliverRequest, deliver
from portal_app.domain.media.linking import AssetWords, add_link, describe_asset, show_asset
from portal_app.domain.media.models import Asset, Rendition
from portal_app.domain.media.queries import beside_photos, photos
from portal_app.domain.media.service import remove_photo, restore_photo
from tests.conftest import NOW, Cast
from tests.integration.delivered import TOTAL, Shoot, hand_over, pay, photographed

pytestmark = pytest.mark.proof("delivery-02")

TOUR = "https://my.matterport.com/show/?m=UudGrvdrYZD"
FILM = "https://vimeo.com/123456789"
SITE = "https://pointreyescourt.example/"


@pytest.fixture
def shoot(database: Database, cast: Cast, tmp_path: Path) -> Shoot:
    return photographed(database, DiskStore(tmp_path / "store"), cast.harbor, cast.carl_customer, photos=2)


def linked(database: Database, cast: Cast, shoot: Shoot, *pasted: str) -> list[str]:
    with database.unit_of_work() as db:
        return [add_link(db, cast.pia, shoot.listing, each, now=NOW) for each in pasted]


def page_of(database: Database, cast: Cast, shoot: Shoot):
    with database.reading() as db:
        return queries.listing_page(db, cast.carl, shoot.listing)


def test_links_stand_in_their_sections_once_they_are_delivered(database: Database, cast: Cast, shoot: Shoot) -> None:
    linked(database, cast, shoot, SITE, TOUR, FILM)
    assert page_of(database, cast, shoot).sections == []
    hand_over(database, cast.olive, shoot, collect_payment=False)
    page = page_of(database, cast, shoot)
    assert [(one.title, [(each.name, each.open_url) for each in one.pieces]) for one in page.sections] == [
        ("Video", [("Vimeo", FILM)]),
        ("3D tour", [("Matterport", TOUR)]),
        ("Website", [("pointreyescourt.example", SITE)]),
    ]
    assert [bool(each.frame_url) for one in page.sections for each in one.pieces] == [True, True, False]
    assert (page.what_words, page.photo_count, page.file_count) == ("2 photos, 1 video, 1 3D tour, 1 website", 2, 2)
    with database.reading() as db:
        assert queries.listing_cards(db, cast.carl)[0].what_words == page.what_words
        assert len(queries.archive_to_serve(db, cast.carl, shoot.listing, Size.ORIGINAL).taking.items) == page.file_count


@pytest.mark.proof("delivery-15")
def test_a_locked_listing_tells_no_address_of_what_lies_elsewhere(database: Database, cast: Cast, shoot: Shoot) -> None:
    tour, film, site = linked(database, cast, shoot, TOUR, FILM, SITE)
    hand_over(database, cast.olive, shoot)
    told = repr(page_of(database, cast, shoot))
    assert "Matterport" in told
    assert not [secret for secret in (TOUR, "UudGrvdrYZD", FILM, "123456789", SITE, "/files/embed") if secret in told]
    with database.reading() as db:
        for each in (tour, film, site):
            with pytest.raises(Locked):
                player_to_frame(db, cast.carl, each)
            for stranger in (cast.omar, cast.ollie):
                with pytest.raises(NotFound):
                    player_to_frame(db, stranger, each)
        assert player_to_frame(db, cast.pia, tour).host == "https://my.matterport.com"
    pay(database, shoot, cast.harbor, TOTAL)
    with database.reading() as db:
        assert player_to_frame(db, cast.carl, film).address == "https://player.vimeo.com/video/123456789?dnt=1"
        with pytest.raises(NotFound):
            player_to_frame(db, cast.carl, site)
        with pytest.raises(NotFound):
            queries.file_to_serve(db, cast.carl, film, Size.ORIGINAL)


def test_the_same_link_is_kept_once_and_comes_back_when_it_was_taken_out(database: Database, cast: Cast, shoot: Shoot) -> None:
    first, again = linked(database, cast, shoot, TOUR, f" {TOUR} ")
    assert first == again
    with database.unit_of_work() as db:
        remove_photo(db, cast.pia, first, now=NOW)
        assert beside_photos(db, cast.pia, shoot.listing_id) == []
    assert linked(database, cast, shoot, TOUR) == [first]
    with database.unit_of_work() as db:
        remove_photo(db, cast.pia, first, now=NOW)
        restore_photo(db, cast.pia, first, now=NOW)
        assert [(one.public_id, one.state) for one in beside_photos(db, cast.pia, shoot.listing_id)] == [(first, "ready")]
        kinds = [fact.kind for fact in db.exec(select(Fact).where(Fact.listing_id == shoot.listing_id).order_by(Fact.id))]
    assert kinds == ["asset.linked", "asset.removed", "asset.restored", "asset.removed", "asset.restored"]


def test_words_room_and_section_are_said_and_nothing_goes_where_it_cannot(database: Database, cast: Cast, shoot: Shoot) -> None:
    (site,) = linked(database, cast, shoot, SITE)
    photo = shoot.photos[0]
    with database.unit_of_work() as db:
        describe_asset(db, cast.pia, site, AssetWords("  The  tour ", "", "tour"), now=NOW)
        describe_asset(db, cast.pia, photo, AssetWords("Ground floor", "Hall", "floor_plan"), now=NOW)
        for wrong, kind in ((photo, "video"), (site, "photo"), (site, "nonsense")):
            with pytest.raises(InvalidInput):
                describe_asset(db, cast.pia, wrong, AssetWords(kind=kind), now=NOW)
        kept = [(one.kind, one.caption, one.room) for one in beside_photos(db, cast.pia, shoot.listing_id)]
        assert kept == [("floor_plan", "Ground floor", "Hall"), ("tour", "The tour", "")]
        assert [one.position for one in photos(db, cast.pia, shoot.listing_id)] == [0]


def test_what_is_hidden_is_the_studios_alone_until_it_is_shown(database: Database, cast: Cast, shoot: Shoot) -> None:
    (tour,) = linked(database, cast, shoot, TOUR)
    photo = shoot.photos[0]
    hand_over(database, cast.olive, shoot, collect_payment=False)
    with database.unit_of_work() as db:
        for each in (tour, photo):
            show_asset(db, cast.pia, each, is_shown=False, now=NOW)
            show_asset(db, cast.pia, each, is_shown=False, now=NOW)
    page = page_of(database, cast, shoot)
    assert (page.what_words, page.sections, [tile.public_id for tile in page.photos]) == ("1 photo", [], shoot.photos[1:])
    with database.reading() as db:
        with pytest.raises(NotFound):
            player_to_frame(db, cast.carl, tour)
        with pytest.raises(NotFound):
            queries.file_to_serve(db, cast.carl, photo, Size.WEB)
        assert queries.file_to_serve(db, cast.pia, photo, Size.WEB).asset == photo
        assert len(db.exec(select(Fact).where(Fact.kind == "asset.hidden")).all()) == 2
    with database.unit_of_work() as db:
        show_asset(db, cast.pia, tour, is_shown=True, now=NOW)
    assert page_of(database, cast, shoot).what_words == "1 photo, 1 3D tour"


def test_hidden_things_are_not_handed_over_and_do_not_hold_up_the_others(database: Database, cast: Cast, shoot: Shoot) -> None:
    (tour,) = linked(database, cast, shoot, TOUR)
    with database.unit_of_work() as db:
        show_asset(db, cast.pia, tour, is_shown=False, now=NOW)
        assert deliver(db, cast.olive, shoot.number, DeliverRequest(), now=NOW).words == "2 photos delivered."
        assert db.exec(select(Asset.delivered_at).where(Asset.public_id == tour)).one() is None
        show_asset(db, cast.pia, tour, is_shown=True, now=NOW)
        assert (
            deliver(db, cast.olive, shoot.number, DeliverRequest(), now=NOW).words
            == "1 3D tour delivered now, 2 photos, 1 3D tour in all."
        )


def test_only_the_studio_adds_links_and_says_what_they_are(database: Database, cast: Cast, shoot: Shoot) -> None:
    (tour,) = linked(database, cast, shoot, TOUR)
    with database.unit_of_work() as db:
        for stranger in (cast.carl, cast.omar, cast.ollie):
            with pytest.raises((NotFound, NotAllowed)):
                add_link(db, stranger, shoot.listing, FILM, now=NOW)
            with pytest.raises((NotFound, NotAllowed)):
                describe_asset(db, stranger, tour, AssetWords(), now=NOW)
            with pytest.raises((NotFound, NotAllowed)):
                show_asset(db, stranger, tour, is_shown=False, now=NOW)
        with pytest.raises(InvalidInput):
            add_link(db, cast.pia, shoot.listing, "javascript:alert(1)", now=NOW)


@pytest.mark.proof("delivery-15")
@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("video", "video/mp4"), ("document", "application/pdf"), ("floor_plan", "application/pdf"), ("photo", "image/heic")],
)
def test_while_locked_a_file_of_any_kind_is_its_marked_picture_and_nothing_else(
    database: Database, cast: Cast, shoot: Shoot, kind: str, media_type: str
) -> None:
    film = shoot.photos[1]
    with database.unit_of_work() as db:
        asset = db.exec(select(Asset).where(Asset.public_id == film)).one()
        asset.kind, asset.media_type = kind, media_type
        names = {row.sha256: row.name for row in db.exec(select(Rendition).where(Rendition.asset_id == asset.id))}
    hand_over(database, cast.olive, shoot)
    told = repr(page_of(database, cast, shoot))
    assert "/original" not in told
    assert "play=1" not in told
    with database.reading() as db:
        seen = {size: names[queries.file_to_serve(db, cast.carl, film, size).sha256] for size in (Size.THUMB, Size.WEB)}
        assert seen == {Size.THUMB: "thumb_marked", Size.WEB: "web_marked"}
        for size in (Size.ORIGINAL, Size.MLS):
            with pytest.raises(Locked):
                queries.file_to_serve(db, cast.carl, film, size)
        with pytest.raises(Locked):
            queries.archive_to_serve(db, cast.carl, shoot.listing, Size.ORIGINAL)
    pay(database, shoot, cast.harbor, TOTAL)
    with database.reading() as db:
        assert queries.file_to_serve(db, cast.carl, film, Size.ORIGINAL).media_type == media_type
        assert len(queries.archive_to_serve(db, cast.carl, shoot.listing, Size.ORIGINAL).taking.items) == 2
        in_sizes = 2 if kind == "photo" else 1
        assert len(queries.archive_to_serve(db, cast.carl, shoot.listing, Size.MLS).taking.items) == in_sizes
