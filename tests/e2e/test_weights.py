"""What stands in the HTML before any script runs. What a first visit weighs is seen where every page is opened."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.e2e.browsing import PHONE
from tests.e2e.screens import PATTERNS, SHOWN, address, visitor

pytestmark = [pytest.mark.proof("main-job-20"), pytest.mark.slow]


def test_the_build_brings_no_second_design_system(portal):
    said = portal.built.read_text()
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
