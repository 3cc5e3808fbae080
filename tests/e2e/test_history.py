"""The history of a delivery: the studio watches a link being opened, and its customer reads the same page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, newest_mail, person, serious, sign_in
from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.proof("delivery-13"), pytest.mark.slow]
CARL = "carl@coastline.example"


def test_a_link_that_is_opened_stands_in_the_history_of_both_sides(portal: Portal, browser: Browser) -> None:
    with person(browser, DESK) as olive, person(browser, PHONE) as friend, person(browser, PHONE) as carl:
        link = re.search(r"http\S+/l/\S+", newest_mail(friend.page, portal.url, CARL, "eady"))[0]
        assert friend.context.request.head(link, max_redirects=0).status == 303
        friend.page.goto(link)
        friend.page.wait_for_url(re.compile("/listings/"))
        listing = friend.page.url.rstrip("/").rpartition("/")[2]
        friend.page.get_by_role("link", name="Delivery history").click()
        expect(friend.page.get_by_role("heading", name="Delivery history")).to_be_visible()
        expect(friend.page.get_by_text("Opened the link in the mail")).to_be_visible()
        expect(friend.page.get_by_text("What the customer sees")).to_have_count(0)
        assert not has_sideways_scroll(friend.page)
        assert serious(friend.page) == []

        sign_in(olive.page, portal.url, "olive@harborlight.example", "harbor-demo-1")
        olive.page.goto(f"{portal.url}/listings/history/{listing}")
        expect(olive.page.get_by_text("Saw the listing's page")).to_be_visible()
        olive.page.get_by_role("button", name=re.compile("^Opened")).click()
        expect(olive.page.get_by_text(CARL).first).to_be_visible()
        olive.page.get_by_role("radio", name="What the customer sees").click()
        expect(olive.page.get_by_role("radio", name="What the customer sees")).to_be_checked()
        expect(olive.page.get_by_text("Opened the link in the mail")).to_be_visible()
        assert serious(olive.page) == []
        with olive.page.expect_download() as handed_on:
            olive.page.get_by_role("link", name="PDF for the customer").click()
        assert handed_on.value.suggested_filename.endswith("delivery history.pdf")

        sign_in(carl.page, portal.url, CARL, "harbor-demo-1")
        carl.page.goto(f"{portal.url}/listings/history/{listing}")
        expect(carl.page.get_by_text("Opened the link in the mail")).to_be_visible()
        assert not has_sideways_scroll(carl.page)
        assert [*friend.faults, *olive.faults, *carl.faults] == []
