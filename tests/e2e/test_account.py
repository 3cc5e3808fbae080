"""One's own account in the browser: the new name everywhere, another address by its code, and the end of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import DESK, PHONE, Watched, has_sideways_scroll, person, serious
from tests.e2e.conftest import Portal
from tests.e2e.screens import OLIVE, settle, visitor
from tests.e2e.test_door import refused
from tests.e2e.test_sign_up import WORDS, code_in, mailed

pytestmark = [pytest.mark.proof("identity-12"), pytest.mark.slow]

LONG = "Wilhelmina Featherstonehaugh-Cholmondeley de la Vega y Santamaría " + "x" * 50


@pytest.fixture
def newcomer(portal: Portal, browser: Browser) -> Iterator[tuple[Watched, str]]:
    """Somebody who signed up just now and has proven their mailbox, in their own browser."""
    address = f"wilhelmina.{uuid4().hex[:6]}.{'x' * 30}@coastline.example"
    with httpx.Client(base_url=portal.url, timeout=15) as client:
        client.post("/api/sign-up", data={"name": LONG, "email": address, "password": WORDS})
        client.post("/api/verify", data={"code": code_in(mailed(portal, address, "code"))})
        cookie = client.cookies["foyer"]
    with person(browser, PHONE, reduced_motion="reduce") as seen:
        seen.context.add_cookies([{"name": "foyer", "value": cookie, "url": portal.url}])
        yield seen, address


def test_one_changes_ones_name_and_address_and_leaves(portal: Portal, newcomer: tuple[Watched, str]):
    seen, address = newcomer
    page = seen.page
    page.goto(f"{portal.url}/account")
    settle(page)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert not has_sideways_scroll(page), width
    _goes_by_another_name(page)
    _moves_to_another_address(page, portal, address)
    _leaves(page)
    assert seen.faults == []


def _goes_by_another_name(page: Page) -> None:
    name = page.get_by_role("textbox", name="Your name")
    expect(name).to_have_value(LONG)
    name.fill(" ")
    page.get_by_role("button", name="Save profile").press("Enter")
    refused(page, name, "Your name is needed")
    name.fill("Willa Vega")
    page.get_by_role("button", name="Save profile").press("Enter")
    expect(page.get_by_role("banner").get_by_text("Willa Vega")).to_be_visible()


def _moves_to_another_address(page: Page, portal: Portal, old: str) -> None:
    new = f"willa.{uuid4().hex[:6]}@coastline.example"
    page.get_by_text("Change address").press("Enter")
    page.get_by_role("textbox", name="New email").fill(new)
    for password in ("not the password", WORDS):
        form = page.get_by_role("region", name="Email")
        form.get_by_label("Your password").fill(password)
        form.get_by_role("button", name="Mail a code to it").press("Enter")
        if password != WORDS:
            refused(page, form.get_by_label("Your password"), "not the password you sign in with")
            expect(page.get_by_role("textbox", name="New email")).to_have_value(new)
    code = page.get_by_role("textbox", name="Code from the mail")
    expect(code).to_be_focused()
    expect(code).to_have_accessible_description(re.compile(f"We mailed a code to {re.escape(new)}"))
    assert serious(page) == []
    code.fill(code_in(mailed(portal, new, "code")))
    page.get_by_role("button", name="Confirm the new address").press("Enter")
    expect(page.get_by_text("Your address is changed.")).to_be_visible()
    expect(page.get_by_text(new).first).to_be_visible()
    assert old not in page.get_by_role("main").inner_text()


def _leaves(page: Page) -> None:
    page.get_by_text("Delete account").last.press("Enter")
    form = page.get_by_role("region", name="Delete account")
    form.get_by_label("Your password").fill(WORDS)
    form.get_by_role("textbox", name="Type delete").fill("yes")
    form.get_by_role("button", name="Delete my account").press("Enter")
    refused(page, form.get_by_role("textbox", name="Type delete"), "to be sure")
    form.get_by_label("Your password").fill(WORDS)
    form.get_by_role("textbox", name="Type delete").fill("delete")
    form.get_by_role("button", name="Delete my account").press("Enter")
    page.wait_for_url(re.compile("/login"))
    expect(page.get_by_text("Your account is deleted.")).to_be_visible()


def test_a_member_is_shown_the_places_that_open_to_them(portal: Portal, browser: Browser):
    everybody = {"Today", "My day", "Calendar", "Orders", "Listings", "Account"}
    some = {"Invoices", "Payments", "Customers", "Staff", "Settings", "Audit log"}
    for who, more in (("pia@harborlight.example", set()), (OLIVE, some)):
        with visitor(browser, portal, who, DESK) as seen:
            seen.page.goto(f"{portal.url}/account")
            settle(seen.page)
            main = seen.page.get_by_role("navigation", name="Main", exact=True)
            shown = set(main.get_by_role("link").all_inner_texts())
            assert shown == everybody | more
            expect(main.locator('[aria-current="page"]')).to_have_text("Account")
