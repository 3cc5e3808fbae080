"""Carl hands three photos on by a link of his own; who has it takes them without signing in, until he ends it."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

import pytest

from tests.e2e.browsing import PHONE, has_sideways_scroll, person, serious, snap
from tests.e2e.screens import CARL, OLIVE, address, visitor

pytestmark = [pytest.mark.proof("delivery-14"), pytest.mark.slow]

PICTURES = Path(os.environ["PICTURES"]) if "PICTURES" in os.environ else None


def test_three_photos_go_to_somebody_else_and_the_list_says_what_was_taken(portal, browser) -> None:
    with visitor(browser, portal, CARL, PHONE) as carl, person(browser, PHONE, accept_downloads=True) as other:
        page = carl.page
        page.goto(address(portal, "/listings/share/[listing]"))
        page.get_by_role("button", name="Choose none").click()
        page.get_by_text(re.compile("^0 of")).wait_for()
        page.get_by_role("button", name="Make the link").click()
        page.get_by_text("Choose at least one photo.").wait_for()
        for number in ("01", "02", "03"):
            page.get_by_label(f"Select photo {number}").click()
        page.get_by_text(re.compile("^3 of")).wait_for()
        page.get_by_label("Downloads").fill("1")
        page.get_by_label("What it is for").fill("For the print shop")
        page.get_by_role("button", name="Make the link").click()
        link = page.get_by_label("Address of the link For the print shop").input_value()
        other.page.goto(link)
        assert not serious(other.page)
        assert not has_sideways_scroll(other.page)
        assert other.page.locator("main img").evaluate_all("all => all.filter(one => one.naturalWidth > 480).length") == 0
        with other.page.expect_download() as started:
            other.page.get_by_role("button", name=re.compile("^Download all 3: Web")).click()
        with zipfile.ZipFile(started.value.path()) as archive:
            assert len(archive.namelist()) == 4
        page.get_by_text("1 of 1 download used").wait_for(timeout=5000)
        other.page.reload()
        other.page.get_by_text("All downloads of this link are used").wait_for()
        assert not serious(page)
        assert not has_sideways_scroll(page)
        page.get_by_role("button", name="End the link For the print shop").click()
        page.get_by_role("button", name="End the link", exact=True).click()
        page.get_by_text("Ended. It opens nothing anymore.").wait_for()
        assert other.page.goto(link).status == 410
        assert not carl.faults + other.faults


def test_the_studio_sees_a_customers_links_and_can_end_them(portal, browser) -> None:
    with visitor(browser, portal, CARL, PHONE) as carl, visitor(browser, portal, OLIVE, PHONE) as olive:
        carl.page.goto(address(portal, "/listings/share/[listing]"))
        carl.page.get_by_label("What it is for").fill("For the stager")
        carl.page.get_by_role("button", name="Make the link").click()
        link = carl.page.get_by_label("Address of the link For the stager").input_value()
        desk = olive.page
        desk.goto(carl.page.url.replace("/listings/share/", "/admin/listings/"))
        made = desk.get_by_role("list", name="Links").get_by_role("listitem").filter(has_text="For the stager")
        made.get_by_text("Made by Carl").wait_for()
        assert link.rpartition("/")[2] not in desk.content()
        snap(desk, PICTURES, "studio-links-390")
        assert not serious(desk)
        assert not has_sideways_scroll(desk)
        made.get_by_role("button", name="End the link").click()
        desk.get_by_role("button", name="End the link", exact=True).click()
        made.get_by_text("Ended").wait_for()
        assert desk.request.get(link).status == 410
        carl.page.get_by_role("listitem").filter(has_text="For the stager").get_by_text("Ended").wait_for(timeout=5000)
        assert not carl.faults + olive.faults
