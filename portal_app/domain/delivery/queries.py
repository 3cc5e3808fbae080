"""Reading deliveries: what viewers see and take, who is told, which links are out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound, Problem
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Viewer
from portal_app.domain.customers.copies import addressees
from portal_app.domain.delivery.files import archive_to_serve, file_to_serve
from portal_app.domain.delivery.models import AccessLink, Delivery
from portal_app.domain.delivery.seeing import delivered_photos, gate_of, gates_of, photos_to_see, visible
from portal_app.domain.delivery.showing import cover_urls, listing_cards, listing_count, listing_page
from portal_app.domain.listings import queries as listings
from portal_app.domain.listings.models import Listing
from portal_app.domain.orders.models import Order

__all__ = [
    "LinkEnded", "archive_to_serve", "cover_urls", "delivered_photos", "file_to_serve", "gate_of", "gates_of", "links_of",
    "listing_cards", "listing_count", "listing_page", "opened_link", "photos_to_see", "recipients", "visible",
]  # fmt: skip


class LinkEnded(Problem):
    """The secret link was revoked or its time is over."""

    sentence = "This link has ended. Ask the studio for a new one."
    status = 410


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets a mail with a link of their own."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class LinkCard:
    """One secret link, for the studio."""

    id: int
    email: str
    created_at: datetime
    ends_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Where a secret link leads, and until when it does."""

    listing: str
    ends_at: datetime


def recipients(db: Session, delivery_id: int) -> list[Recipient]:
    """Who gets a mail about a delivery, each once: the order's customer and whoever they have copied, then the further
    addresses of the studio. Raises NotFound."""
    found = db.exec(
        select(Delivery, Order.customer_id).join(Order, col(Order.id) == col(Delivery.order_id)).where(Delivery.id == delivery_id)
    ).first()
    if found is None:
        raise NotFound
    delivery, customer_id = found
    people = {each.email.lower(): Recipient(each.name, each.email) for each in addressees(db, customer_id)}
    for address in delivery.copy_to:
        people.setdefault(address.lower(), Recipient("", address))
    return list(people.values())


def links_of(db: Session, by: Viewer, listing_public_id: str, *, now: datetime) -> list[LinkCard]:
    """Every secret link of a listing, newest first. Raises NotFound: only the studio sees them."""
    if not by.is_staff:
        raise NotFound
    listing = listings.listing_by_public_id(db, by, listing_public_id)
    links = db.exec(select(AccessLink).where(AccessLink.listing_id == listing.id).order_by(col(AccessLink.id).desc()))
    return [
        LinkCard(link.id, link.email, link.created_at, link.ends_at, link.revoked_at is None and link.ends_at > now)
        for link in links
    ]


def opened_link(db: Session, studio_id: int, token: str, *, now: datetime) -> OpenedLink:
    """Where this studio's link leads. Raises NotFound for one that never was, LinkEnded for one that was."""
    found = db.exec(
        select(AccessLink, Listing.public_id)
        .join(Listing, col(Listing.id) == col(AccessLink.listing_id))
        .where(AccessLink.token_hash == fingerprint(token), AccessLink.studio_id == studio_id)
    ).first()
    if found is None:
        raise NotFound("This link is not known here. Check that all of it was copied, or ask the studio for a new one.")
    link, listing = found
    if link.revoked_at is not None or link.ends_at <= now:
        raise LinkEnded
    return OpenedLink(listing, link.ends_at)
