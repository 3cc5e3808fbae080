"""Rows that a test needs and no verb has to make."""

from __future__ import annotations

from datetime import datetime

from portal_app.core.tokens import new_public_id
from portal_app.db import Database
from portal_app.domain.listings.models import Listing
from portal_app.domain.orders.models import Order
from tests.conftest import NOW


def make_order(
    database: Database,
    studio_id: int,
    customer_id: int,
    *,
    number: int = 1001,
    status: str = "completed",
    total_cents: int = 47757,
    now: datetime = NOW,
) -> Order:
    """An order at a fresh listing, without lines."""
    with database.unit_of_work() as db:
        listing = Listing(
            studio_id=studio_id, customer_id=customer_id, public_id=new_public_id(), street="1187 Ocean View Blvd",
            town="Pacific Grove, CA 93950", created_at=now,
        )  # fmt: skip
        db.add(listing)
        db.flush()
        order = Order(
            studio_id=studio_id, number=number, request_key=new_public_id(), customer_id=customer_id, listing_id=listing.id,
            status=status, customer_name="Carl Nakamura", street=listing.street, town=listing.town, currency="USD",
            subtotal_cents=total_cents, tax_cents=0, total_cents=total_cents, placed_at=now,
        )  # fmt: skip
        db.add(order)
        db.flush()
        return order
