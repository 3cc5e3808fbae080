"""Taking a slot: found free, taken once, refused with the next free times."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import guest_viewer
from portal_app.db import Database
from portal_app.domain.scheduling.asking import Reason
from portal_app.domain.scheduling.models import Appointment
from portal_app.domain.scheduling.queries import find_openings, nearest, takes_times, why_not
from portal_app.domain.scheduling.taking import SlotTaken, take_slot
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order
from tests.integration.crew import at, give_hours, set_policy, visit

pytestmark = pytest.mark.proof("booking-05")


@pytest.fixture
def order_id(database: Database, cast: Cast) -> int:
    give_hours(database, cast.pia)
    set_policy(database, cast.harbor)
    return make_order(database, cast.harbor, cast.carl_customer, status="pending").id


def test_a_studio_without_hours_takes_wishes_only(database: Database, cast: Cast) -> None:
    with database.reading() as db:
        assert not takes_times(db, cast.carl)
    give_hours(database, cast.pia)
    with database.reading() as db:
        assert takes_times(db, cast.carl)
        assert not takes_times(db, cast.omar)


def test_a_guest_sees_free_times_and_nobody_s_name(database: Database, cast: Cast, order_id: int) -> None:
    with database.reading() as db:
        (day,) = find_openings(db, guest_viewer(cast.harbor), visit(), now=NOW)
        (told,) = find_openings(db, cast.olive, visit(), now=NOW)
    assert [start.at for start in day.starts] == [at(9) + timedelta(minutes=30 * step) for step in range(15)]
    assert {start.member_ids for start in day.starts} == {()}
    assert {start.member_ids for start in told.starts} == {(cast.pia.member_id,)}
    assert day.candidates == day.free + sum(day.refused.values()) == 48


def test_a_slot_is_taken_once_and_the_next_caller_hears_what_is_near(database: Database, cast: Cast, order_id: int) -> None:
    with database.unit_of_work() as db:
        taken = take_slot(db, cast.carl, visit(), at(10), order_id=order_id, now=NOW)
        assert (taken.member_id, taken.status, taken.assigned_because) == (cast.pia.member_id, "booked", "The only one free.")
    with pytest.raises(SlotTaken) as refused, database.unit_of_work() as db:
        take_slot(db, cast.carl, visit(), at(10, 30), order_id=order_id, now=NOW)
    assert refused.value.nearest == (at(9), at(11), at(11, 30))
    assert refused.value.sentence == (
        "That time was just taken. Free near it: Thu 26 Nov, 9:00 am; Thu 26 Nov, 11:00 am or Thu 26 Nov, 11:30 am."
    )
    with database.reading() as db:
        assert len(db.exec(select(Appointment)).all()) == 1
        assert nearest(db, cast.carl, visit(), at(10), now=NOW) == (at(9), at(11), at(11, 30))
        (why,) = why_not(db, cast.olive, visit(), at(10), now=NOW)
        assert (why.name, why.reason) == (cast.pia.name, Reason.BUSY)
        with pytest.raises(NotAllowed):
            why_not(db, cast.carl, visit(), at(10), now=NOW)
