"""Booking as people do it: a guest with one thumb, somebody with a keyboard alone, an agent who orders again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app.core.clock import utc_now
from tests.e2e.booking import chooses_service, chooses_time, goes_on, starts_booking, types_address
from tests.e2e.browsing import DESK, has_sideways_scroll, newest_mail, person, serious
from tests.e2e.conftest import Portal
from tests.e2e.screens import CARL, visitor

pytestmark = [pytest.mark.proof("booking-03"), pytest.mark.proof("booking-04"), pytest.mark.slow, pytest.mark.timeout(240)]

TOWN = "Pacific Grove, CA 93950"
MOST_INTERACTIONS = 8


@pytest.mark.parametrize("width", [390, 320])
def test_a_guest_books_on_a_phone(portal: Portal, browser: Browser, width: int) -> None:
    street, email = f"{width} Sandpiper Row", f"gina{width}@elsewhere.example"
    with person(browser, {"width": width, "height": 700}) as gina:
        page = gina.page
        starts_booking(page, portal)
        page.get_by_role("button", name=re.compile("^Continue")).click()
        expect(page.get_by_label("Street and number")).to_be_focused()
        _stays_marked(page)
        _a_double_click_is_one(page, street)
        chooses_service(page, "Signature photos")
        _fits(page)
        goes_on(page, "time")
        _fits(page)
        time = chooses_time(page)
        goes_on(page, "details")
        page.get_by_label("Your name").fill("Gina Guest")
        page.get_by_label("Email").fill(email)
        page.get_by_label("How do we get in?").select_option("lockbox")
        page.get_by_label(re.compile("^Code")).fill("zz-4711")
        page.get_by_label("Notes for the photographer").fill("zz-the dog bites")
        goes_on(page, "review")
        _nothing_is_lost(page)
        assert serious(page) == []
        _fits(page)
        page.get_by_role("button", name="Place order").dblclick()
        page.wait_for_url("**/status/*")
        expect(page.get_by_role("heading", name=street)).to_be_visible()
        expect(page.get_by_text(time.partition(" ")[0]).first).to_be_visible()
        _a_missing_reason_is_said(page)
        assert "zz-" not in page.content()
        letter = newest_mail(page, portal.url, email, street)
        page.goto(re.search(r"http\S+/status/\S+", letter)[0])
        expect(page.get_by_role("heading", name=street)).to_be_visible()
        page.goto(f"{portal.url}/mailbox")
        assert page.get_by_text(street).count() <= 2, "one order: a mail to the guest, one to the studio"
        assert gina.faults == []


def _fits(page: Page) -> None:
    assert not has_sideways_scroll(page)
    press = page.get_by_role("button", name=re.compile("^(Continue|Place order)"))
    box = press.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    press.click(trial=True)


def _stays_marked(page: Page) -> None:
    """What does not fit is said beside its field, also when Enter follows at once, and stays when another field is typed in."""
    page.get_by_label("Street and number").fill("1")
    page.get_by_label("Town").fill(TOWN)
    page.get_by_label("Size").fill("large")
    page.get_by_label("Size").press("Enter")
    expect(page.get_by_label("Size")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Street and number").fill("2")
    page.wait_for_timeout(700)
    expect(page.get_by_text("Type the size as a number")).to_be_visible()


def _a_double_click_is_one(page: Page, street: str) -> None:
    """The second click does not ask the next step for what nobody has seen yet."""
    page.get_by_label("Street and number").fill(street)
    page.get_by_label("Size").fill("2,940")
    page.get_by_role("button", name=re.compile("^Continue")).dblclick()
    expect(page.locator("#step-services")).to_be_focused()
    page.wait_for_timeout(500)
    expect(page.get_by_text("Choose at least one service")).to_have_count(0)


def _a_missing_reason_is_said(page: Page) -> None:
    page.get_by_role("button", name="Cancel this order").click()
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_label("Why?")).to_have_attribute("aria-invalid", "true")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    expect(page.get_by_label("Why?")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Keep it", exact=True).click()


def _nothing_is_lost(page: Page) -> None:
    """Back is one step back; a reload and the way forward keep what was typed."""
    page.go_back()
    page.wait_for_url("**step=details")
    page.reload()
    expect(page.get_by_label("Notes for the photographer")).to_have_value("zz-the dog bites")
    expect(page.get_by_label("Your name")).to_have_value("Gina Guest")
    expect(page.get_by_text("Kept. Type it again to change it.")).to_be_visible()
    goes_on(page, "review")


def test_outside_the_areas_it_is_a_request(portal: Portal, browser: Browser) -> None:
    """No time is promised: a day and a time are asked for, and the last step says that the studio answers first."""
    with person(browser, {"width": 390, "height": 700}) as gina:
        page = gina.page
        starts_booking(page, portal)
        types_address(page, "9 Faraway Road", "Denver, CO 80202", "2,940")
        chooses_service(page, "Signature photos")
        goes_on(page, "time")
        expect(page.get_by_text("outside the area we go to")).to_be_visible()
        expect(page.locator(".when")).to_have_count(0)
        page.get_by_role("button", name=re.compile("^Continue")).click()
        expect(page.get_by_label("Day", exact=True)).to_be_focused()
        expect(page.get_by_text("Choose a day.")).to_be_visible()
        page.get_by_label("Day", exact=True).fill(f"{utc_now() + timedelta(days=9):%Y-%m-%d}")
        page.get_by_role("button", name=re.compile("^Continue")).click()
        expect(page.get_by_label("Time", exact=True)).to_be_focused()
        page.get_by_label("Time", exact=True).select_option("10:30")
        goes_on(page, "details")
        page.get_by_label("Your name").fill("Gina Guest")
        page.get_by_label("Email").fill("gina.far@elsewhere.example")
        goes_on(page, "review")
        expect(page.get_by_text("This is a request: the studio answers whether it comes")).to_be_visible()
        page.get_by_role("button", name="Place order").click()
        page.wait_for_url("**/status/*")
        expect(page.get_by_text("Your wish. The studio confirms the time.")).to_be_visible()
        page.get_by_role("button", name="Change time").click()
        expect(page.get_by_role("dialog").get_by_text("The studio finds another time with you. Call")).to_be_visible()
        assert gina.faults == []


def test_booking_by_keyboard_alone(portal: Portal, browser: Browser) -> None:
    with person(browser, DESK) as kay:
        page, keys = kay.page, kay.page.keyboard
        starts_booking(page, portal)
        _tab_to(page, "Street and number")
        keys.type("77 Keyboard Lane")
        keys.press("Tab")
        keys.type(TOWN)
        keys.press("Tab")
        keys.type("1800")
        keys.press("Enter")
        expect(page.locator("#step-services")).to_be_focused()
        _tab_to(page, "Signature photos")
        keys.press("Space")
        expect(page.locator(".next-bar + *, .sum2").get_by_text("Signature photos").first).to_be_visible()
        keys.press("Enter")
        expect(page.locator("#step-time")).to_be_focused()
        _tab_to(page, "at")
        keys.press("Space")
        expect(page.locator("input[name=at]:checked")).to_have_count(1)
        keys.press("Enter")
        expect(page.locator("#step-details")).to_be_focused()
        keys.press("Tab")
        keys.type("Kay Board")
        keys.press("Tab")
        keys.type("kay@elsewhere.example")
        keys.press("Enter")
        expect(page.locator("#step-review")).to_be_focused()
        _tab_to(page, "Place order")
        keys.press("Enter")
        page.wait_for_url("**/status/*")
        expect(page.get_by_role("heading", name="77 Keyboard Lane")).to_be_visible()


def _tab_to(page: Page, name: str) -> None:
    """Tab until something with this name has the focus, as somebody does who sees where they are."""
    said = """() => { const at = document.activeElement;
        return [at.name || "", at.innerText || "", ...[...(at.labels || [])].map(label => label.innerText)].join("\\n") }"""
    for _ in range(120):
        page.keyboard.press("Tab")
        if name in page.evaluate(said).split("\n"):
            return
    raise AssertionError(f"no way to {name!r} by Tab")


def test_an_agent_orders_again_in_a_few_steps(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, CARL, {"width": 390, "height": 700}) as carl:
        page, done = carl.page, []
        page.goto(f"{portal.url}/place-order")

        def does(act) -> None:
            done.append(act)
            act()

        does(page.get_by_role("button", name="Book again like last time").click)
        expect(page.get_by_label("Town, state and ZIP")).not_to_have_value("")
        does(lambda: page.get_by_label("Street and number").fill("5 Again Avenue"))
        does(lambda: page.get_by_label("Size").fill("2000"))
        does(page.get_by_role("button", name=re.compile("^Continue")).click)
        page.wait_for_url("**step=time")
        does(page.locator(".when .times label").first.click)
        does(page.get_by_role("button", name=re.compile("^Continue")).click)
        page.wait_for_url("**step=review")
        does(page.get_by_role("button", name="Place order").click)
        page.wait_for_url(re.compile(r"/orders/\d+$"))
        expect(page.get_by_role("heading", name="5 Again Avenue")).to_be_visible()
        assert len(done) <= MOST_INTERACTIONS
