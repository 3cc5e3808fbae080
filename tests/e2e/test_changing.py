"""Changing what was booked, on a phone: a customer on the order's page, a guest on the page behind their secret address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal_app.core.clock import clock_words, day_words, local
from portal_app.db import Database
from portal_app.domain.scheduling.models import BookingPolicy
from tests.e2e.browsing import PHONE, has_sideways_scroll, person, serious
from tests.e2e.conftest import Portal
from tests.e2e.placed import ZONE, execute, placed
from tests.e2e.screens import CARL, OLIVE, visitor

pytestmark = [pytest.mark.proof("booking-11"), pytest.mark.slow, pytest.mark.timeout(120)]

ANY_TIME_IS_LATE = 2_000  # hours before a visit: longer than anybody books ahead


@pytest.fixture
def rules(portal: Portal) -> Iterator:
    """Give Harbor Light rules of its own, for the length of one story."""

    def set_rules(**chosen: object) -> None:
        database = Database(portal.database_url)
        with database.unit_of_work() as db:
            db.add(BookingPolicy(**{"studio_id": 1} | chosen))
        database.close()

    yield set_rules
    execute(portal, "delete from booking_policy where studio_id = 1")


def test_a_customer_moves_postpones_and_books_again(portal: Portal, browser: Browser) -> None:
    order = placed(portal, "21 Second Thought", by_account=CARL)
    with visitor(browser, portal, CARL, PHONE) as carl:
        page = carl.page
        page.goto(f"{portal.url}/orders")
        page.goto(f"{portal.url}/orders/{order.number}")
        _the_keyboard_opens_and_leaves(page)
        _moves_by_keyboard(page)
        [(stored_at, status, moves)] = _visits(portal, order.number)
        moved_to = datetime.fromisoformat(stored_at).replace(tzinfo=UTC)
        assert (status, moves, moved_to != order.starts_at) == ("booked", 1, True)
        expect(page.get_by_role("heading", name=f"{local(moved_to, ZONE):%A} {local(moved_to, ZONE).day}")).to_be_visible()
        expect(page.get_by_text(re.compile(f"^{clock_words(moved_to, ZONE)[:-3]}.* – "))).to_be_visible()
        _the_way_back_does_nothing(page, portal, order.number)
        _postpones(page)
        assert [row[1:] for row in _visits(portal, order.number)] == [("canceled", 2)]
        _books_the_old_time_again(page, order.starts_at)
        assert [row[1] for row in _visits(portal, order.number)] == ["booked"]
        assert carl.faults == []


def test_a_missing_day_is_said_at_the_desk_and_stays_said(portal: Portal, browser: Browser) -> None:
    """The page behind the dialog is read again at once, and must not wipe what was just said."""
    order = placed(portal, "23 Third Thought", by_account=CARL)
    with visitor(browser, portal, OLIVE, PHONE) as olive:
        page = olive.page
        page.goto(f"{portal.url}/admin/orders/{order.number}")
        page.get_by_role("button", name="Move or assign").click()
        day = _question(page).get_by_label("Day", exact=True)
        day.fill("")
        _question(page).get_by_role("button", name="Set the time").dblclick()
        expect(day).to_have_attribute("aria-invalid", "true")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)
        expect(day).to_have_attribute("aria-invalid", "true")
        expect(day).to_be_focused()
        assert [row[1:] for row in _visits(portal, order.number)] == [("booked", 0)]
        _question(page).get_by_role("button", name="Keep it as it is").click()
        page.get_by_role("button", name="Move or assign").click()
        expect(day).to_have_attribute("aria-invalid", "false")
        assert olive.faults == []


def _the_keyboard_opens_and_leaves(page: Page) -> None:
    press = page.get_by_role("button", name="Change time")
    press.focus()
    page.keyboard.press("Enter")
    expect(_question(page)).to_be_visible()
    expect(page.locator(".times label").first).to_be_visible()
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    assert not has_sideways_scroll(page)
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(_question(page)).to_be_hidden()
    expect(press).to_be_focused()


def _moves_by_keyboard(page: Page) -> None:
    """To the last time of the first free day; a double click moves it once."""
    page.keyboard.press("Enter")
    expect(page.locator(".times label").first).to_be_visible()
    page.locator(".times input").last.focus()  # on a day with one free time it is the first too
    page.keyboard.press("Space")
    expect(page.locator(".times input").last).to_be_checked()
    change = _question(page).get_by_role("button", name="Change the time")
    change.press("Enter")
    expect(_question(page).get_by_label("Why?")).to_be_focused()
    expect(_question(page).get_by_text("Say in a few words why")).to_be_visible()
    expect(page.locator(".times input").last).to_be_checked()
    page.keyboard.type("The seller is ill")
    change.dblclick()
    expect(_question(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Change time")).to_be_focused()


def _the_way_back_does_nothing(page: Page, portal: Portal, number: int) -> None:
    """Leaving with a dialog open, and coming back: it asks nothing anymore, and nothing was done."""
    before = _visits(portal, number)
    page.get_by_role("button", name="Postpone", exact=True).click()
    expect(_question(page)).to_be_visible()
    page.go_back()
    page.wait_for_url("**/orders")
    page.go_forward()
    page.wait_for_url("**/orders/*")
    expect(page.get_by_role("button", name="Postpone", exact=True)).to_be_visible()
    expect(_question(page)).to_be_hidden()
    assert _visits(portal, number) == before


def _postpones(page: Page) -> None:
    page.get_by_role("button", name="Postpone", exact=True).click()
    question = _question(page)
    question.get_by_label("When would suit you?").select_option("morning")
    question.get_by_label("Why?").fill("The painter is late")
    question.get_by_role("button", name="Postpone it").dblclick()
    expect(question).to_be_hidden()
    expect(page.get_by_role("heading", name="Time to be confirmed")).to_be_visible()
    expect(page.locator("#visits")).to_be_focused()


def _books_the_old_time_again(page: Page, starts_at: datetime) -> None:
    """What was given back is offered, and taken."""
    page.get_by_role("button", name="Choose a time for the visit").click()
    question = _question(page)
    day = question.get_by_label("Day")
    option = day.locator("option", has_text=day_words(starts_at, ZONE))
    day.select_option(option.get_attribute("value"))
    question.locator(".times label", has_text=re.compile(f"^{clock_words(starts_at, ZONE)}$")).click()
    question.get_by_role("button", name="Choose this time").click()
    expect(question).to_be_hidden()
    expect(page.get_by_role("button", name="Change time")).to_be_focused()
    expect(page.get_by_role("heading", name="Time to be confirmed")).to_have_count(0)


def test_a_guest_sees_the_late_fee_first_and_cancels_for_it(portal: Portal, browser: Browser, rules) -> None:
    rules(change_hours=ANY_TIME_IS_LATE, cancel_hours=ANY_TIME_IS_LATE, late_is_allowed=True, late_fee_cents=7_500)
    order = placed(portal, "22 Second Thought")
    with person(browser, PHONE) as gina:
        page = gina.page
        page.goto(f"{portal.url}/status/{order.token}")
        for opens, act in (("Change time", "Change it for $75.00"), ("Cancel this order", "Cancel for $75.00")):
            page.get_by_role("button", name=opens, exact=True).click()
            expect(_question(page).get_by_text("costs $75.00")).to_be_visible()
            expect(_question(page).get_by_role("button", name=act)).to_be_in_viewport(ratio=1)
            assert serious(page) == []
            assert _late_fees(portal, order.number) == []
            _question(page).get_by_role("button", name="Keep it").click()
            expect(page.get_by_role("button", name=opens, exact=True)).to_be_focused()
        page.get_by_role("button", name="Cancel this order").click()
        _question(page).get_by_label("Why?").fill("Sold already")
        _question(page).get_by_role("button", name="Cancel for $75.00").dblclick()
        expect(_question(page)).to_be_hidden()
        expect(page.get_by_text("This order is canceled. Only the late fee is due.")).to_be_visible()
        expect(page.get_by_text("Late cancellation")).to_be_visible()
        expect(page.locator("aside .big", has_text="$75.00")).to_be_visible()
        assert _late_fees(portal, order.number) == [7_500]
        assert [row[1] for row in _visits(portal, order.number)] == ["canceled"]
        assert gina.faults == []


def test_after_the_window_the_dialog_says_why_and_whom_to_call(portal: Portal, browser: Browser, rules) -> None:
    rules(change_hours=ANY_TIME_IS_LATE, cancel_hours=ANY_TIME_IS_LATE)
    order = placed(portal, "23 Second Thought")
    with person(browser, PHONE) as gina:
        page = gina.page
        page.goto(f"{portal.url}/status/{order.token}")
        for opens, done in (("Change time", "changed"), ("Postpone", "changed"), ("Cancel this order", "canceled")):
            page.get_by_role("button", name=opens, exact=True).click()
            expect(
                _question(page).get_by_text(re.compile(f"This visit could be {done} until .* Call Harbor Light"))
            ).to_be_visible()
            expect(_question(page).locator("[type=submit]")).to_have_count(0)
            assert _question(page).get_by_role("link", name="Call").get_attribute("href").startswith("tel:")
            _question(page).get_by_role("button", name="Close").click()
            expect(page.get_by_role("button", name=opens, exact=True)).to_be_focused()
        assert [row[1:] for row in _visits(portal, order.number)] == [("booked", 0)]


def _question(page: Page) -> Locator:
    return page.locator("dialog.dialog[open]")


def _visits(portal: Portal, number: int) -> list[tuple]:
    asked = """select a.starts_at, a.status, a.moves from appointment a join orders o on o.id = a.order_id
        where o.number = ? and o.studio_id = 1 order by a.id"""
    return execute(portal, asked, number)


def _late_fees(portal: Portal, number: int) -> list[int]:
    asked = """select c.amount_cents from order_charge c join orders o on o.id = c.order_id
        where o.number = ? and o.studio_id = 1 and c.kind = 'late'"""
    return [cents for (cents,) in execute(portal, asked, number)]
