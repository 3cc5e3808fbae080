"""A customer makes links to some photos of a listing for somebody else, and ends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from portal_app.core.clock import at_wall_time, local
from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.core.tokens import fingerprint, new_public_id, new_token
from portal_app.core.viewer import Permission, Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import record
from portal_app.domain.delivery.gate import Size
from portal_app.domain.delivery.models import SharedLink
from portal_app.domain.delivery.pictures import has_sizes
from portal_app.domain.delivery.seeing import delivered_assets, visible
from portal_app.domain.delivery.standing import Standing, standing_of
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.arranging import lock_listing
from portal_app.domain.media.models import Asset
from portal_app.domain.studios.models import Studio

MOST_LINKS, LONGEST_LABEL, MOST_DOWNLOADS = 20, 80, 1000
LONGEST, USUAL = timedelta(days=366), timedelta(days=30)
SIZE_WORDS = {Size.MLS: "MLS, 1024 px", Size.WEB: "Web, 2048 px", Size.ORIGINAL: "Original"}
PATH = "/s/"


class TooManyLinks(Conflict):
    """So many are open that nobody keeps track of them."""

    sentence = f"{MOST_LINKS} links to this listing are open. End one that is not needed anymore, then make a new one."


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """What was chosen, as it was typed: `photos` by their public ids, `ends_on` a date, `most` a number or empty."""

    photos: Sequence[str]
    size: str
    ends_on: str
    most: str = ""
    label: str = ""


def share_photos(
    db: Session, by: Viewer, listing_public_id: str, request: ShareRequest, seal: SecretSeal, *, now: datetime
) -> str:
    """Make a link to some delivered photos, and return its path: its secret is kept sealed.

    Raises NotFound, InvalidInput with the field, TooManyLinks.
    """
    if not by.is_customer:
        raise NotFound
    listing = lock_listing(db, listing_to_share(db, by, listing_public_id).id)
    asset_ids = _chosen(db, listing, request.photos)
    kept = {"size": _size(request.size), "most_downloads": _most(request.most), "label": one_line(request.label, LONGEST_LABEL)}
    ends_at = _end(request.ends_on, db.get_one(Studio, listing.studio_id).zone, now)
    if sum(standing_of(link, now) in {Standing.OPEN, Standing.USED_UP} for link in links_to(db, listing)) >= MOST_LINKS:
        raise TooManyLinks
    token, public_id = new_token(), new_public_id()
    link = SharedLink(
        public_id=public_id, studio_id=listing.studio_id, listing_id=listing.id, account_id=by.account_id, created_at=now,
        token_hash=fingerprint(token), token_box=seal.seal(token, shared_context(public_id)), asset_ids=asset_ids,
        ends_at=ends_at, **kept,
    )  # fmt: skip
    db.add(link)
    db.flush()
    told = {"label": link.label, "photo_count": len(asset_ids), "size": link.size, "shared_link": public_id}
    record(db, by, "shared_link.made", now=now, listing_id=listing.id, customer_id=listing.customer_id, details=told)
    return f"{PATH}{token}"


def end_shared_link(db: Session, by: Viewer, link_public_id: str, *, now: datetime) -> None:
    """It opens nothing from now on, for whoever sees its listing to say. Once more changes nothing. Raises NotFound."""
    asked = select(SharedLink).where(SharedLink.public_id == link_public_id, SharedLink.studio_id == by.studio_id)
    link = db.exec(asked.with_for_update()).first()
    if link is None or not may_share(by) or db.exec(visible(by).where(Listing.id == link.listing_id)).first() is None:
        raise NotFound
    if link.revoked_at is None:
        _end_now(db, by, link, now)


def end_shared_links(db: Session, by: Viewer, listing_id: int, *, now: datetime) -> int:
    """Every one of a listing that is not ended yet; returns how many there were. `listing_id` is one that `by` sees."""
    asked = select(SharedLink).where(
        SharedLink.listing_id == listing_id, SharedLink.studio_id == by.studio_id, col(SharedLink.revoked_at).is_(None)
    )
    links = db.exec(asked.with_for_update()).all()
    for link in links:
        _end_now(db, by, link, now)
    return len(links)


def shareable(db: Session, listing_id: int) -> list[Asset]:
    """What has smaller sizes: photos, and floor plans that are pictures; delivered and not hidden, in their order."""
    return [asset for asset in delivered_assets(db, listing_id) if has_sizes(asset)]


def may_share(by: Viewer) -> bool:
    """Whether links to a listing are theirs to see and to end: its customers', and the studio's who deliver."""
    return by.is_customer or (by.is_staff and by.may(Permission.DELIVER))


def listing_to_share(db: Session, by: Viewer, public_id: str) -> Listing:
    """Raises NotFound when it is not theirs to see."""
    listing = db.exec(visible(by).where(Listing.public_id == public_id)).first()
    if listing is None:
        raise NotFound
    return listing


def links_to(db: Session, listing: Listing) -> Sequence[SharedLink]:
    """Every link that was made, the newest first."""
    return db.exec(select(SharedLink).where(SharedLink.listing_id == listing.id).order_by(col(SharedLink.id).desc())).all()


def _chosen(db: Session, listing: Listing, public_ids: Sequence[str]) -> list[int]:
    there = {photo.public_id: photo.id for photo in shareable(db, listing.id)}
    if not set(public_ids) <= there.keys():
        raise NotFound
    if not public_ids:
        raise InvalidInput("photos", "Choose at least one photo.")
    return [asset_id for public_id, asset_id in there.items() if public_id in set(public_ids)]


def _size(typed: str) -> str:
    if typed not in {str(size) for size in SIZE_WORDS}:
        raise InvalidInput("size", "Choose how large the photos may be.")
    return typed


def _most(typed: str) -> int | None:
    word = typed.strip()
    if not word:
        return None
    if not (word.isascii() and word.isdigit() and len(word) <= 4 and 1 <= int(word) <= MOST_DOWNLOADS):
        raise InvalidInput("most", f"A number from 1 to {MOST_DOWNLOADS:,}, or nothing for as many as they like.")
    return int(word)


def _end(typed: str, zone: str, now: datetime) -> datetime:
    """The end of that day where the studio is."""
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput("ends_on", "Write the last day like 2026-12-31.") from None
    today = local(now, zone).date()
    if not today <= day < today + LONGEST:
        raise InvalidInput("ends_on", "The last day is today or later, and within a year.")
    return at_wall_time(datetime.combine(day, time(23, 59, 59)), zone)


def _end_now(db: Session, by: Viewer, link: SharedLink, now: datetime) -> None:
    link.revoked_at = now
    db.flush()
    told = {"label": link.label, "shared_link": link.public_id}
    record(db, by, "shared_link.ended", now=now, listing_id=link.listing_id, details=told)


def shared_context(public_id: str) -> str:
    """What the sealed secret is bound to."""
    return f"shared:{public_id}"
