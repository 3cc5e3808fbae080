"""What somebody ordered last time, for ordering it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer
from portal_app.domain.catalog.models import Kind
from portal_app.domain.catalog.offering import Offer
from portal_app.domain.catalog.queries import offers
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import to_order_for
from portal_app.domain.orders.models import Order, OrderLine, OrderStatus
from portal_app.domain.orders.queries import visible


@dataclass(frozen=True, slots=True)
class Repeat:
    """What of the last order can be had again today: public id → quantity, and how to get in and be reached."""

    street: str
    town: str
    words: str
    services: Mapping[str, int]
    entry: str
    phone: str


def last_time(db: Session, by: Viewer) -> Repeat | None:
    """From the newest order that stands in this person's own name; None when nothing of it is sold anymore."""
    if not by.is_customer:
        return None
    own = to_order_for(by).where(Customer.account_id == (by.account_id or 0)).with_only_columns(Customer.id)
    mine = visible(by).where(col(Order.customer_id).in_(own), Order.status != OrderStatus.CANCELED)
    order = db.exec(mine.order_by(col(Order.id).desc()).limit(1)).first()
    if order is None:
        return None
    lines = db.exec(select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.position))).all()
    shelf = offers(db, by)
    found = [(offer, line.quantity) for line in lines if (offer := _sold(line, shelf))]
    if not any(offer.kind != Kind.ADD_ON for offer, _ in found):
        return None
    services = {offer.public_id: min(quantity, offer.most) for offer, quantity in found}
    words = ", ".join(offer.name if at == 0 else offer.name[:1].lower() + offer.name[1:] for at, (offer, _) in enumerate(found))
    return Repeat(order.street, order.town, words, services, order.entry, order.phone)


def _sold(line: OrderLine, shelf: Sequence[Offer]) -> Offer | None:
    """The same form of the same service, or the service when it has one form."""
    forms = [offer for offer in shelf if offer.id == line.service_id]
    same = [offer for offer in forms if offer.name == line.name]
    return next(iter(same or (forms if len(forms) == 1 else [])), None)
