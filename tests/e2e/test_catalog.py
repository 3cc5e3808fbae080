"""Olive adds a service with two sizes, mistypes one, sorts by keyboard, copies it; Carl finds it on the booking page."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.booking import starts_booking, types_address
from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, serious
from tests.e2e.conftest import Portal
from tests.e2e.screens import CARL, OLIVE, visitor

pytestmark = [pytest.mark.proof("booking-01"), pytest.mark.slow]

NAME = f"Dusk film {uuid4().hex[:6]}"


def test_a_service_from_the_first_letter_to_the_booking_page(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, DESK) as olive, visitor(browser, portal, CARL, PHONE) as carl:
        page = olive.page
        page.goto(f"{portal.url}/admin/catalog")
        page.get_by_role("link", name="Add service").first.click()
        _types_it(page)
        _is_refused_beside_the_field(page)
        _comes_back_to_what_was_typed(page)
        page.get_by_role("button", name="Add service").click()
        page.wait_for_url(f"{portal.url}/admin/catalog")
        _sorts_by_keyboard(page)
        _copies_it(page, portal)
        _previews(page)
        _is_offered(carl.page, portal)
        assert olive.faults + carl.faults == []


def _types_it(page: Page) -> None:
    """Everything by the labels that are read aloud."""
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Category").fill("Photos")
    page.get_by_role("button", name="Add a size").click()
    expect(page.locator("#up_to-0-0")).to_be_focused()
    page.keyboard.type("2,000")
    page.locator("#price-0-0").fill("189.50")
    page.locator("#minutes-0-0").fill("45")
    page.locator("#up_to-0-1").fill("1500")
    page.locator("#price-0-1").fill("245")
    page.locator("#minutes-0-1").fill("60")
    pia = page.get_by_role("checkbox", name=re.compile("Pia"))
    pia.click()
    expect(pia).to_be_checked()
    expect(page.get_by_label("Tax")).to_have_value("")


def _is_refused_beside_the_field(page: Page) -> None:
    """First an overlap, then a gap; nothing typed is lost."""
    save = page.get_by_role("button", name="Add service")
    save.click()
    wrong = page.locator("#up_to-0-1")
    expect(page.get_by_text("The row above already covers up to 2,000 sq ft.")).to_be_visible()
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    assert wrong.get_attribute("aria-describedby") == "sizes-0-1-error"
    assert serious(page) == []
    wrong.fill("3500")
    save.click()
    expect(page.get_by_text("Properties above 3,500 sq ft would have no price. Leave the last end empty.")).to_be_visible()
    expect(page.locator("#price-0-0")).to_have_value("189.50")
    wrong.fill("")
    page.keyboard.press("Tab")
    expect(page.get_by_role("group", name="Over 2,000 sq ft")).to_be_visible()
    expect(page.get_by_role("region", name="As the customer sees it")).to_contain_text("$245.00")


def _comes_back_to_what_was_typed(page: Page) -> None:
    page.get_by_role("link", name="Staff").first.click()
    expect(page.get_by_role("heading", name="Staff", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value(NAME)
    expect(page.locator("#up_to-0-0")).to_have_value("2,000")
    expect(page.get_by_role("checkbox", name=re.compile("Pia"))).to_be_checked()


def _sorts_by_keyboard(page: Page) -> None:
    up = page.get_by_role("button", name=f"Move up {NAME}", exact=True)
    said = page.get_by_role("status").filter(has_text=NAME).filter(has_text="is now")
    up.focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text(re.compile(r"is now \d of \d\."))
    first = int(re.search(r"is now (\d)", said.inner_text())[1])
    for place in range(first - 1, 0, -1):
        expect(up).to_be_focused()
        page.keyboard.press("Enter")
        expect(said).to_have_text(re.compile(rf"is now {place} of"))
    expect(page.get_by_role("button", name=f"Move down {NAME}", exact=True)).to_be_focused()


def _copies_it(page: Page, portal: Portal) -> None:
    page.get_by_role("button", name=f"Duplicate {NAME}").click()
    expect(page.get_by_label("Name")).to_have_value(f"{NAME} (copy)")
    expect(page.get_by_role("checkbox", name=re.compile("Pia"))).to_be_checked()
    expect(page.get_by_text("Off sale")).to_be_visible()
    page.goto(f"{portal.url}/admin/catalog")
    expect(page.get_by_role("switch", name=re.compile(rf"{re.escape(NAME)} \(copy\)"))).not_to_be_checked()


def _previews(page: Page) -> None:
    page.get_by_role("button", name="Preview as the customer").click()
    seen = page.get_by_role("dialog")
    expect(seen.get_by_text(NAME)).to_be_visible()
    seen.get_by_label(re.compile("Size")).fill("1,500")
    expect(seen.get_by_text("$189.50").first).to_be_visible()
    assert serious(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert not has_sideways_scroll(page)
    seen.get_by_role("button", name="Close").click()
    page.set_viewport_size(DESK)


def _is_offered(page: Page, portal: Portal) -> None:
    """Carl finds it at the price of his size; the copy is not for sale."""
    starts_booking(page, portal)
    types_address(page, "11 Dusk Lane", "Monterey, CA 93940", "1500")
    expect(page.get_by_text(NAME).first).to_be_visible()
    expect(page.get_by_text("$189.50").first).to_be_visible()
    expect(page.get_by_text(f"{NAME} (copy)")).to_have_count(0)
