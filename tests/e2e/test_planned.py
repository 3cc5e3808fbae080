"""A delivery planned for tomorrow on a phone, and called off."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from portal_app.core.clock import local, utc_now
from tests.e2e.browsing import PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal
from tests.e2e.screens import address

ACCEPTED = """select o.number from orders o join studio s on s.id = o.studio_id where s.slug = 'harbor' and o.status = 'completed'
    order by o.number desc"""

pytestmark = [pytest.mark.proof("delivery-10"), pytest.mark.slow]


def test_a_delivery_waits_for_its_time_and_is_called_off(portal: Portal, browser: Browser) -> None:
    with person(browser, PHONE) as olive:
        page = olive.page
        sign_in(page, portal.url, "olive@harborlight.example", "harbor-demo-1")
        page.goto(address(portal, "/admin/deliver/[number]", ACCEPTED))
        page.get_by_role("switch", name="Deliver later").click()
        expect(page.get_by_label("Day", exact=True)).to_be_visible()
        page.get_by_role("button", name="Plan the delivery").click()
        expect(page.get_by_text("Choose a day.")).to_be_visible()
        expect(page.get_by_label("Day", exact=True)).to_be_focused()
        assert not has_sideways_scroll(page)
        assert serious(page) == []
        tomorrow = local(utc_now(), "America/Los_Angeles").date() + timedelta(days=1)
        page.get_by_label("Day", exact=True).fill(tomorrow.isoformat())
        page.get_by_label("Time", exact=True).fill("08:15")
        page.get_by_role("button", name="Plan the delivery").dblclick()
        planned = page.get_by_text(re.compile(r"Planned for \w{3} \d+ \w{3}, 8:15 am, Pacific time, by Olive"))
        expect(planned).to_be_visible()
        page.reload()
        expect(planned).to_be_visible()
        assert serious(page) == []
        page.get_by_role("button", name="Call it off").click()
        expect(planned).to_have_count(0)
        expect(page.get_by_text("Nothing is delivered by itself now.")).to_be_visible()
