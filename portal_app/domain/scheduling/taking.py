"""Taking a slot: the members who could come are locked, the rule is asked again, and the database has the last word.

Whoever takes, moves or confirms a time goes through here. Two that want the same member wait for each other at the
member's row, always in the order of their ids, so that nobody waits in a circle; then the second one meets the first
one's visit and is told the nearest free times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import null, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from portal_app.core.clock import local
from portal_app.core.errors import Conflict, NotAllowed
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.identity.models import Membership
from portal_app.domain.scheduling.asking import Reason, VisitAsk
from portal_app.domain.scheduling.assigning import because
from portal_app.domain.scheduling.calendars import STANDING, bookable
from portal_app.domain.scheduling.grounds import rule_for
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, CrewMember, Strategy
from portal_app.domain.scheduling.queries import nearest
from portal_app.domain.scheduling.slots import Rule
from portal_app.domain.scheduling.telling import WORDS, chosen_sentence, taken_sentence

# What no word of the studio changes: nobody is in two places at once.
FIRM = frozenset({Reason.BUSY, Reason.HOLD})


class SlotTaken(Conflict):
    """Everybody who could come is already somewhere else at that time; `nearest` are the free starts around it."""

    sentence = "That time was just taken. Choose another time with the customer, then accept."

    def __init__(self, nearest: tuple[datetime, ...] = (), zone: str = "", chosen: Reason | None = None) -> None:
        """`chosen`: what keeps the one member that staff chose."""
        said = chosen_sentence(chosen, is_firm=chosen in FIRM) if chosen else taken_sentence(nearest, zone) if zone else ""
        super().__init__(said)
        self.nearest = nearest


def take_slot(
    db: Session,
    by: Viewer,
    ask: VisitAsk,
    starts_at: datetime,
    *,
    now: datetime,
    order_id: int | None = None,
    held_until: datetime | None = None,
    status: AppointmentStatus = AppointmentStatus.BOOKED,
    member_id: int | None = None,
    into: Appointment | None = None,
    override_reason: str = "",
    waived: frozenset[Reason] = frozenset(),
) -> Appointment:
    """Somebody comes at this instant: a new appointment, or `into` one that is there (a wish, a hold, a visit to move).

    With a window, its first free start when the one asked for is gone. `member_id` is the only one to ask; without it
    who declined is never chosen. BOOKED becomes HELD without an end where photographers confirm. Staff who accept orders
    may override the rule by a reason, except that somebody is elsewhere. `waived` reasons do not refuse: the studio
    answers for them by what it does.
    Raises SlotTaken, NotAllowed.
    """
    if override_reason and not by.may(Permission.ACCEPT_ORDERS):
        raise NotAllowed
    if into is not None and into.id:
        ask = replace(ask, ours=ask.ours | {into.id})
    rule = _locked_rule(db, by, ask, starts_at, now=now)
    named = {member_id} if member_id else {each.member.member_id for each in rule.diaries} - ask.never
    may_choose = [each.member.member_id for each in rule.diaries if each.member.member_id in named]
    at, who, reasons = _who(rule, by, starts_at, may_choose, waived, is_firm=not override_reason)
    if not who:
        raise SlotTaken(nearest(db, by, ask, starts_at, now=now), ask.zone, reasons.get(member_id or 0))
    ranking = rule.contenders(at, who)
    chosen = ranking[0]
    made = into or Appointment(studio_id=by.studio_id, starts_at=at, ends_at=at + rule.length, zone=ask.zone)
    with _database_agrees(db, by, ask, starts_at, into, now=now):
        _write(made, rule, at, chosen.member_id)
        made.assigned_because = "Chosen by hand." if member_id else because(Strategy(rule.policy.strategy), chosen, ranking)
        made.overrides = _override_words(reasons[chosen.member_id], override_reason)
        made.order_id = order_id or made.order_id
        made.held_until = held_until
        made.status = _status(rule, by, status, held_until, chosen.member_id)
        _make_room(db, made, override_reason)
        db.add(made)
        db.flush()
    if held_until is None:
        _count_assigned(db, by, chosen.member_id, now)
    return made


def lock_members(db: Session, ids: Sequence[int]) -> None:
    """Wait for whoever is taking a slot of one of these members. Rows that point to them may still be written."""
    rows = select(Membership.id).where(col(Membership.id).in_(ids)).order_by(col(Membership.id))
    db.exec(rows.with_for_update(key_share=True)).all()


def release_expired(db: Session, member_ids: Sequence[int], *, now: datetime) -> None:
    """Holds that are over free their time, and are their orders' wishes again.

    Whoever has such a row in hand waits for our members, maybe: their row is left to them, so that we never wait for it.
    """
    over = select(Appointment.id).where(
        col(Appointment.member_id).in_(member_ids),
        Appointment.status == AppointmentStatus.HELD,
        col(Appointment.held_until) <= now,
    )
    ids = db.exec(over.with_for_update(skip_locked=True)).all()
    if not ids:
        return
    freed = {
        "status": AppointmentStatus.REQUESTED,
        "member_id": null(),
        "blocked_from": null(),
        "blocked_until": null(),
        "held_until": null(),
    }
    db.execute(update(Appointment).where(col(Appointment.id).in_(ids)).values(**freed))


def _locked_rule(db: Session, by: Viewer, ask: VisitAsk, at: datetime, *, now: datetime) -> Rule:
    ids = [row.id for row in bookable(db, by)]
    lock_members(db, ids)
    release_expired(db, ids, now=now)
    day = local(at, ask.zone).date()
    return rule_for(db, by, replace(ask, first=day, last=day), now=now)


def _who(
    rule: Rule, by: Viewer, at: datetime, may_choose: Sequence[int], waived: frozenset[Reason], *, is_firm: bool
) -> tuple[datetime, list[int], dict[int, Reason | None]]:
    """When exactly, and who could come then: at the start asked for, else at the first free one of its window."""
    offered = rule.starts(rule.ask.first)
    window = next((words for start, words in offered if start == at), None)
    if window is None and not (by.is_staff or by.role is Role.SYSTEM):
        return at, [], {}
    later = [start for start, words in offered if window and words == window]
    for start in (at, *later):
        reasons = rule.refusals(start, waived)
        who = [each for each in may_choose if reasons[each] is None]
        if who:
            return start, who, reasons
    reasons = rule.refusals(at, waived)
    return at, [] if is_firm else [each for each in may_choose if reasons[each] not in FIRM], reasons


def _write(made: Appointment, rule: Rule, at: datetime, member_id: int) -> None:
    ask = rule.ask
    made.member_id, made.purpose = member_id, ask.purpose
    made.starts_at, made.ends_at, made.zone = at, at + rule.length, ask.zone
    made.blocked_from, made.blocked_until = at - rule.before, at + rule.length + rule.after
    made.arrival = next((words for start, words in rule.starts(ask.first) if start == at), "")
    made.lat, made.lon = (ask.place.lat, ask.place.lon) if ask.place else (None, None)


def _status(rule: Rule, by: Viewer, status: AppointmentStatus, held_until: datetime | None, member_id: int) -> AppointmentStatus:
    waits = rule.policy.member_confirms and member_id != by.member_id and held_until is None
    return AppointmentStatus.HELD if waits and status is AppointmentStatus.BOOKED else status


def _override_words(reason: Reason | None, why: str) -> str:
    return f"{WORDS[reason]}. {why.strip()}"[:500] if reason else ""


def _make_room(db: Session, made: Appointment, override_reason: str) -> None:
    """An override may use up buffers, never a visit: those around give way as far as ours needs it.

    One that somebody is changing right now keeps its buffers, and the database refuses ours if they meet.
    """
    if not override_reason:
        return
    around = select(Appointment).where(
        Appointment.member_id == made.member_id,
        Appointment.id != (made.id or 0),
        col(Appointment.status).in_(STANDING),
        Appointment.starts_at > made.starts_at - timedelta(days=2),
        Appointment.starts_at < made.ends_at + timedelta(days=2),
    )
    with db.no_autoflush:
        found = db.exec(around.with_for_update(skip_locked=True)).all()
    for other in found:
        begin, end = other.blocked_from or other.starts_at, other.blocked_until or other.ends_at
        if other.ends_at <= made.starts_at:
            end = min(end, made.starts_at)
            made.blocked_from = max(made.blocked_from or made.starts_at, end)
        elif made.ends_at <= other.starts_at:
            begin = max(begin, made.ends_at)
            made.blocked_until = min(made.blocked_until or made.ends_at, begin)
        with db.no_autoflush:  # theirs are written before ours is
            db.execute(update(Appointment).where(col(Appointment.id) == other.id).values(blocked_from=begin, blocked_until=end))


@contextmanager
def _database_agrees(
    db: Session, by: Viewer, ask: VisitAsk, at: datetime, into: Appointment | None, *, now: datetime
) -> Iterator[None]:
    """The constraint speaks when something wrote past the lock; then nothing of this is kept."""
    try:
        with db.begin_nested():
            yield
    except DBAPIError as clash:
        if "slot_taken" not in str(clash):
            raise
        if into is not None and into.id:
            db.refresh(into)
        raise SlotTaken(nearest(db, by, ask, at, now=now), ask.zone) from clash


def _count_assigned(db: Session, by: Viewer, member_id: int, now: datetime) -> None:
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    row = CrewMember(member_id=member_id, studio_id=by.studio_id, last_assigned_at=now).model_dump()
    db.execute(insert(CrewMember).values(row).on_conflict_do_update(index_elements=["member_id"], set_={"last_assigned_at": now}))
