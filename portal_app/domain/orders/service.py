"""Moving an order through its life. Placing it lives in placing.py, canceling it in canceling.py."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.queries import visible
from portal_app.domain.orders.visits import services_of
from portal_app.domain.orders.workflow import move
from portal_app.domain.scheduling.models import AppointmentStatus
from portal_app.domain.scheduling.service import book_requested, close_appointments

__all__ = ["OrderRequest", "accept", "cancel", "complete", "locked_order", "place_order"]


def accept(db: Session, by: Viewer, number: int, *, now: datetime) -> Order:
    """Pending → Accepted, with a photographer booked. Clicked again it changes nothing. Raises SlotTaken, WrongStatus."""
    order = locked_order(db, by, number, Permission.ACCEPT_ORDERS)
    if order.status == OrderStatus.ACCEPTED:
        return order
    order.status = move(order.status, OrderStatus.ACCEPTED)
    order.accepted_at = now
    book_requested(db, by, order.id, services_of(db, order.id), now=now)
    _record(db, by, order, "order.accepted", now)
    return order


def complete(db: Session, by: Viewer, order: Order, *, now: datetime) -> None:
    """Accepted → Completed, its appointments done, its entry code emptied. A completed order stays as it is: delivery may
    happen again."""
    if order.status == OrderStatus.COMPLETED:
        return
    order.status = move(order.status, OrderStatus.COMPLETED)
    order.completed_at = now
    order.entry_code_box = None
    close_appointments(db, order.id, AppointmentStatus.COMPLETED)
    _record(db, by, order, "order.completed", now)


def locked_order(db: Session, by: Viewer, number: int, permission: Permission) -> Order:
    """The row, locked for this transaction. Raises NotFound when it is not the viewer's to see, NotAllowed without the right."""
    order = db.exec(visible(by).where(Order.number == number).with_for_update()).first()
    if order is None:
        raise NotFound
    if not by.may(permission):
        raise NotAllowed
    return order


def _record(db: Session, by: Viewer, order: Order, kind: str, now: datetime, **details: str) -> None:
    db.flush()
    record(
        db, by, kind, now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details={"number": order.number, **details},
    )  # fmt: skip
