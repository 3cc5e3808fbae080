"""A card on file, from its owner's account to the studio's charge; and the studio's own keys, which no page ever holds."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, newest_mail, person, serious
from tests.e2e.conftest import Portal
from tests.e2e.placed import execute, placed
from tests.e2e.screens import CARL, OLIVE, forget_session, settle, visitor

pytestmark = [pytest.mark.proof("payments-13"), pytest.mark.slow, pytest.mark.timeout(240)]

PAYS, ASKS = "4242 4242 4242 4242", "4000 0027 6000 3184"


@pytest.fixture
def owed(portal: Portal) -> Iterator[int]:
    """An accepted order of Carl's, all of it due; his file is empty again afterwards."""
    number = placed(portal, "4 Plastic Way", by_account=CARL).number
    execute(portal, "update orders set status = 'accepted' where studio_id = 1 and number = ?", number)
    yield number
    execute(portal, "update card_holder set stripe_id = null, default_card = ''")


@pytest.mark.proof("payments-05")
def test_carl_keeps_a_card_and_the_studio_charges_it(portal: Portal, browser: Browser, owed: int) -> None:
    with visitor(browser, portal, CARL, PHONE) as carl, visitor(browser, portal, OLIVE, DESK) as olive:
        page, desk = carl.page, olive.page
        page.goto(f"{portal.url}/account/cards")
        expect(page.get_by_role("heading", name="No saved card")).to_be_visible()
        assert serious(page) == []
        _adds(page, ASKS)
        _opens_charge(desk, portal, owed)
        assert serious(desk) == []
        desk.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Charge \$")).dblclick()
        expect(desk.get_by_text(re.compile("The bank asks Carl"))).to_be_visible()
        _pays_by_link(browser, portal)
        page.goto(f"{portal.url}/account/cards")
        _adds(page, PAYS)
        _chooses_and_removes(page)
        assert (carl.faults, olive.faults) == ([], [])
    assert execute(portal, "select count(*) from ledger_entry l join orders o on o.id = l.order_id where o.number = ?", owed) == [
        (1,)
    ]


@pytest.mark.proof("payments-05")
def test_a_charge_that_goes_through_settles_the_order(portal: Portal, browser: Browser, owed: int) -> None:
    with visitor(browser, portal, CARL, DESK) as carl, visitor(browser, portal, OLIVE, PHONE) as olive:
        carl.page.goto(f"{portal.url}/account/cards")
        _adds(carl.page, PAYS)
        desk = olive.page
        _opens_charge(desk, portal, owed)
        assert not has_sideways_scroll(desk)
        desk.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Charge \$")).dblclick()
        expect(desk.get_by_text(re.compile("charged to Visa ending in 4242"))).to_be_visible()
        expect(desk.get_by_role("dialog")).to_be_hidden()
        expect(desk.get_by_role("button", name="Charge card on file")).to_have_count(0, timeout=15_000)
        assert olive.faults == []
    assert execute(portal, "select kind, status from payment_attempt order by id desc limit 1") == [("card", "paid")]


@pytest.mark.proof("payments-09")
def test_a_key_goes_from_the_form_to_the_safe_and_nowhere_else(portal: Portal, browser: Browser) -> None:
    forget_session(portal, OLIVE)
    key, frames = f"rk_test_{secrets.token_hex(12)}", []
    with visitor(browser, portal, OLIVE, DESK) as olive:
        page = olive.page
        page.on("websocket", lambda socket: _listen(socket, frames))
        page.goto(f"{portal.url}/admin/settings/payments")
        settle(page)
        assert serious(page) == []
        page.locator("summary", has_text="Replace the key").click()
        page.get_by_label("Test key").fill(key)
        page.get_by_role("button", name="Try and keep it").last.click()
        expect(
            page.get_by_text(re.compile("This key belongs to Demo studio, and payments here are at Harbor Light"))
        ).to_be_visible()
        expect(page.get_by_label("Test key")).to_be_focused()
        expect(page.get_by_label("Test key")).to_have_value("")
        page.get_by_role("button", name="Test it").click()
        expect(page.get_by_text("The keys work.")).to_be_visible()
        page.get_by_label("Next number").fill("1")
        page.get_by_role("button", name="Save rules").click()
        expect(page.get_by_text(re.compile("is used already"))).to_be_visible()
        expect(page.get_by_label("Next number")).to_be_focused()
        assert frames
        assert not [frame for frame in frames if key in frame]
        assert key not in page.content()
        assert olive.faults == []


def _listen(socket, frames: list[str]) -> None:
    for way in ("framesent", "framereceived"):
        socket.on(way, lambda frame: frames.append(str(frame)))


def _adds(page: Page, number: str) -> None:
    page.get_by_role("button", name="Add a card").click()
    page.wait_for_url(re.compile("/c/pay/"))
    page.get_by_role("link", name=re.compile("^Fill in a card")).click()
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Save card").click()
    if number == ASKS:
        page.get_by_role("button", name="Yes, it is me").click()
    page.wait_for_url("**/account/cards")
    expect(page.get_by_text(f"Visa ending in {number[-4:]}").first).to_be_visible()


def _opens_charge(desk: Page, portal: Portal, number: int) -> None:
    desk.goto(f"{portal.url}/admin/orders/{number}")
    desk.get_by_role("button", name="Charge card on file").click()
    expect(desk.get_by_role("dialog")).to_be_visible()


def _pays_by_link(browser: Browser, portal: Portal) -> None:
    """The link of the mail pays without signing in; the bank asks, and is told yes."""
    with person(browser, PHONE) as anybody:
        page = anybody.page
        text = newest_mail(page, portal.url, CARL, "Your bank asks you to confirm")
        page.goto(re.search(r"http\S+/status/\S+", text)[0])
        page.get_by_role("button", name=re.compile("^Pay ")).first.click()
        page.wait_for_url(re.compile("/c/pay/"))
        page.get_by_role("link", name="Fill in a card that pays").click()
        page.get_by_role("button", name=re.compile("^Pay ")).click()
        page.wait_for_url("**/status/*")
        assert anybody.faults == []


def _chooses_and_removes(page: Page) -> None:
    """The one added first goes first until another is chosen; it is removed with a question, and the other goes first."""
    rows = page.locator(".own li")
    expect(rows.first).to_contain_text("3184")
    rows.last.get_by_role("button", name=re.compile("^Charge first")).click()
    expect(rows.first).to_contain_text("4242")
    assert serious(page) == []
    rows.last.get_by_role("button", name=re.compile("^Remove")).click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(rows).to_have_count(2)
    rows.last.get_by_role("button", name=re.compile("^Remove")).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove card").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Charged first")
