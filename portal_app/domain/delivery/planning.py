"""A delivery for later: planned for a time of the studio's, handed over by the worker, called off until then.

What is ready at that time is handed over, by whoever planned it and as they chose. When nothing can be, the plan says why
and the studio hears of it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.clock import when_words
from portal_app.core.errors import InvalidInput, Problem
from portal_app.core.viewer import Permission, Viewer, system_viewer
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.delivery.models import PlannedDelivery, PlanOutcome
from portal_app.domain.delivery.plans import request_of
from portal_app.domain.delivery.service import DeliverRequest, checked, deliver
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.identity.queries import viewer_from
from portal_app.domain.orders import service as orders
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio

HAND_OVER = "hand_over_planned"
AT_MOST_AHEAD = timedelta(days=90)


def plan_delivery(
    db: Session, by: Viewer, order_number: int, request: DeliverRequest, deliver_at: datetime, *, now: datetime
) -> None:
    """Hand over at this time. A plan that waits already is changed, so that there is never more than one.

    Raises NotFound, NotAllowed, NothingReady for an order that is not accepted, InvalidInput("deliver_at") for a time that
    has passed or is more than 90 days away, InvalidInput("copy_to").
    """
    order = orders.locked_order(db, by, order_number, Permission.DELIVER)
    request = checked(order, request)
    if not now < deliver_at <= now + AT_MOST_AHEAD:
        raise InvalidInput("deliver_at", "Choose a time from now on, at most 90 days ahead.")
    _end(db, order.id or 0, PlanOutcome.CANCELED, now)
    plan = PlannedDelivery(
        studio_id=order.studio_id, order_id=order.id or 0, deliver_at=deliver_at, request=asdict(request),
        by_account_id=by.account_id, by_name=by.name, planned_at=now,
    )  # fmt: skip
    db.add(plan)
    db.flush()
    enqueue(
        db, HAND_OVER, {"plan_id": plan.id}, now=now, studio_id=order.studio_id, run_at=deliver_at, priority=20,
        once_key=f"{HAND_OVER}:{plan.id}",
    )  # fmt: skip
    zone = db.get_one(Studio, order.studio_id).zone
    _tell(db, by, order, "delivery.planned", now, when=when_words(deliver_at, zone))


def cancel_plan(db: Session, by: Viewer, order_number: int, *, now: datetime) -> None:
    """Call the plan off. Again changes nothing. Raises NotFound, NotAllowed."""
    order = orders.locked_order(db, by, order_number, Permission.DELIVER)
    if _end(db, order.id or 0, PlanOutcome.CANCELED, now):
        _tell(db, by, order, "delivery.called_off", now)


def hand_over_planned(db: Session, plan_id: int, *, now: datetime) -> None:
    """The time has come. Nothing for a plan that was called off, changed or done; a refusal is kept in its words."""
    found = db.execute(
        select(PlannedDelivery.order_id, PlannedDelivery.studio_id, Order.number)
        .join(Order, col(Order.id) == col(PlannedDelivery.order_id))
        .where(PlannedDelivery.id == plan_id)
    ).first()
    if found is None:
        return
    order = orders.locked_order(db, system_viewer(found.studio_id), found.number, Permission.DELIVER)
    plan = db.exec(select(PlannedDelivery).where(PlannedDelivery.id == plan_id).with_for_update()).one()
    if plan.ended_at is not None or plan.deliver_at > now:
        return
    by = _planner(db, plan)
    try:
        with db.begin_nested():
            deliver(db, by, order.number, request_of(plan), now=now)
    except Problem as refusal:
        plan.outcome, plan.problem, plan.ended_at = PlanOutcome.FAILED, refusal.sentence, now
        _tell(db, by, order, "delivery.failed", now, reason=refusal.sentence)
    else:
        plan.outcome, plan.ended_at = PlanOutcome.DELIVERED, now
    db.add(plan)


def end_plan(db: Session, order_id: int, *, now: datetime) -> None:
    """Somebody handed over by hand, or the order was canceled: nothing waits anymore."""
    _end(db, order_id, PlanOutcome.CANCELED, now)


def _planner(db: Session, plan: PlannedDelivery) -> Viewer:
    """Whoever planned it, as they are now; the studio itself when they left it."""
    found = db.exec(
        select(Account, Membership)
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(Account.id == plan.by_account_id, Account.studio_id == plan.studio_id)
    ).first()
    by = viewer_from(*found) if found else None
    return by if by is not None and by.may(Permission.DELIVER) else system_viewer(plan.studio_id)


def _end(db: Session, order_id: int, outcome: PlanOutcome, now: datetime) -> bool:
    waits = select(PlannedDelivery).where(PlannedDelivery.order_id == order_id, col(PlannedDelivery.ended_at).is_(None))
    plan = db.exec(waits.with_for_update()).first()
    if plan is None:
        return False
    plan.outcome, plan.ended_at = outcome, now
    db.add(plan)
    db.flush()
    return True


def _tell(db: Session, by: Viewer, order: Order, kind: str, now: datetime, **details: str) -> None:
    record(
        db, by, kind, now=now, order_id=order.id, listing_id=order.listing_id, details={"number": order.number, **details}
    )  # fmt: skip
