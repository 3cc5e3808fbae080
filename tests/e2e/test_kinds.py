"""A film, a plan, a paper and a tour go in beside the photos at the studio, and stand on the customer's page."""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from portal_app.demo import photos
from tests.e2e.browsing import DESK, PHONE, snap
from tests.e2e.screens import CARL, OLIVE, visitor
from tests.e2e.test_listing_page import asked
from tests.files import heic
from tests.photos import small_jpeg

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

RANCH = "select o.number from orders o join listing l on l.id = o.listing_id where l.street like '1650 Rancho%'"
ITS_LISTING = "select public_id from listing where street like '1650 Rancho%'"
OPEN = "select public_id from listing where street = '9 Seventeen Mile Overlook'"
PICTURES = Path(os.environ["PICTURES"]) if "PICTURES" in os.environ else None
TOUR = "https://my.matterport.com/show/?m=SxQL3iGyoDo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What comes from the camera and the desk: a photo, a phone's photo, a film, a plan, and what is none of these."""
    picture = tmp_path / "one.jpg"
    picture.write_bytes(small_jpeg(4711))
    (tmp_path / "two.heic").write_bytes(heic())
    photos.film(tmp_path / "walk.mp4", picture)
    photos.floor_plan(tmp_path / "plan.pdf", "Old Lighthouse")
    (tmp_path / "notes.docx").write_bytes(b"PK\x03\x04 no picture at all")
    return tmp_path


@pytest.mark.proof("delivery-02")
def test_every_kind_goes_in_and_stands_on_the_customers_page(portal, browser, folder: Path) -> None:
    with visitor(browser, portal, OLIVE, DESK) as desk:
        page = desk.page
        page.goto(f"{portal.url}/admin/deliver/{asked(portal, RANCH)}")
        page.locator("input[type=file]").first.set_input_files([str(each) for each in sorted(folder.iterdir())])
        expect(page.get_by_text("notes.docx").first).to_be_visible()
        beside = page.get_by_role("region", name="Beside the photos")
        expect(beside.get_by_role("heading", name="Video")).to_be_visible(timeout=60_000)
        expect(beside.get_by_role("heading", name="Documents")).to_be_visible(timeout=60_000)
        beside.get_by_role("button", name="Edit plan.pdf").click()
        page.get_by_label("Section").select_option("floor_plan")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(beside.get_by_role("heading", name="Floor plans")).to_be_visible()
        paste(page, "http://127.0.0.1/inside")
        expect(page.locator("#url-error")).to_be_visible()
        paste(page, TOUR)
        expect(beside.get_by_role("heading", name="3D tour")).to_be_visible()
        expect(page.get_by_text("7 of 7 ready")).to_be_visible(timeout=60_000)
        collect = page.get_by_role("switch", name=re.compile("^Collect"))
        if collect.is_checked():
            collect.click()
        page.get_by_role("button", name=re.compile("^Deliver 2 photos")).click()
        expect(page.get_by_text("1 3D tour in all.")).to_be_visible()
        assert desk.faults == []
    with visitor(browser, portal, CARL, PHONE) as customer:
        page = customer.page
        page.goto(f"{portal.url}/listings/{asked(portal, ITS_LISTING)}")
        for title in ("Video", "Floor plans", "3D tour"):
            expect(page.get_by_role("heading", name=title)).to_be_visible()
        assert page.locator("iframe[src]").count() == 1
        frame = page.locator("iframe").get_attribute("src")
        assert "my.matterport.com" in page.request.get(portal.url + frame).text()
        plays = page.locator("video")
        plays.scroll_into_view_if_needed()
        plays.evaluate("film => { film.muted = true; return film.play(); }")
        page.wait_for_function("() => document.querySelector('video').currentTime > 0")
        assert customer.faults == []


@pytest.mark.proof("delivery-06")
def test_an_mls_is_chosen_its_files_are_made_and_each_keeps_the_rules(portal, browser) -> None:
    with visitor(browser, portal, CARL, PHONE) as seen:
        page = seen.page
        page.goto(f"{portal.url}/listings/{asked(portal, OPEN)}")
        page.get_by_role("link", name=re.compile("Sizes for one MLS")).click()
        page.get_by_role("combobox", name="MLS").select_option("ranw")
        page.get_by_role("button", name="Make the files").click()
        take = page.get_by_role("link", name=re.compile("^Download 7"))
        take.wait_for(timeout=60_000)
        with page.expect_download(timeout=60_000) as started:
            take.click()
        with zipfile.ZipFile(started.value.path()) as made:
            files = [made.read(name) for name in made.namelist() if name.endswith(".jpg")]
        assert len(files) == 7
        for content in files:
            with Image.open(io.BytesIO(content)) as picture:
                assert picture.width <= 1280
                assert picture.height <= 960
            assert len(content) <= 125_000
        assert seen.faults == []


@pytest.mark.proof("delivery-05")
def test_a_watermark_is_seen_while_it_is_typed_and_marks_what_was_marked_before(portal, browser) -> None:
    with visitor(browser, portal, OLIVE, DESK) as seen:
        page = seen.page
        page.goto(f"{portal.url}/admin/settings/watermark")
        shown = page.get_by_alt_text("Your newest photo with this watermark")
        before = shown.get_attribute("src")
        page.get_by_label("Words (optional)").fill("PROOF ONLY")
        expect(shown).not_to_have_attribute("src", before)
        page.wait_for_function("() => document.querySelector('img.seen').naturalWidth > 0")
        page.get_by_label("Opacity in percent").fill("200")
        page.get_by_role("button", name="Save watermark").click()
        expect(page.locator("#opacity-error")).to_be_visible()
        page.get_by_label("Opacity in percent").fill("60")
        page.get_by_role("button", name="Save watermark").click()
        expect(page.get_by_text(re.compile("photos carry this watermark"))).to_be_visible(timeout=60_000)
        assert page.get_by_label("Words (optional)").input_value() == "PROOF ONLY"
        assert seen.faults == []


@pytest.mark.proof("delivery-09")
def test_what_is_beside_the_photos_is_put_in_order_by_keys_too(portal, browser) -> None:
    pages = [f"https://{name}.example/9-overlook" for name in ("first", "second", "third")]
    with visitor(browser, portal, OLIVE, DESK) as desk:
        page = desk.page
        page.goto(f"{portal.url}/admin/deliver/{asked(portal, RANCH)}")
        for url in pages:
            paste(page, url)
            expect(page.locator(f".beside a[href='{url}']")).to_be_visible()
        shown = page.locator(".beside li a[href$='/9-overlook']")
        page.get_by_role("button", name="Down first.example").focus()
        for order in ("second first third", "second third first"):
            page.keyboard.press("Enter")
            expect(shown).to_have_text([re.compile(each) for each in order.split()])
        page.reload()
        expect(shown).to_have_text([re.compile(each) for each in ("second", "third", "first")])
        expect(page.get_by_role("button", name="Up second.example")).to_be_disabled()
        snap(page, PICTURES, "beside-in-order")
        for name in ("second", "third", "first"):
            page.get_by_role("button", name=f"Remove {name}.example").click()
            expect(page.get_by_role("link", name=re.compile(name))).to_have_count(0)
        assert desk.faults == []


def paste(page: Page, url: str) -> None:
    page.get_by_label("Tour, video or website").fill(url)
    page.get_by_role("button", name="Add link").click()
