"""What facts are about, by name: the orders, listings and customers they mention, as links need them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col

from portal_app.core.viewer import Viewer
from portal_app.domain.customers import queries as customers
from portal_app.domain.customers.models import Customer
from portal_app.domain.listings import queries as listings
from portal_app.domain.listings.models import Listing
from portal_app.domain.orders import queries as orders
from portal_app.domain.orders.models import Order


@dataclass(frozen=True, slots=True)
class Mentions:
    """Numbers of orders, public id and street of listings, names of customers; what this viewer may not see is missing."""

    orders: dict[int, int]
    listings: dict[int, tuple[str, str]]
    customers: dict[int, str]


def mentions(
    db: Session, by: Viewer, *, order_ids: Collection[int], listing_ids: Collection[int], customer_ids: Collection[int]
) -> Mentions:
    """The names behind these ids, in three statements however many there are."""
    found_orders = orders.visible(by).with_only_columns(col(Order.id), col(Order.number)).where(col(Order.id).in_(order_ids))
    found_listings = listings.visible(by).with_only_columns(col(Listing.id), col(Listing.public_id), col(Listing.street))
    found_customers = customers.visible(by).with_only_columns(col(Customer.id), col(Customer.name))
    return Mentions(
        orders={row[0]: row[1] for row in db.execute(found_orders)},
        listings={row[0]: (row[1], row[2]) for row in db.execute(found_listings.where(col(Listing.id).in_(listing_ids)))},
        customers={row[0]: row[1] for row in db.execute(found_customers.where(col(Customer.id).in_(customer_ids)))},
    )


def order_ids_numbered(db: Session, by: Viewer, words: str) -> tuple[int, ...]:
    """The order that `#1042` or `1042` means; nothing for any other words."""
    digits = words.strip().lstrip("#")
    if not digits.isdecimal() or len(digits) > 9:
        return ()
    found = orders.visible(by).with_only_columns(col(Order.id)).where(col(Order.number) == int(digits))
    return tuple(db.execute(found).scalars())
