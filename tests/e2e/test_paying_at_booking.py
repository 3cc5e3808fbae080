"""Half of it is due at booking: paid in time, and paid when the time was gone already. On the way there the server
forgets a draft, and a time is taken while somebody chooses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app.core.clock import at_wall_time, local, utc_now
from portal_app.core.viewer import guest_viewer
from portal_app.db import Database
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.placing import GuestRequest, OrderRequest, place_order
from portal_app.domain.scheduling.models import BookingPolicy
from tests.e2e.booking import chooses_service, chooses_time, goes_on, starts_booking, types_address
from tests.e2e.browsing import PHONE, newest_mail, person, serious
from tests.e2e.conftest import Portal
from tests.e2e.placed import execute
from tests.e2e.screens import CARL, visitor

pytestmark = [pytest.mark.proof("booking-09"), pytest.mark.proof("booking-03"), pytest.mark.slow, pytest.mark.timeout(240)]

AWAY = "This story"
TOWN = "Pacific Grove, CA 93950"


def stored(at: datetime) -> str:
    """An instant as SQLite keeps it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


@pytest.fixture(autouse=True)
def half_at_booking(portal: Portal) -> Iterator[None]:
    """Harbor Light wants half at booking, for the length of one story."""
    database = Database(portal.database_url)
    with database.unit_of_work() as db:
        db.add(BookingPolicy(studio_id=1, pay_basis_points=5_000))
    database.close()
    yield
    execute(portal, "delete from booking_policy where studio_id = 1")
    execute(portal, "delete from time_off where reason = ?", AWAY)


def test_a_guest_holds_pays_and_is_booked(portal: Portal, browser: Browser) -> None:
    street = "9 Countdown Court"
    with person(browser, PHONE) as gina:
        page = gina.page
        starts_booking(page, portal)
        types_address(page, street, TOWN, "2,940")
        chooses_service(page, "Signature photos")
        goes_on(page, "time")
        chooses_time(page)
        goes_on(page, "details")
        page.get_by_label("Your name").fill("Gina Guest")
        page.get_by_label("Email").fill("gina.pays@elsewhere.example")
        goes_on(page, "review")
        _the_server_forgets(page)
        expect(page.get_by_text(street).first).to_be_visible()
        expect(page.get_by_text("Gina Guest").first).to_be_visible()
        expect(page.get_by_text(re.compile("kept for you for 15 minutes while you pay"))).to_be_visible()
        page.get_by_role("button", name="Book and pay").dblclick()
        page.wait_for_url(re.compile("/c/pay/"))
        amount = page.get_by_role("button", name=re.compile("^Pay ")).inner_text()
        page.go_back()
        page.wait_for_url("**/status/*")
        expect(page.get_by_text(re.compile(r"Your time is kept for 1[45] min"))).to_be_visible()
        assert serious(page) == []
        _says_five_minutes(page, portal, street)
        page.get_by_role("button", name=amount).click()
        _pays(page)
        page.wait_for_url("**/status/*")
        expect(page.get_by_text(re.compile("You paid .* at booking"))).to_be_visible()
        expect(page.get_by_text("Your time is kept")).to_have_count(0)
        assert _standing(portal, street) == [("booked", None)]
        assert _ledger(portal, street) == 1
        assert gina.faults == []


def _the_server_forgets(page: Page) -> None:
    """As after a restart: the tab comes back under a name the server does not know. What the tab keeps is sealed."""
    kept = page.evaluate("sessionStorage.getItem('foyer_draft')")
    assert kept
    assert "Gina" not in kept
    page.evaluate("sessionStorage.removeItem('token')")
    page.reload()


def _says_five_minutes(page: Page, portal: Portal, street: str) -> None:
    """The page is opened a moment before the fifth minute from the end."""
    _hold_ends(portal, street, timedelta(minutes=5, seconds=6))
    page.reload()
    expect(page.locator(".count-down [role=status]")).to_have_text("Your time is kept for 5 minutes", timeout=10_000)
    expect(page.get_by_text(re.compile("kept for 4 min 5"))).to_be_visible()


