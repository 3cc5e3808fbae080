"""Another time for a visit: the new one is taken before the old one is given back, and at most one of both is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.orders.changing import TooLate, Why, postpone
from portal_app.domain.orders.models import Order, Wish
from portal_app.domain.orders.moving import AskTheStudio, openings_of, reschedule
from portal_app.domain.orders.windows import changes_of
from portal_app.domain.scheduling.changing import Refused
from portal_app.domain.scheduling.models import Appointment, CrewMember, Purpose, ServiceArea, WeeklyHours
from portal_app.domain.scheduling.taking import SlotTaken
from tests.conftest import NOW, Cast
from tests.integration.test_changing import IN_TIME, LATE, SOLD, VISIT, booked, facts

pytestmark = pytest.mark.proof("booking-11")
HOUR = timedelta(hours=1)


def open_hours(database: Database, cast: Cast, *people: Viewer) -> None:
    """Every day from eight to six, at the studio's clock."""
    with database.unit_of_work() as db:
        for who in people:
            here = {"studio_id": cast.harbor, "member_id": who.member_id}
            db.add(CrewMember(**here))
            db.add_all(WeeklyHours(weekday=day, starts_minute=480, ends_minute=1080, **here) for day in range(7))


@pytest.fixture
def number(database: Database, cast: Cast) -> int:
    """Carl's order, accepted; Pia comes on Thursday at 9:30, and works every day."""
    made = booked(database, cast)
    open_hours(database, cast, cast.pia)
    return made


def visit(db: Session) -> Appointment:
    return db.exec(select(Appointment).order_by(Appointment.id)).first()


def move(database: Database, by: Viewer, number: int, at: datetime, why: Why = SOLD, **more) -> Appointment:
    with database.unit_of_work() as db:
        return reschedule(db, by, number, Purpose.VISIT, at, why, **{"now": IN_TIME} | more)


def test_carl_moves_his_visit(database: Database, cast: Cast, number: int) -> None:
    made = move(database, cast.carl, number, VISIT + timedelta(days=1))
    assert (made.status, made.starts_at, made.member_id) == ("booked", VISIT + timedelta(days=1), cast.pia.member_id)
    assert (made.moves, made.sequence) == (1, 1)
    with database.reading() as db:
        assert len(db.exec(select(Appointment)).all()) == 1
        told = facts(db, "appointment.moved")[0].details
        assert (told["before"], told["reason"], told["quiet"]) == (VISIT.isoformat(), "The seller is ill", False)


def test_half_an_hour_later_overlaps_nothing_but_itself(database: Database, cast: Cast, number: int) -> None:
    assert move(database, cast.carl, number, VISIT + HOUR / 2).starts_at == VISIT + HOUR / 2


def test_a_taken_time_keeps_the_old_one_and_names_the_nearest(database: Database, cast: Cast, number: int) -> None:
    with database.unit_of_work() as db:
        mine = visit(db)
        other = {"studio_id": cast.harbor, "order_id": mine.order_id, "zone": mine.zone, "purpose": "twilight"}
        late = VISIT + 3 * HOUR
        db.add(Appointment(member_id=cast.pia.member_id, status="booked", starts_at=late, ends_at=late + 2 * HOUR, **other))
    with pytest.raises(SlotTaken) as taken:
        move(database, cast.carl, number, VISIT + 4 * HOUR)
    assert len(taken.value.nearest) == 3
    with database.reading() as db:
        kept = visit(db)
        assert (kept.starts_at, kept.status, kept.sequence, kept.moves) == (VISIT, "booked", 0, 0)


def test_a_reason_and_the_window_are_asked_for(database: Database, cast: Cast, number: int) -> None:
    with pytest.raises(InvalidInput):
        move(database, cast.carl, number, VISIT + HOUR, Why())
    with pytest.raises(TooLate, match=r"Call Harbor Light at \(831\) 555-0142\."):
        move(database, cast.carl, number, VISIT + timedelta(days=2), now=LATE)


def test_the_fourth_move_is_refused(database: Database, cast: Cast, number: int) -> None:
    for day in (1, 2, 3):
        move(database, cast.carl, number, VISIT + timedelta(days=day))
    with pytest.raises(TooLate, match="moved 3 times already"):
        move(database, cast.carl, number, VISIT + timedelta(days=4))
    with database.reading() as db:
        found = changes_of(db, cast.carl, number, now=IN_TIME)
        assert isinstance(found.visits[0].move, Refused)
        assert not isinstance(found.cancel, Refused)


