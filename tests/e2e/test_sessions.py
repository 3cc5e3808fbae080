"""An open tab whose session ended elsewhere goes to the sign-in, and shows nothing to whoever comes next."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from portal_app.core.clock import utc_now
from portal_app.db import Database
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.sessions import end_all_sessions, viewer_of
from tests.e2e.browsing import DESK, person, sign_in
from tests.e2e.conftest import Portal
from tests.e2e.hostile import connected, redirects, signed_in
from tests.e2e.screens import forget_session

pytestmark = [pytest.mark.proof("identity-05"), pytest.mark.slow]

PIA, CARL, TESS = "pia@harborlight.example", "carl@coastline.example", "tess@coastline.example"
PASSWORD = "harbor-demo-1"
WITHIN = 6.0


@pytest.fixture(scope="module")
def elsewhere(portal: Portal):
    """Another process than the web server's: end somebody's sessions, suspend them, put them back."""
    database = Database(portal.database_url)

    def act(email: str, *, suspended: bool | None = None) -> None:
        with database.unit_of_work() as db:
            account = db.exec(select(Account).where(Account.email_key == email, Account.verified_at.is_not(None))).one()
            if suspended is not None:
                account.suspended_at = utc_now() if suspended else None
            if suspended is not False:
                end_all_sessions(db, account.id, now=utc_now())
        forget_session(portal, email)

    yield act
    database.close()


async def sent_away(socket, before: int) -> bool:
    """Whether the tab was told to go to the sign-in without having asked for anything."""
    for _ in range(int(WITHIN / 0.1)):
        if redirects(socket.updates[before:]):
            return True
        await asyncio.sleep(0.1)
    return False


@pytest.mark.parametrize(("email", "page"), [(CARL, "/orders"), (PIA, "/admin/orders")], ids=["a customer", "a member"])
def test_an_open_tab_that_does_nothing_goes_to_the_sign_in(portal, elsewhere, email, page):
    async def story():
        async with connected(portal.url, cookie=signed_in(portal.url, email, PASSWORD)) as tab:
            await tab.open_page(page)
            before = len(tab.updates)
            await asyncio.to_thread(elsewhere, email)
            assert await sent_away(tab, before)
            news = json.dumps(tab.updates[before:])
            assert redirects(tab.updates[before:])[0].startswith("/login")
            assert '"name": ""' in news
            assert "Nakamura" not in news

    asyncio.run(asyncio.wait_for(story(), 60))


def test_a_suspended_persons_tab_is_refused_at_its_next_event_and_they_cannot_come_back(portal, elsewhere):
    cookie = signed_in(portal.url, TESS, PASSWORD)

    async def story():
        async with connected(portal.url, cookie=cookie) as tab:
            await tab.open_page("/orders")
            assert "Tess" in tab.text
            await asyncio.to_thread(elsewhere, TESS, suspended=True)
            answers = await tab.open_page("/orders")
            assert redirects(answers) == ["/login?next=%2Forders"]
            assert "Tess" not in json.dumps(answers)

    try:
        asyncio.run(asyncio.wait_for(story(), 60))
        refused = httpx.post(f"{portal.url}/api/sign-in", data={"email": TESS, "password": PASSWORD})
        assert "foyer" not in refused.cookies
    finally:
        elsewhere(TESS, suspended=False)


def test_the_next_person_in_the_same_tab_sees_nothing_of_the_one_before(portal, browser: Browser):
    with person(browser, DESK) as desk:
        page = desk.page
        sign_in(page, portal.url, PIA, PASSWORD)
        page.goto(f"{portal.url}/admin/orders")
        expect(page.get_by_text("Featherstonehaugh").first).to_be_visible()
        page.evaluate("fetch('/api/sign-out', {method: 'POST', redirect: 'manual'})")
        page.wait_for_url("**/login**")
        page.go_back()
        page.wait_for_url("**/login**")
        expect(page.get_by_label("Email")).to_be_visible()
        assert "Featherstonehaugh" not in page.content()
        sign_in(page, portal.url, TESS, PASSWORD)
        page.wait_for_load_state("networkidle")
        for _ in range(2):
            assert "Featherstonehaugh" not in page.content()
            page.go_back()
            page.wait_for_timeout(400)


def test_a_page_of_somebody_signed_in_is_never_kept_whole(portal):
    cookie = signed_in(portal.url, CARL, PASSWORD)
    for path in ("/", "/orders", "/login"):
        kept, fresh = (httpx.get(portal.url + path, headers=headers).headers for headers in ({"Cookie": cookie}, {}))
        assert kept["cache-control"] == "no-store", path
        assert fresh["cache-control"] == "no-cache", path
        known = httpx.get(portal.url + path, headers={"Cookie": cookie, "If-None-Match": kept.get("etag", '"x"')})
        assert known.headers["cache-control"] == "no-store", path


def test_signing_out_here_leaves_other_browsers_signed_in(portal):
    first, second = (signed_in(portal.url, CARL, PASSWORD) for _ in range(2))
    httpx.post(f"{portal.url}/api/sign-out", headers={"Cookie": first})
    database = Database(portal.database_url)
    with database.reading() as db:
        who = [viewer_of(db, 1, cookie.partition("=")[2], now=utc_now()) for cookie in (first, second)]
    database.close()
    assert [each is not None for each in who] == [False, True]
