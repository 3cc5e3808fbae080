"""Taking a slot: found free, taken once, refused with the next free times."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import guest_viewer
from portal_app.db import Database
from portal_app.domain.catalog.models import Service
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.asking import Reason
from portal_app.domain.scheduling.models import (
    Appointment,
    AppointmentStatus,
    CrewMember,
    DayHours,
    Purpose,
    ServiceArea,
    ServiceSkill,
    TimeOff,
)
from portal_app.domain.scheduling.queries import find_openings, nearest, takes_times, why_not
from portal_app.domain.scheduling.service import book_requested, relocate, request_appointment
from portal_app.domain.scheduling.sun import twilight_span
from portal_app.domain.scheduling.taking import SlotTaken, take_slot
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order
from tests.integration.crew import DAY, HERE, at, give_hours, hire, set_policy, visit

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


def take(database: Database, by, ask, when, order_id: int, **how) -> Appointment:
    with database.unit_of_work() as db:
        return take_slot(db, by, ask, when, order_id=order_id, now=NOW, **how)


def test_buffers_of_both_visits_add_up_in_the_database_too(database: Database, cast: Cast, order_id: int) -> None:
    set_policy(database, cast.harbor, buffer_before_minutes=10, buffer_after_minutes=15)
    first = take(database, cast.carl, visit(), at(10), order_id)
    assert (first.blocked_from, first.blocked_until) == (at(9, 50), at(11, 15))
    with pytest.raises(SlotTaken) as refused:
        take(database, cast.carl, visit(), at(11), order_id)
    assert refused.value.nearest == (at(11, 30), at(12), at(12, 30))
    take(database, cast.carl, visit(), at(11, 30), order_id)
    with pytest.raises(DBAPIError, match="slot_taken"), database.unit_of_work() as db:
        blocked = {"blocked_from": at(12, 40), "blocked_until": at(14)}
        db.add(Appointment(studio_id=cast.harbor, order_id=order_id, member_id=cast.pia.member_id, status="booked",
            starts_at=at(12, 50), ends_at=at(13), zone="UTC", **blocked))  # fmt: skip
        db.flush()


def test_the_drive_to_the_next_visit_is_asked_again_under_the_lock(database: Database, cast: Cast, order_id: int) -> None:
    far = Place(HERE.lat + 0.3, HERE.lon)  # 33 km: about an hour at 43 km of road
    take(database, cast.carl, visit(place=far), at(10), order_id)
    with pytest.raises(SlotTaken):
        take(database, cast.carl, visit(), at(11, 30), order_id)
    with database.reading() as db:
        assert why_not(db, cast.pia, visit(), at(11, 30), now=NOW)[0].reason is Reason.DRIVE
    take(database, cast.carl, visit(), at(12), order_id)


def test_staff_set_a_rule_aside_with_a_reason_that_stays_visible(database: Database, cast: Cast, order_id: int) -> None:
    set_policy(database, cast.harbor, buffer_after_minutes=15)
    first = take(database, cast.carl, visit(), at(10), order_id)
    late = take(database, cast.olive, visit(), at(19), order_id, override_reason="The sunset is the point")
    assert late.overrides == "Does not work then, or not long enough. The sunset is the point"
    tight = take(database, cast.olive, visit(), at(11), order_id, override_reason="Two doors further")
    assert tight.overrides.startswith("The time kept free around another visit is in the way.")
    with database.reading() as db:
        assert db.get_one(Appointment, first.id).blocked_until == at(11) == tight.blocked_from
    with pytest.raises(SlotTaken):
        take(database, cast.olive, visit(), at(10, 30), order_id, override_reason="Nobody is in two places")
    for by in (cast.carl, cast.pia):
        with pytest.raises(NotAllowed):
            take(database, by, visit(), at(7), order_id, override_reason="Please")


def test_off_the_grid_is_the_studio_s_to_choose(database: Database, cast: Cast, order_id: int) -> None:
    with pytest.raises(SlotTaken):
        take(database, cast.carl, visit(), at(10, 7), order_id)
    assert take(database, cast.olive, visit(), at(10, 7), order_id).starts_at == at(10, 7)


@pytest.mark.parametrize(
    ("strategy", "who", "because"),
    [
        ("priority", ["Ada", "Pia"], "First by priority. 1 other was free too."),
        ("round_robin", ["Ada", "Pia", "Ada"], "Waited longest for a visit. 1 other was free too."),
        ("closest", ["Pia", "Ada"], "Closest: about 0 min drive. 1 other was free too."),
    ],
)
def test_who_comes_is_decided_and_explained(database: Database, cast: Cast, order_id: int, strategy, who, because) -> None:
    ada = hire(database, cast.harbor, "Ada")
    give_hours(database, ada, priority=-1, base_lat=HERE.lat + 0.05, base_lon=HERE.lon)
    with database.unit_of_work() as db:
        pia = db.get_one(CrewMember, cast.pia.member_id)
        pia.base_lat, pia.base_lon = HERE.lat, HERE.lon
        db.add(pia)
    set_policy(database, cast.harbor, strategy=strategy)
    names = {ada.member_id: "Ada", cast.pia.member_id: "Pia"}
    hours = [10, 10] if len(who) == 2 else [10, 12, 14]
    taken = []
    for number, hour in enumerate(hours):
        with database.unit_of_work() as db:
            taken.append(take_slot(db, cast.carl, visit(), at(hour), order_id=order_id, now=NOW + timedelta(minutes=number)))
    assert [names[each.member_id] for each in taken] == who
    assert taken[0].assigned_because == because


def test_a_skill_an_area_and_a_decline_narrow_who_comes(database: Database, cast: Cast, order_id: int) -> None:
    ada = hire(database, cast.harbor, "Ada")
    give_hours(database, ada)
    with database.unit_of_work() as db:
        photos = db.exec(select(Service.id).where(Service.public_id == cast.photos)).one()
        package = db.exec(select(Service.id).where(Service.public_id == cast.essentials)).one()
        db.add(ServiceSkill(service_id=photos, member_id=ada.member_id, studio_id=cast.harbor))
    for service in (photos, package):
        assert (
            take(database, cast.carl, visit(service_ids=frozenset({service})), at(10 + service), order_id).member_id
            == ada.member_id
        )
    with pytest.raises(SlotTaken):
        take(database, cast.carl, visit(never=frozenset({ada.member_id}), service_ids=frozenset({photos})), at(16), order_id)
    with database.unit_of_work() as db:
        area = {"studio_id": cast.harbor, "public_id": "a", "name": "Peninsula", "radius_m": 1000}
        db.add(ServiceArea(lat=HERE.lat + 1, lon=HERE.lon, **area))
    with pytest.raises(SlotTaken):
        take(database, cast.carl, visit(), at(9), order_id)
    with database.reading() as db:
        (day,) = find_openings(db, cast.carl, visit(), now=NOW)
        assert day.refused == {Reason.AREA: day.candidates}


def test_of_a_window_the_next_free_start_is_taken(database: Database, cast: Cast, order_id: int) -> None:
    set_policy(database, cast.harbor, windows="Morning 9:00-11:00\nAfternoon 13:00-16:00")
    with database.reading() as db:
        (day,) = find_openings(db, cast.carl, visit(), now=NOW)
    assert [(start.at, start.arrival) for start in day.starts] == [
        (at(9), "Morning, 9 am – 11 am"),
        (at(13), "Afternoon, 1 pm – 4 pm"),
    ]
    taken = [take(database, cast.carl, visit(), at(9), order_id) for _ in range(2)]
    assert [(each.starts_at, each.arrival) for each in taken] == [
        (at(9), "Morning, 9 am – 11 am"),
        (at(10), "Morning, 9 am – 11 am"),
    ]
    with pytest.raises(SlotTaken):
        take(database, cast.carl, visit(), at(9), order_id)


def test_a_twilight_visit_begins_at_sunset_in_hours_kept_for_it(database: Database, cast: Cast, order_id: int) -> None:
    dusk = visit(purpose=Purpose.TWILIGHT, minutes=45)
    with database.reading() as db:
        assert not find_openings(db, cast.carl, dusk, now=NOW)[0].starts
    give_hours(database, cast.pia, hours=(15 * 60, 22 * 60), is_twilight=True)
    with database.reading() as db:
        (day,) = find_openings(db, cast.carl, dusk, now=NOW)
    assert [start.at for start in day.starts] == [twilight_span(HERE, DAY, dusk.zone, 45)[0]]
    assert take(database, cast.carl, dusk, day.starts[0].at, order_id).purpose == "twilight"


def test_days_that_differ_and_time_off_replace_the_week(database: Database, cast: Cast, order_id: int) -> None:
    who = {"studio_id": cast.harbor, "member_id": cast.pia.member_id}
    with database.unit_of_work() as db:
        db.add(DayHours(day=DAY, starts_minute=12 * 60, ends_minute=15 * 60, **who))
        db.add(DayHours(day=DAY + timedelta(days=1), **who))
        db.add(TimeOff(public_id="off", starts_at=at(13), ends_at=at(13, 30), **who))
    with database.reading() as db:
        first, second = find_openings(db, cast.carl, visit(last=DAY + timedelta(days=1)), now=NOW)
    assert [start.at for start in first.starts] == [at(12), at(13, 30), at(14)]
    assert not second.starts


def test_a_hold_that_is_over_is_in_nobody_s_way(database: Database, cast: Cast, order_id: int) -> None:
    soon = NOW + timedelta(minutes=15)
    held = take(database, cast.carl, visit(), at(10), order_id, held_until=soon, status=AppointmentStatus.HELD)
    with pytest.raises(SlotTaken):
        take(database, cast.carl, visit(), at(10), order_id)
    with database.unit_of_work() as db:
        later = take_slot(db, cast.carl, visit(), at(10), order_id=order_id, now=soon)
        assert later.member_id == cast.pia.member_id
        assert db.get_one(Appointment, held.id).status == "requested"


def test_how_many_statements_a_month_costs(database: Database, cast: Cast, order_id: int) -> None:
    counted: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *seen: counted.append(seen[2]))
    asked = visit(last=DAY + timedelta(days=30))
    sent = []
    for hour in (None, 10, 12, 14):
        if hour:
            take(database, cast.carl, asked, at(hour), order_id)
        counted.clear()
        with database.reading() as db:
            find_openings(db, cast.carl, asked, now=NOW)
        sent.append(len([each for each in counted if each.startswith("SELECT")]))
    assert len(set(sent)) == 1
    assert sent[0] <= 12


def test_a_wish_that_is_accepted_keeps_its_place_and_a_corrected_one_counts(
    database: Database, cast: Cast, order_id: int
) -> None:
    with database.unit_of_work() as db:
        request_appointment(db, cast.carl, order_id=order_id, starts_at=at(10), minutes=60, zone=visit().zone, place=HERE)
        (booked,) = book_requested(db, cast.olive, order_id, {}, now=NOW)
        assert (booked.status, booked.lat, booked.lon) == ("booked", HERE.lat, HERE.lon)
    with database.unit_of_work() as db:
        relocate(db, order_id, Place(HERE.lat + 0.3, HERE.lon))
    with database.reading() as db:
        assert why_not(db, cast.pia, visit(), at(11, 30), now=NOW)[0].reason is Reason.DRIVE
