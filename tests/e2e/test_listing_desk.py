"""What becomes of a listing after it is delivered: archived, given to another agent, its files put away and brought back."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal_app.core.clock import utc_now
from portal_app.db import Database
from portal_app.domain.delivery.keeping import take_step
from portal_app.domain.delivery.retention import Step
from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, newest_mail, serious, snap
from tests.e2e.conftest import Portal
from tests.e2e.screens import CARL, NOBODY, OLIVE, settle, visitor

pytestmark = [pytest.mark.proof("delivery-10"), pytest.mark.slow, pytest.mark.timeout(240)]
NGOZI = "Ngozi Adeyemi-Lindqvist"
LANE, OVERLOOK = "412 Lanternkeeper Lane", "9 Seventeen Mile Overlook"
PICTURES = Path(os.environ["PICTURES"]) if "PICTURES" in os.environ else None


def of(portal: Portal, street: str) -> str:
    with closing(sqlite3.connect(f"file:{portal.data_dir / 'portal.db'}?mode=ro", uri=True)) as db:
        return db.execute("select public_id from listing where street = ?", [street]).fetchone()[0]


def change(portal: Portal, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=20)) as db, db:
        assert db.execute(statement, values).rowcount


def is_fit(page: Page, name: str) -> None:
    """For people with one thumb, and for those who listen."""
    settle(page)
    assert not has_sideways_scroll(page)
    assert serious(page) == []
    snap(page, PICTURES, name)


def test_what_is_archived_leaves_the_lists_and_comes_back(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, PHONE) as olive, visitor(browser, portal, CARL, PHONE) as carl:
        desk, seen = olive.page, carl.page
        seen.goto(f"{portal.url}/listings")
        expect(seen.get_by_text(LANE)).to_be_visible()
        desk.goto(f"{portal.url}/admin/listings")
        desk.get_by_label("Search listings").fill("lanternkeeper")
        expect(desk.locator(".listings > *")).to_have_count(1)
        desk.get_by_text(LANE).click()
        desk.get_by_role("button", name="Move to the archive").dblclick()
        expect(desk.get_by_text("In the archive since")).to_be_visible()
        is_fit(desk, "listing-archived-390")
        desk.go_back()
        expect(desk.get_by_text("Nothing matches")).to_be_visible()
        desk.get_by_role("button", name=re.compile("^Archive")).click()
        desk.get_by_text(LANE).click()
        seen.reload()
        settle(seen)
        expect(seen.get_by_text(LANE)).to_have_count(0)
        seen.goto(f"{portal.url}/listings/{of(portal, LANE)}")
        expect(seen.get_by_role("heading", name=re.compile(LANE))).to_be_visible()
        expect(seen.get_by_text("In the archive since")).to_be_visible()
        seen.get_by_role("button", name="Bring it back").click()
        expect(desk.get_by_role("button", name="Move to the archive")).to_be_visible()
        assert [olive.faults, carl.faults] == [[], []]


def test_a_listing_moves_to_another_agent_who_is_told(portal: Portal, browser: Browser) -> None:
    unpaid, paid = of(portal, LANE), of(portal, OVERLOOK)
    (before,) = row(portal, "select customer_id from listing where street = ?")
    with (
        visitor(browser, portal, OLIVE, PHONE) as olive,
        visitor(browser, portal, CARL, DESK) as carl,
        visitor(browser, portal, NOBODY, PHONE) as new,
    ):
        desk, seen = olive.page, carl.page
        desk.goto(f"{portal.url}/admin/listings/{unpaid}")
        desk.get_by_label("Search customers").fill("nobody of that name")
        expect(desk.get_by_text("Nobody else here is called so.")).to_be_visible()
        choose(desk, "ngozi", NGOZI)
        is_fit(desk, "listing-moving-390")
        desk.get_by_role("button", name="Leave it").click()
        give(desk, "ngozi", NGOZI)
        expect(desk.get_by_text("An invoice for it waits to be paid.")).to_be_visible()
        desk.goto(f"{portal.url}/admin/listings/{paid}")
        settle(desk)
        give(desk, "ngozi", NGOZI)
        expect(desk.get_by_text(f"It is with {NGOZI} now")).to_be_visible()
        seen.goto(f"{portal.url}/listings/{paid}")
        settle(seen)
        expect(seen.get_by_text(OVERLOOK)).to_have_count(0)
        mail = newest_mail(new.page, portal.url, "ngozi@baysideandco.example", OVERLOOK)
        new.page.goto(re.search(r"http\S+/l/\S+", mail)[0])
        expect(new.page.get_by_role("heading", name=re.compile(OVERLOOK))).to_be_visible()
        is_fit(new.page, "listing-moved-to-390")
        give(desk, "carl", "Carl Nakamura", f"[value='{before}']")
        expect(desk.get_by_text("It is with Carl Nakamura now")).to_be_visible()
        seen.reload()
        expect(seen.get_by_role("heading", name=re.compile(OVERLOOK))).to_be_visible()
        assert olive.faults == []


def choose(page: Page, search: str, name: str, which: str = "input") -> None:
    page.get_by_label("Search customers").fill(search)
    page.get_by_role("radio", name=re.compile(name)).and_(page.locator(which)).click()
    page.get_by_role("button", name="Move the listing").click()
    expect(question(page)).to_contain_text(f"Move it to {name}?")


def give(page: Page, search: str, name: str, which: str = "input") -> None:
    choose(page, search, name, which)
    question(page).get_by_role("button", name="Move the listing").dblclick()
    expect(question(page)).to_be_hidden()


def question(page: Page) -> Locator:
    return page.get_by_role("alertdialog").or_(page.get_by_role("dialog"))


def test_files_are_warned_of_put_away_and_brought_back(portal: Portal, browser: Browser) -> None:
    listing, now = of(portal, OVERLOOK), utc_now()
    number, delivered = row(
        portal, "select l.id, max(d.delivered_at) from listing l join delivery d on d.listing_id = l.id where l.street = ?"
    )
    with visitor(browser, portal, OLIVE, PHONE) as olive, visitor(browser, portal, CARL, PHONE) as carl:
        desk, seen = olive.page, carl.page
        desk.goto(f"{portal.url}/admin/settings/delivery")
        desk.get_by_label("Files are kept", exact=True).select_option("1 year")
        desk.get_by_role("button", name="Save").click()
        expect(desk.get_by_text("Saved")).to_be_visible()
        change(portal, "update delivery set delivered_at = ? where listing_id = ?", stored(now - timedelta(days=345)), number)
        assert step(portal, number) is Step.WARN
        assert newest_mail(desk, portal.url, "carl@coastline.example", "Seventeen Mile")
        snap(desk, PICTURES, "mail-files-end-390")
        desk.goto(f"{portal.url}/admin/listings/{listing}")
        expect(desk.get_by_text(re.compile(r"Kept until \d+ \w+"))).to_be_visible()
        is_fit(desk, "listing-ends-soon-390")
        seen.goto(f"{portal.url}/listings/{listing}")
        expect(seen.get_by_text(re.compile("Files are kept until"))).to_be_visible()
        long_ago = stored(now - timedelta(days=40))
        change(portal, "update listing set warned_at = ?, warned_again_at = ? where id = ?", long_ago, long_ago, number)
        change(portal, "update delivery set delivered_at = ? where listing_id = ?", stored(now - timedelta(days=420)), number)
        assert step(portal, number) is Step.PUT_AWAY
        expect(seen.get_by_text("The files were put away on")).to_be_visible()
        expect(seen.get_by_role("link", name="Write to Harbor Light")).to_be_visible()
        is_fit(seen, "listing-put-away-390")
        expect(desk.get_by_text("Put away on")).to_be_visible()
        is_fit(desk, "listing-put-away-desk-390")
        desk.get_by_role("button", name="Bring the files back").dblclick()
        expect(desk.get_by_text("The files are back.")).to_be_visible()
        expect(seen.locator("[data-shot='0']")).to_be_visible()
        assert [olive.faults, carl.faults] == [[], []]
        desk.goto(f"{portal.url}/admin/settings/delivery")
        desk.get_by_label("Files are kept", exact=True).select_option("For ever")
        desk.get_by_role("button", name="Save").click()
        expect(desk.get_by_text("Saved").first).to_be_visible()
        desk.reload()
        expect(desk.get_by_label("Files are kept", exact=True).locator("option:checked")).to_have_text("For ever")
    change(portal, "update delivery set delivered_at = ? where listing_id = ?", delivered, number)


def stored(at: datetime) -> str:
    """As the database writes an instant."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def step(portal: Portal, listing: int) -> Step:
    """What the hourly round would do with it now."""
    database = Database(portal.database_url)
    try:
        with database.unit_of_work() as db:
            return take_step(db, listing, now=utc_now())
    finally:
        database.close()


def row(portal: Portal, question: str) -> tuple:
    with closing(sqlite3.connect(f"file:{portal.data_dir / 'portal.db'}?mode=ro", uri=True)) as db:
        return db.execute(question, [OVERLOOK]).fetchone()
