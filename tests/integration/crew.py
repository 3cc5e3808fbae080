"""A crew with hours, and visits to ask for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal_app.core.clock import at_wall_time
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.models import BookingPolicy, CrewMember, Purpose, WeeklyHours
from portal_app.domain.studios.models import Studio
from tests.conftest import _person

ZONE = "America/Los_Angeles"
DAY = date(2026, 11, 26)
HERE = Place(36.6177, -121.9166)
NINE_TO_FIVE = (9 * 60, 17 * 60)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    """A wall time on the day of these tests."""
    return at_wall_time(datetime(day.year, day.month, day.day, hour, minute), ZONE)


def visit(**changes: Any) -> VisitAsk:
    """An hour of photographs."""
    asked = {
        "minutes": 60, "purpose": Purpose.VISIT, "service_ids": frozenset(), "place": HERE, "zone": ZONE, "first": DAY, "last": DAY,
    }  # fmt: skip
    return VisitAsk(**(asked | changes))


def give_hours(
    database: Database, *members: Viewer, hours: tuple[int, int] = NINE_TO_FIVE, is_twilight: bool = False, **crew: Any
) -> None:
    """They work every day of the week."""
    with database.unit_of_work() as db:
        for member in members:
            who = {"studio_id": member.studio_id, "member_id": member.member_id}
            db.add_all(
                WeeklyHours(weekday=day, starts_minute=hours[0], ends_minute=hours[1], is_twilight=is_twilight, **who)
                for day in range(7)
            )
            if db.get(CrewMember, member.member_id) is None:
                db.add(CrewMember(**who, **crew))


def set_policy(database: Database, studio_id: int, **changes: Any) -> None:
    """How the studio is booked, beside the defaults: here without notice and buffers."""
    plain = {"notice_minutes": 0, "buffer_after_minutes": 0}
    with database.unit_of_work() as db:
        if old := db.get(BookingPolicy, studio_id):
            db.delete(old)
            db.flush()
        db.add(BookingPolicy(studio_id=studio_id, **(plain | changes)))


def hire(database: Database, studio_id: int, name: str) -> Viewer:
    """One more photographer."""
    with database.unit_of_work() as db:
        return _person(db, db.get_one(Studio, studio_id), name, f"{name.lower()}@harbor.example", Role.PHOTOGRAPHER)
