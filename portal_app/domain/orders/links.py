"""Secret addresses of an order's status page: for guests, who have no account to find their order under."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.customers.models import Customer
from portal_app.domain.orders.models import Order, OrderLink


def link_of_request(db: Session, by: Viewer, request_key: str, *, now: datetime) -> str:
    """The token of a new address for the order a guest just placed under this key, which only their own tab knows.

    They get one too when the address they gave is an account's: otherwise booking would tell who has an account here.
    Raises NotFound for a key that placed nothing.
    """
    order = db.exec(select(Order).where(Order.studio_id == by.studio_id, Order.request_key == request_key)).first()
    if by.role is not Role.GUEST or not request_key or order is None:
        raise NotFound
    return link_of_order(db, order, now=now)


def link_of_order(db: Session, order: Order, *, now: datetime) -> str:
    """The token of a further address. Only its fingerprint is kept, so each mail carries one of its own."""
    token = new_token()
    db.add(OrderLink(studio_id=order.studio_id, order_id=order.id, token_hash=fingerprint(token), created_at=now))
    db.flush()
    return token


def viewer_of_link(db: Session, studio_id: int, token: str) -> Viewer | None:
    """Whoever holds this address at this studio: they see its order and nothing else. None for one that opens nothing."""
    held = select(OrderLink).where(OrderLink.token_hash == fingerprint(token), OrderLink.studio_id == studio_id)
    link = db.exec(held.where(col(OrderLink.revoked_at).is_(None))).first()
    return Viewer(studio_id=studio_id, role=Role.LINK, order_id=link.order_id) if link else None


def is_of_guest(db: Session, order: Order) -> bool:
    """Whether nobody can sign in to see it."""
    return db.get_one(Customer, order.customer_id).account_id is None
