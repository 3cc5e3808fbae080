"""The studio's calendar as Olive uses it with a mouse, without one, and on a phone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal_app.core.clock import local, utc_now
from portal_app.core.viewer import guest_viewer
from portal_app.db import Database
from portal_app.domain.orders.placing import GuestRequest, OrderRequest, place_order
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.models import Purpose
from portal_app.domain.scheduling.queries import find_openings
from tests.e2e.browsing import DESK, PHONE, has_sideways_scroll, serious
from tests.e2e.conftest import Portal
from tests.e2e.screens import ANY_ORDER, OLIVE, address, settle, visitor

pytestmark = [pytest.mark.proof("booking-12"), pytest.mark.slow]

STREET = "1187 Old Lighthouse"
EVENT = "a.fc-event"
ZONE = "America/Los_Angeles"


def execute(portal: Portal, statement: str, rows: list[tuple] | None = None) -> list[tuple]:
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=20)) as db, db:
        return db.executemany(statement, rows).fetchall() if rows else db.execute(statement).fetchall()


def view(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".fc-toolbar-title")).to_be_visible()


def open_calendar(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/admin/calendar")
    settle(page)
    expect(page.locator(".fc-toolbar-title")).to_be_visible()


def visit(page: Page) -> Locator:
    """The booked visit this story is about, brought on the screen."""
    found = page.locator(EVENT).filter(has_text=STREET)
    for _ in range(3):
        if found.count():
            break
        page.get_by_role("button", name="Later", exact=True).click()
        page.wait_for_timeout(600)
    return found.first


def starts(portal: Portal) -> str:
    [(at,)] = execute(
        portal, f"select a.starts_at from appointment a join orders o on o.id = a.order_id where o.street like '{STREET}%'"
    )
    return at


def test_olive_moves_a_visit_with_the_mouse_and_by_keyboard(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, DESK) as olive:
        page = olive.page
        open_calendar(page, portal)
        before = starts(portal)
        _drags(page)
        question = page.get_by_role("dialog").filter(has_text="Move ")
        expect(question.get_by_label("Photographer")).to_be_visible()
        assert serious(page) == []
        question.get_by_role("button", name="Leave it").click()
        assert starts(portal) == before

        _drags(page)
        _confirms(question)
        expect(question).to_be_hidden()
        moved = starts(portal)
        assert moved != before

        visit(page).focus()
        page.keyboard.press("Enter")
        opened = page.get_by_role("dialog").filter(has_text="Open order")
        expect(opened).to_contain_text(STREET)
        opened.get_by_role("button", name="Move to").press("Enter")
        question.get_by_label("Time", exact=True).fill("08:15")
        expect(question.get_by_text("8:15 am").first).to_be_visible()
        question.get_by_label("Tell the customer").press("Space")
        _confirms(question, by_key=True)
        expect(question).to_be_hidden()
        assert starts(portal) not in {before, moved}
        expect(visit(page)).to_contain_text("8:15")
        [(details,)] = execute(portal, "select details from fact where kind = 'appointment.moved' order by id desc limit 1")
        assert '"quiet": true' in details
        assert olive.faults == []


def _drags(page: Page) -> None:
    """An hour up, on the same day."""
    source = visit(page)
    source.scroll_into_view_if_needed()
    box = source.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x, y - 7 * step)
    page.mouse.up()


def _confirms(question: Locator, *, by_key: bool = False) -> None:
    """Says why when a rule stands against it."""
    move = question.get_by_role("button", name="Move the visit")
    expect(question.locator("dd[aria-live]")).not_to_be_empty()
    if question.get_by_label("Why it may be so").count():
        question.get_by_label("Why it may be so").fill("The agent asked for it")
    move.press("Enter") if by_key else move.click()


def test_days_weeks_months_a_list_members_and_time_off(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, DESK) as olive:
        page = olive.page
        open_calendar(page, portal)
        for name in ("Day", "Month", "List", "Week"):
            view(page, name)
            settle(page)
            assert serious(page) == [], name
        pia = page.get_by_role("button", name="Pia Okonkwo-Reyes", exact=True)
        expect(visit(page)).to_be_visible()
        pia.click()
        expect(pia).to_have_attribute("aria-pressed", "false")
        expect(page.locator(EVENT).filter(has_text="Pia")).to_have_count(0)
        pia.click()
        expect(page.locator(EVENT).filter(has_text="Pia").first).to_be_visible()

        _draws_a_span(page)
        off = page.get_by_role("dialog").filter(has_text="Nobody can book them")
        off.get_by_label("Reason").fill("Dentist")
        assert serious(page) == []
        off.get_by_role("button", name="Put in time off").click()
        drawn = page.locator(f"{EVENT}.off").filter(has_text="Dentist")
        expect(drawn).to_be_visible()
        drawn.focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Take back").click()
        expect(drawn).to_have_count(0)
        assert olive.faults == []


def _draws_a_span(page: Page) -> None:
    lane = page.locator("td.fc-timegrid-col").last
    slot = page.locator("td.fc-timegrid-slot-lane[data-time='17:00:00']")
    slot.scroll_into_view_if_needed()
    column, row = lane.bounding_box(), slot.bounding_box()
    x, y = column["x"] + column["width"] / 2, row["y"] + 4
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 7):
        page.mouse.move(x, y + 10 * step)
    page.mouse.up()


def test_what_is_ordered_elsewhere_appears_by_itself(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, DESK) as olive:
        page = olive.page
        open_calendar(page, portal)
        view(page, "Month")
        settle(page)
        page.evaluate("() => { window.kept = true }")
        street = "77 Appearing Way"
        at = _orders(portal, street)
        if not page.locator(f"[data-date='{at:%Y-%m-%d}']").count():
            page.get_by_role("button", name="Later", exact=True).click()
        # A full day folds what does not fit behind "more".
        expect(page.locator(EVENT).filter(has_text=street)).to_be_attached(timeout=6_000)
        assert page.evaluate("() => window.kept"), "without loading the page again"
        assert olive.faults == []


def _orders(portal: Portal, street: str) -> datetime:
    """A guest takes the first free time, through another process than the web server's."""
    database, guest, now = Database(f"sqlite:///{portal.data_dir / 'portal.db'}"), guest_viewer(1), utc_now()
    [(service,)] = execute(portal, "select public_id from service where studio_id = 1 and name = 'Signature photos'")
    today = local(now, ZONE).date()
    ask = VisitAsk(120, Purpose.VISIT, frozenset(), None, ZONE, today, today + timedelta(days=14))
    with database.unit_of_work() as db:
        at = next(start.at for day in find_openings(db, guest, ask, now=now) for start in day.starts)
        wall = local(at, ZONE).replace(tzinfo=None)
        who = GuestRequest("Ada Elsewhere", "ada@elsewhere.example", "")
        asked = OrderRequest(f"appearing-{now:%f}", street, "Pacific Grove, CA 93950", "1800", (service,), wall, guest=who)
        place_order(db, guest, asked, now=now)
    database.close()
    return wall


