"""A photo is said to be altered, its original is chosen, and everybody finds the two side by side."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal
from tests.e2e.screens import OPEN, address

ORDER_OF = f"select o.number from orders o join listing l on l.id = o.listing_id where l.public_id = ({OPEN} limit 1)"

pytestmark = [pytest.mark.proof("delivery-12"), pytest.mark.slow]


def say_it(page: Page) -> None:
    """The first photo is staged; what it was made from is not known yet."""
    page.get_by_role("button", name=re.compile("^Altered: ")).first.click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose what was done. Light, color and crop need no note.")).to_be_visible()
    page.get_by_label("Virtually staged").check()
    assert serious(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is altered and has no original beside it.")).to_be_visible()
    assert not has_sideways_scroll(page)
    assert serious(page) == []


def test_an_altered_photo_is_tied_to_its_original_and_its_customer_finds_both(portal: Portal, browser: Browser) -> None:
    with person(browser, PHONE) as olive, person(browser, DESK) as carl:
        page = olive.page
        sign_in(page, portal.url, "olive@harborlight.example", "harbor-demo-1")
        page.goto(address(portal, "/admin/deliver/[number]", ORDER_OF))
        page.get_by_role("link", name="Altered photos and their originals").click()
        say_it(page)
        page.get_by_role("link", name=re.compile("^Deliver order")).click()
        page.get_by_role("link", name="Choose the original").click()
        page.get_by_role("button", name="Choose its original").click()
        page.get_by_role("dialog").get_by_role("radio").nth(2).click()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("has no original")).to_have_count(0)
        seen, public = carl.page, page.locator("a[href^='/originals/']").first.get_attribute("href")
        seen.goto(f"{portal.url}{public}")
        expect(seen.get_by_text("Virtually staged")).to_be_visible()
        expect(seen.locator("main img")).to_have_count(2)
        assert seen.evaluate("Promise.all([...document.images].map(one => one.decode())).then(() => true)")
        seen.set_viewport_size(PHONE)
        assert not has_sideways_scroll(seen)
        assert serious(seen) == []
        seen.set_viewport_size(DESK)
        sign_in(seen, portal.url, "carl@coastline.example", "harbor-demo-1")
        seen.goto(address(portal, "/listings/[listing]", OPEN))
        expect(seen.get_by_text("1 photo is digitally altered.")).to_be_visible()
        seen.locator("[data-shot='0']").click()
        expect(seen.get_by_role("dialog").get_by_text("Altered: Virtually staged")).to_be_visible()
        assert [olive.faults, carl.faults] == [[], []]
        page.get_by_role("button", name="Not altered").click()
        expect(page.get_by_role("button", name="Not altered")).to_have_count(0)
