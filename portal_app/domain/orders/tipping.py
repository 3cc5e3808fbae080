"""A tip that comes with a payment, after the order was placed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, select

from portal_app.core.money import share, step
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.orders.models import ChargeKind, Order, OrderCharge, OrderStatus
from portal_app.domain.orders.queries import visible
from portal_app.domain.scheduling.policies import policy_of


@dataclass(frozen=True, slots=True)
class SuggestedTip:
    """A share of what was ordered, which no coupon makes less, in minor units."""

    basis_points: int
    cents: int


def suggested_tips(db: Session, by: Viewer, number: int) -> list[SuggestedTip]:
    """What the studio suggests for this order; nothing for one that is canceled, or not this viewer's."""
    order = db.exec(visible(by).where(Order.number == number)).first()
    if order is None or order.status == OrderStatus.CANCELED:
        return []
    points = [int(each) for each in policy_of(db, by.studio_id).tip_basis_points.split()]
    tips = [SuggestedTip(each, share(order.subtotal_cents, each, step(order.currency))) for each in points]
    return [tip for tip in tips if tip.cents]


def add_tip(db: Session, by: Viewer, order: Order, cents: int, *, now: datetime) -> None:
    """It joins the order's total as a line of its own: no coupon makes it less, no tax more. The order is locked.

    Nothing for a canceled order: what was paid for it is simply too much, tip and all.
    """
    if order.status == OrderStatus.CANCELED:
        return
    last = db.exec(select(func.max(OrderCharge.position)).where(OrderCharge.order_id == order.id)).one()
    db.add(
        OrderCharge(
            studio_id=order.studio_id, order_id=order.id or 0, position=0 if last is None else last + 1,
            kind=ChargeKind.TIP, name="Tip", amount_cents=cents,
        )
    )  # fmt: skip
    order.tip_cents += cents
    order.total_cents += cents
    db.add(order)
    db.flush()
    record(
        db, by, "order.tipped", now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details={"number": order.number, "amount_cents": cents, "currency": order.currency},
    )  # fmt: skip
