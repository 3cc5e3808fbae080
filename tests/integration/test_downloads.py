"""What stands behind every address, for everybody, while locked and after; and the ZIP that is never built."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app import entrance
from portal_app.adapters.disk_store import DiskStore
from portal_app.core.clock import utc_now
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery import queries, service
from portal_app.domain.delivery.archive import SUMS
from portal_app.domain.delivery.gate import Size
from portal_app.domain.media.models import Asset
from tests.conftest import Cast
from tests.integration.delivered import TOTAL, pay, set_policy
from tests.integration.street import Street, a_street, browser, served

STAFF, STRANGERS = ("olive", "pia"), ("omar", "ollie", "nobody")


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def api(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[Starlette]:
    with served(database, store, tmp_path) as made:
        yield made


@pytest.fixture
def street(api: Starlette, database: Database, cast: Cast, store: DiskStore) -> Street:
    return a_street(api, database, cast, store)


def test_a_link_speaks_for_its_listing_where_the_person_signed_in_may_not_see_it(api: Starlette, street: Street) -> None:
    """Tess is signed in and opens the link that was mailed to Carl; her session still speaks everywhere else."""
    set_policy(street.database, street.delivery_id, collect_payment=False, watermark=False)
    tess = browser(api, street.database, street.cast.tess, "localhost")
    photo = f"/files/{street.photo()}/thumb"
    assert tess.get(photo).status_code == 404
    with street.database.unit_of_work() as db:
        token = service.make_link(db, street.delivery_id, "carl@coastline.example", now=utc_now())
    assert tess.get(f"/l/{token}").headers["location"] == f"/listings/{street.shoot.listing}"
    assert tess.get(photo).status_code == 200
    assert tess.get(f"/files/zip/{street.shoot.listing}").status_code == 200
    assert tess.get(f"/files/{street.other.photos[0]}/thumb").status_code == 404
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in tess.cookies.jar)
    seen_at = {
        path: entrance.who_is("localhost", cookies, path).viewer.role
        for path in (f"/listings/{street.shoot.listing}", f"/listings/{street.other.listing}", "/listings/", "/orders", "")
    }
    assert list(seen_at.values()) == ["link", "customer", "customer", "customer", "customer"]


def test_a_link_to_a_listing_of_their_own_leaves_the_person_signed_in(api: Starlette, street: Street) -> None:
    carl = street.browsers["carl"]
    with street.database.unit_of_work() as db:
        token = service.make_link(db, street.delivery_id, "carl@coastline.example", now=utc_now())
    carl.get(f"/l/{token}")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in carl.cookies.jar)
    assert entrance.who_is("localhost", cookies, f"/listings/{street.shoot.listing}").viewer.role == "customer"


# -- the whole table: policy × money × viewer × size ------------------------------------------------------------------

MARKED = {"thumb": "thumb_marked", "web": "web_marked", "mls": 403, "original": 403, "zip": 403}
SMALL = {"thumb": "thumb", "web": "small", "mls": 403, "original": 403, "zip": 403}
OPEN = {"thumb": "thumb", "web": "web", "mls": "mls", "original": "original", "zip": 200}
POLICIES = [
    # collect, watermark, paid, what carl and the link meet
    (True, True, False, MARKED),
    (True, False, False, SMALL),
    (True, True, True, OPEN),
    (True, False, True, OPEN),
    (False, True, False, OPEN),
    (False, False, False, OPEN),
    (False, True, True, OPEN),
]


@pytest.mark.proof("main-job-16")
def test_every_viewer_meets_what_the_table_says(street: Street) -> None:
    was_paid = False
    for collect, watermark, paid, met in POLICIES:
        set_policy(street.database, street.delivery_id, collect_payment=collect, watermark=watermark)
        if paid is not was_paid:
            pay(street.database, street.shoot, street.cast.harbor, TOTAL if paid else -TOTAL, "payment" if paid else "refund")
        was_paid = paid
        everybody_meets(street, met)


def everybody_meets(street: Street, met: dict[str, str | int]) -> None:
    for name, client in street.browsers.items():
        expected = OPEN if name in STAFF else dict.fromkeys(met, 404) if name in STRANGERS else met
        for size in Size:
            check(street, client.get(f"/files/{street.photo()}/{size}"), expected[size])
        assert client.get(f"/files/zip/{street.shoot.listing}").status_code == expected["zip"], name


def check(street: Street, answer, expected: str | int) -> None:
    if isinstance(expected, int):
        assert answer.status_code == expected
        assert_no_pixels(street, answer)
    else:
        assert answer.status_code == 200
        assert answer.content == street.shoot.files[street.photo()][expected]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


def assert_no_pixels(street: Street, answer) -> None:
    assert b"\xff\xd8" not in answer.content
    assert b"PK" not in answer.content
    assert "no-store" in answer.headers["cache-control"]
    assert "content-disposition" not in answer.headers
    assert "etag" not in answer.headers


# -- guessing --------------------------------------------------------------------------------------------------------


def handed_out(street: Street, name: str) -> list[str]:
    """Every address that the listing's page and the cards give this customer's browser."""
    with street.database.reading() as db:
        by = street.cast.carl
        page = queries.listing_page(db, by, street.shoot.listing)
        card = next(card for card in queries.listing_cards(db, by) if card.public_id == street.shoot.listing)
    tiles = [url for tile in page.photos for url in (tile.thumb_url, tile.web_url, tile.mls_url, tile.original_url)]
    zips = [page.zip_url, page.zip_web_url, page.zip_mls_url]
    return [url for url in [*tiles, *zips, page.cover_url, card.cover_url, card.cover_large_url] if url]


def guesses(street: Street) -> list[str]:
    """Variants of those addresses that somebody who wants the photos for nothing would try."""
    shas = [hashlib.sha256(content).hexdigest() for content in street.shoot.files[street.photo()].values()]
    asset, listing, other = street.photo(), street.shoot.listing, street.other.listing
    sizes = "original Original ORIGINAL mls MLS full print raw web_marked thumb_marked small preview web WEB thumb"
    crooked = "web%00 web%2F..%2Foriginal web;original web.jpg original.jpg ../original . *"
    words = [*sizes.split(), *crooked.split(), *shas]
    tricks = ["", "?download=1", "?size=original", "?v=" + shas[0][:12], "?locked=0&paid=1&watermark=0", "?role=owner&studio=1"]
    photos = [
        f"/files/{key}/{word}{trick}" for key in (asset, asset.upper(), f"%2e/{asset}") for word in words for trick in tricks
    ]
    zips = [
        f"/files/zip/{key}{trick}"
        for key in (listing, listing.upper(), f"{other}/../{listing}", f"{listing},{other}", asset)
        for trick in (
            "",
            "?size=original",
            "?size=mls",
            "?size=web",
            "?size=thumb",
            "?size=small",
            "?size=mls&size=original",
            "?all=1",
        )
    ]
    paths = [f"/files/{sha}" for sha in shas] + [f"/files/store/{sha[:2]}/{sha[2:4]}/{sha}" for sha in shas]
    return photos + zips + paths + [f"/files//{asset}/original", f"/files/{asset}/original/", "/files/../.data/portal.db"]


@pytest.mark.proof("main-job-16")
def test_no_guess_yields_more_than_the_gate_shows(street: Street, full: bool) -> None:
    for watermark in (True, False):
        guess_everything(street, watermark, full)


def guess_everything(street: Street, watermark: bool, full: bool) -> None:
    set_policy(street.database, street.delivery_id, collect_payment=True, watermark=watermark)
    allowed = {"thumb_marked", "web_marked"} if watermark else {"thumb", "small"}
    fine = {content for files in street.shoot.files.values() for name, content in files.items() if name in allowed}
    secret = [content for files in street.shoot.files.values() for name, content in files.items() if name not in allowed]
    tried = guesses(street)
    addresses = [*handed_out(street, "carl"), *(tried if full else random.Random(5).sample(tried, 80))]
    for name in ("carl", "link"):
        for address in addresses:
            body = street.browsers[name].get(address).content
            assert body in fine or not leaks(body, secret), address
    served = [street.browsers["carl"].get(address) for address in handed_out(street, "carl")]
    assert served
    assert all(answer.status_code == 200 and answer.content in fine for answer in served)


def leaks(body: bytes, secret: list[bytes]) -> bool:
    return b"\xff\xd8" in body or b"PK\x03\x04" in body or any(content[:200] in body for content in secret)


@pytest.mark.proof("main-job-16")
def test_head_range_and_conditions_leak_nothing_of_a_locked_file(street: Street) -> None:
    sha = hashlib.sha256(street.shoot.files[street.photo()]["original"]).hexdigest()
    tries = (
        {"Range": "bytes=0-99"},
        {"Range": "bytes=-1"},
        {"If-None-Match": f'"{sha}"'},
        {"If-None-Match": "*"},
        {"If-Range": f'"{sha}"', "Range": "bytes=5-"},
        {"X-Original-URL": "/files/x/web"},
        {"X-Forwarded-Host": "evil"},
    )
    for headers in tries:
        for method in ("GET", "HEAD"):
            for size in ("original", "mls"):
                answer = street.browsers["carl"].request(method, f"/files/{street.photo()}/{size}", headers=headers)
                assert answer.status_code == 403
                assert_no_pixels(street, answer)
            answer = street.browsers["carl"].request(method, f"/files/zip/{street.shoot.listing}", headers=headers)
            assert answer.status_code == 403
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert street.browsers["carl"].request(method, f"/files/{street.photo()}/original").status_code == 405


@pytest.mark.proof("main-job-16")
def test_strangers_learn_nothing_not_even_that_it_exists(street: Street) -> None:
    for name in STRANGERS:
        client = street.browsers[name]
        real = [client.get(address) for address in (*handed_out(street, name), f"/files/zip/{street.shoot.listing}")]
        made_up = client.get("/files/2222222222222222/web")
        assert (
            {(answer.status_code, answer.text) for answer in real}
            == {(made_up.status_code, made_up.text)}
            == {(404, made_up.text)}
        )


@pytest.mark.proof("main-job-16")
def test_a_session_of_one_studio_is_nobody_at_another(api: Starlette, street: Street) -> None:
    for name, host in (("olive", "bluebird.localhost"), ("carl", "bluebird.localhost"), ("omar", "localhost")):
        client = browser(api, street.database, getattr(street.cast, name), host)
        assert client.get(f"/files/{street.photo()}/web").status_code == 404


@pytest.mark.proof("main-job-16")
def test_a_link_opens_its_listing_only_and_ends_at_once(street: Street) -> None:
    set_policy(street.database, street.delivery_id, collect_payment=False, watermark=False)
    client, photo = street.browsers["link"], f"/files/{street.photo()}/original"
    assert client.get(photo).status_code == 200
    for address in (f"/files/{street.other.photos[0]}/thumb", f"/files/zip/{street.other.listing}"):
        assert client.get(address).status_code == 404
    with street.database.unit_of_work() as db:
        service.revoke_links(db, street.cast.olive, street.shoot.listing, now=utc_now())
    assert client.get(photo).status_code == 404
    assert client.get(f"/files/zip/{street.shoot.listing}").status_code == 404


@pytest.mark.proof("main-job-13")
def test_a_secret_link_leads_to_its_listing_and_an_ended_one_says_so(api: Starlette, street: Street) -> None:
    with street.database.unit_of_work() as db:
        token = service.make_link(db, street.delivery_id, "carl@coastline.example", now=utc_now())
    client = TestClient(api, base_url="http://localhost", follow_redirects=False)
    answer = client.get(f"/l/{token}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/listings/{street.shoot.listing}")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert TestClient(api, base_url="http://bluebird.localhost").get(f"/l/{token}").status_code == 404
    with street.database.unit_of_work() as db:
        service.revoke_links(db, street.cast.olive, street.shoot.listing, now=utc_now())
    ended = client.get(f"/l/{token}")
    assert ended.status_code == 410
    assert "Ask the studio for a new one" in ended.text
    assert "set-cookie" not in ended.headers
    unknown = client.get("/l/<script>alert(1)</script>x")
    assert unknown.status_code == 404
    assert "<script" not in client.get("/l/%3Cscript%3E").text


# -- what is open ----------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(street: Street) -> Street:
    pay(street.database, street.shoot, street.cast.harbor)
    return street


@pytest.mark.proof("main-job-14")
def test_an_original_comes_back_as_it_went_in(opened: Street) -> None:
    content = opened.shoot.files[opened.photo()]["original"]
    with opened.database.unit_of_work() as db:
        db.exec(select(Asset).where(Asset.public_id == opened.photo())).one().original_name = 'Küche "été"\r\n.JPG'
    answer = opened.browsers["carl"].get(f"/files/{opened.photo()}/original?download=1")
    assert answer.content == content
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"K_che __t__.JPG\"; filename*=UTF-8''K%C3%BCche%20_%C3%A9t%C3%A9_.JPG"
    )


@pytest.mark.proof("main-job-14")
def test_the_zip_holds_the_identical_bytes_under_unique_names(opened: Street) -> None:
    with opened.database.unit_of_work() as db:
        for asset in db.exec(select(Asset).where(Asset.listing_id == opened.shoot.listing_id)):
            asset.original_name = "photo.jpg" if asset.position == 1 else "Photo.JPG"
    client, address = opened.browsers["carl"], f"/files/zip/{opened.shoot.listing}"
    answer = client.get(address)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-disposition"].startswith('attachment; filename="2208 Point Reyes Court.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as made:
        assert made.testzip() is None
        assert made.namelist() == ["photo.jpg", "Photo (2).JPG", "Photo (3).JPG", SUMS]
        assert [made.read(name) for name in made.namelist()[:-1]] == [files["original"] for files in opened.shoot.files.values()]
    again = client.get(address)
    assert (again.headers["etag"], again.content) == (answer.headers["etag"], answer.content)
    assert client.get(address, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    head = client.head(address)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(answer.content)), b"")


@pytest.mark.proof("main-job-14")
def test_the_zip_of_a_size_holds_that_size(opened: Street) -> None:
    for size in ("mls", "web"):
        zip_of(opened, size)


def zip_of(opened: Street, size: str) -> None:
    answer = opened.browsers["link"].get(f"/files/zip/{opened.shoot.listing}?size={size}")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as made:
        assert made.namelist() == ["IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg", SUMS]
        assert [made.read(name) for name in made.namelist()[:-1]] == [files[size] for files in opened.shoot.files.values()]


@pytest.mark.proof("main-job-14")
def test_any_cut_is_resumed_to_the_same_bytes(opened: Street, full: bool) -> None:
    for address in (f"/files/zip/{opened.shoot.listing}", f"/files/{opened.photo()}/original"):
        cut_and_resume(opened.browsers["carl"], address, 300 if full else 12)


def cut_and_resume(client: TestClient, address: str, cuts: int) -> None:
    whole = client.get(address)
    seeded, length = random.Random(11), len(whole.content)
    for _ in range(cuts):
        start = seeded.randrange(length)
        stop = seeded.randrange(start, length)
        part = client.get(address, headers={"Range": f"bytes={start}-{stop}", "If-Range": whole.headers["etag"]})
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {start}-{stop}/{length}"
        assert part.content == whole.content[start : stop + 1]
    assert client.get(address, headers={"Range": "bytes=-7"}).content == whole.content[-7:]
    assert client.get(address, headers={"Range": f"bytes={length - 5}-"}).content == whole.content[-5:]
    assert client.get(address, headers={"Range": f"bytes=-{length * 9}"}).status_code == 206
    beyond = client.get(address, headers={"Range": f"bytes={length}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{length}")
    changed = client.get(address, headers={"Range": "bytes=5-", "If-Range": '"another"'})
    assert (changed.status_code, changed.content) == (200, whole.content)


def test_a_stored_file_that_lost_bytes_breaks_the_download_off(opened: Street, store: DiskStore) -> None:
    sha = hashlib.sha256(opened.shoot.files[opened.photo()]["original"]).hexdigest()
    path = store.local_path(sha)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(Exception, match="missing"):
        opened.browsers["carl"].get(f"/files/zip/{opened.shoot.listing}")


@pytest.mark.proof("main-job-14")
def test_nothing_is_built_on_disk(opened: Street, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_file() and "portal.db" not in path.name}
    opened.browsers["carl"].get(f"/files/zip/{opened.shoot.listing}")
    assert {path for path in tmp_path.rglob("*") if path.is_file() and "portal.db" not in path.name} == before


def test_browsers_keep_open_pictures_and_never_locked_ones(street: Street) -> None:
    client, address = street.browsers["carl"], f"/files/{street.photo()}/web"
    assert client.get(address).headers["cache-control"] == "private, no-store"
    locked = handed_out(street, "carl")
    pay(street.database, street.shoot, street.cast.harbor)
    unlocked = handed_out(street, "carl")
    assert not set(locked) & set(unlocked)
    assert client.get(address).headers["cache-control"] == "private, no-cache"
    named = next(url for url in unlocked if f"{street.photo()}/web" in url)
    kept = client.get(named)
    assert "immutable" in kept.headers["cache-control"]
    assert client.get(address, headers={"If-None-Match": kept.headers["etag"]}).status_code == 304
    stale = next(url for url in locked if f"{street.photo()}/web" in url)
    assert client.get(stale).headers["cache-control"] == "private, no-cache"


def test_a_finished_download_of_a_customer_is_kept_as_a_fact(opened: Street) -> None:
    zip_address, photo = f"/files/zip/{opened.shoot.listing}", f"/files/{opened.photo()}/original"
    opened.browsers["carl"].get(zip_address)
    opened.browsers["link"].get(photo)
    opened.browsers["carl"].get(photo, headers={"Range": "bytes=0-9"})
    opened.browsers["carl"].head(photo)
    opened.browsers["olive"].get(zip_address)
    opened.browsers["carl"].get(f"/files/{opened.photo()}/web")
    with opened.database.reading() as db:
        found = db.exec(select(Fact).where(Fact.kind.like("%.downloaded")).order_by(Fact.id)).all()
        assert [(fact.kind, fact.actor_role) for fact in found] == [
            ("listing.downloaded", "customer"),
            ("photo.downloaded", "link"),
        ]
