"""The archive: a listing leaves the lists and comes back. Nothing is deleted, and its addresses open as before."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.listings.models import Listing
from portal_app.domain.listings.queries import visible


def archive_listing(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Out of every list, for the studio and for its customer. Again changes nothing. Raises NotFound, NotAllowed."""
    listing = locked_listing(db, by, public_id)
    if listing.archived_at is None:
        listing.archived_at = now
        _tell(db, by, listing, "listing.archived", now)


def unarchive_listing(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Back where it was. Again changes nothing. Raises NotFound, NotAllowed."""
    listing = locked_listing(db, by, public_id)
    if listing.archived_at is not None:
        listing.archived_at = None
        _tell(db, by, listing, "listing.brought_back", now)


def locked_listing(db: Session, by: Viewer, public_id: str) -> Listing:
    """The row for whoever may arrange it: its customer, or who delivers. Raises NotFound, NotAllowed."""
    found = visible(by).where(Listing.public_id == public_id).with_for_update().execution_options(populate_existing=True)
    listing = db.exec(found).first()
    if listing is None or not (by.is_staff or by.is_customer):
        raise NotFound
    if by.is_staff and not by.may(Permission.DELIVER):
        raise NotAllowed
    return listing


def _tell(db: Session, by: Viewer, listing: Listing, kind: str, now: datetime) -> None:
    db.add(listing)
    db.flush()
    record(db, by, kind, now=now, listing_id=listing.id, customer_id=listing.customer_id, details={"street": listing.street})
