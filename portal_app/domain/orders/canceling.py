"""Canceling an order: time and coupon are given back, its entry code is emptied; what it owes is a late fee, or nothing."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.viewer import Viewer
from portal_app.domain.orders.changing import Why, allowed, changed_order, charge_late, said, tell
from portal_app.domain.orders.couponing import give_back
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.orders.windows import changes
from portal_app.domain.orders.workflow import move
from portal_app.domain.scheduling.changing import Free
from portal_app.domain.scheduling.models import AppointmentStatus
from portal_app.domain.scheduling.service import close_appointments


def cancel(db: Session, by: Viewer, number: int, why: Why = Why(), *, now: datetime) -> Order:
    """Pending or Accepted → Canceled. Clicked again it changes nothing. Money already paid stays on the ledger.

    A customer needs a reason, and is inside the window or has confirmed the late fee. Raises WrongStatus, TooLate,
    FeeChanged, InvalidInput, NotFound, NotAllowed.
    """
    order = changed_order(db, by, number)
    if order.status == OrderStatus.CANCELED:
        return order
    found = changes(db, by, order, now=now)
    status = move(order.status, OrderStatus.CANCELED)
    reason = said(by, why)
    fee = allowed(by, found.cancel or Free(), found, why, order.currency)
    order.status, order.canceled_at, order.entry_code_box = status, now, None
    close_appointments(db, order.id, AppointmentStatus.CANCELED)
    give_back(db, order.id, now)
    charge_late(db, order, fee, "Late cancellation")
    tell(db, by, order, "order.canceled", why, now=now, reason=reason, fee_cents=fee)
    return order
