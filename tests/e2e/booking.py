"""Booking through the steps, as people do it: shared by the stories that need an order."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal


def starts_booking(page: Page, portal: Portal) -> None:
    """The booking page, ready to type."""
    page.goto(f"{portal.url}/place-order")
    expect(page.get_by_label("Street and number")).to_be_visible()


def types_address(page: Page, street: str, town: str, size: str = "") -> None:
    """The first step, done."""
    page.get_by_label("Street and number").fill(street)
    page.get_by_label("Town, state and ZIP").fill(town)
    page.get_by_label("Size").fill(size)
    goes_on(page, "services")


def goes_on(page: Page, step: str) -> None:
    """Continue, until this step is open and has the focus."""
    page.get_by_role("button", name=re.compile("^Continue")).click()
    page.wait_for_url(f"**/place-order?step={step}")
    expect(page.locator(f"#step-{step}")).to_be_focused()
    page.wait_for_load_state("networkidle")


def chooses_service(page: Page, name: str) -> None:
    """One service or package, and its price beside the button."""
    page.get_by_role("checkbox", name=re.compile(name)).last.click()
    expect(page.get_by_role("checkbox", name=re.compile(name)).last).to_be_checked()


def chooses_time(page: Page, time: str = "") -> str:
    """A free time of the first free day; its words."""
    free = page.locator(".when .times label", has_text=time).first
    words = free.inner_text()
    free.click()
    expect(free.locator("input")).to_be_checked()
    return words
