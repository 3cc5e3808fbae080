"""Why a day has no time for an order, or for what somebody would order: every start with its reason, for staff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from portal_app.core.clock import local
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.catalog.pricing import Quote
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.moving import ask_of
from portal_app.domain.orders.queries import visible
from portal_app.domain.orders.quoting import Basket, estimate
from portal_app.domain.orders.windows import OPEN, changes
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.models import Purpose
from portal_app.domain.scheduling.queries import DayTold, explain
from portal_app.domain.studios.models import Studio

SHORTEST = 15


@dataclass(frozen=True, slots=True)
class Told:
    """The answer for one day, and what was asked: one of the `purposes` there are. `number` is 0 without an order.

    `has_place`: areas, drives and the sun are counted; without a place they keep nobody.
    """

    day: DayTold
    purpose: Purpose
    purposes: tuple[Purpose, ...]
    minutes: int
    zone: str
    has_place: bool
    number: int = 0
    street: str = ""


def told_of(
    db: Session, by: Viewer, number: int, purpose: Purpose | None = None, day: date | None = None, *, now: datetime
) -> Told:
    """One day for a visit of an open order: its own time keeps nobody. Without a day the one it has, or was wished for.

    Raises NotFound, also for an order that is over, and NotAllowed for who is not staff.
    """
    _staff(by)
    order = db.scalars(visible(by).where(col(Order.number) == number)).first()
    if order is None or order.status not in OPEN:
        raise NotFound
    visits = changes(db, by, order, now=now).visits
    visit = next((each for each in visits if each.purpose == purpose), visits[0])
    ask = ask_of(db, by, order, visit.purpose, now=now)
    wished = local(visit.starts_at, visit.zone).date() if visit.starts_at else order.wish_on
    on = day or max(wished or _tomorrow(ask.zone, now), local(now, ask.zone).date())
    purposes = tuple(each.purpose for each in visits)
    return replace(_told(db, by, ask, on, purposes, now=now), number=order.number, street=order.street)


def told_for(
    db: Session, by: Viewer, basket: Basket, purpose: Purpose | None = None, day: date | None = None, *, now: datetime
) -> Told:
    """One day, else tomorrow, for what could be ordered. Raises InvalidInput for nothing, NotAllowed for who is not staff."""
    _staff(by)
    made = estimate(db, by, basket, now=now)
    visits = _visits(made)
    if not visits:
        raise InvalidInput("services", "Choose at least one service or package.")
    chosen = purpose if purpose in visits else next(iter(visits))
    minutes, services = visits[chosen]
    zone = db.execute(select(col(Studio.zone)).where(col(Studio.id) == by.studio_id)).scalar_one()
    on = day or _tomorrow(zone, now)
    ask = VisitAsk(max(SHORTEST, minutes), chosen, services, basket.place, zone, on, on)
    return _told(db, by, ask, on, tuple(visits), now=now)


def _visits(made: Quote) -> dict[Purpose, tuple[int, frozenset[int]]]:
    """The visit by day and the one at dusk, as far as there is something to do on them: minutes, services."""
    found = {
        Purpose.VISIT: (made.visit_minutes, made.visit_ids),
        Purpose.TWILIGHT: (made.twilight_minutes, made.twilight_ids),
    }
    return {purpose: (minutes, services) for purpose, (minutes, services) in found.items() if minutes or services}


def _told(db: Session, by: Viewer, ask: VisitAsk, day: date, purposes: tuple[Purpose, ...], *, now: datetime) -> Told:
    found = explain(db, by, replace(ask, first=day, last=day), now=now)
    return Told(found, ask.purpose, purposes, ask.minutes, ask.zone, ask.place is not None)


def _tomorrow(zone: str, now: datetime) -> date:
    return local(now, zone).date() + timedelta(days=1)


def _staff(by: Viewer) -> None:
    if not by.is_staff or not by.may(Permission.SEE_ORDERS):
        raise NotAllowed
