"""Reading what is planned."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.delivery.models import PlannedDelivery, PlanOutcome
from portal_app.domain.delivery.service import DeliverRequest
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.queries import visible


@dataclass(frozen=True, slots=True)
class PlanCard:
    """The plan of an order that waits, or the last one if it failed: then `problem` says why."""

    deliver_at: datetime
    by_name: str
    request: DeliverRequest
    problem: str = ""

    @property
    def is_waiting(self) -> bool:
        return not self.problem


def request_of(plan: PlannedDelivery) -> DeliverRequest:
    """As it was chosen."""
    return DeliverRequest(**{each.name: plan.request[each.name] for each in fields(DeliverRequest) if each.name in plan.request})


def plan_of(db: Session, by: Viewer, order_number: int) -> PlanCard | None:
    """The plan that waits, or the last one if it failed; None without either. Raises NotFound, NotAllowed."""
    order = db.exec(visible(by).where(Order.number == order_number)).first()
    if order is None or not by.is_staff:
        raise NotFound
    if not by.may(Permission.UPLOAD):
        raise NotAllowed
    last = select(PlannedDelivery).where(PlannedDelivery.order_id == order.id).order_by(col(PlannedDelivery.id).desc())
    plan = db.exec(last).first()
    if plan is None or plan.outcome in {PlanOutcome.DELIVERED, PlanOutcome.CANCELED}:
        return None
    return PlanCard(plan.deliver_at, plan.by_name, request_of(plan), plan.problem)
