"""Who opened a listing is written down: by the link of a mail and on its page, first, last and how often."""

from __future__ import annotations

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
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery.models import Opening
from portal_app.domain.delivery.opening import APART, note_link_opened, note_page_seen
from portal_app.domain.delivery.service import make_link, revoke_links
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, hand_over, photographed
from tests.integration.street import served

pytestmark = pytest.mark.proof("delivery-13")
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/131", "sec-fetch-mode": "navigate"}


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def api(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[Starlette]:
    with served(database, store, tmp_path) as made:
        yield made


@pytest.fixture
def shoot(database: Database, cast: Cast, store: DiskStore) -> Shoot:
    made = photographed(database, store, cast.harbor, cast.carl_customer)
    hand_over(database, cast.olive, made)
    return made


def a_link(database: Database, now=NOW) -> str:
    with database.unit_of_work() as db:
        return make_link(db, 1, "carl@coastline.example", now=now)


def openings(database: Database) -> list[tuple]:
    with database.reading() as db:
        rows = db.exec(select(Opening).order_by(Opening.id)).all()
        return [(row.what, row.person.split()[0], row.count, row.first_at, row.last_at) for row in rows]


def facts(database: Database) -> list[tuple]:
    with database.reading() as db:
        return [(fact.listing_id, fact.details) for fact in db.exec(select(Fact).where(Fact.kind == "link.opened"))]


def test_a_link_that_browsers_open_is_counted_and_its_first_time_is_a_fact(
    database: Database, api: Starlette, shoot: Shoot
) -> None:
    link = a_link(database, utc_now())
    client = TestClient(api, base_url="http://localhost", follow_redirects=False)
    for _ in range(3):
        assert client.get(f"/l/{link}", headers=BROWSER).status_code == 303
    for method, headers in (
        ("HEAD", BROWSER), ("GET", BROWSER | {"sec-purpose": "prefetch"}), ("GET", {"user-agent": "Slackbot 1.0"}), ("GET", {}),
    ):  # fmt: skip
        assert client.request(method, f"/l/{link}", headers=headers).status_code == 303
    (found,) = openings(database)
    assert found[:3] == ("link", "link", 3)
    assert found[3] < found[4]
    assert facts(database) == [(shoot.listing_id, {"to": "carl@coastline.example"})]


def test_a_link_that_opens_nothing_counts_nothing(database: Database, api: Starlette, shoot: Shoot, cast: Cast) -> None:
    link = a_link(database, utc_now())
    with database.unit_of_work() as db:
        revoke_links(db, cast.olive, shoot.listing, now=NOW)
    client = TestClient(api, base_url="http://localhost", follow_redirects=False)
    assert client.get(f"/l/{link}", headers=BROWSER).status_code == 410
    assert client.get("/l/nothing-of-the-kind", headers=BROWSER).status_code == 404
    assert openings(database) == facts(database) == []


def test_twenty_at_once_are_twenty(database: Database, shoot: Shoot) -> None:
    link = a_link(database)

    def once(place: int) -> None:
        with database.unit_of_work() as db:
            note_link_opened(db, link, now=NOW + timedelta(seconds=20 - place))

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(once, range(20)))
    ((what, _, count, _, last),) = openings(database)
    assert (what, count, last, len(facts(database))) == ("link", 20, NOW + timedelta(seconds=20), 1)


def see(database: Database, by, shoot: Shoot, now=NOW) -> None:
    with database.unit_of_work() as db:
        note_page_seen(db, by, shoot.listing, now=now)


def test_a_page_is_seen_once_in_ten_minutes_by_each_person(database: Database, cast: Cast, shoot: Shoot) -> None:
    later = NOW + APART
    for by, now in ((cast.carl, NOW), (cast.carl, NOW + APART / 2), (cast.carl, later), (cast.olive, NOW)):
        see(database, by, shoot, now)
    see(database, replace(cast.carl, behind="Olive", behind_account_id=cast.olive.account_id), shoot, later)
    assert openings(database) == [("page", "account", 2, NOW, later), ("page", "account", 1, later, later)]
    assert facts(database) == []


def test_nobody_else_sees_it(database: Database, cast: Cast, shoot: Shoot) -> None:
    for stranger in (cast.omar, cast.ollie):
        with pytest.raises(NotFound):
            see(database, stranger, shoot)
    assert openings(database) == []