@pytest.mark.proof("booking-08")
def test_an_order_that_waits_is_told_why_there_is_no_slot(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, PHONE) as olive:
        page = olive.page
        page.goto(address(portal, "/admin/orders/[number]", ANY_ORDER.format("pending")))
        page.get_by_role("link", name="Why no slot?").click()
        page.wait_for_url(re.compile(r"/admin/calendar/why\?order="))
        row = page.locator(".starts summary").first
        expect(row).to_be_visible()
        *counts, total = [int(each) for each in page.locator(".lines dd").all_inner_texts()]
        assert sum(counts) == total > 0
        row.press("Enter")
        expect(page.locator(".starts details[open]")).to_contain_text("Pia Okonkwo-Reyes")
        assert serious(page) == []
        assert not has_sideways_scroll(page)
        day = page.get_by_label("Day", exact=True).input_value()
        page.get_by_role("button", name="The day after").click()
        expect(page.get_by_label("Day", exact=True)).not_to_have_value(day)
        page.get_by_text("Ask for something else").click()
        page.get_by_label("Twilight set").check()
        page.get_by_role("button", name="Ask for these").click()
        expect(page.get_by_text("No sunset to go by.")).to_be_visible()
        assert olive.faults == []


def test_on_a_phone_a_day_is_drawn_and_a_thumb_scrolls_it(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, PHONE) as olive:
        page = olive.page
        open_calendar(page, portal)
        for name in ("Week", "Month"):
            expect(page.get_by_role("button", name=name, exact=True)).to_be_hidden()
        view(page, "Day")
        drawn = page.locator(EVENT).filter(has_not_text="is off")
        for _ in range(10):
            if drawn.count():
                break
            page.get_by_role("button", name="Later", exact=True).click()
            page.wait_for_timeout(400)
        assert not has_sideways_scroll(page)
        _swipes_up(page)
        page.wait_for_function("() => scrollY > 100")
        expect(page.get_by_role("dialog")).to_have_count(0)
        drawn.first.tap()
        expect(page.get_by_role("dialog").get_by_role("link", name="Open order")).to_be_visible()
        assert olive.faults == []


