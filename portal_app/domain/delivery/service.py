"""Handing ready photos over, and the secret links that open them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.customers.models import Customer
from portal_app.domain.delivery.checklist import refuse_gaps
from portal_app.domain.delivery.keeping import wake
from portal_app.domain.delivery.models import AccessLink, Delivery
from portal_app.domain.delivery.originals import refuse_unpaired
from portal_app.domain.delivery.sharing import end_shared_links
from portal_app.domain.listings.models import Listing
from portal_app.domain.listings.queries import listing_by_public_id
from portal_app.domain.media.arranging import lock_listing
from portal_app.domain.media.kinds import AssetKind, kinds_in_words
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.orders import service as orders
from portal_app.domain.orders.models import Order, OrderStatus

LINK_LIFE = timedelta(days=365)
MOST_COPIES = 10
LONGEST_MESSAGE = 4_000
ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")


class NothingReady(Conflict):
    """There is no photo to hand over; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class DeliverRequest:
    """What the studio chose on the deliver screen. `copy_to` are further addresses that get their own mail. `with_gaps`: it
    knows that something promised is missing."""

    message: str = ""
    collect_payment: bool = True
    watermark: bool = True
    copy_to: list[str] = field(default_factory=list)
    with_gaps: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was handed over; `words` says it to the person who pressed."""

    delivery_id: int
    listing: str
    photo_count: int
    new_count: int
    is_first: bool
    words: str


def deliver(db: Session, by: Viewer, order_number: int, request: DeliverRequest, *, now: datetime) -> Delivered:
    """Hand over everything ready that was not handed over before and is not hidden; the order becomes Completed.

    Pressed twice at once it is one delivery: the order's row is locked, then the listing's, as every change of photos
    does. Raises NotFound, NotAllowed, NothingReady, Incomplete and Unpaired in words, InvalidInput for an address in `copy_to`.
    """
    order = orders.locked_order(db, by, order_number, Permission.DELIVER)
    request = checked(order, request)
    listing = lock_listing(db, order.listing_id)
    wake(db, listing)
    assets = _assets(db, order.listing_id)
    fresh = [asset for asset in assets if asset.delivered_at is None]
    _refuse_unfinished(assets, fresh)
    refuse_unpaired(db, listing, assets)
    if not request.with_gaps:
        refuse_gaps(db, order)
    for asset in fresh:
        asset.delivered_at = now
    delivery = Delivery(
        studio_id=by.studio_id,
        listing_id=order.listing_id,
        order_id=order.id,
        delivered_at=now,
        message=request.message,
        collect_payment=request.collect_payment,
        watermark=request.watermark,
        photo_count=sum(asset.kind == AssetKind.PHOTO for asset in assets),
        new_count=len(fresh),
        copy_to=request.copy_to,
    )
    db.add(delivery)
    db.flush()
    orders.complete(db, by, order, now=now)
    new_words, words = (kinds_in_words(asset.kind for asset in several) for several in (fresh, assets))
    _record_delivery(db, by, order, delivery, new_words, now)
    return _delivered(db, delivery, new_words, words)


def checked(order: Order, request: DeliverRequest) -> DeliverRequest:
    """The request as it is kept. Raises NothingReady for an order that nothing is delivered for, InvalidInput("copy_to")."""
    copy_to = _addresses(request.copy_to)
    _refuse_status(order)
    return replace(request, message=request.message.strip()[:LONGEST_MESSAGE], copy_to=copy_to)


def make_link(db: Session, delivery_id: int, email: str, *, now: datetime) -> str:
    """A new secret link for one recipient of a delivery; the token is returned once and never stored. Raises NotFound."""
    delivery = db.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound
    token = new_token()
    db.add(
        AccessLink(
            studio_id=delivery.studio_id,
            listing_id=delivery.listing_id,
            delivery_id=delivery.id,
            token_hash=fingerprint(token),
            email=email,
            created_at=now,
            ends_at=now + LINK_LIFE,
        )
    )
    db.flush()
    return token


def revoke_link(db: Session, by: Viewer, link_id: int, *, now: datetime) -> None:
    """The link opens nothing from now on. Revoking it again changes nothing. Raises NotFound, NotAllowed."""
    link = db.exec(
        select(AccessLink).where(AccessLink.id == link_id, AccessLink.studio_id == by.studio_id).with_for_update()
    ).first()
    _allow_staff(by, is_found=link is not None)
    if link.revoked_at is None:
        link.revoked_at = now
        db.flush()
        record(db, by, "link.revoked", now=now, listing_id=link.listing_id, details={"link_id": link.id})


def revoke_links(db: Session, by: Viewer, listing_public_id: str, *, now: datetime) -> int:
    """Close every open link of a listing, its customers' own ones too, and say how many there were. Raises NotFound,
    NotAllowed."""
    _allow_staff(by, is_found=True)
    listing = listing_by_public_id(db, by, listing_public_id)
    links = db.exec(select(AccessLink.id).where(AccessLink.listing_id == listing.id, col(AccessLink.revoked_at).is_(None))).all()
    for link_id in links:
        revoke_link(db, by, link_id, now=now)
    return len(links) + end_shared_links(db, by, listing.id, now=now)


def end_links_to(db: Session, by: Viewer, team_id: int, addresses: Sequence[str], *, now: datetime) -> None:
    """Close the links by which these addresses open the listings of a team: its person is not in it anymore."""
    theirs = select(Listing.id).join(Customer, col(Customer.id) == col(Listing.customer_id)).where(Customer.team_id == team_id)
    open_ones = select(AccessLink).where(
        AccessLink.studio_id == by.studio_id, col(AccessLink.listing_id).in_(theirs), col(AccessLink.revoked_at).is_(None)
    )
    gone = {address.lower() for address in addresses}
    for link in db.exec(open_ones.with_for_update()).all():
        if link.email.lower() in gone:
            link.revoked_at = now
            record(db, by, "link.revoked", now=now, listing_id=link.listing_id, details={"link_id": link.id})
    db.flush()


def viewer_by_link(db: Session, token: str, *, now: datetime) -> Viewer | None:
    """The viewer a secret link makes: one listing, nothing else. None for an unknown, revoked or ended link."""
    link = db.exec(select(AccessLink).where(AccessLink.token_hash == fingerprint(token))).first()
    if link is None or link.revoked_at is not None or link.ends_at <= now:
        return None
    return Viewer(studio_id=link.studio_id, role=Role.LINK, email=link.email, link_id=link.id, listing_id=link.listing_id)


def _allow_staff(by: Viewer, *, is_found: bool) -> None:
    if not by.is_staff or not is_found:
        raise NotFound
    if not by.may(Permission.DELIVER):
        raise NotAllowed


def _refuse_status(order: Order) -> None:
    if order.status == OrderStatus.PENDING:
        raise NothingReady("This order is still pending. Accept it first, then deliver.")
    if order.status == OrderStatus.CANCELED:
        raise NothingReady("This order was canceled, so nothing can be delivered for it.")


def _assets(db: Session, listing_id: int) -> Sequence[Asset]:
    return db.exec(
        select(Asset)
        .where(Asset.listing_id == listing_id, Asset.state != AssetState.REMOVED, col(Asset.is_hidden).is_(False))
        .order_by(col(Asset.id))
        .execution_options(populate_existing=True)
    ).all()


def _refuse_unfinished(assets: Sequence[Asset], fresh: Sequence[Asset]) -> None:
    making = [asset.kind for asset in assets if asset.state == AssetState.RENDERING]
    damaged = [asset for asset in assets if asset.state == AssetState.FAILED]
    if damaged:
        raise NothingReady(_damaged_words(damaged))
    if making:
        raise NothingReady(f"{kinds_in_words(making)} {_be(len(making))} still being made. Deliver when they are ready.")
    if not assets:
        raise NothingReady("There are no photos yet. Drop them above, then deliver.")
    if not fresh:
        raise NothingReady("Everything here is already delivered. Add a photo to deliver again.")


def _damaged_words(damaged: Sequence[Asset]) -> str:
    names = ", ".join(photo.original_name for photo in damaged[:3]) + (" and more" if len(damaged) > 3 else "")
    count = len(damaged)
    verb = "Replace or remove it" if count == 1 else "Replace or remove them"
    return f"{kinds_in_words(asset.kind for asset in damaged)} {_be(count)} damaged: {names}. {verb}, then deliver."


def counted(count: int, noun: str) -> str:
    """`1 photo`, `29 photos`"""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _addresses(typed: Sequence[str]) -> list[str]:
    kept: dict[str, str] = {}
    for address in filter(None, (address.strip() for address in typed)):
        if not ADDRESS.fullmatch(address) or len(address) > 254:
            raise InvalidInput("copy_to", f"{address[:60]!r} is not a mail address. Write it like name@example.com.")
        kept.setdefault(address.lower(), address)
    if len(kept) > MOST_COPIES:
        raise InvalidInput("copy_to", f"At most {MOST_COPIES} further people can get the mail.")
    return list(kept.values())


def _record_delivery(db: Session, by: Viewer, order: Order, delivery: Delivery, new_words: str, now: datetime) -> None:
    details = {
        "delivery_id": delivery.id,
        "number": order.number,
        "photo_count": delivery.photo_count,
        "new_count": delivery.new_count,
        "new_words": new_words,
    }
    record(
        db, by, "listing.delivered", now=now, order_id=order.id, listing_id=order.listing_id,
        customer_id=order.customer_id, details=details,
    )  # fmt: skip


def _delivered(db: Session, delivery: Delivery, new_words: str, words: str) -> Delivered:
    before = db.exec(select(Delivery.id).where(Delivery.listing_id == delivery.listing_id, Delivery.id < delivery.id)).first()
    listing = db.get_one(Listing, delivery.listing_id)
    said = f"{words} delivered." if before is None else f"{new_words} delivered now, {words} in all."
    return Delivered(delivery.id, listing.public_id, delivery.photo_count, delivery.new_count, before is None, said)
