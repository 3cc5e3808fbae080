"""Reading a customer's own links: what may be shared of a listing, what is, and how much of it was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.clock import date_words, day_words, local
from portal_app.core.errors import Conflict, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.delivery.gate import Sight, Size, sight_for
from portal_app.domain.delivery.models import SharedLink
from portal_app.domain.delivery.pictures import picture_url, renditions_of
from portal_app.domain.delivery.seeing import gate_of
from portal_app.domain.delivery.sharing import (
    LONGEST,
    PATH,
    SIZE_WORDS,
    USUAL,
    links_to,
    listing_to_share,
    may_share,
    shareable,
    shared_context,
)
from portal_app.domain.delivery.standing import Standing, standing_of
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.listings.models import Listing
from portal_app.domain.studios.models import Studio


@dataclass(frozen=True, slots=True)
class ShareTile:
    """A photo that may be chosen."""

    public_id: str
    number: str
    alt: str
    thumb_url: str


@dataclass(frozen=True, slots=True)
class SharedCard:
    """One link, for those who see its listing; one that is used up still shows, and can be ended.

    `path` is empty for the studio, also where it looks through a customer's eyes: it hands on no link of theirs; and when its
    secret cannot be read anymore.
    """

    public_id: str
    label: str
    path: str
    what_words: str
    used_words: str
    until_words: str
    by_words: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SharingPage:
    """The photos of a listing, and every link that was made to some of them, the newest first."""

    street: str
    is_locked: bool
    photos: list[ShareTile]
    links: list[SharedCard]
    usual_end: str
    last_end: str


def sharing_page(db: Session, by: Viewer, listing_public_id: str, seal: SecretSeal, *, now: datetime) -> SharingPage:
    """What may be shared of a listing, and what is. Raises NotFound, also for a holder of a link."""
    if not may_share(by):
        raise NotFound
    listing = listing_to_share(db, by, listing_public_id)
    gate, studio = gate_of(db, listing.id), db.get_one(Studio, listing.studio_id)
    sight = sight_for(by, gate) if gate.is_delivered else Sight.NOTHING
    photos = shareable(db, listing.id) if gate.is_delivered else []
    renditions = renditions_of(db, [photo.id for photo in photos])
    tiles = [
        ShareTile(
            photo.public_id, f"{place:02d}", photo.caption or f"Photo {place}", picture_url(photo, Size.THUMB, sight, renditions)
        )
        for place, photo in enumerate(photos, 1)
    ]
    cards = _cards(db, by, listing, studio.zone, seal, now)
    today = local(now, studio.zone).date()
    ends = (str(today + USUAL), str(today + LONGEST - timedelta(days=1)))
    return SharingPage(listing.street, sight is not Sight.OPEN, tiles, cards, *ends)


def links_made(db: Session, by: Viewer, listing_public_id: str, seal: SecretSeal, *, now: datetime) -> list[SharedCard]:
    """Every link that was made to a listing, the newest first; none for whoever may not end them. Raises NotFound."""
    listing = listing_to_share(db, by, listing_public_id)
    return _cards(db, by, listing, db.get_one(Studio, listing.studio_id).zone, seal, now) if may_share(by) else []


def _cards(db: Session, by: Viewer, listing: Listing, zone: str, seal: SecretSeal, now: datetime) -> list[SharedCard]:
    links = links_to(db, listing)
    names = dict(db.exec(select(Account.id, Account.name).where(col(Account.id).in_({link.account_id for link in links}))).all())
    return [_card(link, names.get(link.account_id, ""), zone, seal, by, now) for link in links]


def _card(link: SharedLink, name: str, zone: str, seal: SecretSeal, by: Viewer, now: datetime) -> SharedCard:
    count, is_open = len(link.asset_ids), standing_of(link, now) in {Standing.OPEN, Standing.USED_UP}
    photos = "1 photo" if count == 1 else f"{count:,} photos"
    return SharedCard(
        public_id=link.public_id,
        label=link.label or photos,
        path=_path(link, seal) if is_open and by.is_customer and by.is_themselves else "",
        what_words=f"{photos}, {_largest(link)}",
        used_words=_used_words(link, zone),
        until_words=_until_words(link, zone, now),
        by_words="" if link.account_id == by.account_id else f"Made by {name}" if name else "",
        is_open=is_open,
    )


def _largest(link: SharedLink) -> str:
    """`up to 2048 px`, `originals`"""
    return "originals" if link.size == Size.ORIGINAL else f"up to {SIZE_WORDS[Size(link.size)].rpartition(', ')[2]}"


def _path(link: SharedLink, seal: SecretSeal) -> str:
    try:
        return f"{PATH}{seal.open(link.token_box, shared_context(link.public_id))}"
    except Conflict:
        return ""


def _used_words(link: SharedLink, zone: str) -> str:
    of = "" if link.most_downloads is None else f" of {link.most_downloads:,}"
    last = f", last {day_words(link.used_at, zone)}" if link.used_at else ""
    many = "download" if (link.most_downloads or link.used) == 1 else "downloads"
    return f"{link.used:,}{of} {many} used{last}" if link.used or of else "Not used yet"


def _until_words(link: SharedLink, zone: str, now: datetime) -> str:
    found = standing_of(link, now)
    if found is Standing.REVOKED:
        return f"Ended {day_words(link.revoked_at or now, zone)}"
    if found is Standing.OVER:
        return f"Ran out {date_words(local(link.ends_at, zone).date())}"
    return "Used up" if found is Standing.USED_UP else f"Good until {date_words(local(link.ends_at, zone).date())}"
