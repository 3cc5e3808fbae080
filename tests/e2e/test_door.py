"""The way in, by keyboard alone and by what a screen reader says: labels, focus, and the sentence beside the field."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import PHONE, person
from tests.e2e.conftest import Portal
from tests.e2e.screens import CARL, settle
from tests.e2e.test_sign_up import WORDS, code_in, mailed

pytestmark = [pytest.mark.proof("identity-12"), pytest.mark.slow]

FOCUS_IS_SEEN = """() => { const drawn = getComputedStyle(document.activeElement);
    return document.activeElement.matches(':focus-visible') && drawn.outlineStyle !== 'none' && parseFloat(drawn.outlineWidth) >= 2; }"""


def tab_to(page: Page, wanted: Locator) -> None:
    """One press of Tab leads exactly there, and one sees where one is."""
    page.keyboard.press("Tab")
    expect(wanted).to_be_focused()
    assert page.evaluate(FOCUS_IS_SEEN), wanted


def type_in(page: Page, label: str, words: str) -> None:
    tab_to(page, page.get_by_role("textbox", name=label))
    page.keyboard.type(words)


def refused(page: Page, field: Locator, sentence: str) -> None:
    """The field has the focus, is marked, and the sentence is read with it."""
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(sentence))
    expect(page.get_by_text(re.compile(sentence))).to_be_visible()


def test_signing_up_by_keyboard_and_labels(portal: Portal, browser: Browser):
    address = f"kay.{uuid4().hex[:6]}@coastline.example"
    with person(browser, PHONE) as seen:
        page = seen.page
        page.goto(f"{portal.url}/sign-up?next=/place-order")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Create an account")
        tab_to(page, page.get_by_role("link", name="start page"))
        type_in(page, "Your name", "Kay Ortega")
        type_in(page, "Email", address)
        type_in(page, "Phone", "(831) 555-0190")
        tab_to(page, page.get_by_label("Password"))
        page.keyboard.type("password123")
        tab_to(page, page.get_by_role("button", name="Create account"))
        page.keyboard.press("Enter")

        refused(page, page.get_by_label("Password"), "easy to guess")
        expect(page.get_by_label("Your name")).to_have_value("Kay Ortega")
        expect(page.get_by_label("Email")).to_have_value(address)
        expect(page.get_by_label("Phone")).to_have_value("(831) 555-0190")
        page.keyboard.type(WORDS)
        page.keyboard.press("Enter")

        page.wait_for_url("**/verify*")
        settle(page)
        expect(page.get_by_text(f"We sent a code to {address}.")).to_be_visible()
        tab_to(page, page.get_by_role("link", name="start page"))
        type_in(page, "Code from the mail", "000000")
        page.keyboard.press("Enter")
        code = page.get_by_role("textbox", name="Code from the mail")
        refused(page, code, "doesn’t match or has expired")
        page.keyboard.type(code_in(mailed(portal, address, "code")))
        page.keyboard.press("Enter")
        page.wait_for_url("**/place-order")
        assert seen.faults == []


def test_signing_in_says_what_is_wrong_once(portal: Portal, browser: Browser):
    with person(browser, PHONE) as seen:
        page = seen.page
        page.goto(f"{portal.url}/login")
        settle(page)
        tab_to(page, page.get_by_role("link", name="start page"))
        type_in(page, "Email", CARL)
        tab_to(page, page.get_by_role("link", name="Forgot it?"))
        tab_to(page, page.get_by_label("Password"))
        for _ in range(2):
            page.keyboard.type("not the password")
            page.keyboard.press("Enter")
            refused(page, page.get_by_label("Password"), "don’t match")
            expect(page.get_by_label("Email")).to_have_value(CARL)
        page.reload()
        settle(page)
        expect(page.get_by_text("don’t match")).to_have_count(0)
        expect(page.get_by_label("Password")).not_to_have_attribute("aria-invalid", "true")


def test_a_link_by_mail_is_asked_for_with_the_address_alone(portal: Portal, browser: Browser):
    with person(browser, PHONE) as seen:
        page = seen.page
        page.goto(f"{portal.url}/login")
        settle(page)
        page.get_by_label("Email").fill("not an address")
        page.get_by_role("button", name="Mail me a sign-in link").press("Enter")
        refused(page, page.get_by_label("Email"), "does not look like an email address")
        page.get_by_label("Email").fill("nobody@coastline.example")
        page.get_by_role("button", name="Mail me a sign-in link").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
        expect(page.get_by_text("If a customer signs in here with that address")).to_be_visible()


def test_a_link_that_is_not_good_says_so_and_how_to_go_on(portal: Portal, browser: Browser):
    with person(browser, PHONE) as seen:
        page = seen.page
        page.goto(f"{portal.url}/enter/{'x' * 43}")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("This link is over")
        page.get_by_role("link", name="Have a new link mailed").press("Enter")
        page.wait_for_url("**/login")