def test_paid_after_the_end_when_the_time_is_gone(portal: Portal, browser: Browser) -> None:
    street = "10 Countdown Court"
    with visitor(browser, portal, CARL, PHONE) as carl:
        page = carl.page
        starts_booking(page, portal)
        page.get_by_role("button", name="Book again like last time").click()
        expect(page.get_by_label("Town, state and ZIP")).not_to_have_value("")
        page.get_by_label("Street and number").fill(street)
        page.get_by_label("Size").fill("2000")
        page.get_by_role("button", name=re.compile("^Continue")).click()
        page.wait_for_url("**step=time")
        chooses_time(page)
        wall = page.locator("input[name=at]:checked").get_attribute("value")
        page.get_by_role("button", name=re.compile("^Continue")).click()
        page.wait_for_url("**step=review")
        _is_offered_the_nearest(page, portal, wall)
        page.get_by_role("button", name="Book and pay").click()
        page.wait_for_url(re.compile("/c/pay/"))
        page.get_by_role("link", name="Fill in a card that pays").click()
        _hold_ends(portal, street, timedelta(seconds=-1))
        _somebody_else_books(portal, street)
        page.get_by_role("button", name=re.compile("^Pay ")).click()
        page.wait_for_url(re.compile(r"/orders/\d+$"))
        expect(page.get_by_text(re.compile("Your time was gone")).first).to_be_visible(timeout=15_000)
        assert [status for status, _ in _standing(portal, street)] == ["canceled"]
        assert _ledger(portal, street) == 1
        page.get_by_role("button", name="Choose a time for the visit").click()
        question = page.get_by_role("dialog")
        question.locator(".times label").first.click()
        question.get_by_role("button", name="Choose this time").click()
        expect(question).to_be_hidden()
        expect(page.get_by_text("Your time was gone")).to_have_count(0)
        assert [status for status, _ in _standing(portal, street)][-1] == "booked"
        assert _ledger(portal, street) == 1
        assert "Choose another" in newest_mail(page, portal.url, CARL, "Choose another time")
        assert carl.faults == []


def _is_offered_the_nearest(page: Page, portal: Portal, wall: str) -> None:
    """The crew is away meanwhile: the three nearest times stand on the time step, and one of them is enough."""
    starts_at = at_wall_time(datetime.fromisoformat(wall), "America/Los_Angeles")
    execute(
        portal,
        """insert into time_off (studio_id, public_id, member_id, starts_at, ends_at, reason)
        select studio_id, hex(randomblob(8)), member_id, ?, ?, ? from crew_member where studio_id = 1""",
        stored(starts_at),
        stored(starts_at + timedelta(minutes=30)),
        AWAY,
    )
    page.get_by_role("button", name="Book and pay").click()
    page.wait_for_url("**step=time")
    expect(page.get_by_text(re.compile("That time was just taken. Free near it: "))).to_be_visible()
    offered = page.locator(".nearest label")
    expect(offered).to_have_count(3)
    assert wall not in [box.get_attribute("value") for box in offered.locator("input").all()]
    assert serious(page) == []
    offered.first.click()
    expect(page.get_by_text(re.compile("That time was just taken"))).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Continue")).click()
    page.wait_for_url("**step=review")


def _pays(page: Page) -> None:
    page.wait_for_url(re.compile("/c/pay/"))
    page.get_by_role("link", name="Fill in a card that pays").click()
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def _hold_ends(portal: Portal, street: str, left: timedelta) -> None:
    execute(
        portal,
        "update appointment set held_until = ? where status = 'held' and order_id in (select id from orders where street = ?)",
        stored(utc_now() + left),
        street,
    )


def _somebody_else_books(portal: Portal, street: str) -> None:
    """The photographer's time goes to a guest, from another process than the web server's; the rest of the crew is away."""
    execute(
        portal,
        """insert into time_off (studio_id, public_id, member_id, starts_at, ends_at, reason)
        select a.studio_id, hex(randomblob(8)), c.member_id, a.starts_at, a.ends_at, ? from crew_member c
        join appointment a on a.studio_id = c.studio_id and a.member_id <> c.member_id
        join orders o on o.id = a.order_id where o.street = ?""",
        AWAY,
        street,
    )
    [(service, starts_at, zone, lat, lon)] = execute(
        portal,
        """select s.public_id, a.starts_at, a.zone, a.lat, a.lon from appointment a join orders o on o.id = a.order_id
        join service s on s.studio_id = a.studio_id and s.name = 'Signature photos' where o.street = ?""",
        street,
    )
    wall = local(datetime.fromisoformat(starts_at).replace(tzinfo=UTC), zone).replace(tzinfo=None)
    guest = GuestRequest("Quick Quinn", "quinn@elsewhere.example")
    request = OrderRequest(
        uuid4().hex, "11 Faster Lane", TOWN, "1500", (service,), wall, guest=guest, takes_cards=False,
        place=Place(lat, lon),
    )  # fmt: skip
    database = Database(portal.database_url)
    with database.unit_of_work() as db:
        place_order(db, guest_viewer(1), request, now=utc_now())
    database.close()


def _standing(portal: Portal, street: str) -> list[tuple]:
    question = (
        "select a.status, a.held_until from appointment a join orders o on o.id = a.order_id where o.street = ? order by a.id"
    )
    return execute(portal, question, street)


def _ledger(portal: Portal, street: str) -> int:
    [(count,)] = execute(
        portal, "select count(*) from ledger_entry l join orders o on o.id = l.order_id where o.street = ?", street
    )
    return count
