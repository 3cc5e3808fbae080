"""Several bills paid at once: a double click, a declined card, the back button, another choice in another tab, the bank's
question, paid; then a part, and a tip."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from portal_app.adapters.secret_box import SecretBox
from portal_app.core.clock import utc_now
from portal_app.core.viewer import system_viewer
from portal_app.db import Database
from portal_app.domain.billing.invoicing import TypedLine, draft_alone, finalize, save_lines
from portal_app.domain.customers.models import Customer
from tests.e2e.browsing import PHONE, has_sideways_scroll, newest_mail, serious
from tests.e2e.conftest import Portal
from tests.e2e.screens import CARL, visitor

pytestmark = [pytest.mark.proof("payments-04"), pytest.mark.proof("payments-13"), pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def two_invoices(portal: Portal) -> list[str]:
    """Two invoices of Carl's without an order, $80.00 and $45.50."""
    database, by = Database(portal.database_url), system_viewer(1)
    with database.unit_of_work() as db:
        carl = db.exec(select(Customer.id).where(Customer.studio_id == 1, Customer.email == CARL)).first()
        names = []
        for name, price in (("Album", "80"), ("Prints", "45.50")):
            made = draft_alone(db, by, carl, SecretBox(b"k" * 32), now=utc_now())
            save_lines(db, by, made, [TypedLine(name, price=price)], is_taxed=False, now=utc_now())
            names.append(f"Invoice {finalize(db, by, made, now=utc_now())}")
    database.close()
    return names


def test_two_bills_at_once(portal: Portal, browser: Browser, two_invoices: list[str]) -> None:
    with visitor(browser, portal, CARL, PHONE) as carl:
        page = carl.page
        page.goto(f"{portal.url}/payments")
        _choose(page, *two_invoices)
        expect(page.get_by_role("button", name="Pay $125.50")).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert serious(page) == []
        assert not has_sideways_scroll(page)
        page.get_by_role("button", name="Pay $125.50").dblclick()
        page.wait_for_url(re.compile("/c/pay/"))
        first = page.url
        for name in two_invoices:
            expect(page.get_by_text(name)).to_be_visible()
        _types(page, "4000 0000 0000 0002")
        expect(page.get_by_role("alert")).to_contain_text("declined")
        page.goto(f"{portal.url}/payments")
        page.get_by_role("button", name="Pay $125.50").click()
        page.wait_for_url(re.compile("/c/pay/"))
        assert page.url == first, "the same choice is the same page"
        page.go_back()
        page.wait_for_url("**/payments")
        _another_choice_closes_it(carl, portal, two_invoices, first)
        page.reload()
        page.get_by_role("button", name="Pay $125.50").click()
        page.wait_for_url(re.compile("/c/pay/"))
        _types(page, "4000 0027 6000 3184")
        page.get_by_role("button", name="Yes, it is me").click()
        page.wait_for_url("**/payments")
        expect(page.get_by_text(re.compile(f"{two_invoices[0]} · {two_invoices[1]}"))).to_be_visible()
        expect(page.get_by_role("checkbox", name=two_invoices[0])).to_have_count(0)
        assert serious(page) == []
        text = newest_mail(page, portal.url, CARL, "Receipt: $125.50 for 2 bills")
        assert all(name in text for name in two_invoices)
        assert carl.faults == []


def _another_choice_closes_it(carl, portal: Portal, names: list[str], first: str) -> None:
    """In another tab only one of them is paid, and left again: the first page is closed, nothing was charged."""
    other = carl.open(f"{portal.url}/payments")
    _choose(other, names[0])
    other.get_by_role("button", name="Pay $80.00").click()
    other.wait_for_url(re.compile("/c/pay/"))
    other.get_by_role("link", name=re.compile("^Back to")).click()
    other.wait_for_url("**/payments")
    expect(other.get_by_role("checkbox", name=names[0])).to_be_visible()
    other.goto(first)
    expect(other.get_by_text("Nothing was charged.")).to_be_visible()
    other.close()


def _choose(page: Page, *names: str) -> None:
    """Nothing but these."""
    page.get_by_role("button", name="Choose none").click()
    expect(page.get_by_text("Choose what to pay.")).to_be_visible()
    for count, name in enumerate(names, 1):
        page.get_by_role("checkbox", name=name).click()
        expect(page.get_by_text(re.compile(rf"^For {count} of"))).to_be_visible()


def _types(page: Page, number: str) -> None:
    page.get_by_role("link", name="Fill in a card that pays").click()
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name=re.compile("^Pay ")).click()
