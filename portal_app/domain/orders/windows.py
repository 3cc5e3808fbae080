"""What may still be changed on an order, by whom it is asked for: what its page offers, and what the verbs ask again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.orders.models import Order, OrderLine, OrderStatus
from portal_app.domain.orders.queries import visible
from portal_app.domain.scheduling.areas import Outside
from portal_app.domain.scheduling.calendars import place_of
from portal_app.domain.scheduling.changing import Change, Free, Late, Refused, Verdict, may_change
from portal_app.domain.scheduling.going import area_of
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, BookingPolicy, Purpose
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.queries import takes_times
from portal_app.domain.studios.models import Studio

OPEN = frozenset({OrderStatus.PENDING, OrderStatus.ACCEPTED})
LIVE = frozenset({AppointmentStatus.REQUESTED, AppointmentStatus.HELD, AppointmentStatus.BOOKED})


@dataclass(frozen=True, slots=True)
class VisitChange:
    """One visit of an order and what may be done to it. `starts_at` is None while it has no time."""

    purpose: Purpose
    starts_at: datetime | None
    minutes: int
    zone: str
    status: str
    moves: int
    move: Verdict
    postpone: Verdict


@dataclass(frozen=True, slots=True)
class Changes:
    """`cancel` speaks for the whole order. `call` says whom to ask when something is refused. No visits on a closed order.

    `held_until` is when a time that waits for its payment is free again; `has_lost_time` when that has happened.
    `hold_minutes`: how long the studio keeps one. `offers_times`: free times can be chosen here;
    elsewhere it plans by hand, or must answer first.
    """

    visits: tuple[VisitChange, ...] = ()
    cancel: Verdict | None = None
    call: str = ""
    held_until: datetime | None = None
    hold_minutes: int = 15
    has_lost_time: bool = False
    offers_times: bool = False


def changes_of(db: Session, by: Viewer, number: int, *, now: datetime) -> Changes:
    """What the holder of this order may change now. Staff may change everything as long as it is open. Raises NotFound."""
    return changes(db, by, order_to_change(db, by, number, locks=False), now=now)


def order_to_change(db: Session, by: Viewer, number: int, *, locks: bool = True) -> Order:
    """The order, for whoever may change it: the studio, its customer, or the holder of its own status page."""
    found = visible(by).where(Order.number == number)
    order = db.exec(found.with_for_update() if locks else found).first()
    if order is None or (by.role is Role.LINK and by.order_id is None):
        raise NotFound
    return order


def changes(db: Session, by: Viewer, order: Order, *, now: datetime) -> Changes:
    """The verdict on every visit of an order, and on canceling it."""
    studio = db.get_one(Studio, order.studio_id)
    if order.status not in OPEN:
        return Changes(call=_call(studio))
    rows = db.exec(select(Appointment).where(Appointment.order_id == order.id).order_by(col(Appointment.id))).all()
    policy = policy_of(db, order.studio_id)
    seen = [_latest(rows, purpose) for purpose in Purpose if any(row.purpose == purpose for row in rows)]
    kept = tuple(_visit(by, policy, row, now=now) for row in seen) or (_unplanned(db, order, studio),)
    cancels = [_verdict(by, policy, Change.CANCEL, row, now=now) for row in seen]
    ends = [row.held_until for row in seen if row.status == AppointmentStatus.HELD and row.held_until]
    return Changes(
        kept,
        cancel=_heaviest(cancels),
        call=_call(studio),
        held_until=min(ends) if ends else None,
        hold_minutes=policy.hold_minutes,
        offers_times=takes_times(db, by) and not _is_request(db, by, order),
        has_lost_time=order.status == OrderStatus.PENDING
        and order.upfront_cents > 0
        and not all(_stands(row, now) for row in seen),
    )


def _is_request(db: Session, by: Viewer, order: Order) -> bool:
    """Whether the studio has yet to say if it goes there at all: then no time is anybody's to take."""
    place = place_of(order.lat, order.lon)
    return order.status == OrderStatus.PENDING and isinstance(area_of(db, by, place), Outside)


def _stands(row: Appointment, now: datetime) -> bool:
    """Whether a time is kept, for good or for the minutes that paying takes."""
    if row.status == AppointmentStatus.HELD and row.held_until:
        return row.held_until > now
    return row.status in (AppointmentStatus.HELD, AppointmentStatus.BOOKED)


def _latest(rows, purpose: Purpose) -> Appointment:
    """The visit that stands, or the last one that stood."""
    own = [row for row in rows if row.purpose == purpose]
    return next((row for row in own if row.status in LIVE), own[-1])


def _visit(by: Viewer, policy: BookingPolicy, row: Appointment, *, now: datetime) -> VisitChange:
    return VisitChange(
        purpose=Purpose(row.purpose),
        starts_at=row.starts_at if row.status in LIVE else None,
        minutes=round((row.ends_at - row.starts_at).total_seconds() / 60),
        zone=row.zone,
        status=row.status if row.status in LIVE else "",
        moves=row.moves,
        move=_verdict(by, policy, Change.MOVE, row, now=now),
        postpone=_verdict(by, policy, Change.POSTPONE, row, now=now),
    )


def _unplanned(db: Session, order: Order, studio: Studio) -> VisitChange:
    """An order that never had a time: one may be chosen."""
    minutes = sum(db.exec(select(OrderLine.minutes).where(OrderLine.order_id == order.id)))
    return VisitChange(Purpose.VISIT, None, max(minutes, 15), studio.zone, "", 0, move=Free(), postpone=Free())


def _verdict(by: Viewer, policy: BookingPolicy, change: Change, row: Appointment, *, now: datetime) -> Verdict:
    """Staff are exempt. A visit that was postponed, or of which nobody is sure yet, costs nothing to change."""
    if by.is_staff or by.role is Role.SYSTEM or row.status not in LIVE:
        return Free()
    is_firm = row.status == AppointmentStatus.BOOKED or (row.status == AppointmentStatus.HELD and row.held_until is None)
    return may_change(
        policy, change, starts_at=row.starts_at if is_firm else None, moves=row.moves, now=now, zone=row.zone
    )  # fmt: skip


def _heaviest(verdicts: list[Verdict]) -> Verdict:
    """One refusal refuses all; a late fee is taken once; else the first end counts."""
    if refused := [each for each in verdicts if isinstance(each, Refused)]:
        return refused[0]
    if late := [each for each in verdicts if isinstance(each, Late)]:
        return max(late, key=lambda each: each.fee_cents)
    ends = [each.until for each in verdicts if isinstance(each, Free) and each.until]
    return Free(min(ends) if ends else None)


def _call(studio: Studio) -> str:
    if studio.phone:
        return f"Call {studio.name} at {studio.phone}."
    return f"Write to {studio.name} at {studio.email}." if studio.email else f"Ask {studio.name}."
