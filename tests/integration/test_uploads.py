"""The upload route: tus 1.0 spoken correctly, resumed anywhere, refused in words."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app import wiring
from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.core.clock import utc_now
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.listings.models import Listing
from portal_app.domain.media import queries
from portal_app.domain.media.models import Asset, AssetState, Upload
from portal_app.settings import read_settings
from portal_app.web import uploads
from portal_app.web.parts import Part
from tests.conftest import NOW, Cast
from tests.media_desk import open_listing
from tests.photos import camera_jpeg, small_jpeg

pytestmark = pytest.mark.proof("main-job-12")
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def renderer() -> Iterator[PillowRenderer]:
    made = PillowRenderer(1)
    yield made
    made.close()


def told(pairs: dict[str, str]) -> str:
    """As tus writes it."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


class Browser:
    """A browser signed in as somebody, with one listing in view."""

    def __init__(self, client: TestClient, listing: str) -> None:
        self.client = client
        self.listing = listing
        self.viewer: Viewer | None = None

    def begin(self, size: int, name: str = "front.jpg", **more: str):
        pairs = {"filename": name, "listing": self.listing, **more}
        headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": told(pairs)}
        return self.client.post("/api/uploads", headers=headers)

    def send(self, url: str, offset: int, content: bytes, **headers: str):
        return self.client.patch(url, headers={**BYTES, "Upload-Offset": str(offset), **headers}, content=content)

    def offset(self, url: str) -> int:
        return int(self.client.head(url, headers=TUS).headers["upload-offset"])

    def known(self, content: bytes, name: str = "front.jpg", listing: str = ""):
        """Whether these bytes need not be sent."""
        return self.begin(len(content), name, listing=listing or self.listing, sha256=hashlib.sha256(content).hexdigest())

    def upload(self, content: bytes, name: str = "front.jpg", **more: str):
        """The whole file in parts of 5 MB; the answer to the last one."""
        url = self.begin(len(content), name, **more).headers["location"]
        for start in range(0, len(content), 5 << 20):
            answer = self.send(url, start, content[start : start + (5 << 20)])
            assert answer.status_code == 204, answer.text
        return answer


@pytest.fixture
def browser(
    database: Database, cast: Cast, renderer: PillowRenderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Browser]:
    listing_id = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    with database.reading() as db:
        listing = db.exec(select(Listing.public_id).where(Listing.id == listing_id)).one()
    made = wiring.Wiring(
        settings=read_settings({"PORTAL_DATA_DIR": str(tmp_path)}),
        database=database,
        store=DiskStore(tmp_path / "store"),
        renderer=renderer,
        mailer=SimpleNamespace(),
        executor=ThreadPoolExecutor(4),
    )
    wiring.use(made)
    with TestClient(Starlette(routes=uploads.routes())) as client:
        browser = Browser(client, listing)
        browser.viewer = cast.pia

        async def who(_request):
            return None, browser.viewer

        monkeypatch.setattr(uploads, "viewer_of_request", who)
        yield browser
    wiring.use(None)
    made.executor.shutdown()


def folder() -> Path:
    return wiring.current().uploads_dir


def limit(**settings) -> None:
    """This installation runs with other limits from now on."""
    here = wiring.current()
    here.settings = replace(here.settings, **settings)


def photos(browser: Browser, cast: Cast) -> list[queries.PhotoCard]:
    with wiring.current().database.reading() as db:
        asset = db.exec(select(Asset)).first()
        return queries.photos(db, cast.pia, asset.listing_id) if asset else []


def test_a_photo_in_three_parts_arrives_with_identical_bytes(browser: Browser, cast: Cast) -> None:
    content = camera_jpeg(1)
    assert len(content) >= 8_000_000
    answer = browser.upload(content, "DSC_0001.JPG")
    assert answer.headers["upload-asset"] == photos(browser, cast)[0].public_id
    kept = wiring.current().store.read(hashlib.sha256(content).hexdigest())
    assert b"".join(kept) == content
    assert list(folder().iterdir()) == []
    url = str(answer.request.url)
    again = browser.client.head(url, headers=TUS)
    assert (again.headers["upload-offset"], again.headers["upload-asset"]) == (str(len(content)), answer.headers["upload-asset"])


