"""Two people pay an order: one splits it on its page, the other pays by a link and never signs in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.proof("payments-08"), pytest.mark.proof("payments-13"), pytest.mark.slow]


def test_an_order_is_split_and_a_part_paid_by_link(portal: Portal, browser: Browser) -> None:
    with person(browser, DESK) as carl, person(browser, PHONE) as ana:
        sign_in(carl.page, portal.url, "carl@coastline.example", "harbor-demo-1")
        _opens_an_order(carl.page, portal)
        link = _splits(carl.page)
        page = ana.open(link)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert not has_sideways_scroll(page)
        assert serious(page) == []
        _pays(page, link)
        expect(carl.page.get_by_role("row", name=re.compile("Ana Reyes")).get_by_text("Paid", exact=True)).to_be_visible()
        expect(carl.page.get_by_text("Your part, due now. Others pay the rest.")).to_be_visible()
        assert carl.faults + ana.faults == []


def _opens_an_order(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/orders")
    page.get_by_role("link", name=re.compile("Rancho San Carlos")).first.click()
    expect(page.get_by_role("button", name="Split the price")).to_be_visible()


def _splits(page: Page) -> str:
    page.get_by_role("button", name="Split the price").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Ana Reyes")
    dialog.get_by_label("How much").nth(1).fill("45")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("The percentages do not make 100")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_value("Ana Reyes")
    dialog.get_by_label("How much").nth(1).fill("50")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Link of Ana Reyes").click()
    link = page.get_by_label("Their own link").input_value()
    page.get_by_role("button", name="Done").click()
    return link


def _pays(page: Page, link: str) -> None:
    page.get_by_role("button", name=re.compile(r"^Pay \$")).click()
    page.wait_for_url("**/c/pay/**")
    page.get_by_role("link", name="Fill in a card that pays").click()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.wait_for_url(link)
    expect(page.get_by_text("Paid. Nothing more is due from you.")).to_be_visible()
