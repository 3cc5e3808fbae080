"""An order's books in browsers: noted by hand, given back, credited, added to, opened before it is paid; used by its customer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal
from tests.e2e.screens import address

UNPAID = """select o.number from orders o join customer c on c.id = o.customer_id join account a on a.id = c.account_id
    where a.email = 'carl@coastline.example' and o.status = 'completed'
    and o.id not in (select order_id from ledger_entry where order_id is not null) order by o.number"""

pytestmark = [pytest.mark.proof("payments-06"), pytest.mark.proof("payments-13"), pytest.mark.slow]


def test_the_studio_keeps_the_books_and_the_customer_uses_credit(portal: Portal, browser: Browser) -> None:
    with person(browser, DESK) as olive, person(browser, PHONE) as carl:
        sign_in(olive.page, portal.url, "olive@harborlight.example", "harbor-demo-1")
        order = address(portal, "/orders/[number]", UNPAID)
        olive.page.goto(order.replace("/orders/", "/admin/orders/"))
        _keeps_books(olive.page)
        _adds(olive.page)
        assert serious(olive.page) == []
        sign_in(carl.page, portal.url, "carl@coastline.example", "harbor-demo-1")
        carl.page.goto(order)
        carl.page.get_by_role("button", name="Use $40.00 of credit").click()
        expect(carl.page.get_by_role("region", name="Payments").get_by_text("Credit used")).to_be_visible()
        assert not has_sideways_scroll(carl.page)
        assert serious(carl.page) == []


def _says(page: Page, name: str, verb: str, **fields: str) -> None:
    page.get_by_role("button", name=name, exact=False).first.click()
    for key, words in fields.items():
        page.locator(f"#{key}").fill(words)
    page.get_by_role("dialog").get_by_role("button", name=verb).click()


def _keeps_books(page: Page) -> None:
    money = page.get_by_role("region", name="Money")
    _says(page, "Give credit", "Give the credit", amount_cents="40", reason="The delivery came late")
    expect(money.get_by_text("$40.00", exact=True).first).to_be_visible()
    _says(page, "Note a payment", "Note the payment", amount_cents="99999")
    expect(page.locator("#amount_cents")).to_be_focused()
    page.locator("#amount_cents").fill("100")
    page.get_by_role("dialog").get_by_role("button", name="Note the payment").click()
    expect(money.get_by_text("Payment by check", exact=True)).to_be_visible()
    _says(page, "Refund", "Give it back", amount_cents="25", reason="One photo was blurred")
    expect(money.get_by_text("Refund by check", exact=True)).to_be_visible()


def _adds(page: Page) -> None:
    page.get_by_role("button", name="Add an item").click()
    page.locator("#offer").select_option("own")
    page.locator("#name").fill("Rush editing")
    page.locator("#price").fill("50")
    page.get_by_role("dialog").get_by_role("button", name="Add it").click()
    expect(page.get_by_role("button", name=re.compile("Change.*Rush editing"))).to_be_visible()
