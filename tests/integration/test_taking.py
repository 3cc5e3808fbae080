"""What each person took is written down, and what is new is what they do not have yet."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery.archive import SUMS
from portal_app.domain.delivery.changes import CHANGES, change_list
from portal_app.domain.delivery.models import Download
from portal_app.domain.delivery.naming import Naming, file_name
from portal_app.domain.delivery.policies import own_delivery_policy, save_delivery_policy
from portal_app.domain.delivery.showing import listing_page
from portal_app.domain.delivery.spans import are_whole, with_span
from portal_app.domain.delivery.taking import Item, Taking, begin_download, held_since, keep_sent
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset, AssetState
from tests.conftest import NOW, Cast
from tests.integration.delivered import add_photo, hand_over, pay
from tests.integration.street import Street, a_street, served

pytestmark = pytest.mark.proof("delivery-07")


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def api(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[Starlette]:
    with served(database, store, tmp_path) as made:
        yield made


@pytest.fixture
def street(api: Starlette, database: Database, cast: Cast, store: DiskStore) -> Street:
    made = a_street(api, database, cast, store)
    pay(database, made.shoot, cast.harbor)
    return made


def downloads(street: Street) -> list[Download]:
    with street.database.reading() as db:
        found = list(db.exec(select(Download).order_by(Download.id)))
        db.expunge_all()
        return found


def opened(client: TestClient, address: str) -> dict[str, bytes]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


def replace_photo(street: Street, store: DiskStore, place: int) -> str:
    """As a replacement takes the place of the photo before it."""
    with street.database.unit_of_work() as db:
        old = db.exec(select(Asset).where(Asset.public_id == street.photo(place))).one()
        new_id = add_photo(db, store, street.shoot, street.cast.harbor, place=old.position, name=f"better-{place}.jpg")
        new = db.exec(select(Asset).where(Asset.public_id == new_id)).one()
        new.supersedes_id, new.delivered_at, old.state = old.id, old.delivered_at, AssetState.REMOVED
    return new_id


def deliver_one_more(street: Street, store: DiskStore) -> str:
    with street.database.unit_of_work() as db:
        made = add_photo(db, store, street.shoot, street.cast.harbor, place=9, name="dusk.jpg")
    hand_over(street.database, street.cast.olive, street.shoot, collect_payment=False)
    return made


def test_after_all_two_replaced_and_one_added_what_is_new_is_those_three_and_a_list(street: Street, store: DiskStore) -> None:
    """Per person: who has nothing yet has nothing to compare with."""
    carl, new = street.browsers["carl"], f"/files/zip/{street.shoot.listing}?only=new"
    assert carl.get(new).status_code == 404
    carl.get(f"/files/zip/{street.shoot.listing}")
    nothing = carl.get(new)
    assert (nothing.status_code, b"PK" in nothing.content) == (409, False)
    first, second, third = replace_photo(street, store, 0), replace_photo(street, store, 1), deliver_one_more(street, store)
    made = opened(carl, new)
    assert list(made) == ["better-0.jpg", "better-1.jpg", "dusk.jpg", CHANGES, SUMS]
    assert [made[name] for name in list(made)[:3]] == [street.shoot.files[each]["original"] for each in (first, second, third)]
    said = made[CHANGES].decode()
    assert "Replaced (2)\n  better-0.jpg (you have IMG_0001.JPG)\n  better-1.jpg (you have IMG_0002.JPG)" in said
    assert "Added (1)\n  dusk.jpg" in said
    assert "Removed" not in said
    assert hashlib.sha256(made[CHANGES]).hexdigest() in made[SUMS].decode()
    assert street.browsers["link"].get(new).status_code == 404
    assert carl.get(new).status_code == 409


def test_the_address_that_names_its_download_means_the_same_bytes_to_the_end_and_after(street: Street, store: DiskStore) -> None:
    """A browser that lost the last meters of it asks again although the server handed everything over."""
    carl = street.browsers["carl"]
    carl.get(f"/files/zip/{street.shoot.listing}")
    deliver_one_more(street, store)
    address = f"/files/zip/{street.shoot.listing}?since={downloads(street)[0].public_id}"
    whole = carl.get(address)
    rest = carl.get(address, headers={"Range": "bytes=100-", "If-Range": whole.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    assert [(row.is_whole, row.finished_at is None) for row in downloads(street)] == [(True, False), (True, False)]
    assert street.browsers["link"].get(address).status_code == 404


def test_a_download_in_pieces_is_one_and_finished_when_nothing_is_missing(street: Street) -> None:
    carl, address = street.browsers["carl"], f"/files/zip/{street.shoot.listing}"
    length = int(carl.head(address).headers["content-length"])
    for start, stop in ((0, 99), (length - 5, length - 1), (50, 299)):
        carl.get(address, headers={"Range": f"bytes={start}-{stop}"})
    (row,) = downloads(street)
    assert (row.spans, row.bytes_sent, row.finished_at) == ([[0, 300], [length - 5, length]], 100 + 5 + 250, None)
    carl.get(address, headers={"Range": "bytes=300-"})
    (row,) = downloads(street)
    assert (row.spans, row.length, row.finished_at is None) == ([[0, length]], length, False)
    assert (row.account_id, row.link_id, row.size, row.is_archive) == (street.cast.carl.account_id, None, "original", True)
    originals = [files["original"] for files in street.shoot.files.values()]
    assert [item["sha256"] for item in row.items] == [hashlib.sha256(each).hexdigest() for each in originals]
    carl.get(address)
    assert len(downloads(street)) == 2
    with street.database.reading() as db:
        assert len(db.exec(select(Fact).where(Fact.kind == "listing.downloaded")).all()) == 2


def test_one_photo_is_kept_too_by_who_took_it_in_which_size(street: Street) -> None:
    photo = f"/files/{street.photo(1)}"
    street.browsers["link"].get(f"{photo}/mls?download=1")
    street.browsers["olive"].get(f"{photo}/original")
    street.browsers["carl"].get(f"{photo}/web")
    street.browsers["omar"].get(f"{photo}/original")
    (row,) = downloads(street)
    assert (row.link_id is None, row.account_id, row.size, row.is_archive, row.is_whole) == (False, None, "mls", False, False)
    assert row.items[0]["sha256"] == hashlib.sha256(street.shoot.files[street.photo(1)]["mls"]).hexdigest()


def test_chosen_photos_come_alone_and_one_that_is_not_there_yields_nothing(street: Street, store: DiskStore) -> None:
    carl, zip_address = street.browsers["carl"], f"/files/zip/{street.shoot.listing}"
    made = opened(carl, f"{zip_address}?photos={street.photo(2)},{street.photo(0)}&size=mls")
    assert list(made) == ["IMG_0001.jpg", "IMG_0003.jpg", SUMS]
    with street.database.unit_of_work() as db:
        undelivered = add_photo(db, store, street.shoot, street.cast.harbor, place=7)
    for other in (undelivered, street.other.photos[0], "x"):
        answer = carl.get(f"{zip_address}?photos={street.photo()},{other}")
        assert (answer.status_code, b"PK" in answer.content) == (404, False)
    assert [row.is_whole for row in downloads(street)] == [False]
    assert carl.get(f"{zip_address}?only=new").status_code == 404


def test_what_a_member_takes_through_a_customer_s_eyes_is_not_the_customer_s(database: Database, street: Street) -> None:
    taking = Taking(street.shoot.listing_id, "all.zip", "original", "e" * 40, 10, (Item(1, "a.jpg", "0" * 64),), is_whole=True)
    behind = replace(street.cast.carl, behind="Olive", behind_account_id=street.cast.olive.account_id)
    with database.unit_of_work() as db:
        keep_sent(db, behind, begin_download(db, behind, taking, 0, now=NOW), taking, (0, 10), now=NOW)
        assert held_since(db, street.cast.carl, street.shoot.listing_id) is None
        assert held_since(db, behind, street.shoot.listing_id).names == {1: "a.jpg"}
    assert downloads(street)[0].behind_account_id == street.cast.olive.account_id


def test_names_follow_the_studio_s_choice_and_keep_the_number_of_the_page(street: Street) -> None:
    carl, zip_address = street.browsers["carl"], f"/files/zip/{street.shoot.listing}"
    for naming, names in (
        ("numbered", ["02.jpg", "03.jpg"]),
        ("address", ["2208 Point Reyes Court 02.jpg", "2208 Point Reyes Court 03.jpg"]),
        ("original", ["IMG_0002.JPG", "IMG_0003.JPG"]),
    ):
        with street.database.unit_of_work() as db:
            save_delivery_policy(db, street.cast.olive, {"naming": naming}, now=NOW)
        assert list(opened(carl, f"{zip_address}?photos={street.photo(1)},{street.photo(2)}")) == [*names, SUMS]


def test_only_who_may_set_how_files_are_named_does(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        with pytest.raises(InvalidInput):
            save_delivery_policy(db, cast.olive, {"naming": "loud"}, now=NOW)
        for other in (cast.pia, cast.carl, replace(cast.olive, behind_account_id=1)):
            with pytest.raises(NotAllowed):
                save_delivery_policy(db, other, {"naming": "numbered"}, now=NOW)
        save_delivery_policy(db, cast.olive, {"naming": "numbered"}, now=NOW)
        save_delivery_policy(db, cast.olive, {"naming": "numbered"}, now=NOW)
        assert own_delivery_policy(db, cast.olive).naming == "numbered"
        assert own_delivery_policy(db, cast.omar).naming == "original"
        assert len(db.exec(select(Fact).where(Fact.kind == "delivery_policy.changed")).all()) == 1


@pytest.mark.parametrize(
    ("naming", "kind", "place", "count", "own", "called"),
    [
        ("original", "photo", 7, 12, "IMG_0412.JPG", "IMG_0412.JPG"),
        ("numbered", "photo", 7, 12, "IMG_0412.JPG", "07.jpg"),
        ("numbered", "photo", 7, 120, "IMG_0412.jpg", "007.jpg"),
        ("numbered", "video", 2, 2, "walk.MP4", "Video 02.mp4"),
        ("numbered", "floor_plan", 1, 1, "plan.pdf", "Floor plan 01.pdf"),
        ("address", "photo", 7, 12, "IMG_0412.jpg", "12 1-2 Ocean Ave 07.jpg"),
        ("address", "document", 1, 1, "disclosure.pdf", "12 1-2 Ocean Ave Document 01.pdf"),
    ],
)
def test_a_file_is_called(naming: str, kind: str, place: int, count: int, own: str, called: str) -> None:
    assert file_name(Naming(naming), "12 1/2 Ocean Ave", AssetKind(kind), place, count, own) == called


@pytest.mark.parametrize(
    ("spans", "span", "after"),
    [
        ([], (0, 4), [[0, 4]]),
        ([], (4, 4), []),
        ([[0, 4]], (4, 9), [[0, 9]]),
        ([[0, 4]], (6, 9), [[0, 4], [6, 9]]),
        ([[0, 4], [6, 9]], (2, 7), [[0, 9]]),
        ([[0, 9]], (2, 3), [[0, 9]]),
        ([[6, 9]], (0, 4), [[0, 4], [6, 9]]),
    ],
)
def test_spans_join(spans: list[list[int]], span: tuple[int, int], after: list[list[int]]) -> None:
    assert with_span(spans, *span) == after
    assert are_whole(after, 9) is (after == [[0, 9]])


def test_spans_stay_few() -> None:
    spans: list[list[int]] = []
    for at in range(500):
        spans = with_span(spans, 10 * at, 10 * at + 1 + at % 3)
    assert len(spans) == 200


def test_the_list_of_changes_says_what_took_the_place_of_what_and_what_is_gone() -> None:
    said = change_list("9 Lane", "Thu 26 Nov, 9:30 am", [(1, "01.jpg"), (None, "03.jpg")], {1: "1.jpg", 2: "2.jpg"})
    assert said.splitlines() == [
        "9 Lane: what changed since your download of Thu 26 Nov, 9:30 am", "",
        "Replaced (1)", "  01.jpg (you have 1.jpg)", "",
        "Added (1)", "  03.jpg", "",
        "Removed (1)", "  2.jpg (delete your copy)",
    ]  # fmt: skip


def test_the_page_offers_what_is_new_to_who_has_the_rest(street: Street, store: DiskStore) -> None:
    def seen(by: Viewer) -> tuple[str, int, int]:
        with street.database.reading() as db:
            page = listing_page(db, by, street.shoot.listing)
            return page.zip_new_url, page.zip_new_count, page.zip_new_pictures

    carl = street.browsers["carl"]
    carl.get(f"/files/zip/{street.shoot.listing}")
    assert seen(street.cast.carl) == ("", 0, 0)
    deliver_one_more(street, store)
    address, count, pictures = seen(street.cast.carl)
    assert (count, pictures) == (1, 1)
    assert list(opened(carl, address)) == ["dusk.jpg", CHANGES, SUMS]
    assert seen(street.cast.carl) == seen(street.cast.olive) == ("", 0, 0)
