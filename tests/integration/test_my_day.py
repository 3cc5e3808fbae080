"""A photographer's day: their own visits, started and finished by them, and a code that opens one door once."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.adapters.secret_box import SecretBox
from portal_app.core.errors import Conflict, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.attending import finish_visit, show_code, start_visit, undo_finish, undo_start
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.my_day import my_visits
from portal_app.domain.orders.service import complete
from portal_app.domain.orders.writing import entry_context
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Purpose
from portal_app.ui.admin.my_day.cards import visit_card
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order
from tests.integration.crew import ZONE, at, hire

pytestmark = pytest.mark.proof("booking-13")

SEAL = SecretBox(b"k" * 32)
THEN = at(10, 5)


def an_order(database: Database, cast: Cast, number: int, code: str = "4711", *, by: Viewer | None = None) -> dict[str, int]:
    """An accepted order with a visit by day and one at dusk, and a code for its door."""
    order = make_order(database, cast.harbor, cast.carl_customer, number=number, status="accepted")
    with database.unit_of_work() as db:
        kept = db.get_one(Order, order.id)
        kept.entry, kept.phone, kept.access_notes = "lockbox", "(831) 555-0142", "The dog is kind."
        kept.entry_code_box = SEAL.seal(code, entry_context(order.id))
        hour = 10 if number == 1001 else 13
        visits = [
            Appointment(
                studio_id=cast.harbor, order_id=order.id, member_id=(by or cast.pia).member_id, zone=ZONE, purpose=purpose,
                status=AppointmentStatus.BOOKED, starts_at=starts, ends_at=starts + timedelta(hours=1),
            )
            for purpose, starts in ((Purpose.VISIT, at(hour)), (Purpose.TWILIGHT, at(hour + 6)))
        ]  # fmt: skip
        db.add_all(visits)
        db.flush()
        return {visit.purpose: visit.id for visit in visits}


def do(database: Database, verb, by: Viewer, visit: int, now: datetime = THEN) -> None:
    with database.unit_of_work() as db:
        verb(db, by, visit, now=now)


def day_of(database: Database, by: Viewer, now: datetime = THEN):
    with database.reading() as db:
        return my_visits(db, by, start=at(0), end=at(0) + timedelta(days=1), now=now)


def facts(database: Database) -> list[str]:
    with database.reading() as db:
        return [fact.kind for fact in db.exec(select(Fact).order_by(Fact.id)) if fact.kind.startswith("appointment.")]


def box_of(database: Database, number: int = 1001) -> bytes | None:
    with database.reading() as db:
        return db.exec(select(Order).where(Order.number == number)).one().entry_code_box


def test_everybody_sees_their_own_visits_in_their_order(database: Database, cast: Cast) -> None:
    jonas = hire(database, cast.harbor, "Jonas")
    an_order(database, cast, 1001)
    an_order(database, cast, 1002, by=jonas)
    first, second = day_of(database, cast.pia)
    assert [(each.number, each.purpose, each.has_code) for each in (first, second)] == [
        (1001, "visit", True), (1001, "twilight", True),
    ]  # fmt: skip
    assert (first.phone, first.access_notes, first.customer_name) == ("(831) 555-0142", "The dog is kind.", "Carl Nakamura")
    assert [each.number for each in day_of(database, jonas)] == [1002, 1002]
    assert day_of(database, cast.olive) == day_of(database, cast.omar) == []
    with pytest.raises(NotAllowed):
        day_of(database, cast.carl)


def test_a_visit_reads_as_a_phone_needs_it(database: Database, cast: Cast) -> None:
    an_order(database, cast, 1001)
    card = visit_card(day_of(database, cast.pia)[0], now=THEN)
    assert (card.call, card.hours, card.entry, card.can_start) == ("tel:8315550142", "10:00 – 11:00 am", "Lockbox", True)
    assert card.maps.endswith("1187%20Ocean%20View%20Blvd%2C%20Pacific%20Grove%2C%20CA%2093950")
    assert "4711" not in repr(card)


def test_start_and_finish_are_facts_and_can_be_taken_back(database: Database, cast: Cast) -> None:
    visit = an_order(database, cast, 1001)["visit"]
    with pytest.raises(Conflict, match="on Thu 26 Nov"):
        do(database, start_visit, cast.pia, visit, NOW)
    with pytest.raises(Conflict, match="Start the visit first"):
        do(database, finish_visit, cast.pia, visit)
    for verb in (start_visit, undo_start, start_visit, finish_visit):
        do(database, verb, cast.pia, visit)
        do(database, verb, cast.pia, visit)
    with pytest.raises(Conflict, match="Take that back first"):
        do(database, undo_start, cast.pia, visit)
    do(database, undo_finish, cast.pia, visit)
    do(database, undo_finish, cast.pia, visit)
    assert facts(database) == [
        "appointment.started", "appointment.start_undone", "appointment.started", "appointment.finished",
        "appointment.finish_undone",
    ]  # fmt: skip
    assert [(each.started_at, each.finished_at) for each in day_of(database, cast.pia)] == [(THEN, None), (None, None)]


def test_somebody_else_s_visit_is_not_found(database: Database, cast: Cast) -> None:
    visit = an_order(database, cast, 1001)["visit"]
    for by in (hire(database, cast.harbor, "Jonas"), cast.olive, cast.omar, cast.carl):
        for verb in (start_visit, finish_visit, undo_start, undo_finish):
            with pytest.raises(NotFound):
                do(database, verb, by, visit)
        with pytest.raises(NotFound), database.unit_of_work() as db:
            show_code(db, by, visit, SEAL, now=THEN)
    assert facts(database) == []


def test_the_code_is_shown_to_who_comes_recorded_and_emptied_after_the_last_visit(database: Database, cast: Cast) -> None:
    visits = an_order(database, cast, 1001)
    assert b"4711" not in (box_of(database) or b"")
    with database.unit_of_work() as db:
        assert show_code(db, cast.pia, visits["visit"], SEAL, now=THEN) == "4711"
    do(database, start_visit, cast.pia, visits["visit"])
    do(database, finish_visit, cast.pia, visits["visit"])
    assert [each.has_code for each in day_of(database, cast.pia)] == [False, True]
    with pytest.raises(Conflict, match="no code anymore"), database.unit_of_work() as db:
        show_code(db, cast.pia, visits["visit"], SEAL, now=THEN)
    with database.unit_of_work() as db:
        assert show_code(db, cast.pia, visits["twilight"], SEAL, now=THEN) == "4711"
    do(database, start_visit, cast.pia, visits["twilight"])
    do(database, finish_visit, cast.pia, visits["twilight"])
    assert box_of(database) is None
    assert facts(database).count("appointment.code_shown") == 2
    with database.reading() as db:
        told = repr([fact.details for fact in db.exec(select(Fact))]) + repr(db.exec(select(Mail)).all())
    assert "4711" not in told


def test_a_code_whose_key_is_gone_is_a_sentence_and_nothing_is_recorded(database: Database, cast: Cast) -> None:
    visit = an_order(database, cast, 1001)["visit"]
    with pytest.raises(Conflict, match="key it was sealed with is gone"), database.unit_of_work() as db:
        show_code(db, cast.pia, visit, SecretBox(b"n" * 32), now=THEN)
    assert facts(database) == []


def test_an_order_that_is_delivered_or_canceled_keeps_no_code(database: Database, cast: Cast) -> None:
    an_order(database, cast, 1001)
    an_order(database, cast, 1002)
    with database.unit_of_work() as db:
        order = db.exec(select(Order).where(Order.number == 1001)).one()
        complete(db, cast.olive, order, now=NOW)
        cancel(db, cast.olive, 1002, now=NOW)
    assert box_of(database) is box_of(database, 1002) is None
    assert [each.is_over for each in day_of(database, cast.pia)] == [True, True]
