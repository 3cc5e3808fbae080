"""Hours, days that differ and time off: who keeps whose, and what is kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.identity.models import Membership
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling import hours
from portal_app.domain.scheduling.crew import CrewRow, MemberCalendar, crew, member_calendar
from portal_app.domain.scheduling.hours import Hours
from portal_app.domain.scheduling.models import CrewMember
from portal_app.domain.scheduling.spans import Span
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("booking-05")

DAY, SPLIT = Span(540, 1020), (Span(480, 720), Span(780, 1020))
XMAS = date(2026, 12, 24)


def act(database: Database, verb, *args, **kwargs):
    with database.unit_of_work() as db:
        return verb(db, *args, now=NOW, **kwargs)


def calendar(database: Database, by: Viewer, member_id: int) -> MemberCalendar:
    with database.reading() as db:
        return member_calendar(db, by, member_id, today=NOW.date(), now=NOW)


def rows(database: Database, by: Viewer) -> list[CrewRow]:
    with database.reading() as db:
        return crew(db, by, now=NOW)


def test_a_photographer_keeps_their_own_week_and_saving_it_replaces_it(database: Database, cast: Cast) -> None:
    pia = cast.pia.member_id
    act(database, hours.set_weekly_hours, cast.pia, pia, {0: Hours(SPLIT, (Span(960, 1140),)), 4: Hours((DAY,))})
    assert calendar(database, cast.pia, pia).row.week == {0: Hours(SPLIT, (Span(960, 1140),)), 4: Hours((DAY,))}
    act(database, hours.set_weekly_hours, cast.pia, pia, {1: Hours((DAY,))})
    assert calendar(database, cast.olive, pia).row.week == {1: Hours((DAY,))}
    with database.reading() as db:
        kinds = db.exec(select(Fact.kind).where(Fact.details["member_id"].as_integer() == pia)).all()
    assert kinds == ["crew.hours_set", "crew.hours_set"]


def test_spans_that_overlap_are_refused_at_their_day_and_nothing_changes(database: Database, cast: Cast) -> None:
    pia = cast.pia.member_id
    act(database, hours.set_weekly_hours, cast.pia, pia, {0: Hours((DAY,))})
    with pytest.raises(InvalidInput) as refused:
        act(database, hours.set_weekly_hours, cast.pia, pia, {3: Hours((DAY, Span(600, 660)))})
    assert refused.value.field == "day-3"
    assert calendar(database, cast.pia, pia).row.week == {0: Hours((DAY,))}


def test_a_day_may_differ_and_be_like_the_week_again(database: Database, cast: Cast) -> None:
    pia = cast.pia.member_id
    act(database, hours.set_day, cast.pia, pia, XMAS, Hours((DAY,)))
    act(database, hours.set_day, cast.pia, pia, XMAS, Hours())
    act(database, hours.set_day, cast.pia, pia, XMAS + timedelta(1), Hours(SPLIT))
    assert calendar(database, cast.pia, pia).days == {XMAS: Hours(), XMAS + timedelta(1): Hours(SPLIT)}
    for _ in range(2):
        act(database, hours.clear_day, cast.pia, pia, XMAS)
    assert list(calendar(database, cast.pia, pia).days) == [XMAS + timedelta(1)]


def test_time_off_is_put_in_and_taken_back_once(database: Database, cast: Cast) -> None:
    pia = cast.pia.member_id
    off = act(database, hours.take_time_off, cast.pia, pia, NOW, NOW + timedelta(hours=4), " dentist\n")
    found = calendar(database, cast.olive, pia)
    assert [(row.public_id, row.reason) for row in found.off] == [(off, "dentist")]
    assert rows(database, cast.pia)[0].next_off == NOW
    act(database, hours.drop_time_off, cast.olive, off)
    with pytest.raises(NotFound):
        act(database, hours.drop_time_off, cast.olive, off)
    assert not calendar(database, cast.pia, pia).off


@pytest.mark.parametrize(
    ("starts", "ends"), [(2, 1), (1, 1), (-2, -1), (0, 24 * 401)], ids=["backwards", "nothing", "over", "too long"]
)
def test_time_off_that_makes_no_sense_is_refused(database: Database, cast: Cast, starts: int, ends: int) -> None:
    span = NOW + timedelta(hours=starts), NOW + timedelta(hours=ends)
    with pytest.raises(InvalidInput):
        act(database, hours.take_time_off, cast.pia, cast.pia.member_id, *span, "")


def test_whose_calendar_is_whose(database: Database, cast: Cast) -> None:
    """Pia keeps her own; Olive keeps everybody's; an editor goes nowhere; Omar and Carl find nobody."""
    pia, olive = cast.pia.member_id, cast.olive.member_id
    editor = replace(cast.pia, role=Role.EDITOR)
    with database.unit_of_work() as db:
        asked = [(cast.pia, olive), (editor, olive), (cast.omar, pia), (cast.carl, pia), (cast.olive, cast.omar.member_id)]
        for by, member in asked:
            with pytest.raises(NotFound):
                hours.set_weekly_hours(db, by, member, {}, now=NOW)
    assert [(row.name, row.may_keep) for row in rows(database, cast.pia)] == [
        ("Pia Okonkwo-Reyes", True),
        ("Olive Marchetti", False),
    ]
    with pytest.raises(NotAllowed):
        rows(database, cast.carl)
    with database.unit_of_work() as db:
        db.get_one(Membership, pia).role = Role.EDITOR
    with pytest.raises(NotFound):
        act(database, hours.set_weekly_hours, cast.olive, pia, {})
    assert [row.name for row in rows(database, cast.olive)] == ["Olive Marchetti"]


def test_how_one_is_booked_is_the_studios_and_where_one_starts_ones_own(database: Database, cast: Cast) -> None:
    pia = cast.pia.member_id
    with pytest.raises(NotAllowed):
        act(database, hours.set_booking, cast.pia, pia, is_bookable=False, priority=1)
    with pytest.raises(InvalidInput):
        act(database, hours.set_booking, cast.olive, pia, is_bookable=True, priority=100)
    act(database, hours.set_booking, cast.olive, pia, is_bookable=False, priority=3)
    act(database, hours.set_base, cast.pia, pia, "Monterey, CA", Place(36.6, -121.9))
    with pytest.raises(InvalidInput):
        act(database, hours.set_base, cast.pia, pia, "Nowhere", None)
    row = calendar(database, cast.pia, pia).row
    assert (row.is_bookable, row.priority, row.base) == (False, 3, "Monterey, CA")
    with database.reading() as db:
        assert db.get_one(CrewMember, pia).base_lat == 36.6
    assert [row.base for row in rows(database, replace(cast.pia, member_id=cast.olive.member_id))] == ["", ""]
    act(database, hours.set_base, cast.olive, pia, "", None)
    assert not calendar(database, cast.pia, pia).row.base
