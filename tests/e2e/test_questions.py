"""Olive asks something new: mistypes a price, sorts by keyboard; a guest on a phone answers and sees what it adds; then it goes."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.booking import chooses_service, chooses_time, goes_on, starts_booking, types_address
from tests.e2e.browsing import DESK, has_sideways_scroll, serious
from tests.e2e.conftest import Portal
from tests.e2e.screens import NOBODY, OLIVE, visitor

pytestmark = [pytest.mark.proof("booking-01"), pytest.mark.slow]

SMALL = {"width": 320, "height": 640}
SKY = f"The sky {uuid4().hex[:6]}"
ROOMS = f"Rooms to stage {uuid4().hex[:6]}"


def test_a_question_from_the_first_letter_to_the_price_it_adds(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, DESK) as olive, visitor(browser, portal, NOBODY, SMALL) as guest:
        page = olive.page
        page.goto(f"{portal.url}/admin/settings/questions")
        _writes_a_choice(page)
        _writes_a_number(page)
        _sorts_by_keyboard(page)
        _is_asked(guest.page, portal)
        for name in (ROOMS, SKY):
            _removes(page, name)
        assert olive.faults + guest.faults == []


def _writes_a_choice(page: Page) -> None:
    """What does not fit is marked where it stands, and nothing typed is lost."""
    page.get_by_role("button", name="New question").click()
    expect(page.locator("#prompt")).to_be_focused()
    page.keyboard.type(SKY)
    page.get_by_label("It is answered by").select_option("choice")
    page.get_by_label("Choice 1").fill("As it is")
    page.get_by_label("Choice 2").fill("Blue")
    page.locator("#choice_price-1").fill("nine")
    save = page.get_by_role("button", name="Save question")
    save.click()
    wrong = page.locator("#choice_price-1")
    expect(page.get_by_text("Type an amount, for example 25 or 12.50.")).to_be_visible()
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    assert serious(page) == []
    page.set_viewport_size(SMALL)
    assert not has_sideways_scroll(page)
    page.set_viewport_size(DESK)
    wrong.fill("9.50")
    save.click()
    expect(page.get_by_text("One of: As it is, Blue (adds $9.50)")).to_be_visible()


def _writes_a_number(page: Page) -> None:
    page.get_by_role("button", name="New question").click()
    page.get_by_label("Question", exact=True).fill(ROOMS)
    page.get_by_label("It is answered by").select_option("number")
    page.get_by_label(re.compile("Each adds to the price")).fill("45")
    page.get_by_role("button", name="Save question").click()
    expect(page.get_by_text("A number, each adds $45.00")).to_be_visible()


def _sorts_by_keyboard(page: Page) -> None:
    up = page.get_by_role("button", name=f"Move up {ROOMS}", exact=True)
    up.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=f"{ROOMS} is now 1 of 2.")).to_be_attached()
    expect(page.get_by_role("button", name=f"Move down {ROOMS}", exact=True)).to_be_focused()
    assert serious(page) == []


def _is_asked(page: Page, portal: Portal) -> None:
    """In the new order, at 320 pixels; the price follows as soon as a field is left, however fast the next one is typed."""
    starts_booking(page, portal)
    types_address(page, "11 Dusk Lane", "Monterey, CA 93940", "1500")
    chooses_service(page, "Essentials")
    goes_on(page, "time")
    chooses_time(page)
    goes_on(page, "details")
    asked = page.locator("label", has_text=re.compile(f"{ROOMS}|{SKY}"))
    assert [text.removesuffix(" (optional)") for text in asked.all_inner_texts()] == [ROOMS, SKY]
    before = _total(page)
    page.get_by_label(re.compile(ROOMS)).fill("2")
    page.get_by_label("Notes for the photographer").fill("Ring twice.")
    page.get_by_label(re.compile(SKY)).select_option("Blue")
    expect(page.locator(".next-bar .strong")).not_to_have_text(before)
    page.locator("label").filter(has_text="Other").click()
    page.locator("#own_tip").fill("much")
    expect(page.locator(".sum2")).to_contain_text("$90.00")
    expect(page.locator(".sum2")).to_contain_text("$9.50")
    assert not has_sideways_scroll(page)
    page.get_by_label("Your name").fill("Gwen Ito")
    page.get_by_label("Email").fill("gwen@home.example")
    page.get_by_role("button", name=re.compile("^Continue")).click()
    expect(page.get_by_text("Type an amount, for example 20.")).to_be_visible()
    expect(page.locator("#own_tip")).to_be_focused()


def _total(page: Page) -> str:
    return page.locator(".next-bar .strong").inner_text()


def _removes(page: Page, name: str) -> None:
    """It asks first; the safe answer is the first one."""
    page.get_by_role("button", name=f"Edit {name}", exact=True).click()
    page.get_by_role("button", name="Remove", exact=True).click()
    question = page.get_by_role("dialog")
    expect(question.get_by_role("heading")).to_have_text(f"Remove “{name}”?")
    expect(question.get_by_role("button").first).to_have_text("Keep it")
    question.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="New question")).to_be_focused()
    expect(page.get_by_role("button", name=f"Edit {name}", exact=True)).to_have_count(0)
