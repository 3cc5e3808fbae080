"""Money that waits for the studio, in browsers: a bank takes a payment back, and money without a bill is given to one."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal
from tests.e2e.placed import Placed, execute, placed

pytestmark = [pytest.mark.proof("payments-06"), pytest.mark.proof("payments-13"), pytest.mark.slow]

TAKES_IT_BACK = "4000000000000259"


def test_a_dispute_and_money_without_a_bill_wait_for_the_owner(portal: Portal, browser: Browser) -> None:
    disputed, other = _accepted(portal, "5 Dispute Lane"), _accepted(portal, "7 Loose Lane")
    with person(browser, PHONE) as guest, person(browser, DESK) as olive:
        _pays(guest.open(f"{portal.url}/status/{disputed.token}"))
        sign_in(olive.page, portal.url, "olive@harborlight.example", "harbor-demo-1")
        page = olive.page
        page.goto(f"{portal.url}/admin/payments")
        row = page.get_by_role("listitem").filter(has_text="5 Dispute Lane")
        expect(row.get_by_text("Disputed")).to_be_visible(timeout=30_000)
        expect(row.get_by_text(re.compile(r"^Answer by \d"))).to_be_visible()
        _comes_loose(portal, disputed)
        page.get_by_role("button", name="Check now").click()
        _gives_to(page, other)
        assert serious(page) == []
        assert not has_sideways_scroll(page)
        page.goto(f"{portal.url}/admin")
        page.get_by_role("link", name="Look at payments").click()
        _cannot_give_back(page)


def _accepted(portal: Portal, street: str) -> Placed:
    order = placed(portal, street)
    execute(portal, "update orders set status = 'accepted' where number = ? and studio_id = 1", order.number)
    return order


def _pays(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Pay ")).first.click()
    page.wait_for_url(re.compile("/c/pay/"))
    page.get_by_role("link", name="Fill in a card that pays").click()
    page.locator("input[name=card]").fill(TAKES_IT_BACK)
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    page.wait_for_url(re.compile("/status/"))


def _comes_loose(portal: Portal, order: Placed) -> None:
    """As if somebody had paid another amount than was asked for."""
    execute(
        portal,
        "insert into ledger_entry (studio_id, attempt_id, kind, method, mode, source_id, part, currency, amount_cents, memo, at)"
        " select l.studio_id, l.attempt_id, 'unallocated', 'card', l.mode, ?, 0, l.currency, 41250, 'Too much came.', l.at"
        " from ledger_entry l join orders o on o.id = l.order_id where o.number = ? and o.studio_id = 1 and l.kind = 'payment'",
        f"pi_{uuid4().hex[:12]}",
        order.number,
    )


def _gives_to(page: Page, order: Placed) -> None:
    loose = page.get_by_role("listitem").filter(has_text="came in")
    expect(loose.get_by_text("$412.50 came in")).to_be_visible(timeout=30_000)
    loose.get_by_role("button", name="Give to a bill").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Give to this bill").click()
    expect(dialog.get_by_label("Order number")).to_be_focused()
    dialog.get_by_label("Order number").fill(str(order.number))
    dialog.get_by_label("Amount").fill("500")
    dialog.get_by_role("button", name="Give to this bill").click()
    expect(dialog.get_by_text("Enter an amount between 0 and $412.50.")).to_be_visible()
    dialog.get_by_label("Amount").fill("100")
    dialog.get_by_role("button", name="Give to this bill").click()
    expect(loose.get_by_text("$312.50 came in")).to_be_visible()


def _cannot_give_back(page: Page) -> None:
    """The payment service does not know this payment: the refusal is said, and the refund stands there as failed."""
    page.get_by_role("button", name="Give back").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Paid twice")
    dialog.get_by_role("button", name="Give back").click()
    expect(page.get_by_role("status").get_by_text(re.compile("does not give this back"))).to_be_visible(timeout=15_000)
    page.keyboard.press("Escape")
    failed = page.get_by_role("listitem").filter(has_text="Paid twice")
    expect(failed.get_by_text("Failed")).to_be_visible(timeout=15_000)
