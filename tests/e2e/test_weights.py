"""What a first visit costs, and what stands in the HTML before any script runs."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import PHONE
from tests.e2e.conftest import Portal
from tests.e2e.screens import PATTERNS, SHOWN, address, settle, visitor

pytestmark = [pytest.mark.proof("main-job-20"), pytest.mark.slow]

KIB = 1024
PLAIN, PHOTOS = 200 * KIB, 220 * KIB
PHOTO_PAGES = {"/listings/[listing]", "/admin/deliver/[number]"}


def bytes_of_a_first_visit(browser: Browser, portal: Portal, pattern: str) -> dict[str, int]:
    """Compressed bytes over the wire by kind, pictures left out, with an empty cache."""
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    with visitor(browser, portal, SHOWN[pattern].who, PHONE) as seen:
        wire = seen.context.new_cdp_session(seen.page)
        wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
        wire.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])}))
        wire.send("Network.enable")
        seen.page.goto(address(portal, pattern))
        settle(seen.page)
        path = seen.page.url.removeprefix(portal.url)
        assert path == pattern or ("[" in pattern and path.startswith(pattern.partition("[")[0])), path
    found: dict[str, int] = {}
    for request, size in sizes.items():
        kind = kinds.get(request, "Other")
        if kind != "Image":
            found[kind] = found.get(kind, 0) + size
    return found


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_first_visit_stays_within_its_budget(portal, browser, pattern):
    budget = PHOTOS if pattern in PHOTO_PAGES else PLAIN
    found = bytes_of_a_first_visit(browser, portal, pattern)
    total = sum(found.values())
    parts = ", ".join(f"{kind} {size / KIB:.1f}" for kind, size in sorted(found.items()))
    print(f"{pattern}: {total / KIB:.1f} of {budget // KIB} KiB ({parts})")
    assert {"Document", "Script", "Stylesheet"} <= set(found)
    assert total <= budget, f"{total / KIB:.1f} KiB: {parts}"


def test_the_build_brings_no_second_design_system(portal):
    said = portal.logged()
    assert "Production Build" in said or "Compiling" in said
    assert "Implicit Radix Themes" not in said
    page = httpx.get(f"{portal.url}/login").text
    sheet = re.search(r'href="(/assets/[^"]+\.css)"', page).group(1)
    assert "radix-themes" not in httpx.get(portal.url + sheet).text


def test_the_sign_in_form_stands_in_the_html_and_works_without_scripts(portal, browser):
    answer = httpx.get(f"{portal.url}/login", follow_redirects=False)
    assert answer.status_code == 200
    form = re.search(r"<form[^>]*>.*?</form>", answer.text, re.DOTALL).group(0)
    head = form.partition(">")[0]
    assert 'action="/api/sign-in"' in head
    assert 'method="post"' in head
    for name, kind in (("email", "email"), ("password", "password")):
        field = next(tag for tag in re.findall(r"<input[^>]*>", form) if f'name="{name}"' in tag)
        assert f'type="{kind}"' in field
        assert "required" in field
    with visitor(browser, portal, "", PHONE, java_script_enabled=False) as seen:
        seen.page.goto(f"{portal.url}/login")
        seen.page.get_by_label("Email").fill(SHOWN["/"].who)
        seen.page.get_by_label("Password").fill("harbor-demo-1")
        with seen.page.expect_response(lambda answer: answer.url.endswith("/api/sign-in")) as signed_in:
            seen.page.get_by_role("button", name="Sign in", exact=True).click()
        assert signed_in.value.status == 303
        assert any(cookie["name"] == "foyer" and cookie["httpOnly"] for cookie in seen.context.cookies())


@pytest.mark.parametrize("pattern", [pattern for pattern in PATTERNS if SHOWN[pattern].who])
def test_a_page_behind_the_door_has_a_waiting_shape_in_its_html(portal, pattern):
    page = httpx.get(address(portal, pattern)).text
    assert 'aria-busy="true"' in page
    assert 'class="skeleton' in page or "skeleton " in page
    assert "studio-name" in page
