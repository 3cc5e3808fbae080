"""When something is wrong people read our words: no connection, a page that breaks, a page still on its way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from portal_app.ui.components.failing import OFFLINE
from tests.e2e.browsing import ARGS, CHROMIUM, DESK, PHONE, has_sideways_scroll, serious
from tests.e2e.conftest import Portal
from tests.e2e.line import Line
from tests.e2e.screens import CARL, NOBODY, SHOWN, address, foreign_words, settle, visitor

pytestmark = [pytest.mark.proof("main-job-20"), pytest.mark.slow]

BROKEN = "export default function Page() { throw new TypeError('a secret of the house at page.jsx:12') }"
SORRY, AGAIN = "Something broke on our side", "Load again"
# The studio's sheet stands in the head and holds back the first paint; a script may look before it has come.
NAMED = "name => getComputedStyle(document.querySelector('.studio-name'), '::before').content.includes(name)"


@pytest.fixture(scope="module")
def line(portal) -> Iterator[Line]:
    """What lies between `reached` and the server."""
    line = Line(portal.port)
    yield line
    line.cut()


@pytest.fixture(scope="module")
def reached(portal, browser, line) -> Iterator[tuple[Browser, Portal]]:
    """A browser that reaches the same server under the studio's own host, over the line."""
    host = f"harbor.localhost:{portal.port}"
    rule = f"--host-resolver-rules=MAP {host} 127.0.0.1:{line.port}"
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGS, rule])
    yield chromium, replace(portal, url=f"http://{host}")
    chromium.close()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_lost_connection_is_said_in_our_words_and_money_waits(reached, line, viewport):
    browser, portal = reached
    with visitor(browser, portal, CARL, viewport, reduced_motion="reduce") as seen:
        page = seen.page
        page.goto(address(portal, "/orders/[number]"))
        settle(page)
        banner, pay = page.get_by_role("alert"), page.get_by_role("button", name=re.compile("^Pay"))
        expect(banner).to_have_count(0)
        expect(pay.first).to_be_enabled()
        line.cut()
        expect(banner).to_have_text(OFFLINE)
        expect(pay.first).to_be_disabled()
        assert foreign_words(page) == []
        assert serious(page) == []
        assert not has_sideways_scroll(page)
        assert not overlap(banner.bounding_box(), pay.first.bounding_box())
        line.mend()
        expect(banner).to_have_count(0, timeout=20_000)
        expect(pay.first).to_be_enabled()
        assert seen.faults == []


@pytest.mark.parametrize(
    ("pattern", "script"),
    [
        ("/login", "_login_._index-*.js"),
        ("/orders/[number]", "_orders_.__number_._index-*.js"),
        ("/admin", "_admin_._index-*.js"),
    ],
)
def test_a_page_that_breaks_while_it_is_drawn_says_sorry_and_nothing_else(portal, browser, pattern, script):
    with visitor(browser, portal, SHOWN[pattern].who, PHONE) as seen:
        seen.page.route(f"**/assets/{script}", lambda route: route.fulfill(body=BROKEN, content_type="text/javascript"))
        seen.page.goto(address(portal, pattern))
        expect(seen.page.get_by_role("heading", level=1)).to_have_text(SORRY)
        expect(seen.page.get_by_role("link", name=AGAIN)).to_be_visible()
        assert foreign_words(seen.page) == []
        assert "secret" not in seen.page.content()
        assert serious(seen.page) == []
        seen.page.unroute_all()
        seen.page.get_by_role("link", name=AGAIN).click()
        settle(seen.page)
        expect(seen.page.get_by_role("heading", level=1)).not_to_have_text(SORRY)


def test_a_page_whose_script_is_gone_after_an_update_says_nothing_foreign(portal, browser):
    with visitor(browser, portal, CARL, DESK) as seen:
        seen.page.goto(address(portal, "/"))
        settle(seen.page)
        seen.page.route("**/assets/_orders_._index-*.js", lambda route: route.fulfill(status=404, body="Not found."))
        seen.page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Orders").click()
        seen.page.wait_for_timeout(2_000)
        assert foreign_words(seen.page) == []


@pytest.mark.parametrize("pattern", ["/", "/orders", "/orders/[number]", "/listings", "/admin/deliver/[number]"])
def test_a_page_on_its_way_shows_its_shape(portal, browser, pattern):
    with visitor(browser, portal, SHOWN[pattern].who, PHONE) as seen:
        seen.page.route_web_socket(re.compile("_event"), lambda socket: None)  # answered, and never a word
        seen.page.goto(address(portal, pattern))
        seen.page.wait_for_load_state("networkidle")
        expect(seen.page.locator('main [aria-busy="true"]').first).to_be_visible()
        assert foreign_words(seen.page) == []
        assert not has_sideways_scroll(seen.page)


@pytest.mark.parametrize("pattern", ["/", "/orders/[number]"])
def test_a_page_whose_scripts_are_slow_shows_its_shape_under_the_studios_name(portal, browser, pattern):
    with visitor(browser, portal, CARL, PHONE) as seen:
        seen.page.route("**/assets/root-*.js", lambda route: None)  # asked for, and not answered yet
        seen.page.goto(address(portal, pattern), wait_until="commit")
        expect(seen.page.locator('main [aria-busy="true"]').first).to_be_visible()
        seen.page.wait_for_function(NAMED, arg="Harbor Light")
        assert foreign_words(seen.page) == []
        seen.page.unroute_all(behavior="ignoreErrors")


def test_an_address_that_is_not_there_is_said_by_us(portal, browser):
    with visitor(browser, portal, NOBODY, PHONE) as seen:
        answer = seen.page.goto(f"{portal.url}/no/such/page")
        assert answer.status == 404
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("This page does not exist")
        assert foreign_words(seen.page) == []


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two boxes share a point."""
    across = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    down = one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]
    return across and down
