"""The way back from the payment page for a guest: there is no session to tell them by, so the page's own address does,
as long as it can be paid and an hour more. What is stored names no secret address; each return makes a new one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.models import PaymentAttempt, PaymentLine
from portal_app.domain.orders.links import link_of_order
from portal_app.domain.orders.models import Order

STATUS_PAGE = "/status"  # what an attempt keeps as its way back, without the secret at the end
SPEAKS_FOR = timedelta(hours=1)


def mode_of_guests(db: Session, by: Viewer, attempt_public_id: str, *, now: datetime) -> str:
    """Live or test, of an attempt that began on an order's status page not long ago; empty for any other."""
    attempt = _attempt(db, by, attempt_public_id, now)
    return attempt.mode if attempt else ""


def way_back(db: Session, by: Viewer, attempt_public_id: str, *, now: datetime) -> str:
    """The path of a status page of the attempt's order, for whoever comes back. Raises NotFound like any other page."""
    attempt = _attempt(db, by, attempt_public_id, now)
    if attempt is None:
        raise NotFound
    paid = select(Order).join(PaymentLine, col(PaymentLine.order_id) == col(Order.id)).order_by(col(PaymentLine.id))
    order = db.exec(paid.where(PaymentLine.attempt_id == attempt.id)).first()
    if order is None:
        raise NotFound
    return f"{STATUS_PAGE}/{link_of_order(db, order, now=now)}"


def _attempt(db: Session, by: Viewer, public_id: str, now: datetime) -> PaymentAttempt | None:
    own = select(PaymentAttempt).where(PaymentAttempt.studio_id == by.studio_id, PaymentAttempt.public_id == public_id)
    lasts = col(PaymentAttempt.expires_at) > now - SPEAKS_FOR
    return db.exec(own.where(PaymentAttempt.return_to == STATUS_PAGE, lasts)).first()