def test_a_refusal_is_a_sentence_and_a_duplicate_says_so(browser: Browser, cast: Cast) -> None:
    refused = browser.upload(b"GIF89a not a photo")
    assert "GIF" in unquote(refused.headers["upload-refused"])
    first = browser.upload(small_jpeg(1))
    again = browser.upload(small_jpeg(1), "copy.jpg")
    assert again.headers["upload-duplicate"] == "true"
    assert again.headers["upload-asset"] == first.headers["upload-asset"]
    assert len(photos(browser, cast)) == 1


def test_a_wrong_offset_is_409_and_the_right_one_goes_on(browser: Browser) -> None:
    content = small_jpeg(1)
    url = browser.begin(len(content)).headers["location"]
    assert browser.send(url, 0, content[:1000]).headers["upload-offset"] == "1000"
    wrong = browser.send(url, 500, content[500:])
    assert (wrong.status_code, wrong.headers["upload-offset"]) == (409, "1000")
    assert browser.offset(url) == 1000
    assert "upload-asset" in browser.send(url, 1000, content[1000:]).headers


def test_two_at_once_is_423(browser: Browser) -> None:
    url = browser.begin(100).headers["location"]
    held = Part(folder() / f"{url.rpartition('/')[2]}.part")
    assert browser.send(url, 0, b"x" * 10).status_code == 423
    held.close()
    assert browser.send(url, 0, b"x" * 10).status_code == 204


def test_too_much_is_refused_and_forgotten(browser: Browser) -> None:
    url = browser.begin(100).headers["location"]
    assert browser.send(url, 0, b"x" * 101).status_code == 413
    assert browser.offset(url) == 0
    big = browser.begin(20 << 20).headers["location"]
    assert browser.send(big, 0, bytes((16 << 20) + 1)).status_code == 413
    streamed = browser.client.patch(big, headers={**BYTES, "Upload-Offset": "0"}, content=(bytes(1 << 20) for _ in range(17)))
    assert (streamed.status_code, browser.offset(big)) == (413, 0)


def test_a_checksum_that_differs_is_460_and_nothing_is_kept(browser: Browser) -> None:
    url = browser.begin(100).headers["location"]
    right, wrong = (base64.b64encode(hashlib.sha256(text).digest()).decode() for text in (b"x" * 10, b"y"))
    assert browser.send(url, 0, b"x" * 10, **{"Upload-Checksum": f"sha256 {wrong}"}).status_code == 460
    assert browser.offset(url) == 0
    assert browser.send(url, 0, b"x" * 10, **{"Upload-Checksum": f"sha256 {right}"}).status_code == 204
    assert browser.send(url, 10, b"x", **{"Upload-Checksum": "md4 eHl6"}).status_code == 400


def test_the_protocols_small_print(browser: Browser) -> None:
    client = browser.client
    assert client.options("/api/uploads").headers["tus-extension"] == "creation,checksum,expiration,termination"
    assert client.post("/api/uploads", headers={"Upload-Length": "1"}).status_code == 412
    assert client.post("/api/uploads", headers={**TUS, "Upload-Length": "-1"}).status_code == 400
    assert (
        client.post("/api/uploads", headers={**TUS, "Upload-Length": "5", "Upload-Metadata": "filename ???"}).status_code == 400
    )
    assert browser.begin(0).status_code == 422
    assert browser.begin((200 << 20) + 1).status_code == 422
    url = browser.begin(10).headers["location"]
    assert client.patch(url, headers={**TUS, "Upload-Offset": "0"}, content=b"x").status_code == 415
    assert client.delete(url, headers=TUS).status_code == 204
    assert client.head(url, headers=TUS).status_code == 410
    assert browser.send(url, 0, b"x").status_code == 410
    assert list(folder().iterdir()) == []


def test_nobody_else_may_touch_it(browser: Browser, cast: Cast) -> None:
    url = browser.begin(10).headers["location"]
    for viewer, begun, touched in ((cast.olive, 201, 404), (cast.carl, 403, 404), (cast.omar, 404, 404), (None, 403, 403)):
        browser.viewer = viewer
        assert browser.begin(10).status_code == begun
        assert browser.send(url, 0, b"x").status_code == touched
        assert browser.client.head(url, headers=TUS).status_code == touched
        assert browser.client.delete(url, headers=TUS).status_code == touched
    browser.viewer = cast.pia
    assert browser.offset(url) == 0


@pytest.mark.proof("delivery-01")
def test_a_full_disk_is_said_in_words(browser: Browser) -> None:
    url = browser.begin(10).headers["location"]
    limit(least_free_gb=1 << 40)
    for answer in (browser.begin(10), browser.send(url, 0, b"x")):
        assert answer.status_code == 507
        assert "disk" in unquote(answer.headers["upload-refused"])


