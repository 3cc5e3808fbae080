"""Photographers who are asked: the slot is theirs alone until they say yes, and the next one's when they say no."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.confirming import NobodyWaits, asked_of, confirm_visit, decline_visit
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.queries import order_page
from portal_app.domain.orders.service import accept
from portal_app.domain.scheduling.models import Appointment, Decline, Purpose
from portal_app.domain.scheduling.taking import SlotTaken, take_slot
from portal_app.domain.studios.models import Studio
from portal_app.jobs.reactions import REACTIONS
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order
from tests.integration.crew import at, give_hours, hire, set_policy, visit

pytestmark = pytest.mark.proof("booking-05")
NUMBER = 1001


@pytest.fixture
def jonas(database: Database, cast: Cast) -> Viewer:
    """The second photographer; Pia is asked first."""
    jonas = hire(database, cast.harbor, "Jonas")
    give_hours(database, cast.pia, priority=0)
    give_hours(database, jonas, priority=1)
    set_policy(database, cast.harbor, member_confirms=True)
    order = make_order(database, cast.harbor, cast.carl_customer, number=NUMBER, status="pending")
    with database.unit_of_work() as db:
        taken = take_slot(db, cast.carl, visit(), at(10), order_id=order.id, now=NOW)
        assert (taken.member_id, taken.status, taken.held_until) == (cast.pia.member_id, "held", None)
    return jonas


def the_visit(database: Database) -> tuple[str, int | None]:
    with database.reading() as db:
        return tuple(db.execute(select(Appointment.status, Appointment.member_id)).one())


def decline(database: Database, by: Viewer, reason: str = "My drone is in repair") -> str:
    with database.unit_of_work() as db:
        return decline_visit(db, by, NUMBER, Purpose.VISIT, reason, now=NOW)


def test_a_slot_that_waits_for_its_photographer_is_nobody_else_s(database: Database, cast: Cast, jonas: Viewer) -> None:
    order = make_order(database, cast.harbor, cast.carl_customer, number=NUMBER + 1, status="pending")
    with database.unit_of_work() as db:
        later = NOW + timedelta(hours=1)
        assert take_slot(db, cast.carl, visit(), at(10), order_id=order.id, now=later).member_id == jonas.member_id
        with pytest.raises(SlotTaken):
            take_slot(db, cast.carl, visit(), at(10), order_id=order.id, now=later)


def test_yes_books_it_however_often_it_is_said(database: Database, cast: Cast, jonas: Viewer) -> None:
    with database.reading() as db:
        assert [(each.photographer, each.is_me) for each in asked_of(db, cast.pia, NUMBER)] == [(cast.pia.name, True)]
        assert [each.is_me for each in asked_of(db, cast.olive, NUMBER)] == [False]
        assert asked_of(db, jonas, NUMBER) == asked_of(db, cast.carl, NUMBER) == asked_of(db, cast.omar, NUMBER) == []
    for _ in range(2):
        with database.unit_of_work() as db:
            confirm_visit(db, cast.pia, NUMBER, Purpose.VISIT, now=NOW)
    assert the_visit(database) == ("booked", cast.pia.member_id)
    with database.reading() as db:
        assert [fact.kind for fact in db.exec(select(Fact))] == ["appointment.confirmed"]
        assert asked_of(db, cast.pia, NUMBER) == []


def test_no_asks_the_next_and_then_nobody_is_left(database: Database, cast: Cast, jonas: Viewer) -> None:
    assert decline(database, cast.pia) == "Jonas"
    assert the_visit(database) == ("held", jonas.member_id)
    assert decline(database, jonas, "On holiday") == ""
    assert the_visit(database) == ("requested", None)
    with database.reading() as db:
        assert [(row.member_id, row.reason) for row in db.exec(select(Decline).order_by(Decline.id))] == [
            (cast.pia.member_id, "My drone is in repair"),
            (jonas.member_id, "On holiday"),
        ]
        assert [fact.details["instead"] for fact in db.exec(select(Fact).order_by(Fact.id))] == ["Jonas", ""]
        assert db.exec(select(Order.status).where(Order.number == NUMBER)).one() == "pending"
        told = [fact.kind for fact in order_page(db, cast.olive, NUMBER).history]
        assert told == ["appointment.declined"] * 2
        assert not order_page(db, cast.carl, NUMBER).history
    with pytest.raises(NobodyWaits):
        decline(database, cast.olive)


def test_the_customer_hears_the_yes_and_the_studio_the_no(database: Database, cast: Cast, jonas: Viewer) -> None:
    decline(database, cast.pia)
    with database.unit_of_work() as db:
        confirm_visit(db, jonas, NUMBER, Purpose.VISIT, now=NOW)
        db.exec(update(Studio).values(email="studio@harbor.example"))
        for fact in db.exec(select(Fact).order_by(Fact.id)):
            for reaction in REACTIONS[fact.kind]:
                reaction(db, fact, now=NOW)
        mails = [(mail.to_email, mail.subject.partition(":")[0]) for mail in db.exec(select(Mail).order_by(Mail.id))]
        words = [mail.text for mail in db.exec(select(Mail).order_by(Mail.id))]
    assert mails == [("studio@harbor.example", "A photographer declined"), ("carl@coastline.example", "Your visit is confirmed")]
    assert "Jonas is asked instead for Thu 26 Nov, 10:00 am." in words[0]
    assert "My drone is in repair" in words[0]
    assert "drone" not in words[1]


def test_who_declined_is_not_booked_when_the_studio_accepts(database: Database, cast: Cast, jonas: Viewer) -> None:
    decline(database, cast.pia)
    decline(database, jonas)
    with pytest.raises(SlotTaken), database.unit_of_work() as db:
        accept(db, cast.olive, NUMBER, now=NOW)


def test_accepting_the_order_leaves_a_taken_slot_as_it_is(database: Database, cast: Cast, jonas: Viewer) -> None:
    with database.unit_of_work() as db:
        accept(db, cast.olive, NUMBER, now=NOW)
    assert the_visit(database) == ("held", cast.pia.member_id)


def test_a_reason_is_needed_and_only_who_is_concerned_answers(database: Database, cast: Cast, jonas: Viewer) -> None:
    with pytest.raises(InvalidInput):
        decline(database, cast.pia, "  ")
    for by, refusal in ((jonas, NotAllowed), (cast.carl, NotFound), (cast.omar, NotFound)):
        with pytest.raises(refusal):
            decline(database, by)
        with pytest.raises(refusal), database.unit_of_work() as db:
            confirm_visit(db, by, NUMBER, Purpose.VISIT, now=NOW)
    assert the_visit(database) == ("held", cast.pia.member_id)
    assert decline(database, cast.olive, "She called in sick") == "Jonas"
