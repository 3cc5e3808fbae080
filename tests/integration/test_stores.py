"""One contract for every store: local disk, and S3 as a real server speaks it, with signatures that are checked."""

from __future__ import annotations

import hashlib
import io
import os
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.testclient import TestClient

from portal_app import entrance, wiring
from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.adapters.s3_store import PART, S3Store
from portal_app.core.errors import Unavailable
from portal_app.db import Database
from portal_app.domain.media import intake
from portal_app.domain.media.store import Store
from portal_app.domain.media.sweeping import sweep_store
from portal_app.readiness import faults_of
from portal_app.settings import S3, read_settings
from portal_app.web.api import make_api
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, an_order, hand_over, pay
from tests.integration.test_downloads import browser
from tests.media_desk import Desk, open_listing
from tests.object_store import BUCKET, KEY_ID, SECRET, fresh_store
from tests.photos import camera_jpeg, small_jpeg

pytestmark = pytest.mark.proof("delivery-08")


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return DiskStore(tmp_path / "store") if request.param == "disk" else fresh_store(request.getfixturevalue("objects"))


BY_SCRIPT = {"sec-fetch-mode": "cors"}


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def everything(store: Store, sha256: str) -> bytes:
    return b"".join(store.read(sha256))


# -- the contract ------------------------------------------------------------------------------------------------------


def test_bytes_come_back_as_they_were(store: Store, tmp_path: Path) -> None:
    small, file = b"small", tmp_path / "large"
    file.write_bytes(bytes(range(256)) * 9000)
    large = file.read_bytes()
    store.add_bytes(small, name_of(small))
    store.add_file(file, name_of(large))
    assert not file.exists(), "it was moved"
    for content in (small, large):
        assert store.has(name_of(content))
        assert store.size(name_of(content)) == len(content)
        assert everything(store, name_of(content)) == content


def test_the_same_bytes_again_are_one_file(store: Store, tmp_path: Path) -> None:
    content = b"twice"
    store.add_bytes(content, name_of(content))
    again = tmp_path / "again"
    again.write_bytes(content)
    store.add_file(again, name_of(content))
    store.add_bytes(content, name_of(content))
    assert not again.exists()
    assert everything(store, name_of(content)) == content


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, None, b"0123456789"),
        (3, None, b"3456789"),
        (3, 4, b"3456"),
        (9, 5, b"9"),
        (0, 0, b""),
        (10, None, b""),
        (99, 1, b""),
        (0, 99, b"0123456789"),
    ],
)
def test_any_stretch_of_it(store: Store, start: int, length: int | None, expected: bytes) -> None:
    store.add_bytes(b"0123456789", name_of(b"0123456789"))
    assert b"".join(store.read(name_of(b"0123456789"), start, length)) == expected


def test_pieces_are_no_larger_than_asked_for(store: Store) -> None:
    content = bytes(100_000)
    store.add_bytes(content, name_of(content))
    pieces = list(store.read(name_of(content), 1, 99_000, 4096))
    assert sum(map(len, pieces)) == 99_000
    assert max(map(len, pieces)) <= 4096


def test_what_is_not_here_is_said_at_once(store: Store) -> None:
    missing = name_of(b"never")
    assert not store.has(missing)
    assert store.local_path(missing) is None
    for ask in (store.size, store.read, lambda name: store.read(name, 0, 0)):
        with pytest.raises(KeyError):
            ask(missing)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 64 + "/x"])
def test_only_a_hash_is_a_name(store: Store, name: str) -> None:
    for ask in (store.has, store.size, store.read, store.local_path, lambda bad: store.add_bytes(b"", bad)):
        with pytest.raises(ValueError, match="64 hexadecimal"):
            ask(name)


def test_many_at_once(store: Store) -> None:
    contents = [f"photo {number}".encode() * 500 for number in range(4)] * 4
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda content: store.add_bytes(content, name_of(content)), contents))
        assert list(threads.map(lambda content: everything(store, name_of(content)), contents)) == contents


