"""Which listings a viewer may see."""

from __future__ import annotations

from sqlmodel import Session, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.customers.queries import own_ids
from portal_app.domain.listings.models import Listing


def visible(by: Viewer, team: str = ""):
    """Staff see their studio's, a customer their own and those of teams they lead, a secret link its one.

    `team` narrows a customer's: see `own_ids`.
    """
    mine = select(Listing).where(Listing.studio_id == by.studio_id)
    if by.is_staff or by.role is Role.SYSTEM:
        return mine
    if by.role is Role.LINK:
        return mine.where(Listing.id == by.listing_id)
    return mine.where(Listing.customer_id.in_(own_ids(by, team)))


def listing_by_public_id(db: Session, by: Viewer, public_id: str) -> Listing:
    """The row, for verbs. Raises NotFound when there is none for this viewer."""
    listing = db.exec(visible(by).where(Listing.public_id == public_id)).first()
    if listing is None:
        raise NotFound
    return listing
