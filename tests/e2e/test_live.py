"""Open pages change when something happened elsewhere: for those concerned, and only in the tab that loaded the page."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from uuid import uuid4

import httpx
import pytest

from portal_app.core.clock import utc_now
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.service import record
from tests.e2e.conftest import Portal
from tests.e2e.hostile import connected, signed_in

pytestmark = [pytest.mark.proof("main-job-11"), pytest.mark.slow]

WITHIN = 5.0


@pytest.fixture(scope="module")
def happen(portal: Portal):
    """Write a fact about one of Carl's orders, from another process than the web server's."""
    database = Database(f"sqlite:///{portal.data_dir / 'portal.db'}")
    with sqlite3.connect(portal.data_dir / "portal.db") as db:
        mine = "SELECT o.id, o.listing_id, o.customer_id FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.email LIKE 'carl@%'"
        order_id, listing_id, customer_id = db.execute(mine).fetchone()

    def write() -> None:
        with database.unit_of_work() as db:
            by = Viewer(studio_id=1, role=Role.SYSTEM, name="Foyer")
            about = {"order_id": order_id, "listing_id": listing_id, "customer_id": customer_id}
            record(db, by, "order.noted", now=utc_now(), **about)

    yield write
    database.close()


async def news_within(socket, seconds: float) -> bool:
    """Whether anything was sent to this socket within so many seconds."""
    before, ends = len(socket.updates), time.monotonic() + seconds
    while time.monotonic() < ends:
        if len(socket.updates) > before:
            return True
        await asyncio.sleep(0.05)
    return False


def run(story):
    return asyncio.run(asyncio.wait_for(story, 90))


def test_the_studio_and_the_customer_see_it_and_another_studio_does_not(portal, happen):
    url, bluebird = portal.url, f"bluebird.localhost:{portal.port}"
    olive = signed_in(url, "olive@harborlight.example", "harbor-demo-1")
    carl = signed_in(url, "carl@coastline.example", "harbor-demo-1")
    tess = signed_in(url, "tess@coastline.example", "harbor-demo-1")
    omar = signed_in(url, "omar@bluebirdmedia.example", "bluebird-demo-1", host=bluebird)

    async def story():
        async with (
            connected(url, cookie=olive) as studio,
            connected(url, cookie=carl) as customer,
            connected(url, cookie=tess) as other_customer,
            connected(url, cookie=omar, host=bluebird) as stranger,
        ):
            for socket, path in (
                (studio, "/admin/orders"),
                (customer, "/orders"),
                (other_customer, "/orders"),
                (stranger, "/admin/orders"),
            ):
                await socket.open_page(path)
            refreshed = [asyncio.create_task(news_within(s, WITHIN)) for s in (studio, customer)]
            untouched = [asyncio.create_task(news_within(s, WITHIN)) for s in (other_customer, stranger)]
            httpx.get(f"{url}/livez")
            await asyncio.to_thread(happen)
            assert await asyncio.gather(*refreshed) == [True, True]
            assert await asyncio.gather(*untouched) == [False, False]

    run(story())


@pytest.mark.proof("main-job-06")
def test_a_token_left_behind_is_told_nothing(portal, happen):
    """Whoever connects with it and says nothing must not be refreshed as the person who was here."""
    token, olive = str(uuid4()), signed_in(portal.url, "olive@harborlight.example", "harbor-demo-1")

    async def story():
        async with connected(portal.url, cookie=olive, token=token) as socket:
            await socket.open_page("/admin/orders")
        async with connected(portal.url, token=token) as thief:
            await asyncio.to_thread(happen)
            assert not await news_within(thief, 3.0)

    run(story())
