"""The page of a listing: every kind under its title, counts that are the archive's, two hundred photos that do not jump."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from contextlib import closing
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import DESK, PHONE
from tests.e2e.screens import CARL, OLIVE, settle, visitor

pytestmark = [pytest.mark.proof("delivery-09"), pytest.mark.slow]

EVERYTHING = "select public_id from listing where street = '9 Seventeen Mile Overlook'"
ITS_ORDER = """select o.number from orders o join listing l on l.id = o.listing_id where l.street = '9 Seventeen Mile Overlook'"""
SECOND = """select a.id from asset a join listing l on l.id = a.listing_id where l.public_id = ? and a.kind = 'photo'
    order by a.position, a.id limit 1 offset 1"""
LISTS = {"SHA256SUMS.txt", "CHANGES.txt"}
SHIFTS = """window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach(one => {
    if (!one.hadRecentInput) window.shifted += one.value })).observe({ type: "layout-shift", buffered: true })"""
WHOLE = "() => [...document.images].every(one => one.complete && one.naturalWidth > 0)"


def test_every_kind_stands_under_its_title_and_the_count_is_the_archives(portal, browser) -> None:
    with visitor(browser, portal, CARL, DESK) as seen:
        page = seen.page
        page.goto(f"{portal.url}/listings/{asked(portal, EVERYTHING)}")
        settle(page)
        titles = page.locator("main section h2").all_inner_texts()
        assert titles[-5:] == ["Video", "Floor plans", "3D tour", "Documents", "Website"]
        every = page.get_by_role("link", name=re.compile("Download all"))
        with page.expect_download(timeout=60_000) as started:
            every.click()
        with zipfile.ZipFile(started.value.path()) as made:
            names = set(made.namelist()) - LISTS
        assert f"Download all {len(names)}" in every.inner_text()
        assert {"Film.mp4", "Floor plan.pdf", "Feature sheet.pdf"} <= names
        page.get_by_role("heading", name="Documents").scroll_into_view_if_needed()
        page.wait_for_function(WHOLE)
        assert seen.faults == []


def test_the_light_table_goes_on_by_keys_and_says_what_a_photo_shows(portal, browser) -> None:
    listing = asked(portal, EVERYTHING)
    change(
        portal,
        f"update asset set caption = 'The terrace at dusk' where id = ({SECOND})",
        listing,
    )
    with visitor(browser, portal, CARL, PHONE) as seen:
        page = seen.page
        page.goto(f"{portal.url}/listings/{listing}")
        page.locator("[data-shot='0']").click()
        table = page.get_by_role("dialog", name="Photographs")
        expect(table).to_contain_text("1 of 7")
        page.keyboard.press("ArrowRight")
        expect(table).to_contain_text("2 of 7")
        expect(table).to_contain_text("The terrace at dusk")
        box = table.locator("img").bounding_box()
        y = box["y"] + box["height"] / 2
        page.mouse.move(300, y)
        page.mouse.down()
        page.mouse.move(120, y, steps=4)
        page.mouse.up()
        expect(table).to_contain_text("3 of 7")
        page.keyboard.press("Escape")
        expect(page.locator("[data-shot='2']")).to_be_focused()


def test_what_the_studio_hides_is_gone_for_the_customer_and_comes_back(portal, browser) -> None:
    listing = asked(portal, EVERYTHING)
    with visitor(browser, portal, CARL, PHONE) as customer, visitor(browser, portal, OLIVE, DESK) as desk:
        customer.page.goto(f"{portal.url}/listings/{listing}")
        expect(customer.page.get_by_role("link", name=re.compile("Download all 10"))).to_be_visible()
        desk.page.goto(f"{portal.url}/admin/deliver/{asked(portal, ITS_ORDER)}")
        desk.page.get_by_role("button", name=re.compile("^Hide")).first.click()
        expect(customer.page.get_by_role("link", name=re.compile("Download all 9"))).to_be_visible()
        desk.page.get_by_role("button", name=re.compile("^Show")).first.click()
        expect(customer.page.get_by_role("link", name=re.compile("Download all 10"))).to_be_visible()


def test_two_hundred_photos_are_fetched_as_they_come_and_nothing_jumps(portal, browser) -> None:
    listing = asked(portal, EVERYTHING.replace("9 Seventeen Mile Overlook", "412 Lanternkeeper Lane"))
    many(portal, listing, 200)
    with visitor(browser, portal, CARL, PHONE) as seen:
        page = seen.page
        page.add_init_script(SHIFTS)
        page.goto(f"{portal.url}/listings/{listing}")
        settle(page)
        assert page.locator("[data-shot]").count() >= 200
        assert len(pictures(seen)) < 100, "the ones far below wait"
        for _ in range(30):
            page.mouse.wheel(0, 1_200)
            page.wait_for_timeout(50)
        assert len(pictures(seen)) > 100
        assert page.evaluate("() => window.shifted") <= 0.1
        assert seen.faults == []


def pictures(seen) -> set[str]:
    return {url for url in seen.asked if re.search(r"/files/[^/]+/(thumb|web)", url)}


def asked(portal, question: str) -> str:
    with closing(sqlite3.connect(f"file:{portal.data_dir / 'portal.db'}?mode=ro", uri=True)) as db:
        return db.execute(question).fetchone()[0]


def change(portal, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=20)) as db, db:
        db.execute(statement, values)


def many(portal, listing: str, count: int) -> None:
    """As many photos as that in this listing, copies of one it has."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=20)) as db, db:
        db.row_factory = sqlite3.Row
        first = "select * from asset where listing_id = (select id from listing where public_id = ?) and kind = 'photo' limit 1"
        photo = dict(db.execute(first, [listing]).fetchone())
        sizes = [dict(row) for row in db.execute("select * from rendition where asset_id = ?", [photo.pop("id")])]
        for place in range(count):
            copy = photo | {"public_id": uuid4().hex[:16], "position": 100 + place}
            made = added(db, "asset", copy)
            for size in sizes:
                added(db, "rendition", {name: value for name, value in size.items() if name != "id"} | {"asset_id": made})


def added(db: sqlite3.Connection, table: str, row: dict[str, object]) -> int:
    marks = ", ".join("?" for _ in row)
    return db.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values())).lastrowid
