"""The calendars of a studio's crew for some days: a constant number of statements, however many visits there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer
from portal_app.domain.catalog.models import PackagePart, Service
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.models import (
    Appointment,
    AppointmentStatus,
    CrewMember,
    DayHours,
    Purpose,
    ServiceSkill,
    TimeOff,
    WeeklyHours,
)
from portal_app.domain.scheduling.slots import Busy, MemberCalendar
from portal_app.domain.scheduling.worktime import A_DAY, Minutes, Span, work_spans
from portal_app.domain.studios.models import Studio

STANDING = (AppointmentStatus.HELD, AppointmentStatus.BOOKED)
LONGEST = timedelta(days=2)


@dataclass(slots=True)
class _Hours:
    weekly: dict[int, list[Minutes]] = field(default_factory=lambda: defaultdict(list))
    days: dict[date, list[Minutes]] = field(default_factory=dict)
    off: list[Span] = field(default_factory=list)


def crew_calendars(db: Session, by: Viewer, ask: VisitAsk, *, now: datetime) -> list[MemberCalendar]:
    """Everybody who may be booked at the viewer's studio, with their days around those that are asked for."""
    crew = bookable(db, by)
    ids = [row.id for row in crew]
    begin, end = ask.first - A_DAY, ask.last + A_DAY
    hours = _hours(db, ids, begin, end, is_twilight=ask.purpose is Purpose.TWILIGHT)
    busy = _busy(db, by, ids, (_midnight(begin) - LONGEST, _midnight(end + A_DAY) + LONGEST), now=now)
    skilled = _skilled(db, ask, ids)
    zone = db.exec(select(Studio.zone).where(Studio.id == by.studio_id)).one()
    return [
        MemberCalendar(
            member_id=row.id,
            hours=work_spans(hours[row.id].weekly, hours[row.id].days, hours[row.id].off, zone, begin, end),
            busy=tuple(busy[row.id]),
            is_skilled=row.id in skilled,
            priority=row.priority or 0,
            last_assigned_at=row.last_assigned_at,
            base=place_of(row.base_lat, row.base_lon),
        )
        for row in crew
    ]


def bookable(db: Session, by: Viewer) -> Sequence:
    """Rows id, priority, last_assigned_at, base_lat, base_lon of members who work here and are not taken off the crew."""
    return db.execute(
        select(Membership.id, CrewMember.priority, CrewMember.last_assigned_at, CrewMember.base_lat, CrewMember.base_lon)
        .join(Account, col(Account.id) == col(Membership.account_id))
        .outerjoin(CrewMember, col(CrewMember.member_id) == col(Membership.id))
        .where(
            Membership.studio_id == by.studio_id,
            col(Membership.left_at).is_(None),
            col(Account.suspended_at).is_(None),
            or_(col(CrewMember.member_id).is_(None), CrewMember.is_bookable),
            or_(
                select(WeeklyHours.id).where(WeeklyHours.member_id == Membership.id).exists(),
                select(DayHours.id).where(DayHours.member_id == Membership.id).exists(),
            ),
        )
        .order_by(col(Membership.id))
    ).all()


def place_of(lat: float | None, lon: float | None) -> Place | None:
    """A point, where both numbers are known."""
    return None if lat is None or lon is None else Place(lat, lon)


def _hours(db: Session, ids: list[int], first: date, last: date, *, is_twilight: bool) -> dict[int, _Hours]:
    """An override replaces the weekday for both kinds of visit: a day off is off at dusk too."""
    found: dict[int, _Hours] = defaultdict(_Hours)
    for week in db.exec(select(WeeklyHours).where(col(WeeklyHours.member_id).in_(ids), WeeklyHours.is_twilight == is_twilight)):
        found[week.member_id].weekly[week.weekday].append((week.starts_minute, week.ends_minute))
    here = and_(col(DayHours.member_id).in_(ids), DayHours.day >= first, DayHours.day <= last)
    for day in db.exec(select(DayHours).where(here)):
        minutes = found[day.member_id].days.setdefault(day.day, [])
        if day.starts_minute is not None and day.ends_minute is not None and day.is_twilight == is_twilight:
            minutes.append((day.starts_minute, day.ends_minute))
    away = and_(
        col(TimeOff.member_id).in_(ids),
        TimeOff.ends_at > _midnight(first - A_DAY),
        TimeOff.starts_at < _midnight(last + 2 * A_DAY),
    )
    for off in db.exec(select(TimeOff).where(away)):
        found[off.member_id].off.append((off.starts_at, off.ends_at))
    return found


def _busy(db: Session, by: Viewer, ids: list[int], span: Span, *, now: datetime) -> dict[int, list[Busy]]:
    """What stands, earliest first. A hold that is over stands in nobody's way."""
    is_hold = and_(Appointment.status == AppointmentStatus.HELD, col(Appointment.held_until).is_not(None))
    rows = db.execute(
        select(
            Appointment.member_id, Appointment.id, Appointment.starts_at, Appointment.ends_at, Appointment.blocked_from,
            Appointment.blocked_until, Appointment.lat, Appointment.lon, is_hold,
        )
        .where(
            Appointment.studio_id == by.studio_id,
            Appointment.starts_at > span[0],
            Appointment.starts_at < span[1],
            col(Appointment.member_id).in_(ids),
            col(Appointment.status).in_(STANDING),
            or_(~is_hold, col(Appointment.held_until) > now),
        )
        .order_by(col(Appointment.starts_at))
    )  # fmt: skip
    found: dict[int, list[Busy]] = defaultdict(list)
    for member, number, starts, ends, blocked_from, blocked_until, lat, lon, held in rows:
        found[member].append(
            Busy(number, starts, ends, blocked_from or starts, blocked_until or ends, place_of(lat, lon), bool(held))
        )
    return found


def _skilled(db: Session, ask: VisitAsk, ids: list[int]) -> set[int]:
    """Who can do everything asked for, the parts of packages too. A service nobody is named for, everybody can do."""
    parts = db.exec(
        select(PackagePart.service_id)
        .join(Service, col(Service.id) == col(PackagePart.service_id))
        .where(col(PackagePart.package_id).in_(ask.service_ids), Service.is_twilight == (ask.purpose is Purpose.TWILIGHT))
    )
    named: dict[int, set[int]] = defaultdict(set)
    wanted = ask.service_ids.union(parts)
    for skill in db.exec(select(ServiceSkill).where(col(ServiceSkill.service_id).in_(wanted))):
        named[skill.service_id].add(skill.member_id)
    return {each for each in ids if all(each in able for able in named.values())}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
