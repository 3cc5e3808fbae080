"""A team at work: invited by mail, joined on a phone, seen and paid for by its admin, gone from an open tab."""

from __future__ import annotations

import email
import email.policy
import re
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app.core.clock import local, utc_now
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.customers.queries import records
from portal_app.domain.identity.sessions import viewer_of
from portal_app.domain.orders.service import OrderRequest, accept, place_order
from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.proof("identity-06"), pytest.mark.proof("identity-12"), pytest.mark.slow]

PASSWORD = "harbor-demo-1"
WORDS = "four quiet otters swim"
STREET = "8 Teammate Court"


def test_a_colleague_is_invited_joins_on_a_phone_is_paid_for_and_removed(portal: Portal, browser: Browser) -> None:
    address = f"noor.{uuid4().hex[:6]}@coastline.example"
    with person(browser, DESK) as carl, person(browser, PHONE) as noor:
        sign_in(carl.page, portal.url, "carl@coastline.example", PASSWORD)
        team = _invites(carl.page, portal, address)
        link = _link_in(portal, address)
        _is_no_invitation_for_carl(carl.page, link)
        _joins(noor.page, link, team)
        number = _orders_in_the_team(portal, noor.context.cookies()[0]["value"])
        noor.page.goto(f"{portal.url}/orders/{number}")
        expect(noor.page.get_by_role("heading", name=STREET)).to_be_visible()
        _sees_and_pays(carl.page, portal, number)
        expect(noor.page.get_by_text("Paid in full")).to_be_visible(timeout=5_000)
        _is_removed(carl.page, portal, team)
        expect(noor.page.get_by_role("heading", name="Not found")).to_be_visible(timeout=5_000)
        expect(noor.page.get_by_text(STREET)).to_be_hidden()
        noor.page.goto(f"{portal.url}/orders")
        expect(noor.page.get_by_text("No orders yet")).to_be_visible()
        assert carl.faults + noor.faults == []


def _invites(page: Page, portal: Portal, address: str) -> str:
    page.goto(f"{portal.url}/account/teams")
    page.get_by_role("link", name=re.compile("Coastline")).click()
    page.get_by_label("Their name").fill("Noor Rahimi")
    page.get_by_label("Their email").fill("not an address")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_label("Their email")).to_be_focused()
    page.get_by_label("Their email").fill(address)
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("button", name="Take back to Noor Rahimi")).to_be_visible()
    assert serious(page) == []
    return page.url


def _link_in(portal: Portal, address: str) -> str:
    """The link in the mail, opened twice by a scanner before anybody reads it."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        for path in portal.data_dir.glob("mailbox/*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            found = re.search(r"http\S+/invitation/\S+", mail.get_body(("plain",)).get_content())
            if found and address in str(mail["to"]):
                assert [httpx.get(found[0]).status_code for _ in range(2)] == [200, 200]
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no invitation to {address}")


def _is_no_invitation_for_carl(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("button", name="Sign out and continue")).to_be_visible()
    page.get_by_role("link", name="Stay signed in").click()


def _joins(page: Page, link: str, team: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name="Join Coastline")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Noor Rahimi")
    assert serious(page) == []
    assert not has_sideways_scroll(page)
    page.get_by_label("Password").fill(WORDS)
    page.get_by_role("button", name="Join Coastline").click()
    page.wait_for_url(team)
    expect(page.get_by_text("Noor Rahimi (you)")).to_be_visible()
    expect(page.get_by_role("button", name="Send invitation")).to_have_count(0)


def _orders_in_the_team(portal: Portal, session: str) -> int:
    """An accepted order of hers, placed from another process than the web server's."""
    database = Database(f"sqlite:///{portal.data_dir / 'portal.db'}")
    day = local(utc_now(), "America/Los_Angeles") + timedelta(days=60)
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as db:
        service, olive = (
            db.execute("select public_id from service where studio_id = 1 and name = 'Signature photos'").fetchone()[0],
            db.execute("select id from account where email = 'olive@harborlight.example'").fetchone()[0],
        )
    try:
        with database.unit_of_work() as db:
            noor = viewer_of(db, 1, session, now=utc_now())
            record = next(card.id for card in records(db, noor) if card.team_name == "Coastline")
            starts_at = day.replace(hour=10, minute=0, second=0, microsecond=0, tzinfo=None)
            request = OrderRequest(
                uuid4().hex, STREET, "Monterey, CA 93940", "1500", (service,), starts_at, on_behalf_of=record
            )  # fmt: skip
            number = place_order(db, noor, request, now=utc_now())
            accept(db, Viewer(studio_id=1, role=Role.OWNER, name="Olive", account_id=olive), number, now=utc_now())
            return number
    finally:
        database.close()


def _sees_and_pays(page: Page, portal: Portal, number: int) -> None:
    page.goto(f"{portal.url}/orders")
    row = page.get_by_role("row", name=re.compile(STREET))
    expect(row.get_by_text("Noor Rahimi, Coastline")).to_be_visible()
    page.get_by_label("Team").select_option("No team")
    expect(row).to_have_count(0)
    page.get_by_label("Team").select_option("Coastline")
    row.get_by_role("link").click()
    page.wait_for_url(re.compile(f"/orders/{number}"))
    page.get_by_role("button", name="Pay $310.10").click()
    page.wait_for_url(re.compile("/c/pay/"))
    page.get_by_role("link", name="Fill in a card that pays").click()
    page.get_by_role("button", name=re.compile(r"Pay \$310\.10")).click()
    page.wait_for_url(re.compile(f"/orders/{number}"))
    expect(page.get_by_text("Paid in full")).to_be_visible()


def _is_removed(page: Page, portal: Portal, team: str) -> None:
    page.goto(team)
    page.get_by_role("button", name="Remove Noor Rahimi").click()
    page.get_by_role("button", name="Remove them").click()
    expect(page.get_by_role("button", name="Remove Noor Rahimi")).to_have_count(0)