def test_every_byte_here_but_the_server_stopped_before_saying_so(browser: Browser, cast: Cast) -> None:
    content = small_jpeg(1)
    url = browser.begin(len(content)).headers["location"]
    (folder() / f"{url.rpartition('/')[2]}.part").write_bytes(content)
    told = browser.client.head(url, headers=TUS).headers
    assert told["upload-asset"] == photos(browser, cast)[0].public_id


@pytest.mark.proof("main-job-18")
def test_names_never_reach_the_disk(browser: Browser, cast: Cast, tmp_path: Path) -> None:
    for number, name in enumerate(("../../x.jpg", "/etc/passwd", "CON", "a\x00b.jpg", "n" * 300 + ".jpg", "📷.jpg")):
        assert "upload-asset" in browser.upload(small_jpeg(number), name).headers
    names = {card.name for card in photos(browser, cast)}
    assert names == {"x.jpg", "passwd.jpg", "_CON.jpg", "ab.jpg", "n" * 176 + ".jpg", "📷.jpg"}
    for place, _, files in os.walk(tmp_path):
        assert all(len(file) == 64 or file.startswith("portal.db") for file in files), (place, files)


def test_an_offset_survives_what_an_upload_forgot(browser: Browser) -> None:
    """Ten cuts of one file, each at another place: never more than the unacknowledged bytes are sent twice."""
    content = small_jpeg(3)
    url = browser.begin(len(content)).headers["location"]
    step = len(content) // 10 + 1
    for start in range(0, len(content), step):
        assert browser.offset(url) == start
        answer = browser.send(url, start, content[start : start + step])
    assert "upload-asset" in answer.headers
    with wiring.current().database.reading() as db:
        assert db.exec(select(Upload.state)).all() == ["done"]


@pytest.mark.proof("delivery-01")
def test_it_says_until_when_it_is_kept_and_is_gone_after(browser: Browser, database: Database) -> None:
    begun = browser.begin(100)
    url = begun.headers["location"]
    answers = [begun, browser.client.head(url, headers=TUS), browser.send(url, 0, b"x")]
    for answer in answers:
        left = parsedate_to_datetime(answer.headers["upload-expires"]) - utc_now()
        assert timedelta(hours=23) < left <= timedelta(hours=24)
    with database.unit_of_work() as db:
        db.exec(select(Upload)).one().touched_at -= timedelta(hours=24)
    assert browser.client.head(url, headers=TUS).status_code == 410
    assert browser.send(url, 1, b"x").status_code == 410


@pytest.mark.proof("delivery-01")
def test_nobody_sends_more_in_a_day_than_their_role_may(browser: Browser, cast: Cast, database: Database) -> None:
    limit(upload_daily_gb=(("photographer", 1), ("editor", 0)))
    sizes = [200_000_000] * 5
    assert [browser.begin(size).status_code for size in sizes] == [201] * 5
    refused = browser.begin(1)
    assert refused.status_code == 413
    assert "1 GB within a day" in unquote(refused.headers["upload-refused"])
    browser.viewer = cast.olive
    assert browser.begin(1).status_code == 201, "an owner has no cap here"
    browser.viewer = cast.pia
    with database.unit_of_work() as db:
        db.exec(select(Upload).order_by(Upload.id)).first().created_at -= timedelta(days=1)
    assert browser.begin(1).status_code == 201, "what was sent yesterday no longer counts"


@pytest.mark.proof("delivery-01")
def test_a_studio_keeps_no_more_than_it_may(browser: Browser, cast: Cast, database: Database) -> None:
    limit(studio_gb=1)
    browser.upload(small_jpeg(1))
    with database.unit_of_work() as db:
        db.exec(select(Asset)).one().size = 900_000_000
    assert browser.begin(60_000_000).status_code == 201
    refused = browser.begin(60_000_000)
    assert refused.status_code == 413
    assert "keeps 1 GB" in unquote(refused.headers["upload-refused"])


def test_a_part_that_would_run_over_is_refused_before_it_is_taken(browser: Browser) -> None:
    url = browser.begin(100).headers["location"]
    answer = browser.send(url, 0, b"x" * 101)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


def second_listing(database: Database, studio_id: int, customer_id: int) -> str:
    listing_id = open_listing(database, studio_id, customer_id, NOW, "14 Ocean Ave")
    with database.reading() as db:
        return db.exec(select(Listing.public_id).where(Listing.id == listing_id)).one()


