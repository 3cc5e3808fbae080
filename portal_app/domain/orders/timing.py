"""The times of a new order: taken from the calendar, held while it is paid, or kept as wishes for the studio to answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from portal_app.core.clock import local
from portal_app.core.errors import InvalidInput
from portal_app.core.money import least_charge, share, step
from portal_app.core.viewer import Viewer, system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.pricing import Quote
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.checking import Times
from portal_app.domain.orders.models import Order, OrderStatus, Wish
from portal_app.domain.orders.workflow import move
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.models import AppointmentStatus, Purpose, Timing
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.queries import takes_times
from portal_app.domain.scheduling.service import request_appointment
from portal_app.domain.scheduling.taking import take_slot

SHORTEST = 15


@dataclass(frozen=True, slots=True)
class Wanted:
    """One visit somebody chose a time for."""

    purpose: Purpose
    at: datetime
    minutes: int
    service_ids: frozenset[int]


def settled(db: Session, by: Viewer, times: Times, quote: Quote, *, has_request: bool) -> Times:
    """What was chosen, as far as this studio offers the choice. `has_request`: there is nothing to choose from.

    Raises InvalidInput for a time that is missing, and for a wish where only exact times are taken.
    """
    policy = policy_of(db, by.studio_id)
    if policy.timing == Timing.NONE:
        return Times(Wish.SOON, on=times.on)
    if times.wish is not Wish.EXACT:
        if policy.timing == Timing.REQUIRED and not (policy.full_is_asked or has_request) and takes_times(db, by):
            raise InvalidInput("starts_at", "Choose one of the free times.")
        return times
    if times.starts_at is None and times.twilight_at is None:
        if policy.timing == Timing.OPTIONAL:
            return replace(times, wish=Wish.SOON)
        raise InvalidInput("starts_at", "Choose a day and a time.")
    if takes_times(db, by) and not has_request:
        _both(times, quote)
    return times


def _both(times: Times, quote: Quote) -> None:
    """Each visit has its own time. Raises InvalidInput."""
    if quote.visit_minutes and times.starts_at is None:
        raise InvalidInput("starts_at", "Choose a day and a time.")
    if quote.twilight_minutes and times.twilight_at is None:
        raise InvalidInput("twilight_at", "Choose an evening for the pictures at dusk.")


def wanted(times: Times, quote: Quote) -> list[Wanted]:
    """A visit by day and one at dusk, as far as there is a time for them. A dusk without one is part of the visit."""
    dusk = quote.twilight_minutes if times.twilight_at else 0
    found: list[Wanted] = []
    if times.starts_at and (quote.visit_minutes or not dusk):
        ids = quote.visit_ids if dusk else quote.visit_ids | quote.twilight_ids
        found.append(Wanted(Purpose.VISIT, times.starts_at, max(quote.minutes - dusk, SHORTEST), ids))
    if times.twilight_at and dusk:
        found.append(Wanted(Purpose.TWILIGHT, times.twilight_at, dusk, quote.twilight_ids))
    return found


def keep_times(
    db: Session, by: Viewer, order: Order, zone: str, visits: list[Wanted], place: Place | None,
    *, has_request: bool, takes_cards: bool, now: datetime,
) -> bool:  # fmt: skip
    """Take each time, or keep it as a wish where the studio takes none or must answer first. Raises SlotTaken.

    A studio that wants money at booking holds them until it is there. True when every time is the order's for good.
    """
    if has_request or not takes_times(db, by):
        for visit in visits:
            request_appointment(
                db,
                by,
                order_id=order.id or 0,
                starts_at=visit.at,
                minutes=visit.minutes,
                zone=zone,
                purpose=visit.purpose,
                place=place,
            )
        return False
    policy = policy_of(db, by.studio_id)
    order.upfront_cents = upfront_of(order.total_cents, policy.pay_basis_points, order.currency) if visits and takes_cards else 0
    for visit in visits:
        day = local(visit.at, zone).date()
        ask = VisitAsk(visit.minutes, visit.purpose, visit.service_ids, place, zone, day, day)
        until = now + timedelta(minutes=policy.hold_minutes) if order.upfront_cents else None
        status = AppointmentStatus.HELD if until else AppointmentStatus.BOOKED
        take_slot(db, by, ask, visit.at, now=now, order_id=order.id, held_until=until, status=status)
    return bool(visits) and not order.upfront_cents


def upfront_of(total_cents: int, basis_points: int, currency: str) -> int:
    """What is paid at booking, in minor units; nothing where it would be less than a card can be charged."""
    upfront = share(total_cents, basis_points, step(currency))
    return upfront if upfront >= least_charge(currency) else 0


def accept_by_itself(db: Session, by: Viewer, order: Order, *, now: datetime) -> None:
    """Accepted at once, where the studio wants it so: its times are taken."""
    if not policy_of(db, by.studio_id).accepts_by_itself:
        return
    order.status, order.accepted_at = move(order.status, OrderStatus.ACCEPTED), now
    db.flush()
    record(
        db, system_viewer(order.studio_id), "order.accepted", now=now, order_id=order.id, listing_id=order.listing_id,
        customer_id=order.customer_id, details={"number": order.number},
    )  # fmt: skip
