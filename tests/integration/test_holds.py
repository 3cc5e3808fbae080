"""Paying at booking: a time is kept for fifteen minutes, and money that comes just after them is neither lost nor doubled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import guest_viewer, system_viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.amounts import NothingDue
from portal_app.domain.billing.models import LedgerEntry, PaymentAttempt
from portal_app.domain.billing.queries import balance
from portal_app.domain.billing.returning import STATUS_PAGE, mode_of_guests, way_back
from portal_app.domain.billing.upfront import TimeIsFreeAgain, choose_time, settle_visits
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.links import link_of_request, viewer_of_link
from portal_app.domain.orders.models import OrderStatus
from portal_app.domain.orders.placing import GuestRequest
from portal_app.domain.orders.windows import changes_of
from portal_app.domain.scheduling.holding import release_over
from portal_app.domain.scheduling.models import Appointment, Purpose
from portal_app.domain.scheduling.taking import SlotTaken
from portal_app.domain.studios.models import Studio
from portal_app.jobs.reactions import announce_change, mail_change
from portal_app.ui.shared.changing_cards import changes_card
from tests.conftest import NOW, Cast
from tests.integration.paying_desk import Desk
from tests.integration.payments.office import SEAL

pytestmark = pytest.mark.proof("booking-09")
WALL = datetime(2026, 11, 26, 9, 30)
VISIT = datetime.fromisoformat("2026-11-26T17:30+00:00")
QUARTER = timedelta(minutes=15)
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(database: Database, cast: Cast) -> Desk:
    made = Desk(database, cast)
    made.open()
    return made


def visits(desk: Desk) -> list[Appointment]:
    with desk.database.reading() as db:
        found = list(db.exec(select(Appointment).order_by(Appointment.id)))
        db.expunge_all()
        return found


def facts(desk: Desk, kind: str) -> list[Fact]:
    with desk.database.reading() as db:
        found = list(db.exec(select(Fact).where(Fact.kind == kind)))
        db.expunge_all()
        return found


def react(desk: Desk, number: int, now: datetime) -> None:
    with desk.database.unit_of_work() as db:
        settle_visits(db, system_viewer(desk.cast.harbor), desk.order(number).id, now=now)


def ledger(desk: Desk) -> list[int]:
    with desk.database.reading() as db:
        return list(db.exec(select(LedgerEntry.amount_cents)))


def test_a_time_is_held_for_fifteen_minutes_while_half_is_due(desk: Desk, cast: Cast) -> None:
    number = desk.book(cast.carl, "k", WALL, now=NOW)
    [visit], order = visits(desk), desk.order(number)
    assert (visit.status, visit.held_until, order.status) == ("held", NOW + QUARTER, OrderStatus.PENDING)
    assert (order.total_cents, order.upfront_cents) == (40125, 20063)
    with desk.database.reading() as db:
        assert balance(db, order.id).due == 20063
        assert changes_of(db, cast.carl, number, now=NOW).held_until == NOW + QUARTER


def test_nobody_else_takes_a_time_that_is_held(desk: Desk, cast: Cast) -> None:
    desk.book(cast.carl, "k", WALL, now=NOW)
    with pytest.raises(SlotTaken):
        desk.book(cast.tess, "t", WALL, now=NOW + QUARTER - SECOND)
    number = desk.book(cast.tess, "t", WALL, now=NOW + QUARTER)
    assert [visit.status for visit in visits(desk)] == ["requested", "held"]
    assert desk.order(number).status == OrderStatus.PENDING


def test_choosing_the_same_time_again_adds_nothing(desk: Desk, cast: Cast) -> None:
    number = desk.book(cast.carl, "k", WALL, now=NOW)
    assert desk.book(cast.carl, "k", WALL, now=NOW + 5 * SECOND) == number
    with desk.database.unit_of_work() as db:
        again = choose_time(db, cast.carl, number, Purpose.VISIT, VISIT, now=NOW + QUARTER / 2)
        assert (again.status, again.held_until) == ("held", NOW + QUARTER)
    with desk.database.unit_of_work() as db:
        other = choose_time(db, cast.carl, number, Purpose.VISIT, VISIT + QUARTER * 2, now=NOW + QUARTER / 2)
        assert (other.status, other.held_until, other.moves) == ("held", NOW + QUARTER * 3 / 2, 0)


def test_a_hold_ends_by_itself(desk: Desk, cast: Cast) -> None:
    number = desk.book(cast.carl, "k", WALL, now=NOW)
    session = desk.start(cast.carl, number, now=NOW)
    with desk.database.unit_of_work() as db:
        assert release_over(db, now=NOW + QUARTER - SECOND) == 0
    with desk.database.unit_of_work() as db:
        assert release_over(db, now=NOW + QUARTER) == 1
    assert [(visit.status, visit.member_id) for visit in visits(desk)] == [("requested", None)]
    assert len(facts(desk, "appointment.released")) == 1
    desk.sweep(now=NOW + QUARTER + SECOND)
    assert not desk.gateway.pay(session)
    with pytest.raises(TimeIsFreeAgain, match="Your 15 minutes are over"):
        desk.start(cast.carl, number, now=NOW + QUARTER + SECOND)
    with desk.database.reading() as db:
        assert changes_of(db, cast.carl, number, now=NOW + QUARTER).has_lost_time


def test_paid_in_time_is_booked_with_the_money(desk: Desk, cast: Cast) -> None:
    number = desk.book(cast.carl, "k", WALL, now=NOW)
    session = desk.start(cast.carl, number, now=NOW)
    assert desk.gateway.pay(session)
    desk.settle(session, now=NOW + QUARTER - SECOND)
    [visit] = visits(desk)
    assert (visit.status, visit.held_until, ledger(desk)) == ("booked", None, [20063])
    react(desk, number, NOW + QUARTER)
    desk.settle(session, now=NOW + QUARTER)
    with desk.database.unit_of_work() as db:
        assert release_over(db, now=NOW + QUARTER * 2) == 0
    assert len(facts(desk, "appointment.booked")) == 1
    with pytest.raises(NothingDue):
        desk.start(cast.carl, number, now=NOW + QUARTER)


@pytest.mark.parametrize("is_swept", [False, True])
def test_paid_just_after_the_end_while_it_is_free_is_booked(desk: Desk, cast: Cast, *, is_swept: bool) -> None:
    number = desk.book(cast.carl, "k", WALL, now=NOW)
    session = desk.start(cast.carl, number, now=NOW)
    assert desk.gateway.pay(session)
    if is_swept:
        with desk.database.unit_of_work() as db:
            release_over(db, now=NOW + QUARTER)
    desk.settle(session, now=NOW + QUARTER + SECOND)
    react(desk, number, NOW + QUARTER + SECOND)
    [visit] = visits(desk)
    assert (visit.status, visit.starts_at, visit.member_id, ledger(desk)) == ("booked", VISIT, cast.pia.member_id, [20063])
    assert len(facts(desk, "appointment.booked")) == 1


def test_paid_just_after_the_end_when_it_is_gone_is_kept_and_told(desk: Desk, cast: Cast) -> None:
    number = desk.book(cast.carl, "k", WALL, now=NOW)
    session = desk.start(cast.carl, number, now=NOW)
    desk.book(cast.tess, "t", WALL, now=NOW + QUARTER)
    assert desk.gateway.pay(session)
    desk.settle(session, now=NOW + QUARTER + SECOND)
    react(desk, number, NOW + QUARTER + SECOND)
    assert [visit.status for visit in visits(desk)] == ["canceled", "held"]
    assert (ledger(desk), desk.order(number).status) == ([20063], OrderStatus.PENDING)
    [lost] = facts(desk, "appointment.lost")
    with desk.database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).email = "hello@harbor.example"
        mail_change(db, lost, now=NOW)
        announce_change(db, lost, now=NOW)
        subjects = [mail.subject.partition(":")[0] for mail in db.exec(select(Mail).order_by(Mail.id))]
        assert subjects == ["Choose another time", "Paid, and the time is gone"]
        again = choose_time(db, cast.carl, number, Purpose.VISIT, VISIT + timedelta(hours=3), now=NOW + QUARTER * 2)
        assert (again.status, again.held_until, balance(db, again.order_id).due) == ("booked", None, 0)


def test_all_of_it_may_be_due_at_booking_and_a_free_order_waits_for_nothing(database: Database, cast: Cast) -> None:
    desk = Desk(database, cast)
    desk.open(basis_points=10_000, accepts_by_itself=True)
    number = desk.book(cast.carl, "k", WALL, now=NOW)
    assert desk.order(number).upfront_cents == desk.order(number).total_cents
    session = desk.start(cast.carl, number, now=NOW)
    desk.gateway.pay(session)
    desk.settle(session, now=NOW)
    react(desk, number, NOW)
    assert desk.order(number).status == OrderStatus.ACCEPTED
    without = desk.book(cast.carl, "without cards", WALL.replace(hour=14), now=NOW, takes_cards=False)
    assert (desk.order(without).upfront_cents, visits(desk)[-1].status) == (0, "booked")


def test_sentences_say_how_long_this_studio_keeps_a_time(database: Database, cast: Cast) -> None:
    desk = Desk(database, cast)
    desk.open(hold_minutes=20)
    number = desk.book(cast.carl, "k", WALL, now=NOW)
    with desk.database.reading() as db:
        found = changes_of(db, cast.carl, number, now=NOW + timedelta(seconds=0.4))
    card = changes_card(found, now=NOW + timedelta(seconds=0.4))
    assert (card.seconds_left, card.over[:26]) == (1200, "Your 20 minutes are over, ")
    with pytest.raises(TimeIsFreeAgain, match="Your 20 minutes are over"):
        desk.start(cast.carl, number, now=NOW + QUARTER * 2)


def test_a_guest_comes_back_to_a_fresh_page_as_long_as_theirs_can_be_paid(desk: Desk, cast: Cast) -> None:
    """The attempt speaks for a guest, who has no session; no secret address is stored, and not for ever."""
    guest = guest_viewer(cast.harbor)
    number = desk.book(guest, "g", WALL, now=NOW, guest=GuestRequest("Gus", "gus@elsewhere.example"))
    with desk.database.unit_of_work() as db:
        holder = viewer_of_link(db, cast.harbor, link_of_request(db, guest, "g", now=NOW))
    desk.start(holder, number, now=NOW, return_to=STATUS_PAGE)
    with desk.database.unit_of_work() as db:
        attempt = db.exec(select(PaymentAttempt)).one()
        assert mode_of_guests(db, guest, attempt.public_id, now=NOW) == attempt.mode
        path = way_back(db, guest, attempt.public_id, SEAL, now=NOW)
        assert viewer_of_link(db, cast.harbor, path.removeprefix("/status/")) == holder
        for by, name, now in (
            (guest_viewer(cast.bluebird), attempt.public_id, NOW),
            (guest, "another", NOW),
            (guest, attempt.public_id, attempt.expires_at + timedelta(hours=1)),
        ):
            assert mode_of_guests(db, by, name, now=now) == ""
            with pytest.raises(NotFound):
                way_back(db, by, name, SEAL, now=now)
        attempt.return_to = "/orders/1001"
        db.flush()
        assert mode_of_guests(db, guest, attempt.public_id, now=NOW) == ""
