"""What the demo's customers want changed: one request at each studio, about the first photo delivered there."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer
from portal_app.domain.delivery.revising import Asked, AskedPhoto, ask_revision
from portal_app.domain.delivery.revision_models import RevisionRequest
from portal_app.domain.delivery.revision_steps import placed
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset
from portal_app.domain.orders.models import Order

WORDS = "The sky came out gray here. Could it be as blue as in the other photos?"


def ask_for_blue(db: Session, customer: Viewer, order: Order, *, now: datetime) -> None:
    """A box over the sky of one photo, once per studio."""
    if db.exec(select(RevisionRequest.id).where(RevisionRequest.studio_id == order.studio_id)).first():
        return
    listing = db.get_one(Listing, order.listing_id)
    photos = select(Asset.public_id).where(Asset.listing_id == listing.id, Asset.kind == AssetKind.PHOTO)
    photo = db.exec(photos.order_by(col(Asset.position), col(Asset.id))).first()
    if photo is not None:
        sky = AskedPhoto(photo, placed("box", 0.05, 0.04, 0.9, 0.3), "Only the sky.")
        ask_revision(db, customer, listing.public_id, Asked(order.request_key, WORDS, (sky,)), now=now)
