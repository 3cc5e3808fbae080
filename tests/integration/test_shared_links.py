"""Carl makes a link to three photos for somebody else: what it gives, how often, until when, and never more."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.secret_box import SecretBox
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.customers.models import Customer
from portal_app.domain.delivery import shared, shared_links, sharing
from portal_app.domain.delivery.models import Download, SharedLink
from portal_app.domain.delivery.service import revoke_links
from portal_app.domain.identity.models import Account
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset, AssetState
from tests.conftest import Cast
from tests.integration.delivered import add_photo, pay, set_policy
from tests.integration.street import Street, a_street, served

pytestmark = pytest.mark.proof("delivery-14")

SEAL = SecretBox(b"k" * 32)
LATER = str((utc_now() + timedelta(days=9)).date())


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def api(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[Starlette]:
    with served(database, store, tmp_path) as made:
        yield made


@pytest.fixture
def street(api: Starlette, database: Database, cast: Cast, store: DiskStore) -> Street:
    """Open, with a fourth photo that nobody shares."""
    found = a_street(api, database, cast, store)
    with database.unit_of_work() as db:
        kept = add_photo(db, store, found.shoot, cast.harbor, place=4)
        db.exec(select(Asset).where(Asset.public_id == kept)).one().delivered_at = utc_now()
    pay(database, found.shoot, cast.harbor)
    return found


@pytest.fixture
def anybody(api: Starlette) -> TestClient:
    return stranger(api)


def stranger(api: Starlette) -> TestClient:
    return TestClient(api, base_url="http://localhost", follow_redirects=False)


def asked(street: Street, **changed) -> sharing.ShareRequest:
    return sharing.ShareRequest(**({"photos": street.shoot.photos[:3], "size": "web", "ends_on": LATER, "most": "5"} | changed))


def made(street: Street, by: Viewer | None = None, **changed) -> str:
    with street.database.unit_of_work() as db:
        return sharing.share_photos(
            db, by or street.cast.carl, street.shoot.listing, asked(street, **changed), SEAL, now=utc_now()
        )


def row(street: Street) -> SharedLink:
    with street.database.reading() as db:
        found = db.exec(select(SharedLink).order_by(SharedLink.id.desc())).first()
        db.expunge(found)
        return found


def begin(client: TestClient, path: str, query: str = "size=web") -> str:
    """The address of one download, which is counted now."""
    answer = client.post(f"{path}/take?{query}")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def statuses(client: TestClient, *paths: str) -> list[int]:
    return [client.get(path).status_code for path in paths]


def test_three_photos_at_2048_px_five_times_and_nothing_else(street: Street, anybody: TestClient) -> None:
    path = made(street, label="For the print shop")
    one, fourth, files = street.photo(), street.photo(3), street.shoot.files
    page = anybody.get(path).text
    assert "For the print shop" in page
    assert "5 downloads left" in page
    assert anybody.get(f"{path}/photo/{one}").content == files[one]["thumb"]
    assert anybody.get(begin(anybody, path, f"size=web&photo={one}")).content == files[one]["web"]
    with zipfile.ZipFile(io.BytesIO(anybody.get(begin(anybody, path)).content)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()[:-1]] == [
            files[each]["web"] for each in street.shoot.photos[:3]
        ]
    assert [anybody.post(f"{path}/take?size=web&photo={fourth}").status_code, *statuses(anybody, f"{path}/photo/{fourth}")] == [
        404,
        404,
    ]
    assert [anybody.post(f"{path}/take?size={size}").status_code for size in ("original", "thumb", "huge", "")] == [
        403,
        404,
        404,
        404,
    ]
    assert [begin(anybody, path, "size=mls") != "" for _ in range(3)] == [True] * 3
    refused = anybody.post(f"{path}/take?size=web")
    assert (refused.status_code, "All downloads of this link are used" in refused.text) == (410, True)
    assert row(street).used == 5


def test_a_link_opens_no_other_address_of_the_listing(street: Street, anybody: TestClient) -> None:
    path = made(street, size="original", most="")
    anybody.get(path)
    beside = [f"/files/{street.photo()}/{size}" for size in ("thumb", "web", "mls", "original")]
    assert (
        statuses(anybody, *beside, f"/files/zip/{street.shoot.listing}", f"/l{path[2:]}", f"/invoice{path[2:]}/pdf") == [404] * 7
    )
    assert not anybody.cookies
    token = path.removeprefix("/s/")
    assert TestClient(street.browsers["omar"].app, base_url="http://bluebird.localhost").get(f"/s/{token}").status_code == 404


def test_an_altered_photo_says_so_here_too(street: Street, anybody: TestClient) -> None:
    with street.database.unit_of_work() as db:
        db.exec(select(Asset).where(Asset.public_id == street.photo())).one().altered_how = "staged"
    assert anybody.get(made(street)).text.count("Altered: Virtually staged") == 1


def test_its_page_names_nobody_and_is_not_kept(street: Street, anybody: TestClient) -> None:
    answer = anybody.get(made(street))
    assert not re.search(r"carl|nakamura|coastline|point reyes|carmel|412", answer.text, re.IGNORECASE)
    assert answer.headers["cache-control"] == "private, no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "same-origin"  # `no-referrer` would make a browser post without an origin
    assert anybody.get(made(street, label="<script>alert(1)</script>")).text.count("<script") == 0


@pytest.mark.parametrize("how", ["customer", "studio", "one of many"])
def test_revoking_ends_every_use_at_once_on_any_process(street: Street, anybody: TestClient, how: str) -> None:
    path = made(street)
    going = begin(anybody, path)
    link = row(street)
    with street.database.unit_of_work() as db:
        if how == "studio":
            assert revoke_links(db, street.cast.olive, street.shoot.listing, now=utc_now()) == 2
        elif how == "customer":
            sharing.end_shared_link(db, street.cast.carl, link.public_id, now=utc_now())
            sharing.end_shared_link(db, street.cast.carl, link.public_id, now=utc_now())
        else:
            sharing.end_shared_link(db, street.cast.olive, link.public_id, now=utc_now())
    assert statuses(anybody, path, f"{path}/photo/{street.photo()}", going) == [410] * 3
    assert anybody.post(f"{path}/take?size=web").status_code == 410
    with street.database.reading() as db:
        assert [fact.kind for fact in db.exec(select(Fact).order_by(Fact.id)) if fact.kind.startswith("shared_link")] == [
            "shared_link.made", "shared_link.used", "shared_link.ended",
        ]  # fmt: skip


def test_a_download_that_runs_breaks_off_when_the_link_ends(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal_app.web import shared as over_http

    token = made(street).removeprefix("/s/")
    monkeypatch.setattr(over_http, "ASK_EVERY_SECONDS", 0)
    running = over_http._while_open(street.cast.harbor, token, lambda start, stop: iter([b"x"] * (stop - start)), 0, 5)
    assert next(running) + next(running) == b"xx"
    with street.database.unit_of_work() as db:
        sharing.end_shared_link(db, street.cast.carl, row(street).public_id, now=utc_now())
    with pytest.raises(over_http.Ended):
        next(running)


def test_ranges_of_a_counted_download_are_not_counted_and_give_no_second_copy(street: Street, anybody: TestClient) -> None:
    path = made(street, most="1")
    going = begin(anybody, path)
    assert anybody.head(going).status_code == 200
    whole = int(anybody.head(going).headers["content-length"])
    got = b""
    for start in range(0, whole, 1000):
        answer = anybody.get(going, headers={"range": f"bytes={start}-{min(start + 999, whole - 1)}"})
        assert answer.status_code == 206
        got += answer.content
    assert zipfile.ZipFile(io.BytesIO(got)).testzip() is None
    assert anybody.get(going, headers={"range": "bytes=-200"}).status_code == 206, "what a cut connection lost comes again"
    assert anybody.get(going).status_code == 410
    assert anybody.get(going, headers={"range": "bytes=1-"}).status_code == 410
    assert row(street).used == 1
    with street.database.reading() as db:
        kept = db.exec(select(Download)).one()
        db.expunge(kept)
    assert (kept.finished_at is not None, kept.spans, kept.account_id, kept.email) == (True, [[0, whole]], None, "")
    assert kept.bytes_sent == whole + 200


def test_two_copies_at_once_of_one_counted_download_are_one(street: Street, api: Starlette) -> None:
    going = begin(stranger(api), made(street, most="1"))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: stranger(api).get(going).status_code, range(8)))
    assert (answers.count(200), answers.count(410)) == (1, 7)


def test_of_twenty_who_want_the_last_download_one_gets_it(street: Street, api: Starlette) -> None:
    path = made(street, most="1")
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: stranger(api).post(f"{path}/take?size=web").status_code, range(20)))
    assert (answers.count(303), answers.count(410)) == (1, 19)
    assert row(street).used == 1


def test_a_press_that_comes_twice_is_one(street: Street, anybody: TestClient) -> None:
    path = made(street, most="2")
    once = re.search(r"once=(\w+)", anybody.get(path).text).group(1)
    first, second = (begin(anybody, path, f"size=web&once={once}") for _ in range(2))
    assert first == second
    anybody.get(first)
    assert begin(anybody, path, f"size=web&once={once}") != first
    assert row(street).used == 2


@pytest.mark.parametrize("watermark", [True, False])
def test_a_locked_listing_shows_by_a_link_what_the_gate_lets_through_and_gives_nothing(
    street: Street, anybody: TestClient, watermark: bool
) -> None:
    path = made(street, size="original")
    going = begin(anybody, path)
    pay(street.database, street.shoot, street.cast.harbor, -41250, "refund")
    set_policy(street.database, street.delivery_id, collect_payment=True, watermark=watermark)
    one = street.photo()
    shown = anybody.get(f"{path}/photo/{one}")
    assert shown.content == street.shoot.files[one]["thumb_marked" if watermark else "thumb"]
    assert "cannot be downloaded yet" in anybody.get(path).text
    assert "<form" not in anybody.get(path).text
    for size in ("web", "mls", "original"):
        assert anybody.post(f"{path}/take?size={size}&photo={one}").status_code == 403
        assert anybody.post(f"{path}/take?size={size}").status_code == 403
    assert anybody.get(going).status_code == 403
    assert row(street).used == 1
    with street.database.reading() as db:
        assert not shared.still_opens(db, street.cast.harbor, path.removeprefix("/s/"), now=utc_now())


def test_what_is_hidden_or_taken_out_leaves_the_link_and_a_newer_version_takes_its_place(
    street: Street, anybody: TestClient, store: DiskStore
) -> None:
    path = made(street)
    going = begin(anybody, path)
    first, second, third = street.shoot.photos[:3]
    with street.database.unit_of_work() as db:
        kept = {each.public_id: each for each in db.exec(select(Asset).where(Asset.listing_id == street.shoot.listing_id))}
        kept[first].is_hidden, kept[second].state = True, AssetState.REMOVED
        newer = add_photo(db, store, street.shoot, street.cast.harbor, place=2)
        fresh = db.exec(select(Asset).where(Asset.public_id == newer)).one()
        fresh.delivered_at, fresh.supersedes_id = utc_now(), kept[second].id
    asked_for = [f"{path}/photo/{each}" for each in (first, second, third, newer)]
    assert statuses(anybody, *asked_for, going) == [404, 404, 200, 200, 409]


@pytest.mark.parametrize("how", ["left", "transferred", "closed", "time"])
def test_it_ends_when_its_maker_sees_the_listing_no_more_or_its_time_is_over(
    street: Street, anybody: TestClient, how: str
) -> None:
    path = made(street)
    assert anybody.get(path).status_code == 200
    with street.database.unit_of_work() as db:
        link = db.exec(select(SharedLink)).one()
        listing = db.get_one(Listing, street.shoot.listing_id)
        if how == "left":
            db.get_one(Customer, listing.customer_id).account_id = street.cast.tess.account_id
        elif how == "transferred":
            listing.customer_id = db.exec(select(Customer.id).where(Customer.account_id == street.cast.tess.account_id)).first()
        elif how == "closed":
            db.get_one(Account, link.account_id).closed_at = utc_now()
        else:
            link.ends_at = utc_now() - timedelta(seconds=1)
    assert anybody.get(path).status_code == 410
    assert anybody.post(f"{path}/take?size=web").status_code == 410


def test_what_is_typed_is_refused_beside_its_field(street: Street) -> None:
    today = utc_now().date()
    wrong = [
        ("photos", {"photos": []}), ("size", {"size": "thumb"}), ("size", {"size": ""}), ("most", {"most": "0"}), ("most", {"most": "-1"}),
        ("most", {"most": "1001"}), ("most", {"most": "²"}), ("ends_on", {"ends_on": "soon"}), ("ends_on", {"ends_on": str(today - timedelta(days=2))}),
        ("ends_on", {"ends_on": str(today + timedelta(days=400))}),
    ]  # fmt: skip
    for field, changed in wrong:
        with pytest.raises(InvalidInput) as refused:
            made(street, **changed)
        assert refused.value.field == field
    for by in ("omar", "ollie", "tess", "olive", "pia"):
        with pytest.raises(NotFound):
            made(street, getattr(street.cast, by))
    with pytest.raises(NotFound):
        made(street, photos=[street.photo(), street.other.photos[0]])


def test_so_many_links_and_no_more_and_ended_ones_do_not_count(street: Street) -> None:
    for _ in range(sharing.MOST_LINKS):
        made(street)
    with pytest.raises(sharing.TooManyLinks):
        made(street)
    with street.database.unit_of_work() as db:
        sharing.end_shared_link(db, street.cast.carl, row(street).public_id, now=utc_now())
    made(street)


def test_its_list_says_what_was_used_and_gives_the_address_again(street: Street, anybody: TestClient) -> None:
    path = made(street, label="Seller")
    begin(anybody, path)
    with street.database.reading() as db:
        page = shared_links.sharing_page(db, street.cast.carl, street.shoot.listing, SEAL, now=utc_now())
        broken = shared_links.sharing_page(db, street.cast.carl, street.shoot.listing, SecretBox(b"x" * 32), now=utc_now())
        for stranger_ in (street.cast.omar, street.cast.tess, street.cast.pia):
            with pytest.raises(NotFound):
                shared_links.sharing_page(db, stranger_, street.shoot.listing, SEAL, now=utc_now())
    card = page.links[0]
    assert (card.path, card.label, card.what_words) == (path, "Seller", "3 photos, up to 2048 px")
    assert card.used_words.startswith("1 of 5 downloads used, last ")
    assert (len(page.photos), broken.links[0].path) == (4, "")


def test_the_studio_sees_what_was_made_but_not_where_it_leads(street: Street) -> None:
    made(street, label="Seller")
    looking = replace(street.cast.carl, behind="Olive", behind_account_id=street.cast.olive.account_id)
    with street.database.reading() as db:

        def shown(by: Viewer) -> list[shared_links.SharedCard]:
            return shared_links.links_made(db, by, street.shoot.listing, SEAL, now=utc_now())

        assert shown(street.cast.carl)[0].path
        for by in (street.cast.olive, looking):
            assert [(card.label, card.path, card.is_open) for card in shown(by)] == [("Seller", "", True)]
        assert shown(street.cast.pia) == [], "who may not deliver may not end it either"
        with pytest.raises(NotFound):
            shown(street.cast.omar)


def test_nobody_ends_somebody_elses(street: Street) -> None:
    made(street)
    for by in ("omar", "ollie", "tess", "pia"):
        with pytest.raises(NotFound), street.database.unit_of_work() as db:
            sharing.end_shared_link(db, getattr(street.cast, by), row(street).public_id, now=utc_now())
    assert row(street).revoked_at is None
