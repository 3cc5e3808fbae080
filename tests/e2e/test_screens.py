"""Every page at every width, in light and dark: nothing sticks out, nothing serious for axe, the main action at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.e2e.browsing import DESK, PHONE, Watched, has_sideways_scroll, serious
from tests.e2e.screens import PATTERNS, SHOWN, STATES, address, foreign_words, main_act, settle, visitor

pytestmark = [pytest.mark.slow]

WIDTHS = (320, 390, 768, 1280)
LOOKS = [("light", PHONE), ("dark", DESK), ("dark", PHONE), ("light", DESK)]
KIB = 1024
PLAIN, PHOTOS, CALENDAR = 200 * KIB, 220 * KIB, 280 * KIB
PHOTO_PAGES = {"/listings/[listing]", "/admin/deliver/[number]"}
LEAST_TARGET = 24  # CSS pixels: WCAG 2.2, target size (minimum)
PLACES = {pattern: (pattern, SHOWN[pattern].who, "") for pattern in PATTERNS if pattern in SHOWN} | STATES


@dataclass(frozen=True, slots=True)
class Opened:
    """A page of the table, open in somebody's browser."""

    pattern: str
    is_main: bool
    seen: Watched
    weights: dict[str, int]
    place: int

    @property
    def page(self) -> Page:
        return self.seen.page


@pytest.fixture(scope="module", params=PLACES)
def opened(request, portal, browser) -> Iterator[Opened]:
    """Each page once, in an empty browser; the tests below look at it in turn."""
    pattern, who, question = PLACES[request.param]
    with visitor(browser, portal, who, PHONE, reduced_motion="reduce") as seen:
        weights = weighed(seen)
        seen.page.goto(address(portal, pattern, question))
        settle(seen.page)
        yield Opened(pattern, request.param == pattern, seen, weights(), [*PLACES].index(request.param))


def weighed(seen: Watched) -> Callable[[], dict[str, int]]:
    """From now on: compressed bytes over the wire by kind, pictures left out."""
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire = seen.context.new_cdp_session(seen.page)
    wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    wire.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])}))
    wire.send("Network.enable")

    def found() -> dict[str, int]:
        wire.send("Network.disable")
        by_kind: Counter[str] = Counter()
        for request, size in sizes.items():
            by_kind[kinds.get(request, "Other")] += size
        return {kind: size for kind, size in by_kind.items() if kind != "Image"}

    return found


def test_every_page_of_the_table_is_visited():
    assert set(PATTERNS) == set(SHOWN)


def test_a_page_is_itself_and_has_one_title(opened, portal):
    path = opened.page.url.removeprefix(portal.url)
    assert path.count("/") == opened.pattern.count("/"), path
    assert opened.page.locator("h1").count() == 1
    assert opened.page.locator("main").count() == 1
    assert opened.page.title() not in {"", "undefined", "null"}
    assert opened.seen.faults == []


@pytest.mark.proof("main-job-20")
def test_no_page_speaks_of_what_it_is_made_of(opened):
    assert foreign_words(opened.page) == []


@pytest.mark.proof("identity-12")
def test_nothing_sticks_out(opened):
    for width in WIDTHS:
        opened.page.set_viewport_size({"width": width, "height": 844})
        assert not has_sideways_scroll(opened.page), f"{width} px: {sticking_out(opened.page)}"


def test_the_main_action_is_at_hand(opened):
    if not opened.is_main:
        return
    for width in (320, 1280):
        opened.page.set_viewport_size({"width": width, "height": 640})
        act = main_act(opened.page, opened.pattern)
        act.click(trial=True)  # in view, still, enabled, and nothing lies over it
        box = act.bounding_box()
        assert box["height"] >= LEAST_TARGET, box
        assert box["x"] >= 0, box
        assert box["x"] + box["width"] <= width, box


@pytest.mark.proof("main-job-20")
def test_a_first_visit_stays_within_its_budget(opened):
    if not opened.is_main:
        return
    budget = CALENDAR if opened.pattern == "/admin/calendar" else PHOTOS if opened.pattern in PHOTO_PAGES else PLAIN
    total = sum(opened.weights.values())
    parts = ", ".join(f"{kind} {size / KIB:.1f}" for kind, size in sorted(opened.weights.items()))
    print(f"{opened.pattern}: {total / KIB:.1f} of {budget // KIB} KiB ({parts})")
    assert {"Document", "Script", "Stylesheet"} <= set(opened.weights)
    assert total <= budget, f"{total / KIB:.1f} KiB: {parts}"


@pytest.mark.proof("identity-12")
@pytest.mark.proof("main-job-15")
def test_axe_finds_nothing_serious(opened, full):
    """Every look of every page in the full run; else one of each page, light on phones and dark on desks by turns."""
    for look, viewport in LOOKS if full else LOOKS[:2][opened.place % 2 :][:1]:
        opened.page.emulate_media(color_scheme=look, reduced_motion="reduce")
        opened.page.set_viewport_size(viewport)
        opened.page.wait_for_function("look => document.documentElement.classList.contains(look)", arg=look)
        assert serious(opened.page) == [], (look, viewport)


def sticking_out(page: Page) -> list[str]:
    """What reaches beyond the right edge, for the message."""
    return page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.tagName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right)).slice(0, 8)"""
    )
