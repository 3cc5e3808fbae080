"""Opening a listing for a property."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.customers.models import Customer
from portal_app.domain.listings.models import Listing


def open_listing(
    db: Session, by: Viewer, customer: Customer, *, street: str, town: str, area: int | None, now: datetime
) -> Listing:
    """A new listing for this customer. `area` is in the studio's unit, None when nobody knows it."""
    listing = Listing(
        studio_id=by.studio_id,
        customer_id=customer.id,
        public_id=new_public_id(),
        street=street,
        town=town,
        area=area,
        created_at=now,
    )
    db.add(listing)
    db.flush()
    return listing
