"""Every way there is to ask for the pixels of a listing that waits for its payment, by everybody, and what comes back.

The files are real pictures that say by their color what they are: an original, a clean size, a marked one. So an answer
is judged by its pixels, whatever its address, its status or its name promise.
"""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.secret_box import SecretBox
from portal_app.core.clock import utc_now
from portal_app.db import Database
from portal_app.domain.delivery import queries, service, sharing
from portal_app.domain.delivery.gate import Size
from portal_app.domain.delivery.models import AccessLink
from portal_app.domain.delivery.revision_models import RevisionMark, RevisionRequest
from portal_app.domain.media.models import Asset, OriginalsPage, PresetFile, Rendition, RenditionName
from portal_app.domain.media.presets import presets
from tests.conftest import Cast
from tests.integration.delivered import SIZES, kept, pay, set_policy
from tests.integration.street import Street, a_street, served

pytestmark = pytest.mark.proof("delivery-15")

SEAL = SecretBox(b"k" * 32)
MARKED = {RenditionName.WEB_MARKED, RenditionName.THUMB_MARKED}
RED, GREEN, BLUE = (200, 20, 20), (20, 180, 20), (20, 20, 200)
# The largest clean side that a listing without a watermark shows.
SMALL = 1024
WATERMARKS = pytest.mark.parametrize("watermark", [True, False], ids=["marked", "small"])


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def api(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[Starlette]:
    with served(database, store, tmp_path) as made:
        yield made


@pytest.fixture
def street(api: Starlette, database: Database, cast: Cast, store: DiskStore) -> Street:
    """Delivered and locked, with real pictures: originals red, clean sizes green, marked ones blue."""
    found = a_street(api, database, cast, store)
    with database.unit_of_work() as db:
        for asset in db.exec(select(Asset).where(Asset.listing_id == found.shoot.listing_id)):
            _repaint(asset, store, RED, (1500, 1000), asset.id)
            for row in db.exec(select(Rendition).where(Rendition.asset_id == asset.id)):
                _repaint(row, store, BLUE if row.name in MARKED else GREEN, SIZES[RenditionName(row.name)], asset.id)
            db.add(_fitted(asset, store))
    return found


def _repaint(row: Asset | Rendition, store: DiskStore, color: tuple[int, int, int], box: tuple[int, int], place: int) -> None:
    content = painted(color, box, place)
    row.sha256, row.size, row.crc32 = kept(store, content), len(content), zlib.crc32(content)
    row.width, row.height = box


def _fitted(asset: Asset, store: DiskStore) -> PresetFile:
    preset = presets()["ranw"]
    content = painted(GREEN, (1400, 933), asset.id)
    return PresetFile(
        studio_id=asset.studio_id, asset_id=asset.id, preset=preset.slug, recipe=preset.recipe, sha256=kept(store, content),
        crc32=zlib.crc32(content), size=len(content),
    )  # fmt: skip


def painted(color: tuple[int, int, int], box: tuple[int, int], place: int) -> bytes:
    """A color with a grain of its own: no two files share a stretch of bytes."""
    made = io.BytesIO()
    grain = Image.effect_noise((96, 64), 30 + place).convert("RGB").resize(box)
    Image.blend(Image.new("RGB", box, color), grain, 0.1).save(made, "JPEG", quality=40)
    return made.getvalue()


# -- what was learned while it was open, and what anybody can guess ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Learned:
    """Every address somebody could have kept from the time when the listing was open."""

    addresses: list[str]
    posts: list[str]


def learned(street: Street) -> Learned:
    """Opened for a moment: whole pages of addresses, running downloads, links; then locked again."""
    shoot, other, carl = street.shoot, street.other, street.browsers["carl"]
    set_policy(street.database, street.delivery_id, collect_payment=False, watermark=False)
    beside = [*altered(street), *asked_again(street)]
    with street.database.unit_of_work() as db:
        page = queries.listing_page(db, street.cast.carl, shoot.listing)
        handed = [url for tile in page.photos for url in (tile.thumb_url, tile.web_url, tile.mls_url, tile.original_url)]
        asked = sharing.ShareRequest(shoot.photos, "original", str((utc_now() + timedelta(days=3)).date()))
        path = sharing.share_photos(db, street.cast.carl, shoot.listing, asked, SEAL, now=utc_now())
    anybody = TestClient(carl.app, base_url="http://localhost", follow_redirects=False)
    begun = [anybody.post(f"{path}/take?size={size}").headers["location"] for size in ("original", "web", "mls")]
    for address in (handed[1], handed[3]):
        assert carl.get(address).status_code == 200, "it was open, and these are its addresses"
    zips = [page.zip_url, page.zip_web_url, page.zip_mls_url, f"/files/preset/{shoot.listing}/ranw"]
    zips += [
        f"{page.zip_url}?photos={','.join(shoot.photos[:2])}",
        f"{page.zip_url}?only=new",
        f"{page.zip_url}?since=last&size=mls",
    ]
    zips += [f"{page.zip_url}?photos={other.photos[0]},{shoot.photos[0]}", f"/files/zip/{other.listing}?photos={shoot.photos[0]}"]
    shared_ones = [path, *begun, *(f"{path}/photo/{photo}" for photo in shoot.photos)]
    return Learned(
        [*handed, page.cover_url, *zips, *shared_ones, *beside, *guessed(shoot.photos)],
        [f"{path}/take?size={size}{photo}" for size in Size for photo in ("", f"&photo={shoot.photos[0]}")],
    )


def altered(street: Street) -> list[str]:
    """The public page on which the first photo stands beside its original."""
    first, second = street.shoot.photos[:2]
    with street.database.unit_of_work() as db:
        kept_ = {each.public_id: each for each in db.exec(select(Asset).where(Asset.listing_id == street.shoot.listing_id))}
        kept_[first].altered_how, kept_[first].altered_of_id = "staged", kept_[second].id
        where = {"studio_id": street.cast.harbor, "listing_id": street.shoot.listing_id}
        db.add(OriginalsPage(public_id="beside", made_at=utc_now(), **where))
    sizes = ("", "?size=original", "?download=1", "?size=web")
    return ["/originals/beside", *(f"/originals/beside/{photo}{size}" for photo in street.shoot.photos for size in sizes)]


def asked_again(street: Street) -> list[str]:
    """What is looked at while the customer asks for a change of the first photo."""
    shoot, now = street.shoot, utc_now()
    with street.database.unit_of_work() as db:
        request = RevisionRequest(
            public_id="change", studio_id=street.cast.harbor, listing_id=shoot.listing_id, order_id=shoot.order_id, number=1,
            request_key="x", wish="Brighter", asked_by="Carl", asked_email="x@x.example", asked_at=now, changed_at=now,
        )  # fmt: skip
        db.add(request)
        db.flush()
        about = db.exec(select(Asset.id).where(Asset.public_id == street.photo())).one()
        db.add(RevisionMark(studio_id=street.cast.harbor, revision_id=request.id, asset_id=about))
    pictures = [f"/files/revision/change/{photo}/{size}" for photo in shoot.photos[:2] for size in Size]
    return ["/files/revision/change", *pictures, *(f"{address}?download=1" for address in pictures[:4])]


def guessed(photos: list[str]) -> list[str]:
    """Names that stand in our code or in others', with every switch that any address knows."""
    words = [*Size, *RenditionName, "clean", "full", "print", "ORIGINAL", "original/", "..%2foriginal", "web.jpg"]
    switches = ["?v=000000000000", "?download=1&play=1&size=original"]
    plain = [f"/files/{photo}/{word}" for photo in photos[:1] for word in words]
    return [*(address + switch for address in plain for switch in switches), *(f"/files/embed/{photo}" for photo in photos)]


ASKING = [
    # method, headers: whole, looked at, in parts, as if it were known
    ("GET", {}),
    ("HEAD", {}),
    ("GET", {"range": "bytes=0-"}),
    ("GET", {"range": "bytes=-40000"}),
    ("GET", {"range": "bytes=0-99,200-"}),
    ("GET", {"range": "bytes=0-", "if-range": '"{etag}"'}),
    ("GET", {"if-none-match": '"{etag}"'}),
    ("GET", {"if-none-match": "*"}),
    ("GET", {"x-original-url": "/", "x-http-method-override": "GET", "sec-fetch-mode": "navigate"}),
]


@WATERMARKS
def test_no_probe_of_a_locked_listing_yields_a_full_size_byte_nor_a_clean_one_when_marked(
    street: Street, watermark: bool, full: bool
) -> None:
    found = learned(street)
    set_policy(street.database, street.delivery_id, collect_payment=True, watermark=watermark)
    secret = secret_pixels(street, watermark=watermark)
    for turn, who in enumerate(("carl", "link", "nobody", "omar")):
        client = street.browsers[who]
        for at, address in enumerate(dict.fromkeys(found.addresses)):
            for method, headers in ASKING if full else (ASKING[0], ASKING[1 + (at + turn) % (len(ASKING) - 1)]):
                asked = {name: value.replace("{etag}", secret.etag) for name, value in headers.items()}
                judge(client.request(method, address, headers=asked), secret, f"{who} {method} {address} {asked}")
        for address in found.posts:
            judge(client.post(address), secret, f"{who} POST {address}")


def test_the_same_probes_read_everything_once_it_is_paid(street: Street) -> None:
    """Otherwise the silence above would show nothing."""
    found = learned(street)
    set_policy(street.database, street.delivery_id, collect_payment=True, watermark=True)
    secret = secret_pixels(street, watermark=True)
    pay(street.database, street.shoot, street.cast.harbor)
    carl, heard = street.browsers["carl"], set()
    for address in dict.fromkeys(found.addresses[: -len(guessed(street.shoot.photos))]):
        heard |= {name for name, part in secret.parts.items() if part in carl.get(address).content}
    assert heard >= {"original", "web", "mls", "thumb", "preset"}


# -- doors beside the files -------------------------------------------------------------------------------------------


def test_a_secret_link_that_was_closed_or_ran_out_opens_no_picture(street: Street, api: Starlette) -> None:
    held = street.browsers["link"]
    addresses = [f"/files/{street.photo()}/{size}" for size in Size] + [f"/files/zip/{street.shoot.listing}"]
    assert [held.get(each).status_code for each in addresses] == [200, 200, 403, 403, 403]
    for ending in ("revoked_at", "ends_at"):
        token = _token(street)
        late = TestClient(api, base_url="http://localhost", follow_redirects=False)
        assert late.get(f"/l/{token}").status_code == 303
        with street.database.unit_of_work() as db:
            for link in db.exec(select(AccessLink)):
                setattr(link, ending, utc_now() - timedelta(seconds=1))
        for client in (late, held):
            assert [client.get(each).status_code for each in addresses] == [404] * 5
        assert late.get(f"/l/{token}").status_code == 410
        with street.database.unit_of_work() as db:
            for link in db.exec(select(AccessLink)):
                link.revoked_at, link.ends_at = None, utc_now() + timedelta(days=1)


def _token(street: Street) -> str:
    with street.database.unit_of_work() as db:
        return service.make_link(db, street.delivery_id, "late@coastline.example", now=utc_now())


def test_a_bucket_is_never_named_while_locked(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signed address would let whoever has it read for a minute, whatever the gate says meanwhile."""
    monkeypatch.setattr(DiskStore, "link", lambda *_: "https://bucket.example/signed")
    addresses = [f"/files/{street.photo()}/{size}{more}" for size in Size for more in ("", "?download=1")]
    for who in ("carl", "link"):
        assert not {street.browsers[who].get(each).status_code for each in addresses} & {301, 302, 303, 307, 308}
    set_policy(street.database, street.delivery_id, collect_payment=False, watermark=True)
    assert street.browsers["carl"].get(addresses[-1]).status_code == 302
    with street.database.unit_of_work() as db:
        asked = sharing.ShareRequest(street.shoot.photos, "original", str((utc_now() + timedelta(days=3)).date()))
        path = sharing.share_photos(db, street.cast.carl, street.shoot.listing, asked, SEAL, now=utc_now())
    anybody = TestClient(street.browsers["carl"].app, base_url="http://localhost", follow_redirects=False)
    going = anybody.post(f"{path}/take?size=original&photo={street.photo()}").headers["location"]
    assert anybody.get(going).status_code == 200, "a shared link outlives no revoking, so it never leads to a bucket"


def test_who_names_the_hash_of_an_original_learns_nothing(street: Street) -> None:
    """Only whoever may upload is asked for a hash first; everybody else hears the same of one that is kept and of one that is not."""
    with street.database.reading() as db:
        known = db.exec(select(Asset.sha256).where(Asset.public_id == street.photo())).one()
    for who in ("carl", "link", "nobody", "omar", "ollie"):
        client = street.browsers[who]
        heard = [client.post("/api/uploads", headers=_asking(street, digest)) for digest in (known, "0" * 64)]
        assert heard[0].status_code == heard[1].status_code >= 400, who
        assert heard[0].text == heard[1].text, who


def _asking(street: Street, digest: str) -> dict[str, str]:
    said = {"listing": street.shoot.listing, "filename": "a.jpg", "sha256": digest}
    told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    return {"tus-resumable": "1.0.0", "upload-length": "10", "upload-metadata": told}


def test_the_cover_and_every_card_of_a_locked_listing_are_marked(street: Street) -> None:
    secret, carl = secret_pixels(street, watermark=True), street.browsers["carl"]
    with street.database.reading() as db:
        by = street.cast.carl
        cards = [card for card in queries.listing_cards(db, by) if card.public_id == street.shoot.listing]
        urls = [cards[0].cover_url, cards[0].cover_large_url, queries.listing_page(db, by, street.shoot.listing).cover_url]
        urls += queries.cover_urls(db, by, [street.shoot.listing_id]).values()
    assert all(urls)
    for url in urls:
        answer = carl.get(url)
        judge(answer, secret, url)
        assert answer.content.startswith(b"\xff\xd8")


@dataclass(frozen=True, slots=True)
class Secret:
    """What must not be heard: bytes from inside each forbidden file; `etag` is the first original's."""

    parts: dict[str, bytes]
    etag: str
    most: int
    colors: frozenset[tuple[int, int, int]]


def secret_pixels(street: Street, *, watermark: bool) -> Secret:
    """While marked nothing clean; else nothing clean that is larger than the small size."""
    with street.database.reading() as db:
        asset = db.exec(select(Asset).where(Asset.public_id == street.photo())).one()
        rows = {row.name: row.sha256 for row in db.exec(select(Rendition).where(Rendition.asset_id == asset.id))}
        original = asset.sha256
        files = {
            "original": asset.sha256,
            "preset": db.exec(select(PresetFile).where(PresetFile.asset_id == asset.id)).one().sha256,
        }
    clean = {RenditionName.WEB, RenditionName.MLS} | ({RenditionName.THUMB, RenditionName.SMALL} if watermark else set())
    store = DiskStore(_store_of(street))
    read = {name: b"".join(store.read(digest)) for name, digest in (files | {str(name): rows[name] for name in clean}).items()}
    colors = frozenset({RED} | ({GREEN} if watermark else set()))
    return Secret({name: content[-1200:-2] for name, content in read.items()}, original, SMALL, colors)


def _store_of(street: Street) -> Path:
    from portal_app import wiring

    return wiring.current().store.root


def judge(answer, secret: Secret, asked: str) -> None:
    """By the bytes, by what a ZIP unpacks to, and by the pixels of whatever opens as a picture."""
    content = answer.content
    for name, part in secret.parts.items():
        assert part not in content, f"{asked}: bytes of the {name}"
    assert not content.startswith(b"PK"), f"{asked}: a ZIP"
    assert secret.etag not in "".join(answer.headers.values()), f"{asked}: whether somebody has the original"
    if content.startswith(b"\xff\xd8") and answer.status_code == 200:
        with Image.open(io.BytesIO(content)) as picture:
            middle = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
            assert not any(near(middle, color) for color in secret.colors), f"{asked}: clean pixels {middle}"
            assert near(middle, BLUE) or max(picture.size) <= secret.most, f"{asked}: {picture.size}"


def near(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(one, other, strict=True))
