"""When members work: the week, days that differ, time off; and how they are booked.

Everybody keeps their own hours and time off; whoever accepts orders or settles how the studio works keeps everybody's.
A change here moves no appointment that stands already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import record
from portal_app.domain.identity.models import Membership
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.models import CrewMember, DayHours, TimeOff, WeeklyHours
from portal_app.domain.scheduling.spans import Span, in_order

LONGEST_OFF_DAYS = 400
# Who goes to properties; editors work from the pictures.
GOING = (Role.PHOTOGRAPHER, Role.OWNER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Hours:
    """The spans of one day: for visits by daylight, and for twilight visits."""

    visits: tuple[Span, ...] = ()
    twilight: tuple[Span, ...] = ()


def keeps_everybodys(by: Viewer) -> bool:
    """Whether the calendars of all members are theirs to keep."""
    return by.is_staff and (by.may(Permission.ACCEPT_ORDERS) or by.may(Permission.SETTINGS))


def may_keep(by: Viewer, member_id: int) -> bool:
    """Whether this member's hours and time off are theirs to keep."""
    return by.is_staff and (by.member_id == member_id or keeps_everybodys(by))


def set_weekly_hours(db: Session, by: Viewer, member_id: int, week: Mapping[int, Hours], *, now: datetime) -> None:
    """The whole week anew, by weekday (0 is Monday); a day that is not named is free. Raises InvalidInput, NotFound."""
    _locked(db, by, member_id)
    rows = [row for weekday in range(7) for row in _rows(week.get(weekday, Hours()), field=f"day-{weekday}", weekday=weekday)]
    db.exec(delete(WeeklyHours).where(col(WeeklyHours.member_id) == member_id))
    db.add_all(WeeklyHours(studio_id=by.studio_id, member_id=member_id, **row) for row in rows)
    _note(db, by, "crew.hours_set", member_id, now)


def set_day(db: Session, by: Viewer, member_id: int, day: date, hours: Hours, *, now: datetime) -> None:
    """One day that differs from the week; without any hours it is a day off. Raises InvalidInput, NotFound."""
    _locked(db, by, member_id)
    rows = _rows(hours, field="day") or [{}]
    _forget_day(db, member_id, day)
    db.add_all(DayHours(studio_id=by.studio_id, member_id=member_id, day=day, **row) for row in rows)
    _note(db, by, "crew.day_set", member_id, now, day=day.isoformat())


def clear_day(db: Session, by: Viewer, member_id: int, day: date, *, now: datetime) -> None:
    """That day is like its weekday again. Done twice it changes nothing. Raises NotFound."""
    _locked(db, by, member_id)
    _forget_day(db, member_id, day)
    _note(db, by, "crew.day_cleared", member_id, now, day=day.isoformat())


def take_time_off(
    db: Session, by: Viewer, member_id: int, starts_at: datetime, ends_at: datetime, reason: str, *, now: datetime
) -> str:
    """Away from one instant to another; returns its public id. Raises InvalidInput, NotFound."""
    _locked(db, by, member_id)
    if ends_at <= starts_at:
        raise InvalidInput("until", "The end is before the beginning.")
    if ends_at <= now:
        raise InvalidInput("until", "This is over already.")
    if (ends_at - starts_at).days > LONGEST_OFF_DAYS:
        raise InvalidInput("until", "That is more than a year. Make the member not bookable instead.")
    off = TimeOff(
        studio_id=by.studio_id, public_id=new_public_id(), member_id=member_id, starts_at=starts_at, ends_at=ends_at,
        reason=one_line(reason, 200),
    )  # fmt: skip
    db.add(off)
    _note(db, by, "time_off.taken", member_id, now, starts_at=starts_at.isoformat(), ends_at=ends_at.isoformat())
    return off.public_id


def drop_time_off(db: Session, by: Viewer, off: str, *, now: datetime) -> None:
    """They are there after all. Raises NotFound, also when it is gone already."""
    found = db.exec(select(TimeOff).where(TimeOff.studio_id == by.studio_id, TimeOff.public_id == off).with_for_update()).first()
    if found is None or not may_keep(by, found.member_id):
        raise NotFound
    member_id, starts_at = found.member_id, found.starts_at
    db.delete(found)
    _note(db, by, "time_off.dropped", member_id, now, starts_at=starts_at.isoformat())


def set_booking(db: Session, by: Viewer, member_id: int, *, is_bookable: bool, priority: int, now: datetime) -> None:
    """Whether new visits go to this member, and how early they are thought of. Raises NotAllowed, NotFound, InvalidInput."""
    crew = _crew_member(db, by, member_id)
    if not keeps_everybodys(by):
        raise NotAllowed
    if not 0 <= priority <= 99:
        raise InvalidInput("priority", "A number from 0 to 99; the lowest goes first.")
    crew.is_bookable, crew.priority = is_bookable, priority
    _note(db, by, "crew.booking_set", member_id, now, is_bookable=is_bookable, priority=priority)


def set_base(db: Session, by: Viewer, member_id: int, words: str, place: Place | None, *, now: datetime) -> None:
    """Where their day starts and ends; no words forget it. Raises InvalidInput when nobody knows the place, NotFound."""
    crew = _crew_member(db, by, member_id)
    words = one_line(words, 200)
    if words and place is None:
        raise InvalidInput("base", "We do not find this place. Give a town with its state, or a postcode.")
    crew.base_words = words
    crew.base_lat, crew.base_lon = (place.lat, place.lon) if words and place else (None, None)
    _note(db, by, "crew.base_set", member_id, now)


def _locked(db: Session, by: Viewer, member_id: int) -> None:
    """The member's row, locked: whoever takes a slot of theirs waits. Raises NotFound when it is not theirs to keep."""
    if not may_keep(by, member_id):
        raise NotFound
    own = select(Membership.id).where(Membership.id == member_id, Membership.studio_id == by.studio_id)
    working = own.where(col(Membership.left_at).is_(None), col(Membership.role).in_(GOING))
    if db.exec(working.with_for_update(key_share=True)).first() is None:
        raise NotFound


def _crew_member(db: Session, by: Viewer, member_id: int) -> CrewMember:
    _locked(db, by, member_id)
    found = db.get(CrewMember, member_id)
    if found is None:
        found = CrewMember(member_id=member_id, studio_id=by.studio_id)
        db.add(found)
    return found


def _rows(hours: Hours, *, field: str, **more: int) -> list[dict[str, int | bool]]:
    spans: Sequence[tuple[Span, bool]] = [
        *((span, False) for span in in_order(hours.visits, field=field)),
        *((span, True) for span in in_order(hours.twilight, field=f"{field}-twilight")),
    ]
    return [
        {"starts_minute": span.starts, "ends_minute": span.ends, "is_twilight": is_twilight, **more}
        for span, is_twilight in spans
    ]


def _forget_day(db: Session, member_id: int, day: date) -> None:
    db.exec(delete(DayHours).where(col(DayHours.member_id) == member_id, col(DayHours.day) == day))


def _note(db: Session, by: Viewer, kind: str, member_id: int, now: datetime, **details: str | int) -> None:
    db.flush()
    record(db, by, kind, now=now, details={"member_id": member_id, **details})
