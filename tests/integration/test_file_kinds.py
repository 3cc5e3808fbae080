"""Films, PDFs and HEIC photos come in, become pictures, and are told from what only calls itself so."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from portal_app.adapters import film_check, heic_work, jpeg_check, pdf_work
from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.core.errors import InvalidInput
from portal_app.db import Database
from portal_app.domain.listings.models import Listing
from portal_app.domain.media import service
from portal_app.domain.media.caps import GIGABYTE, Caps, OverCap, require_within
from portal_app.domain.media.intake import LARGEST
from portal_app.domain.media.known import add_known
from portal_app.domain.media.linking import AssetWords, describe_asset
from portal_app.domain.media.models import AssetState, UploadState
from portal_app.domain.media.queries import beside_photos, photos
from portal_app.domain.media.renderer import BadPhoto
from tests.conftest import NOW, Cast
from tests.files import film, heic, pdf
from tests.media_desk import Desk, open_listing
from tests.photos import small_jpeg

pytestmark = pytest.mark.proof("delivery-02")


@pytest.fixture(scope="module")
def renderer() -> Iterator[PillowRenderer]:
    made = PillowRenderer(1)
    yield made
    made.close()


@pytest.fixture
def desk(database: Database, cast: Cast, renderer: PillowRenderer, tmp_path: Path) -> Desk:
    folder = tmp_path / "uploads"
    folder.mkdir()
    listing = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    return Desk(database, DiskStore(tmp_path / "store"), renderer, listing, folder, cast.pia, NOW)


@pytest.mark.parametrize(
    ("name", "content", "kind", "media_type", "kept"),
    [
        ("Walk.MP4", film(), "video", "video/mp4", "Walk.MP4"),
        ("walk.mov", film("mov"), "video", "video/quicktime", "walk.mov"),
        ("plan.pdf", pdf(), "document", "application/pdf", "plan.pdf"),
        ("IMG_1.HEIC", heic(), "photo", "image/heic", "IMG_1.HEIC"),
        ("really-a-film.jpg", film(), "video", "video/mp4", "really-a-film.jpg.mp4"),
    ],
)
def test_a_file_is_what_its_bytes_say_and_gets_every_size(
    desk: Desk, name: str, content: bytes, kind: str, media_type: str, kept: str
) -> None:
    asset = desk.asset(desk.hand_in_ready(content, name).asset_id)
    assert (asset.kind, asset.media_type, asset.original_name, asset.state) == (kind, media_type, kept, AssetState.READY)
    assert (asset.seconds, asset.pages) == {"video": (2, 0), "document": (0, 2), "photo": (0, 0)}[kind]
    marked, clean = desk.rendition(asset.id, "web_marked"), desk.rendition(asset.id, "thumb")
    assert marked
    assert clean
    assert marked.sha256 != clean.sha256
    with Image.open(io.BytesIO(b"".join(desk.store.read(clean.sha256)))) as picture:
        red, green, blue = picture.convert("RGB").getpixel((picture.width // 4, picture.height // 2))
    assert {"video": red > 200 > blue + green, "document": green > 100 > red + blue, "photo": red > green > blue}[kind]


def test_sections_number_themselves_and_a_pdf_becomes_a_floor_plan(desk: Desk) -> None:
    desk.hand_in_ready(small_jpeg())
    desk.hand_in_ready(film(), "walk.mp4")
    plan = desk.asset(desk.hand_in_ready(pdf(), "plan.pdf").asset_id)
    with desk.writing() as db:
        describe_asset(db, desk.by, plan.public_id, AssetWords("Upper floor", "", "floor_plan"), now=NOW)
        assert [(one.kind, one.position, one.pages) for one in beside_photos(db, desk.by, desk.listing_id)] == [
            ("video", 0, 0),
            ("floor_plan", 0, 2),
        ]
    assert [card.position for card in desk.cards()] == [0]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("cut.mp4", film()[:-200], film_check.CUT),
        ("half.mov", film("mov")[:900], film_check.CUT),
        ("noise.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + b"\0\0\0\x10mdatxxxxxxxx", film_check.CUT),
        ("empty.pdf", b"%PDF-1.7\n", pdf_work.BROKEN),
        ("cut.pdf", b"%PDF-1.7\n" + bytes(5000), pdf_work.BROKEN),
        ("noise.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(400), heic_work.BROKEN),
        ("page.pdf", b"<html><script>alert(1)</script>", jpeg_check.NOT_A_PHOTO),
        ("movie.avi", b"RIFF\0\0\0\0AVI LIST", None),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(desk: Desk, name: str, content: bytes, sentence: str | None) -> None:
    card = desk.hand_in(content, name)
    assert card.state == UploadState.REFUSED
    assert card.reason == sentence if sentence else card.reason
    assert not list(desk.folder.iterdir())


def test_a_film_without_pictures_is_refused_by_the_worker_and_harms_nothing_else(
    renderer: PillowRenderer, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.mp4"
    odd.write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + b"\0\0\0\x10mdatxxxxxxxx" + b"\0\0\0\x08moov")
    assert renderer.inspect(odd).kind == "video"
    from portal_app.domain.media.renderer import Mark, RenderRequest

    with pytest.raises(BadPhoto) as refused:
        renderer.render(RenderRequest(odd, tmp_path, Mark("x")))
    assert refused.value.sentence == film_check.NO_FILM


def test_a_film_may_be_larger_than_a_photo_but_only_when_it_is_one(desk: Desk) -> None:
    with desk.writing() as db:
        assert service.begin_upload(db, desk.by, desk.listing_id, "walk.mp4", 4 << 30, now=NOW).state == UploadState.OPEN
        for name in ("front.jpg", "plan.pdf"):
            with pytest.raises(InvalidInput):
                service.begin_upload(db, desk.by, desk.listing_id, name, LARGEST + 1, now=NOW)
        with pytest.raises(OverCap) as refused:
            require_within(db, desk.by, 6 * GIGABYTE, Caps(film=5), now=NOW)
    assert (
        refused.value.sentence == "This is larger than 5 GB, the most one video may have. Export it smaller, then send it again."
    )


def test_only_a_picture_takes_the_place_of_a_picture(desk: Desk) -> None:
    front = desk.asset(desk.hand_in_ready(small_jpeg()).asset_id)
    refused = desk.hand_in(film(), "walk.mp4", replaces=front.public_id)
    assert (refused.state, front.original_name in refused.reason) == (UploadState.REFUSED, True)
    taken = desk.asset(desk.hand_in_ready(heic(), "front.heic", replaces=front.public_id).asset_id)
    assert (taken.kind, taken.supersedes_id) == ("photo", front.id)


def test_a_known_film_keeps_what_it_is_in_another_listing(desk: Desk, cast: Cast) -> None:
    walk = desk.asset(desk.hand_in_ready(film(), "walk.mp4").asset_id)
    other = open_listing(desk.database, cast.harbor, cast.carl_customer, NOW, "9 Other Lane")
    with desk.database.reading() as db:
        listing = db.get_one(Listing, other).public_id
    add_known(desk.database.unit_of_work, desk.store, desk.by, listing, walk.sha256, "Again.mp4", now=NOW)
    with desk.database.reading() as db:
        assert [(one.kind, one.name) for one in beside_photos(db, desk.by, other)] == [("video", "Again.mp4")]
        assert photos(db, desk.by, other) == []
