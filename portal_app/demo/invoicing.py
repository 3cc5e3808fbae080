"""What the demo's studios ask for on paper: an invoice of every delivered order that is paid for, and a draft on the desk."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer
from portal_app.domain.billing.invoicing import TypedLine, draft_alone, draft_of_order, finalize, save_lines
from portal_app.domain.billing.models import Invoice
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.orders.models import Order

PRINTS = (
    TypedLine("Framed prints for the hallway", "50 × 70 cm, oak", "3", "85"),
    TypedLine("Delivery to the office", price="20"),
)


def invoice_order(db: Session, owner: Viewer, order: Order, seal: SecretSeal, *, now: datetime) -> None:
    """The invoice of an order that was delivered."""
    if not db.exec(select(Invoice.id).where(Invoice.order_id == order.id)).first():
        finalize(db, owner, draft_of_order(db, owner, order.number, seal, now=now), now=now)


def begin_draft(db: Session, owner: Viewer, customer_id: int, seal: SecretSeal, *, now: datetime) -> None:
    """One that stands alone and is not finished."""
    mine = select(Invoice.id).where(Invoice.studio_id == owner.studio_id, col(Invoice.order_id).is_(None))
    if not db.exec(mine).first():
        save_lines(db, owner, draft_alone(db, owner, customer_id, seal, now=now), PRINTS, is_taxed=True, now=now)
