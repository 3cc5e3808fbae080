"""A listing goes to another customer: with its orders, what was paid on them and their history.

    goes along            the listing, its orders, their appointments, what was paid or given back on them, drafts of bills
    stays where it was    finished invoices and receipts: papers are made out to who got them; credit, cards, coupons used
    ends                  every secret link to the listing and its orders, and a delivery that is planned
    stands in its way     a payment under way, a bill that waits to be paid, an order split among payers

Names and addresses on the orders stay as they were when booked; the phone of who booked does not go along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing import queries as billing
from portal_app.domain.billing.kinds import InvoiceStatus
from portal_app.domain.billing.models import Invoice, PaymentLine, Share
from portal_app.domain.customers.models import Customer, Team
from portal_app.domain.customers.queries import to_order_for
from portal_app.domain.delivery.models import AccessLink
from portal_app.domain.delivery.planning import end_plan
from portal_app.domain.listings.models import Listing
from portal_app.domain.listings.queries import visible
from portal_app.domain.media.arranging import lock_listing
from portal_app.domain.orders.models import Order, OrderLink

MOST_FOUND = 8


class CannotMove(Conflict):
    """Something is open that only the customer it has now can end; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Taker:
    """A record that could have the listing: a person, or a person in a team."""

    id: int
    name: str
    email: str
    team: str


def takers(db: Session, by: Viewer, listing_public_id: str, search: str) -> list[Taker]:
    """Who could have it, found by name, address or team; at most eight. Raises NotFound, NotAllowed."""
    listing, words = _theirs(db, by, listing_public_id), search.strip().lower().replace("%", "").replace("_", "")
    if not words:
        return []
    like = f"%{words}%"
    found = db.execute(
        to_order_for(by)
        .outerjoin(Team, col(Team.id) == col(Customer.team_id))
        .add_columns(Team.name)
        .where(Customer.id != listing.customer_id)
        .where(or_(*(func.lower(column).like(like) for column in (Customer.name, Customer.email, Team.name))))
        .order_by(col(Customer.name), col(Customer.id))
        .limit(MOST_FOUND)
    )
    return [Taker(one.id or 0, one.name, one.email, team or "") for one, team in found]


def transfer_listing(db: Session, by: Viewer, listing_public_id: str, customer_id: int, *, now: datetime) -> None:
    """See the table above. To whom it is already changes nothing.

    Raises NotFound, NotAllowed, CannotMove in words, InvalidInput("taker") for who cannot have it.
    """
    listing = _theirs(db, by, listing_public_id)
    orders = _locked_orders(db, listing.id or 0)
    lock_listing(db, listing.id or 0)
    db.refresh(listing)
    if listing.customer_id == customer_id:
        return
    taker = db.exec(to_order_for(by).where(Customer.id == customer_id)).first()
    if taker is None:
        raise InvalidInput("taker", "They cannot have it: they left their team, or their account is gone. Choose somebody else.")
    _refuse_open_money(db, [order.id or 0 for order in orders])
    giver = db.get_one(Customer, listing.customer_id)
    _hand_over(db, listing, orders, customer_id, now)
    details = {"street": listing.street, "before": giver.name, "after": taker.name}
    about = {"order_id": orders[-1].id if orders else None, "listing_id": listing.id, "customer_id": giver.id}
    record(db, by, "listing.transferred", now=now, details=details, **about)


def _theirs(db: Session, by: Viewer, listing_public_id: str) -> Listing:
    listing = db.exec(visible(by).where(Listing.public_id == listing_public_id)).first()
    if listing is None or not by.is_staff:
        raise NotFound
    if not (by.may(Permission.ACCEPT_ORDERS) and by.may(Permission.SEE_CUSTOMERS)):
        raise NotAllowed
    return listing


def _locked_orders(db: Session, listing_id: int) -> Sequence[Order]:
    found = select(Order).where(Order.listing_id == listing_id).order_by(col(Order.id))
    return db.exec(found.with_for_update().execution_options(populate_existing=True)).all()


def _refuse_open_money(db: Session, order_ids: Sequence[int]) -> None:
    asked = col(Invoice.order_id).in_(order_ids)
    bills = select(Invoice.id).where(asked)
    paying = or_(col(PaymentLine.order_id).in_(order_ids), col(PaymentLine.invoice_id).in_(bills))
    if db.exec(select(PaymentLine.id).where(paying, col(PaymentLine.is_live))).first():
        raise CannotMove("A payment for it is under way. Wait until it arrived or was given up, then move the listing.")
    if db.exec(select(Share.id).where(col(Share.order_id).in_(order_ids), col(Share.ended_at).is_(None))).first():
        raise CannotMove("Several people pay an order of it. Undo the split first, then move the listing.")
    dues = billing.due(db, order_ids)
    waiting = db.exec(select(Invoice.order_id).where(asked, Invoice.status == InvoiceStatus.OPEN)).all()
    if any(dues.get(order_id or 0, 0) > 0 for order_id in waiting):
        raise CannotMove("An invoice for it waits to be paid. Make it void or wait for the money, then move the listing.")


def _hand_over(db: Session, listing: Listing, orders: Sequence[Order], customer_id: int, now: datetime) -> None:
    listing.customer_id = customer_id
    order_ids = [order.id or 0 for order in orders]
    for order in orders:
        order.customer_id, order.phone = customer_id, ""
        end_plan(db, order.id or 0, now=now)
    drafts = select(Invoice).where(col(Invoice.order_id).in_(order_ids), Invoice.status == InvoiceStatus.DRAFT)
    for draft in db.exec(drafts.with_for_update()):
        draft.customer_id = customer_id
    links = select(AccessLink).where(AccessLink.listing_id == listing.id, col(AccessLink.revoked_at).is_(None))
    pages = select(OrderLink).where(col(OrderLink.order_id).in_(order_ids), col(OrderLink.revoked_at).is_(None))
    for link in (*db.exec(links.with_for_update()), *db.exec(pages.with_for_update())):
        link.revoked_at = now
    db.flush()
