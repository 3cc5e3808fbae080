"""Reading the crew: who goes to properties, and when each of them works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.scheduling.hours import GOING, Hours, may_keep
from portal_app.domain.scheduling.models import CrewMember, DayHours, TimeOff, WeeklyHours
from portal_app.domain.scheduling.spans import Span


@dataclass(frozen=True, slots=True)
class CrewRow:
    """One member who goes to properties. `base` is empty for who may not keep their calendar."""

    member_id: int
    name: str
    role: str
    is_me: bool
    may_keep: bool
    is_bookable: bool
    priority: int
    base: str
    week: Mapping[int, Hours]
    next_off: datetime | None


@dataclass(frozen=True, slots=True)
class OffRow:
    """One time off that is not over."""

    public_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class MemberCalendar:
    """All that says when one member works, from today on."""

    row: CrewRow
    days: Mapping[date, Hours] = field(default_factory=dict)
    off: tuple[OffRow, ...] = ()


def crew(db: Session, by: Viewer, *, now: datetime) -> list[CrewRow]:
    """Who goes to properties, the first to be thought of first. Three statements. Raises NotAllowed for who is not staff."""
    found = _members(db, by)
    ids = [row.id for row in found]
    weeks, offs = _weeks(db, ids), _offs(db, ids, now)
    return [_row(by, row, weeks[row.id], offs[row.id]) for row in found]


def member_calendar(db: Session, by: Viewer, member_id: int, *, today: date, now: datetime) -> MemberCalendar:
    """One member's own page. Raises NotFound when their calendar is not the viewer's to keep."""
    found = [row for row in _members(db, by) if row.id == member_id and may_keep(by, member_id)]
    if not found:
        raise NotFound
    off = _offs(db, [member_id], now)[member_id]
    days = db.execute(
        select(DayHours).where(col(DayHours.member_id) == member_id, col(DayHours.day) >= today).order_by(col(DayHours.day))
    ).scalars()
    by_day: dict[date, list[Any]] = defaultdict(list)
    for row in days:
        by_day[row.day].append(row)
    row = _row(by, found[0], _weeks(db, [member_id])[member_id], off)
    return MemberCalendar(row, {day: _hours(rows) for day, rows in by_day.items()}, tuple(off))


def _members(db: Session, by: Viewer) -> list[Any]:
    if not by.is_staff or not by.may(Permission.SEE_ORDERS):
        raise NotAllowed
    found = (
        select(
            col(Membership.id), col(Account.name), col(Membership.role), col(CrewMember.is_bookable),
            col(CrewMember.priority), col(CrewMember.base_words),
        )
        .join(Account, col(Account.id) == col(Membership.account_id))
        .outerjoin(CrewMember, col(CrewMember.member_id) == col(Membership.id))
        .where(
            col(Membership.studio_id) == by.studio_id,
            col(Membership.left_at).is_(None),
            col(Account.suspended_at).is_(None),
            col(Membership.role).in_(GOING),
        )
    )  # fmt: skip
    rows = db.execute(found).all()
    return sorted(rows, key=lambda row: (row.priority or 0, row.role != Role.PHOTOGRAPHER, row.name))


def _weeks(db: Session, ids: list[int]) -> Mapping[int, Mapping[int, Hours]]:
    found: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    own = select(WeeklyHours).where(col(WeeklyHours.member_id).in_(ids))
    for row in db.execute(own.order_by(col(WeeklyHours.starts_minute))).scalars():
        found[row.member_id][row.weekday].append(row)
    return defaultdict(dict, {who: {day: _hours(rows) for day, rows in week.items()} for who, week in found.items()})


def _offs(db: Session, ids: list[int], now: datetime) -> Mapping[int, list[OffRow]]:
    found: dict[int, list[OffRow]] = defaultdict(list)
    own = select(TimeOff).where(col(TimeOff.member_id).in_(ids), col(TimeOff.ends_at) > now)
    for row in db.execute(own.order_by(col(TimeOff.starts_at))).scalars():
        found[row.member_id].append(OffRow(row.public_id, row.starts_at, row.ends_at, row.reason))
    return found


def _row(by: Viewer, row: Any, week: Mapping[int, Hours], offs: list[OffRow]) -> CrewRow:
    is_kept = may_keep(by, row.id)
    return CrewRow(
        member_id=row.id,
        name=row.name,
        role=row.role,
        is_me=row.id == by.member_id,
        may_keep=is_kept,
        is_bookable=row.is_bookable is not False,
        priority=row.priority or 0,
        base=(row.base_words or "") if is_kept else "",
        week=week,
        next_off=offs[0].starts_at if offs else None,
    )


def _hours(rows: list[Any]) -> Hours:
    spans = [(Span(row.starts_minute, row.ends_minute), row.is_twilight) for row in rows if row.starts_minute is not None]
    return Hours(
        tuple(sorted(span for span, is_twilight in spans if not is_twilight)),
        tuple(sorted(span for span, is_twilight in spans if is_twilight)),
    )