def test_an_accepted_order_outside_every_area_is_moved_and_booked_again(database: Database, cast: Cast, number: int) -> None:
    """The studio has said that it comes there: neither a time that stands nor one that is chosen again asks it once more."""
    far_from(database, cast, number)
    move(database, cast.carl, number, VISIT + timedelta(days=1))
    with database.unit_of_work() as db:
        postpone(db, cast.carl, number, Purpose.VISIT, SOLD, now=IN_TIME)
    day = (VISIT + timedelta(days=4)).date()
    with database.reading() as db:
        (free,) = openings_of(db, cast.carl, number, Purpose.VISIT, first=day, last=day, now=IN_TIME)
    assert free.starts
    assert move(database, cast.carl, number, free.starts[-1].at, Why()).status == "booked"
    with pytest.raises(SlotTaken):
        move(database, cast.carl, number, free.starts[-1].at + 12 * HOUR)


def test_a_pending_order_outside_every_area_waits_for_the_studio(database: Database, cast: Cast, number: int) -> None:
    far_from(database, cast, number, status="pending")
    with database.unit_of_work() as db:
        postpone(db, cast.carl, number, Purpose.VISIT, SOLD, now=IN_TIME)
    with pytest.raises(SlotTaken):
        move(database, cast.carl, number, VISIT + timedelta(days=1), Why())


def far_from(database: Database, cast: Cast, number: int, status: str = "accepted") -> None:
    """The studio draws one area, and the property lies far from it."""
    with database.unit_of_work() as db:
        db.add(ServiceArea(studio_id=cast.harbor, public_id="bay", name="Bay", lat=36.6, lon=-121.9, radius_m=20_000))
        order = db.exec(select(Order).where(Order.number == number)).one()
        order.lat, order.lon, order.placed_by, order.status = 40.0, -121.0, "town", status


def test_a_postponed_visit_is_booked_again(database: Database, cast: Cast, number: int) -> None:
    with database.unit_of_work() as db:
        postpone(db, cast.carl, number, Purpose.VISIT, SOLD, now=IN_TIME)
    made = move(database, cast.carl, number, VISIT + timedelta(days=5), Why())
    assert (made.status, made.moves, made.sequence) == ("booked", 1, 2)
    with database.reading() as db:
        assert db.exec(select(Order.wish)).one() == Wish.EXACT
        assert facts(db, "appointment.set")


def test_the_times_on_offer_can_be_taken(database: Database, cast: Cast, number: int) -> None:
    day = date(2026, 11, 28)
    with database.reading() as db:
        [found] = openings_of(db, cast.carl, number, Purpose.VISIT, first=day, last=day, now=IN_TIME)
        assert found.starts
        assert all(not start.member_ids for start in found.starts)
    for start in (found.starts[0], found.starts[-1]):
        move(database, cast.carl, number, start.at)


def test_the_studio_overrides_its_hours_with_a_reason(database: Database, cast: Cast, number: int) -> None:
    early = VISIT - 4 * HOUR
    with pytest.raises(SlotTaken):
        move(database, cast.olive, number, early, Why())
    made = move(database, cast.olive, number, early, Why(override_reason="Sunrise, agreed with Pia", quiet=True))
    assert made.starts_at == early
    assert "Sunrise, agreed with Pia" in made.overrides
    with database.reading() as db:
        told = db.exec(select(Fact).where(Fact.kind == "appointment.moved")).one().details
        assert told["quiet"]
        assert "Sunrise" in told["override"]


def test_a_customer_overrides_nothing_and_names_nobody(database: Database, cast: Cast, number: int) -> None:
    with pytest.raises(SlotTaken):
        move(database, cast.carl, number, VISIT - 4 * HOUR, replace(SOLD, override_reason="Sunrise"))
    with pytest.raises(NotFound):
        move(database, cast.carl, number, VISIT + HOUR, member_id=cast.pia.member_id)


def test_the_studio_says_who_comes(database: Database, cast: Cast, number: int) -> None:
    open_hours(database, cast, cast.olive)
    assert move(database, cast.olive, number, VISIT, Why(), member_id=cast.olive.member_id).member_id == cast.olive.member_id


def test_a_studio_without_hours_plans_by_hand(database: Database, cast: Cast) -> None:
    number = booked(database, cast)
    later = VISIT + timedelta(days=1)
    with pytest.raises(AskTheStudio, match="Call Harbor Light"):
        move(database, cast.carl, number, later)
    made = move(database, cast.olive, number, later, Why())
    assert (made.status, made.starts_at, made.ends_at - made.starts_at) == ("booked", later, timedelta(minutes=90))
    with database.reading() as db:
        asked = {"first": date(2026, 11, 28), "last": date(2026, 11, 29)}
        assert openings_of(db, cast.carl, number, Purpose.VISIT, now=NOW, **asked) == []
