"""The stand-in's hosted page under somebody's fingers: paying, failing, the bank's question, a debit, a saved card."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app.adapters.stripe_gateway import StripeGateway
from portal_app.domain.billing.gateway import CardPageRequest, CheckoutLine, CustomerRequest
from tests.e2e.browsing import has_sideways_scroll, person, serious
from tests.integration.payments.conftest import RunningStandIn, free_port, page_request, start

pytestmark = [pytest.mark.proof("payments-10"), pytest.mark.proof("payments-13")]

NARROW = {"width": 320, "height": 700}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStandIn]:
    started = start(tmp_path_factory.mktemp("stripe"), free_port())
    started.queue(mode="never")
    yield started
    started.process.terminate()
    started.process.wait(10)


@pytest.fixture
def shop(running: RunningStandIn) -> str:
    """Where the buyer comes back to: anything that answers."""
    return f"{running.base}/healthz"


@pytest.fixture
def gateway(running: RunningStandIn) -> StripeGateway:
    account = running.open_account("Harbor Light", "")
    return StripeGateway(account.key, account.webhook_secret, api_base=running.base)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with person(browser, NARROW) as somebody:
        yield somebody.page
        assert somebody.faults == []


def opened(gateway: StripeGateway, shop: str) -> str:
    lines = (CheckoutLine("Order 1001, 27 Long Meadow Lighthouse Road", 40000), CheckoutLine("Order 1002", 7757))
    success = f"{shop}?done={{CHECKOUT_SESSION_ID}}"
    return gateway.create_checkout(page_request(lines=lines, success_url=success, cancel_url=f"{shop}?back")).url or ""


def type_card(page: Page, number: str) -> None:
    page.get_by_role("link", name="Fill in a card that pays").click()
    page.get_by_label("Card number").fill(number)


def look(page: Page) -> None:
    """In light and dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert serious(page) == []
    assert not has_sideways_scroll(page)


def test_a_decline_then_the_banks_question_then_paid(page: Page, gateway: StripeGateway, shop: str) -> None:
    url = opened(gateway, shop)
    page.goto(url)
    page.get_by_role("button", name="Pay $477.57").click()
    look(page)
    expect(page.get_by_role("alert")).to_contain_text("Look at the marked fields")
    type_card(page, "4000 0000 0000 9995")
    page.get_by_role("button", name="Pay $477.57").click()
    expect(page.get_by_role("alert")).to_have_text("Your card has insufficient funds.")
    type_card(page, "4000 0027 6000 3184")
    page.get_by_role("button", name="Pay $477.57").click()
    expect(page.get_by_role("heading", name="Your bank asks")).to_be_visible()
    look(page)
    page.get_by_role("button", name="No, stop this").click()
    expect(page.get_by_role("alert")).to_contain_text("unable to authenticate")
    type_card(page, "4000 0027 6000 3184")
    page.get_by_role("button", name="Pay $477.57").click()
    page.get_by_role("button", name="Yes, it is me").click()
    page.wait_for_url(f"{shop}?done=cs_test_*")
    assert gateway.checkout(url.rsplit("/", 1)[1]).payment_status == "paid"
    page.goto(url)
    expect(page.get_by_role("heading", name="You have already paid")).to_be_visible()


def test_a_double_click_pays_once(page: Page, gateway: StripeGateway, running: RunningStandIn, shop: str) -> None:
    page.goto(opened(gateway, shop))
    type_card(page, "4242 4242 4242 4242")
    page.get_by_role("button", name="Pay $477.57").dblclick()
    back = re.compile(re.escape(f"{shop}?done=cs_test_"))
    expect(page).to_have_url(back, timeout=15_000)  # asked again and again: the second press may break off a load
    assert len(gateway._client.v1.events.list({"type": "charge.succeeded"}).data) == 1


def test_a_bank_account_pays_later(page: Page, gateway: StripeGateway, running: RunningStandIn, shop: str) -> None:
    url = opened(gateway, shop)
    page.goto(url)
    page.get_by_role("link", name="Bank account").click()
    page.get_by_role("link", name="Fill in an account that pays").click()
    look(page)
    page.get_by_role("button", name="Pay $477.57").click()
    page.wait_for_url(f"{shop}?done=cs_test_*")
    page.goto(url)
    expect(page.get_by_role("heading", name="on its way")).to_be_visible()
    running.bank(session=url.rsplit("/", 1)[1], succeeds=True)
    assert gateway.checkout(url.rsplit("/", 1)[1]).method == "bank_debit"


def test_a_card_is_saved_and_nothing_is_charged(page: Page, gateway: StripeGateway, shop: str) -> None:
    customer = gateway.create_customer(CustomerRequest("a", "a@b.example", "A", os.urandom(6).hex()))
    asked = CardPageRequest(customer, "USD", f"{shop}?done", f"{shop}?back", os.urandom(6).hex())
    page.goto(gateway.open_card_page(asked))
    expect(page.get_by_text("may charge it for later orders")).to_be_visible()
    type_card(page, "4000 0025 0000 3155")
    page.get_by_role("button", name="Save card").click()
    page.get_by_role("button", name="Yes, it is me").click()
    page.wait_for_url(f"{shop}?done")
    assert [card.last4 for card in gateway.cards(customer)] == ["3155"]


def test_turning_back_leaves_it_open_and_an_expired_page_says_so(page: Page, gateway: StripeGateway, shop: str) -> None:
    url = opened(gateway, shop)
    page.goto(url)
    page.get_by_role("link", name="Back to Harbor Light").click()
    page.wait_for_url(f"{shop}?back")
    assert gateway.expire_checkout(url.rsplit("/", 1)[1]).status == "expired"
    page.goto(url)
    expect(page.get_by_role("heading", name="This page has expired")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Go back").click()
    page.wait_for_url(f"{shop}?back")
