"""Carl takes a few photos of a listing that is open, in the size he wants, and later only what he does not have."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import zipfile
from contextlib import closing

import pytest

from tests.e2e.browsing import PHONE
from tests.e2e.screens import CARL, visitor

pytestmark = [pytest.mark.proof("delivery-07"), pytest.mark.slow]

OPEN = """select l.public_id from listing l join customer c on c.id = l.customer_id join account a on a.id = c.account_id
    where a.email = 'carl@coastline.example' and exists (select 1 from asset s where s.listing_id = l.id and s.delivered_at is not null)"""


def test_a_few_photos_are_chosen_weighed_and_taken(portal, browser) -> None:
    with visitor(browser, portal, CARL, PHONE) as seen:
        page = seen.page
        listing = an_open_listing(portal, page)
        page.goto(f"{portal.url}/listings/{listing}")
        page.get_by_label("Select photo 02").click()
        bar = page.get_by_role("region", name="Selected photos")
        bar.get_by_text("1 selected").wait_for()
        page.get_by_label("Select photo 04").click()
        bar.get_by_text("2 selected").wait_for()
        page.locator("label", has_text=re.compile(r"^MLS$")).click()
        bar.get_by_text("as MLS").wait_for()
        assert names_in(page, bar.get_by_role("link", name="Download 2"))[2:] == ["SHA256SUMS.txt"]
        bar.get_by_role("button", name="Clear").click()
        bar.wait_for(state="detached")
        assert not page.get_by_label("Select photo 02").is_checked()


PHONE_THAT_SHARES = """
    navigator.canShare = () => true;
    navigator.share = async ({ files }) => {
        if (!window.patient) { window.patient = true; throw new DOMException("too late", "NotAllowedError"); }
        window.shared = files.map(file => [file.name, file.type, file.size]);
    };
"""


@pytest.mark.proof("delivery-09")
def test_a_phone_shares_photos_and_has_the_archive_second(portal, browser) -> None:
    with visitor(browser, portal, CARL, PHONE) as seen:
        page = seen.page
        page.add_init_script(PHONE_THAT_SHARES)
        listing = an_open_listing(portal, page)
        page.goto(f"{portal.url}/listings/{listing}")
        page.get_by_label("Select photo 02").click()
        page.get_by_label("Select photo 03").click()
        bar = page.get_by_role("region", name="Selected photos")
        bar.get_by_role("link", name="ZIP").wait_for()
        bar.get_by_role("button", name="Save or share 2").click()
        bar.get_by_role("button", name="Share 2 now").click()
        page.wait_for_function("() => window.shared")
        shared = page.evaluate("window.shared")
        assert [kind for _, kind, _ in shared] == ["image/jpeg"] * 2
        assert all(size > 10_000 for *_, size in shared)
        page.evaluate("window.shared = null")
        page.locator("[data-shot='0']").click()
        page.get_by_role("button", name=re.compile("Save or share 01")).click()
        page.wait_for_function("() => window.shared")
        assert len(page.evaluate("window.shared")) == 1


@pytest.mark.proof("delivery-09")
def test_a_photo_that_does_not_arrive_is_asked_for_again(portal, browser) -> None:
    with visitor(browser, portal, CARL, PHONE) as seen:
        page = seen.page
        page.add_init_script(PHONE_THAT_SHARES + "window.patient = true;")
        listing = an_open_listing(portal, page)
        page.goto(f"{portal.url}/listings/{listing}")
        page.get_by_label("Select photo 02").click()
        page.get_by_label("Select photo 03").click()
        bar = page.get_by_role("region", name="Selected photos")
        page.route(re.compile(r"/files/[^/]+/original"), lambda route: route.abort(), times=1)
        bar.get_by_role("button", name="Save or share 2").click()
        bar.get_by_text("A photo did not arrive").wait_for()
        bar.get_by_role("button", name="Try again").click()
        page.wait_for_function("() => window.shared")
        assert len(page.evaluate("window.shared")) == 2


def test_only_what_is_new_is_offered_to_who_has_the_rest(portal, browser) -> None:
    with visitor(browser, portal, CARL, PHONE) as seen:
        page = seen.page
        listing = an_open_listing(portal, page)
        page.goto(f"{portal.url}/listings/{listing}")
        assert page.get_by_role("link", name=re.compile("Only what is new")).count() == 0
        names_in(page, page.get_by_role("link", name=re.compile("Download all")))
        as_if_two_came_later(portal, listing)
        page.reload()
        new = names_in(page, page.get_by_role("link", name="Only what is new: 2"))
        assert new[2:] == ["CHANGES.txt", "SHA256SUMS.txt"]


def an_open_listing(portal, page) -> str:
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as db:
        found = [row[0] for row in db.execute(OPEN)]
    return next(each for each in found if page.context.request.head(f"{portal.url}/files/zip/{each}").ok)


def names_in(page, link) -> list[str]:
    with page.expect_download(timeout=60_000) as started:
        link.click()
    with zipfile.ZipFile(started.value.path()) as made:
        assert made.testzip() is None
        return made.namelist()


def as_if_two_came_later(portal, listing: str) -> None:
    """What Carl has is without the last two photos."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=20)) as db, db:
        asked = "select d.id, d.items from download d join listing l on l.id = d.listing_id where l.public_id = ? and d.is_whole"
        for row, items in kept(db, asked, listing):
            db.execute("update download set items = ? where id = ?", [json.dumps(json.loads(items)[:-2]), row])


def kept(db: sqlite3.Connection, asked: str, listing: str) -> list[tuple[int, str]]:
    """The record of a download is written beside its last bytes."""
    ends = time.monotonic() + 10
    while not (found := db.execute(f"{asked} and d.finished_at is not null", [listing]).fetchall()):
        assert time.monotonic() < ends, "the download was not written down"
        time.sleep(0.1)
    return found