def assets(database: Database) -> list[Asset]:
    with database.reading() as db:
        found = list(db.exec(select(Asset).order_by(Asset.id)).all())
        db.expunge_all()
        return found


@pytest.mark.proof("delivery-01")
def test_what_the_listing_has_is_not_sent_again(browser: Browser, database: Database) -> None:
    content = small_jpeg(1)
    assert "upload-asset" not in browser.known(content).headers
    first = browser.upload(content).headers["upload-asset"]
    answer = browser.known(content, "again.jpg")
    assert (answer.status_code, answer.headers["upload-asset"], answer.headers["upload-duplicate"]) == (200, first, "true")
    assert "location" not in answer.headers
    with database.unit_of_work() as db:
        db.exec(select(Asset)).one().state = AssetState.REMOVED
    assert browser.known(content).headers["upload-asset"] == first
    assert [asset.state for asset in assets(database)] == [AssetState.RENDERING], "a removed one comes back"
    with database.reading() as db:
        assert len(db.exec(select(Upload)).all()) == 2, "nothing is begun for what is known"


@pytest.mark.proof("delivery-01")
def test_bytes_of_another_listing_make_a_photo_at_once(browser: Browser, cast: Cast, database: Database) -> None:
    content = small_jpeg(1)
    browser.upload(content)
    other = second_listing(database, cast.harbor, cast.carl_customer)
    answer = browser.known(content, "../garden.jpg", other)
    assert "upload-duplicate" not in answer.headers
    old, new = assets(database)
    assert (new.public_id, new.original_name) == (answer.headers["upload-asset"], "garden.jpg")
    assert (new.sha256, new.crc32, new.size, new.width) == (old.sha256, old.crc32, old.size, old.width)
    assert new.listing_id != old.listing_id
    with database.reading() as db:
        assert len(db.exec(select(Work).where(Work.kind == "render_asset")).all()) == 2
        assert len(db.exec(select(Fact).where(Fact.kind == "asset.received")).all()) == 2


@pytest.mark.proof("delivery-01")
def test_what_arrived_must_come_to_the_hash_that_was_told(browser: Browser, database: Database) -> None:
    content = small_jpeg(1)
    sha256 = hashlib.sha256(content).hexdigest()
    url = browser.begin(len(content), sha256=sha256).headers["location"]
    answer = browser.send(url, 0, content[:-1] + bytes([content[-1] ^ 1]))
    assert (answer.status_code, "changed on its way" in unquote(answer.headers["upload-refused"])) == (460, True)
    assert browser.client.head(url, headers=TUS).status_code == 410, "so that it is begun anew"
    assert assets(database) == []
    assert list(wiring.current().uploads_dir.iterdir()) == []
    assert browser.upload(content, sha256=sha256).headers["upload-asset"]


@pytest.mark.proof("delivery-01")
def test_a_file_stopped_before_it_was_judged_is_judged_when_asked_for(browser: Browser, database: Database) -> None:
    content = small_jpeg(1)
    for told_sha, status in ((hashlib.sha256(b"another").hexdigest(), 460), (hashlib.sha256(content).hexdigest(), 200)):
        url = browser.begin(len(content), sha256=told_sha).headers["location"]
        (wiring.current().uploads_dir / f"{url.rpartition('/')[2]}.part").write_bytes(content)
        assert browser.client.head(url, headers=TUS).status_code == status
    assert [asset.size for asset in assets(database)] == [len(content)]


@pytest.mark.proof("delivery-01")
def test_bytes_the_store_lost_must_come(browser: Browser, database: Database) -> None:
    content = small_jpeg(1)
    browser.upload(content)
    (asset,) = assets(database)
    path = wiring.current().store.local_path(asset.sha256)
    path.unlink()
    assert "upload-asset" not in browser.known(content).headers
    browser.upload(content)
    assert path.read_bytes() == content


@pytest.mark.proof("delivery-01")
def test_nobody_learns_what_another_studio_keeps(browser: Browser, cast: Cast, database: Database) -> None:
    content = small_jpeg(1)
    browser.upload(content)
    theirs = second_listing(database, cast.bluebird, cast.ollie_customer)
    browser.viewer = cast.omar
    assert "upload-asset" not in browser.known(content, listing=theirs).headers
    assert browser.known(content).status_code == 404
    for viewer in (cast.carl, None):
        browser.viewer = viewer
        assert browser.known(content).status_code == 403
    browser.viewer = cast.pia
    assert browser.begin(len(content), sha256="../x").status_code == 422
    assert len(assets(database)) == 1
