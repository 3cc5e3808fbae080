"""An invoice in browsers: written at the desk, finalized, opened by whoever has its address, kept as a file."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.proof("payments-07"), pytest.mark.proof("payments-13"), pytest.mark.slow]


def test_an_invoice_is_written_finalized_and_seen_by_its_address(portal: Portal, browser: Browser) -> None:
    with person(browser, DESK) as olive, person(browser, PHONE) as anybody:
        sign_in(olive.page, portal.url, "olive@harborlight.example", "harbor-demo-1")
        _begins(olive.page, portal)
        _writes(olive.page)
        path = _finalizes(olive.page)
        _notes_its_money(olive.page)
        page = anybody.open(portal.url + path)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Invoice \d{4}$"))
        expect(page.get_by_text("Linen album")).to_be_visible()
        assert not has_sideways_scroll(page)
        assert serious(page) == []
        file = httpx.get(f"{portal.url}{path}/pdf")
        assert file.content.startswith(b"%PDF-")
        assert file.content == httpx.get(f"{portal.url}{path}/pdf").content


def _begins(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/admin/invoices")
    page.get_by_role("button", name="New invoice").click()
    page.get_by_role("button", name="Begin invoice").click()
    expect(page.get_by_label("Order number")).to_be_focused()
    page.get_by_label("Order number").fill("999999")
    page.get_by_role("button", name="Begin invoice").click()
    expect(page.get_by_role("dialog").get_by_text("There is no order 999999.")).to_be_visible()
    page.get_by_label("Order number").fill("")
    choice = page.get_by_label("Or without an order, for")
    choice.select_option(choice.locator("option", has_text="carl@coastline.example").first.get_attribute("value"))
    page.get_by_role("button", name="Begin invoice").click()
    expect(page.get_by_role("heading", name="Draft invoice")).to_be_visible()


def _writes(page: Page) -> None:
    page.get_by_label("Item").fill("Linen album")
    page.get_by_label("Price each").fill("eighty")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Price each")).to_be_focused()
    expect(page.get_by_label("Item")).to_have_value("Linen album")
    page.get_by_label("Price each").fill("80")
    page.get_by_label("Tax").select_option("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("complementary").get_by_text("$80.00")).to_be_visible()


def _finalizes(page: Page) -> str:
    page.get_by_role("button", name="Finalize and mail").click()
    page.get_by_role("dialog").get_by_role("button", name="Finalize and mail").click()
    expect(page.get_by_role("heading", name=re.compile(r"^Invoice \d{4}$"))).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download PDF").click()
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF-")
    page.get_by_role("button", name="Show its address").click()
    return "/invoice/" + page.get_by_label("Its address").input_value().rpartition("/")[2]


def _notes_its_money(page: Page) -> None:
    """A check that was noted on the wrong invoice, and the one that came for it."""
    money = page.get_by_role("region", name="Money")
    for method in ("Check", "Bank transfer"):
        money.get_by_role("button", name="Note a payment").click()
        page.locator("#amount_cents").fill("30")
        page.locator("#method").select_option(label=method)
        page.get_by_role("dialog").get_by_role("button", name="Note the payment").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(money.get_by_text("$60.00")).to_be_visible()
    money.get_by_role("button", name="Take back").first.click()
    page.locator("#reason").fill("It was for another customer")
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(money.get_by_text("Payment by check, taken back")).to_be_visible()
    expect(page.get_by_role("complementary").get_by_text("$50.00")).to_be_visible()
    assert serious(page) == []


def test_the_rules_of_invoices_are_shown_as_they_were_saved(portal: Portal, browser: Browser) -> None:
    with person(browser, DESK) as olive:
        page = olive.page
        sign_in(page, portal.url, "olive@harborlight.example", "harbor-demo-1")
        page.goto(f"{portal.url}/admin/settings/payments")
        before = page.get_by_label("Days to pay").input_value()
        for typed in ("27", before):
            page.get_by_label("Days to pay").fill(typed)
            page.get_by_role("button", name="Save rules").click()
            expect(page.get_by_text("The rules are saved.").first).to_be_visible()
            page.get_by_role("link", name="Orders").first.click()
            expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
            page.go_back()
            expect(page.get_by_label("Days to pay")).to_have_value(typed)
