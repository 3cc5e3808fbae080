"""Why a day has no time: for an order and for what somebody would order, told to staff alone."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.orders.agenda import refusals
from portal_app.domain.orders.changing import Why
from portal_app.domain.orders.confirming import decline_visit
from portal_app.domain.orders.explaining import Told, told_for, told_of
from portal_app.domain.orders.models import Order, Wish
from portal_app.domain.orders.moving import reschedule
from portal_app.domain.orders.quoting import Basket
from portal_app.domain.scheduling.asking import Reason
from portal_app.domain.scheduling.models import Appointment, Purpose
from portal_app.domain.scheduling.taking import SlotTaken, take_slot
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order
from tests.integration.crew import DAY, HERE, at, give_hours, hire, set_policy, visit

pytestmark = pytest.mark.proof("booking-08")
NUMBER = 1001


@pytest.fixture
def jonas(database: Database, cast: Cast) -> Viewer:
    """Pia works from nine to five and comes at ten; Jonas has the afternoon."""
    jonas = hire(database, cast.harbor, "Jonas")
    give_hours(database, cast.pia, priority=0)
    give_hours(database, jonas, hours=(13 * 60, 17 * 60), priority=1)
    set_policy(database, cast.harbor, interval_minutes=60, member_confirms=True)
    order = make_order(database, cast.harbor, cast.carl_customer, number=NUMBER, status="pending")
    with database.unit_of_work() as db:
        take_slot(db, cast.carl, visit(), at(10), order_id=order.id, now=NOW)
    make_order(database, cast.harbor, cast.carl_customer, number=NUMBER + 1, status="pending")
    return jonas


def told(database: Database, by: Viewer, number: int = NUMBER + 1, **more) -> Told:
    with database.reading() as db:
        return told_of(db, by, number, **{"day": DAY, "now": NOW} | more)


def adds_up(found: Told) -> bool:
    answers = [each for start in found.day.starts for each in start.by_member.values()]
    day = found.day.openings
    return (
        len(answers) == day.candidates == day.free + sum(day.refused.values())
        and answers.count(None) == day.free
        and Counter(each for each in answers if each) == Counter(day.refused)
    )


def test_an_order_without_a_time_is_told_every_start_and_whom_it_keeps(database: Database, cast: Cast, jonas: Viewer) -> None:
    found = told(database, cast.olive)
    assert (found.number, found.purposes, found.day.names) == (
        NUMBER + 1,
        (Purpose.VISIT,),
        {cast.pia.member_id: cast.pia.name, jonas.member_id: "Jonas"},
    )
    assert len(found.day.starts) == 24
    assert found.day.openings.candidates == 48
    assert adds_up(found)
    said = {start.at: start.by_member for start in found.day.starts}
    assert said[at(10)] == {cast.pia.member_id: Reason.BUSY, jonas.member_id: Reason.HOURS}
    assert said[at(13)] == {cast.pia.member_id: None, jonas.member_id: None}
    assert told(database, cast.pia).day == found.day


def test_the_time_an_order_has_keeps_nobody_from_its_own_visit_and_is_the_day_that_is_shown(
    database: Database, cast: Cast, jonas: Viewer
) -> None:
    found = told(database, cast.olive, NUMBER, day=None)
    assert found.day.openings.day == DAY
    assert {start.at: start.by_member for start in found.day.starts}[at(10)][cast.pia.member_id] is None
    with database.unit_of_work() as db:
        order = db.exec(select(Order).where(Order.number == NUMBER + 1)).one()
        order.wish, order.wish_on = Wish.MORNING, DAY + timedelta(days=3)
    assert told(database, cast.olive, day=None).day.openings.day == DAY + timedelta(days=3)


def test_services_are_asked_about_without_an_order(database: Database, cast: Cast, jonas: Viewer) -> None:
    with database.reading() as db:
        found = told_for(db, cast.olive, Basket({cast.photos: 1}, 2940, place=HERE), day=DAY, now=NOW)
        assert (found.number, found.has_place, found.purposes) == (0, True, (Purpose.VISIT,))
        assert adds_up(found)
        assert Reason.BUSY in found.day.openings.refused
        far = told_for(db, cast.olive, Basket({cast.photos: 1}), day=DAY + timedelta(days=400), now=NOW)
        assert set(far.day.openings.refused) == {Reason.HORIZON}
        with pytest.raises(InvalidInput, match="at least one"):
            told_for(db, cast.olive, Basket({"nothing": 1}), day=DAY, now=NOW)


def test_it_is_for_staff_and_for_open_orders(database: Database, cast: Cast, jonas: Viewer) -> None:
    for by in (cast.carl, cast.ollie):
        with pytest.raises(NotAllowed):
            told(database, by)
        with database.reading() as db, pytest.raises(NotAllowed):
            told_for(db, by, Basket({cast.photos: 1}), day=DAY, now=NOW)
    with pytest.raises(NotFound):
        told(database, cast.omar)
    make_order(database, cast.harbor, cast.carl_customer, number=NUMBER + 2, status="completed")
    with pytest.raises(NotFound):
        told(database, cast.olive, NUMBER + 2)


def test_a_day_costs_the_same_however_much_stands_in_it(database: Database, cast: Cast, jonas: Viewer) -> None:
    def cost() -> int:
        sent: list[str] = []
        count = lambda *event: sent.append(event[2])  # noqa: E731 - one statement of the driver
        event.listen(database.engine, "before_cursor_execute", count)
        told(database, cast.olive)
        event.remove(database.engine, "before_cursor_execute", count)
        return len(sent)

    few = cost()
    with database.unit_of_work() as db:
        order = db.exec(select(Order).where(Order.number == NUMBER)).one()
        for hour in range(13, 16):
            take_slot(db, cast.olive, visit(), at(hour), order_id=order.id, now=NOW)
    assert cost() == few


@pytest.mark.proof("booking-12")
def test_who_declined_is_named_before_a_visit_is_moved_to_them(database: Database, cast: Cast, jonas: Viewer) -> None:
    with database.unit_of_work() as db:
        decline_visit(db, cast.pia, NUMBER, Purpose.VISIT, "My drone is in repair", now=NOW)
    with database.reading() as db:
        visit_id = db.exec(select(Appointment.id).join(Order).where(Order.number == NUMBER)).one()
        said = {each.name: each for each in refusals(db, cast.olive, str(visit_id), at(14), now=NOW)}
    assert (said[cast.pia.name].reason, said[cast.pia.name].words) == (
        Reason.DECLINED,
        "Declined this visit (“My drone is in repair”)",
    )
    assert said["Jonas"].reason is None


def test_who_declined_comes_only_when_named_with_a_reason(database: Database, cast: Cast, jonas: Viewer) -> None:
    def moved(hour: int, why: str = "", member: int | None = None) -> int | None:
        with database.unit_of_work() as db:
            sold = Why("As agreed", override_reason=why)
            return reschedule(db, cast.olive, NUMBER, Purpose.VISIT, at(hour), sold, member_id=member, now=NOW).member_id

    with database.unit_of_work() as db:
        decline_visit(db, cast.pia, NUMBER, Purpose.VISIT, "My drone is in repair", now=NOW)
    with pytest.raises(SlotTaken, match=r"declined this visit.* or override it"):
        moved(14, member=cast.pia.member_id)
    assert moved(10, why="The agent insists") == jonas.member_id
    assert moved(14, why="The drone is back", member=cast.pia.member_id) == cast.pia.member_id
    with pytest.raises(SlotTaken, match=r"has another visit then.* or another time"):
        _taken_twice(database, cast)
    with database.reading() as db:
        stood = db.exec(select(Appointment.overrides).join(Order).where(Order.number == NUMBER)).one()
    assert stood == "Declined this visit. The drone is back"


def _taken_twice(database: Database, cast: Cast) -> None:
    """The other order wants Pia when she is at the first one."""
    with database.unit_of_work() as db:
        sold = Why("As agreed", override_reason="Both at once")
        reschedule(db, cast.olive, NUMBER + 1, Purpose.VISIT, at(14), sold, member_id=cast.pia.member_id, now=NOW)