def test_everything_is_listed_with_its_size_and_age(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    contents = {name_of(content): content for content in (b"one", b"two and more")}
    for sha256, content in contents.items():
        store.add_bytes(content, sha256)
    listed = list(store.everything())
    assert {kept.sha256: kept.size for kept in listed} == {sha256: len(content) for sha256, content in contents.items()}
    assert all(before < kept.kept_at < before + timedelta(minutes=2) for kept in listed)


def test_a_file_is_kept_since_it_was_put_there(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "part"
    file.write_bytes(b"arrived slowly")
    os.utime(file, (0, 0))
    store.add_file(file, name_of(b"arrived slowly"))
    [kept] = store.everything()
    assert kept.kept_at > datetime.now(UTC) - timedelta(minutes=1)


def test_what_is_removed_is_gone_and_may_come_again(store: Store) -> None:
    sha256 = name_of(b"gone")
    assert store.kept_at(sha256) is None
    store.remove(sha256)
    store.add_bytes(b"gone", sha256)
    [kept] = store.everything()
    assert store.kept_at(sha256) == kept.kept_at
    store.remove(sha256)
    assert not store.has(sha256)
    assert list(store.everything()) == []
    store.add_bytes(b"gone", sha256)
    assert everything(store, sha256) == b"gone"


def test_a_link_is_none_or_lasts_a_minute(store: Store) -> None:
    """Signed by us, so that the clock of the test says when it ends."""
    store.add_bytes(b"fetched", name_of(b"fetched"))
    link = store.link(name_of(b"fetched"), "image/jpeg", 'attachment; filename="a.jpg"')
    if isinstance(store, DiskStore):
        assert link is None
        return
    assert "X-Amz-Expires=60&" in link
    answer = httpx.get(link)
    assert (answer.status_code, answer.content) == (200, b"fetched")
    assert answer.headers["content-disposition"] == 'attachment; filename="a.jpg"'
    assert answer.headers["content-type"] == "image/jpeg"
    assert httpx.get(link, headers={"range": "bytes=2-4"}).content == b"tch"
    changed = link.replace(name_of(b"fetched"), name_of(b"another"))
    assert {
        httpx.get(wrong).status_code for wrong in (changed, link[:-1] + ("1" if link.endswith("0") else "0"), link.split("?")[0])
    } == {403}


def test_an_ended_link_gives_nothing(objects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = fresh_store(objects)
    store.add_bytes(b"fetched", name_of(b"fetched"))
    monkeypatch.setattr("portal_app.adapters.s3_store.LINK_SECONDS", 1)
    link = store.link(name_of(b"fetched"), "image/jpeg", "attachment")
    time.sleep(2.1)
    assert httpx.get(link).status_code == 403


# -- what only a network can do wrong -----------------------------------------------------------------------------------


def test_a_large_file_goes_in_parts_and_shows_only_when_whole(objects: str, tmp_path: Path, full: bool) -> None:
    store = fresh_store(objects)
    file = tmp_path / "video"
    with file.open("wb") as content:
        content.truncate((12 if full else 2) * PART + 5)
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    size = file.stat().st_size
    store.add_file(file, digest)
    [kept] = store.client.list_objects_v2(Bucket=BUCKET, Prefix=store.prefix)["Contents"]
    assert "-" in kept["ETag"], "it went in parts"
    assert store.size(digest) == size
    found = hashlib.sha256()
    for piece in store.read(digest):
        found.update(piece)
    assert found.hexdigest() == digest


def test_bytes_that_changed_on_their_way_are_refused(objects: str) -> None:
    store = S3Store(S3(BUCKET, objects, "us-east-1", fresh_store(objects).prefix, KEY_ID, SECRET))

    def change(request, **_):
        request.body = b"evil!"

    store.client.meta.events.register("before-send.s3.PutObject", change)
    with pytest.raises(Unavailable):
        store.add_bytes(b"good!", name_of(b"good!"))
    assert not store.has(name_of(b"good!"))


def test_whoever_has_no_key_gets_nothing(objects: str) -> None:
    store = fresh_store(objects)
    store.add_bytes(b"private", name_of(b"private"))
    for key_id, secret in ((KEY_ID, "wrong"), ("nobody", SECRET)):
        stranger = S3Store(S3(BUCKET, objects, "us-east-1", store.prefix, key_id, secret))
        for ask in (stranger.has, stranger.size, stranger.read):
            with pytest.raises(Unavailable):
                ask(name_of(b"private"))


def test_a_large_file_that_never_ended_is_forgotten(objects: str) -> None:
    store, sha256 = fresh_store(objects), name_of(b"never ended")
    key = f"{store.prefix}{sha256[:2]}/{sha256[2:4]}/{sha256}"
    begun = store.client.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    store.client.upload_part(Bucket=BUCKET, Key=key, UploadId=begun, PartNumber=1, Body=b"never")

    def unfinished() -> int:
        return len(store.client.list_multipart_uploads(Bucket=BUCKET, Prefix=store.prefix).get("Uploads", ()))

    store.drop_unfinished(datetime.now(UTC) - timedelta(hours=1))
    assert unfinished() == 1
    store.drop_unfinished(datetime.now(UTC) + timedelta(hours=1))
    assert unfinished() == 0
    assert not store.has(sha256)


def test_a_sweep_leaves_what_a_row_names(away: Desk) -> None:
    photo = away.asset(away.hand_in_ready(small_jpeg(5)).asset_id)
    stray = name_of(b"stray")
    away.store.add_bytes(b"stray", stray)
    unit, reading = away.database.unit_of_work, away.database.reading
    assert sweep_store(unit, reading, away.store, now=datetime.now(UTC)).count == 0, "all of it is young"
    assert sweep_store(unit, reading, away.store, now=datetime.now(UTC) + timedelta(days=2)).count == 1
    assert not away.store.has(stray)
    assert everything(away.store, photo.sha256) == small_jpeg(5)


def test_prefixes_keep_installations_apart(objects: str) -> None:
    ours = fresh_store(objects)
    theirs = S3Store(S3(BUCKET, objects, "us-east-1", "theirs/", KEY_ID, SECRET))
    ours.add_bytes(b"ours", name_of(b"ours"))
    assert not theirs.has(name_of(b"ours"))


def test_a_storage_that_is_away_is_said_in_words(tmp_path: Path) -> None:
    away = S3Store(S3("bucket", "http://127.0.0.1:9", "us-east-1", "", KEY_ID, SECRET))
    with pytest.raises(Unavailable, match="storage of this portal is not answering"):
        away.add_bytes(b"x", name_of(b"x"))


# -- settings ----------------------------------------------------------------------------------------------------------


def s3_environ(address: str, folder: Path, **changes: str) -> dict[str, str]:
    told = {"BUCKET": BUCKET, "ENDPOINT": address, "KEY_ID": KEY_ID, "SECRET": SECRET, **changes}
    return {"PORTAL_DATA_DIR": str(folder)} | {f"PORTAL_S3_{name}": value for name, value in told.items()}


def test_a_bucket_in_the_settings_is_where_files_lie(objects: str, tmp_path: Path) -> None:
    corner = fresh_store(objects)
    settings = read_settings(s3_environ(objects, tmp_path, PREFIX=f"/{corner.prefix}"))
    assert faults_of(settings) == []
    store = wiring.open_store(settings)
    store.add_bytes(b"kept", name_of(b"kept"))
    kept = corner.client.list_objects_v2(Bucket=BUCKET, Prefix=corner.prefix)["Contents"]
    digest = name_of(b"kept")
    assert [each["Key"] for each in kept] == [f"{corner.prefix}{digest[:2]}/{digest[2:4]}/{digest}"]
    assert isinstance(wiring.open_store(read_settings({"PORTAL_DATA_DIR": str(tmp_path)})), DiskStore)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(("change", "word"), [({"BUCKET": "no-such-bucket"}, "NoSuchBucket"), ({"SECRET": "wrong"}, "Signature")])
def test_a_bucket_that_cannot_be_used_keeps_the_doors_closed(objects: str, tmp_path: Path, change, word: str) -> None:
    [fault] = faults_of(read_settings(s3_environ(objects, tmp_path, **change)))
    assert fault.startswith("PORTAL_S3_BUCKET cannot be used")
    assert word in fault


# -- the whole way, with no file on this machine ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def renderer() -> Iterator[PillowRenderer]:
    made = PillowRenderer(1)
    yield made
    made.close()


@pytest.fixture
def away(objects: str, database: Database, cast: Cast, renderer: PillowRenderer, tmp_path: Path) -> Iterator[Desk]:
    """A photographer's desk whose files lie in a bucket, and the process that serves them."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    listing_id = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    desk = Desk(database, fresh_store(objects), renderer, listing_id, folder, cast.pia, NOW)
    settings = read_settings({"PORTAL_DATA_DIR": str(tmp_path)})
    with ThreadPoolExecutor(4) as executor:
        wiring.use(wiring.Wiring(settings, database, desk.store, renderer, SimpleNamespace(), executor))
        entrance.forget_studios()
        yield desk
        wiring.use(None)
        entrance.forget_studios()


def delivered(desk: Desk, cast: Cast, **policy) -> Shoot:
    """Its photos in the customer's hands."""
    with desk.database.unit_of_work() as db:
        listing = db.get_one(intake.listings.Listing, desk.listing_id)
        order = an_order(db, listing)
        shoot = Shoot(listing.id, listing.public_id, order.id, order.number)
    hand_over(desk.database, cast.olive, shoot, **policy)
    return shoot


def test_from_upload_to_download_with_no_file_on_this_machine(away: Desk, cast: Cast, tmp_path: Path) -> None:
    contents = [camera_jpeg(1, size=(3000, 2000)), small_jpeg(2)]
    photos = [away.asset(away.hand_in_ready(content, f"{place}.jpg").asset_id) for place, content in enumerate(contents)]
    shoot = delivered(away, cast, collect_payment=False)
    carl = browser(make_api(), away.database, cast.carl, "localhost")
    for photo, content in zip(photos, contents, strict=True):
        assert carl.get(f"/files/{photo.public_id}/original", headers=BY_SCRIPT).content == content
        part = carl.get(f"/files/{photo.public_id}/original", headers={"range": "bytes=100-299"})
        assert (part.status_code, part.content) == (206, content[100:300])
        for size in ("thumb", "web", "mls"):
            made = away.rendition(photo.id, size)
            answer = carl.get(f"/files/{photo.public_id}/{size}")
            assert (answer.status_code, name_of(answer.content)) == (200, made.sha256)
    assert_zip(carl, shoot, contents)
    assert not any(path.is_file() for path in (tmp_path / "store").rglob("*")), "nothing stayed here"


def assert_zip(carl: TestClient, shoot: Shoot, contents: list[bytes]) -> None:
    whole = carl.get(f"/files/zip/{shoot.listing}").content
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        assert opened.testzip() is None
        assert {opened.read(name) for name in opened.namelist()} >= set(contents)
    rest = carl.get(f"/files/zip/{shoot.listing}", headers={"range": "bytes=1000-"})
    assert (rest.status_code, rest.content) == (206, whole[1000:])


def test_an_open_file_is_fetched_from_the_bucket_and_a_locked_one_never(
    away: Desk, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    content = small_jpeg(6)
    photo = away.asset(away.hand_in_ready(content).asset_id)
    shoot = delivered(away, cast, collect_payment=True, watermark=True)
    api = make_api()
    carl, omar = (
        browser(api, away.database, each, host) for each, host in ((cast.carl, "localhost"), (cast.omar, "bluebird.localhost"))
    )
    path, download = f"/files/{photo.public_id}/original", f"/files/{photo.public_id}/web?download=1"
    assert (carl.get(path).status_code, carl.get(download).status_code) == (403, 200), "locked: nothing, and marked by us"
    pay(away.database, shoot, cast.harbor)
    assert omar.get(path).status_code == 404
    for asked, expected in ((path, content), (download, everything(away.store, away.rendition(photo.id, "web").sha256))):
        answer = carl.get(asked)
        assert (answer.status_code, answer.headers["cache-control"]) == (302, "private, no-store")
        assert httpx.get(answer.headers["location"]).content == expected
        assert carl.get(asked, headers=BY_SCRIPT).content == expected, "a script of ours gets it from us"
        assert carl.get(asked, headers={"range": "bytes=0-9"}).status_code == 206
    assert carl.get(f"/files/{photo.public_id}/web").status_code == 200, "a picture of a page comes from us"
    ours = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore")))
    assert "X-Amz-Signature" not in ours
    assert SECRET not in ours


def test_a_locked_listing_gives_marked_pictures_only(away: Desk, cast: Cast) -> None:
    photo = away.asset(away.hand_in_ready(small_jpeg(3)).asset_id)
    shoot = delivered(away, cast, collect_payment=True, watermark=True)
    carl = browser(make_api(), away.database, cast.carl, "localhost")
    shown = carl.get(f"/files/{photo.public_id}/web")
    assert name_of(shown.content) == away.rendition(photo.id, "web_marked").sha256
    for path in (f"/files/{photo.public_id}/original", f"/files/{photo.public_id}/mls", f"/files/zip/{shoot.listing}"):
        assert carl.get(path).status_code == 403


def test_a_file_that_is_gone_from_the_bucket_is_said_in_words(away: Desk) -> None:
    card = away.hand_in(small_jpeg(4))
    digest = away.asset(card.asset_id).sha256
    away.store.client.delete_object(Bucket=BUCKET, Key=f"{away.store.prefix}{digest[:2]}/{digest[2:4]}/{digest}")
    away.render(card.asset_id)
    [shown] = away.cards()
    assert (shown.state, "missing" in shown.reason) == ("failed", True)
