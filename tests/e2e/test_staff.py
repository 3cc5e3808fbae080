"""A colleague comes, gets and loses a switch, and goes; the owner looks as a customer; the log tells all of it."""

from __future__ import annotations

import email
import email.policy
import re
import time
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal
from tests.e2e.screens import visitor

pytestmark = [pytest.mark.proof("identity-07"), pytest.mark.proof("identity-12"), pytest.mark.slow]

PASSWORD = "harbor-demo-1"
SOON = 6_000
NAME = f"Ebba {uuid4().hex[:6]}"
AMOUNT = re.compile(r"\$\d")


def test_a_colleague_comes_works_and_goes_and_the_log_tells_it(portal: Portal, browser: Browser) -> None:
    address = f"{NAME.lower().replace(' ', '.')}@darkroom.example"
    with person(browser, DESK) as olive, person(browser, PHONE) as ebba:
        sign_in(olive.page, portal.url, "olive@harborlight.example", PASSWORD)
        _invites(olive.page, portal, address)
        _joins(ebba.page, _link_in(portal, address))
        _switches_act_in_an_open_tab(olive.page, ebba.page, portal)
        _looks_as_carl(olive.page, portal)
        _reads_the_log(olive.page, portal)
        ebba.page.goto(f"{portal.url}/admin/orders")
        expect(ebba.page.get_by_role("heading", name="Orders")).to_be_visible()
        _removes(olive.page, portal)
        ebba.page.wait_for_url(re.compile("/login"), timeout=SOON)
        assert olive.faults + ebba.faults == []


def _invites(page: Page, portal: Portal, address: str) -> None:
    page.goto(f"{portal.url}/admin/staff")
    page.get_by_role("textbox", name="Name").fill(NAME)
    page.get_by_role("textbox", name="Email").fill("pia@harborlight.example")
    page.locator("aside").get_by_label("Role").select_option("editor")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("This address already works here")).to_be_visible()
    page.get_by_role("textbox", name="Email").fill(address)
    page.get_by_role("button", name="Invite", exact=True).click()
    waiting = page.get_by_role("listitem").filter(has_text=address)
    expect(waiting).to_contain_text("ends in 30 days")
    assert serious(page) == []


def _link_in(portal: Portal, address: str) -> str:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        for path in portal.data_dir.glob("mailbox/*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            found = re.search(r"http\S+/invitation/\S+", mail.get_body(("plain",)).get_content())
            if found and address in str(mail["to"]):
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no invitation to {address}")


def _joins(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Password").fill("four quiet otters swim")
    page.get_by_role("button", name="Join Harbor Light").click()
    page.wait_for_url(re.compile("/admin"))


def _switches_act_in_an_open_tab(owner: Page, editor: Page, portal: Portal) -> None:
    """Amounts come and go in the editor's open page; while they may not be seen, none was sent."""
    editor.goto(f"{portal.url}/admin/orders")
    expect(editor.get_by_role("link", name=re.compile("Ocean View"))).to_be_visible()
    assert not AMOUNT.search(editor.content())
    switch = _opened(owner, NAME).get_by_role("switch", name=re.compile("See prices"))
    switch.click()
    expect(switch).to_be_checked()
    expect(editor.get_by_text(AMOUNT).first).to_be_visible(timeout=SOON)
    switch.click()
    expect(switch).not_to_be_checked()
    expect(editor.get_by_text(AMOUNT)).to_have_count(0, timeout=SOON)


def _opened(page: Page, name: str) -> Locator:
    one = page.get_by_role("listitem").filter(has=page.locator("summary", has_text=name))
    one.locator("summary").click()
    return one


def _looks_as_carl(page: Page, portal: Portal) -> None:
    """The other tab of the same browser follows: it never shows one person's page under another's name."""
    other = page.context.new_page()
    other.goto(f"{portal.url}/admin/orders")
    expect(other.get_by_role("link", name=re.compile("Ocean View"))).to_be_visible()
    page.goto(f"{portal.url}/admin/customers")
    page.get_by_role("button", name="View as Carl Nakamura").first.click()
    page.wait_for_url(f"{portal.url}/")
    banner = page.get_by_role("region", name="Looking as a customer")
    other.wait_for_url(f"{portal.url}/", timeout=SOON)
    expect(other.get_by_role("region", name="Looking as a customer")).to_be_visible()
    for path in ("/", "/orders", "/account", "/place-order"):
        page.goto(portal.url + path)
        expect(banner).to_contain_text("You see this as Carl Nakamura. Everything you do is recorded under both names.")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        page.get_by_role("button", name="Continue to services").click(trial=True)
        assert not has_sideways_scroll(page)
    page.set_viewport_size(DESK)
    assert serious(page) == []
    page.goto(f"{portal.url}/admin/staff")
    expect(banner).to_be_visible()
    expect(page.get_by_role("heading", name="Staff")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    page.wait_for_url(f"{portal.url}/admin/customers")
    expect(banner).to_have_count(0)
    other.get_by_role("link", name="Orders", exact=True).first.click()
    other.wait_for_url(re.compile("/admin"), timeout=SOON)
    other.close()


def _reads_the_log(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/admin/audit")
    rows = page.get_by_role("table").get_by_role("row")
    stopped = rows.filter(has_text="Stopped looking as Carl Nakamura").first
    expect(stopped).to_contain_text("Olive Marchetti")
    expect(stopped).to_contain_text("as Carl Nakamura")
    page.get_by_label("What").select_option("staff")
    expect(rows.filter(has_text="Signed in")).to_have_count(0)
    page.get_by_role("searchbox").fill(NAME)
    expect(rows.filter(has_text="See prices and payments on")).to_have_count(1)
    expect(rows.filter(has_text="Carl")).to_have_count(0)
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("To").fill("2020-01-02")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(rows.filter(has_text="Signed in").first).to_be_visible()
    expect(page.get_by_label("From")).to_have_value("")
    assert serious(page) == []


def _removes(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/admin/staff")
    _opened(page, NAME).get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Keep them")).to_be_focused()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("listitem").filter(has_text="Editor until").filter(has_text=NAME)).to_be_visible()


def test_who_types_the_address_of_a_page_that_is_not_theirs_lands_on_their_own_with_all_their_places(
    portal: Portal, browser: Browser
) -> None:
    with visitor(browser, portal, "pia@harborlight.example", DESK) as pia:
        pia.page.goto(f"{portal.url}/admin/staff")
        pia.page.wait_for_url(f"{portal.url}/admin")
        expect(pia.page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Orders")).to_be_visible()
        expect(pia.page.locator(".rail").get_by_text("Pia Okonkwo-Reyes")).to_be_visible()
        assert not AMOUNT.search(pia.page.content())