def _swipes_up(page: Page) -> None:
    """A thumb from the middle of the grid: it scrolls the page, and draws no time off."""
    wire = page.context.new_cdp_session(page)
    wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 200, "y": 650}]})
    for step in range(1, 13):
        moved = [{"x": 200, "y": 650 - 25 * step}]
        wire.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": moved})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_on_a_phone_it_is_a_list_and_opens_the_order(portal: Portal, browser: Browser) -> None:
    with visitor(browser, portal, OLIVE, PHONE) as olive:
        page = olive.page
        open_calendar(page, portal)
        expect(page.locator(".fc-listWeek-view")).to_be_visible()
        row = page.locator("tr.fc-event").first
        for _ in range(3):
            if row.count():
                break
            page.get_by_role("button", name="Later", exact=True).click()
            page.wait_for_timeout(600)
        assert serious(page) == []
        assert not has_sideways_scroll(page)
        row.click()
        page.get_by_role("link", name="Open order").click()
        page.wait_for_url(re.compile("/admin/orders/"))
        assert olive.faults == []


FRAMES = """() => new Promise((done) => {
    const frames = [], heights = document.documentElement.scrollHeight - innerHeight;
    let last = performance.now(), step = 0;
    const tick = (now) => {
        frames.push(now - last); last = now;
        window.scrollTo(0, Math.abs((step * 60) % (2 * heights + 1) - heights));
        if (++step < 60) requestAnimationFrame(tick); else done(frames.slice(2).sort((a, b) => a - b));
    };
    requestAnimationFrame(tick);
})"""
MANY = 500


def test_five_hundred_entries_scroll_like_none(portal: Portal, browser: Browser) -> None:
    """A week drawn with 500 entries: the median frame of a scroll is at most three times that of the same week empty."""
    with visitor(browser, portal, OLIVE, DESK) as olive:
        page = olive.page
        open_calendar(page, portal)
        page.get_by_role("button", name="Later", exact=True).click()
        page.wait_for_timeout(500)
        empty = page.evaluate(FRAMES)
        execute(portal, INSERT, _many(page))
        try:
            page.get_by_role("button", name="Today", exact=True).click()
            page.get_by_role("button", name="Later", exact=True).click()
            expect(page.locator(EVENT).filter(has_text="Many")).to_have_count(MANY)
            full = page.evaluate(FRAMES)
        finally:
            execute(portal, "delete from time_off where public_id like 'many%'")
        middle = len(full) // 2
        ratio = full[middle] / max(empty[middle], 1)
        print(f"{MANY} entries: median frame {full[middle]:.1f} ms, empty {empty[middle]:.1f} ms, {ratio:.2f} times")
        assert ratio <= 3


INSERT = "insert into time_off (public_id, member_id, studio_id, starts_at, ends_at, reason) values (?, ?, ?, ?, ?, ?)"


def _many(page: Page) -> list[tuple]:
    """A hundred half hours on each of five days."""
    days = page.locator("th.fc-col-header-cell").evaluate_all("cells => cells.map(cell => cell.dataset.date)")
    noon = datetime.fromisoformat(days[0]).replace(hour=18)
    begins = [noon + timedelta(days=n % 5, minutes=n // 5) for n in range(MANY)]
    return [
        (f"many{n}", 2, 1, f"{at:%Y-%m-%d %H:%M:%S.%f}", f"{at + HALF:%Y-%m-%d %H:%M:%S.%f}", "Many")
        for n, at in enumerate(begins)
    ]


HALF = timedelta(minutes=30)


def test_hours_that_do_not_fit_come_into_view(portal: Portal, browser: Browser) -> None:
    """The button that saves a week stands far beneath its Monday."""
    with visitor(browser, portal, OLIVE, DESK) as olive:
        page = olive.page
        page.goto(f"{portal.url}/admin/crew")
        page.get_by_role("link", name=re.compile("Pia")).first.click()
        page.get_by_label("Monday, visits from").fill("23:00")
        page.get_by_role("button", name="Save the week").click()
        expect(page.get_by_text("The end is before the beginning")).to_be_in_viewport()
