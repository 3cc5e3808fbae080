"""Whom a change concerns: the accounts behind listings and customer records, for pages that are open."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, or_, select

from portal_app.domain.customers.models import Customer
from portal_app.domain.listings.models import Listing


def accounts_concerned(db: Session, listing_ids: Collection[int], customer_ids: Collection[int]) -> set[int]:
    """The accounts whose listings or records these are. Guests have none."""
    theirs = select(Listing.customer_id).where(col(Listing.id).in_(listing_ids))
    concerned = or_(col(Customer.id).in_(customer_ids), col(Customer.id).in_(theirs))
    found = db.exec(select(Customer.account_id).where(concerned, col(Customer.account_id).is_not(None)))
    return {account_id for account_id in found if account_id}
