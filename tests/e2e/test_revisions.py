"""A change asked for on a phone, made at the desk, compared and accepted."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect

from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, person, serious, sign_in
from tests.e2e.conftest import Portal
from tests.e2e.screens import OPEN, address
from tests.photos import small_jpeg

OLDEST = OPEN.replace("order by d.id desc", "order by d.id")

pytestmark = [pytest.mark.proof("delivery-11"), pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_change_is_asked_for_made_and_accepted(portal: Portal, browser: Browser, tmp_path: Path) -> None:
    better = tmp_path / "better.jpg"
    better.write_bytes(small_jpeg(77))
    with person(browser, PHONE) as carl, person(browser, DESK) as olive:
        page = carl.page
        sign_in(page, portal.url, "carl@coastline.example", "harbor-demo-1")
        page.goto(address(portal, "/listings/[listing]", OLDEST))
        page.get_by_role("checkbox", name="Select photo 02").click(force=True)
        page.get_by_role("region", name="Selected photos").get_by_role("link", name="Ask for a change").click()
        page.get_by_role("button", name="Ask about 1 photo").click()
        expect(page.get_by_label("What should be different?")).to_be_focused()
        page.get_by_role("radio", name="Box").click()
        picture = page.locator(".plate.pressed")
        box = picture.bounding_box()
        assert box
        for across, down, hint in ((0.7, 0.6, "other corner"), (0.2, 0.1, "one corner")):
            picture.click(position={"x": box["width"] * across, "y": box["height"] * down})
            expect(page.get_by_text(re.compile(f"Press where (the )?{hint}"))).to_be_visible()
        page.get_by_role("slider", name="Width").press("ArrowRight")
        page.get_by_label("About photo 02").fill("Only here")
        page.get_by_label("What should be different?").fill("A bluer sky, please")
        assert not has_sideways_scroll(page)
        assert serious(page) == []
        page.get_by_role("button", name="Ask about 1 photo").dblclick()
        asked = page.get_by_role("listitem").filter(has_text="A bluer sky, please")
        expect(asked).to_have_count(1)
        expect(asked).to_contain_text("Box at the")

        desk = olive.page
        sign_in(desk, portal.url, "olive@harborlight.example", "harbor-demo-1")
        desk.get_by_role("link", name="Look at changes").click()
        desk.get_by_role("listitem").filter(has_text="A bluer sky, please").get_by_role("link", name="Open").click()
        desk.get_by_role("button", name="Start work").click()
        expect(asked).to_contain_text("In work")
        desk.get_by_role("button", name="Deliver the change").click()
        expect(desk.get_by_text("No photo of this request has a new version")).to_be_visible()
        with desk.expect_file_chooser() as chooser:
            desk.get_by_role("button", name="Upload the new version").first.click()
        chooser.value.set_files(better)
        expect(desk.get_by_text("better.jpg").first).to_be_visible()
        pressing = desk.get_by_role("button", name="Deliver the change")
        ends = time.monotonic() + 60
        while not desk.get_by_text("The customer compares").is_visible() and time.monotonic() < ends:
            with suppress(Error):  # the new version has no sizes yet, or it is delivered and the button gone
                pressing.click(timeout=1_000)
            desk.wait_for_timeout(500)
        expect(desk.get_by_text("The customer compares")).to_be_visible()
        assert serious(desk) == []

        expect(asked.get_by_role("img", name="Photo 02, after")).to_be_visible()
        expect(asked.get_by_role("img", name="Photo 02, before")).to_be_visible()
        assert serious(page) == []
        asked.get_by_role("button", name="Accept").click()
        expect(asked).to_contain_text("Accepted")
        expect(desk.get_by_text("The customer accepted it.")).to_be_visible()
        assert carl.faults + olive.faults == []
