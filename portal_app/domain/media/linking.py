"""A photographer adds a link, and says what an asset is: its words, its room, its section, and whether it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import record
from portal_app.domain.listings.queries import listing_by_public_id
from portal_app.domain.media.arranging import admit, bring_back, hold_listing, locked_asset, named, require_upload, settle
from portal_app.domain.media.embeds import Link, read_link
from portal_app.domain.media.kinds import AssetKind, may_become
from portal_app.domain.media.models import Asset, AssetState

MEDIA_TYPE = "text/uri-list"
LONGEST_CAPTION, LONGEST_ROOM = 200, 60


@dataclass(frozen=True, slots=True)
class AssetWords:
    """What a person says about an asset. `kind` is the section it stands in, empty to leave it where it is."""

    caption: str = ""
    room: str = ""
    kind: str = ""


def add_link(db: Session, by: Viewer, listing_public_id: str, pasted: str, caption: str = "", *, now: datetime) -> str:
    """Keep a tour, a video or a website that lies elsewhere; the same one again is the one that is there. Its public id.

    Raises NotFound, NotAllowed, InvalidInput("url").
    """
    if not by.is_staff:
        raise NotFound
    require_upload(by)
    listing = listing_by_public_id(db, by, listing_public_id)
    link = read_link(pasted)
    hold_listing(db, listing.id or 0)
    known = db.exec(select(Asset).where(Asset.listing_id == listing.id, Asset.url == link.url)).first()
    if known is None:
        known = _new_link(by, listing.id or 0, link, one_line(caption, LONGEST_CAPTION), now)
        admit(db, known)
        record(db, by, "asset.linked", now=now, listing_id=listing.id, details=named(known) | {"url": link.url})
    elif known.state == AssetState.REMOVED:
        bring_back(db, known, now=now)
        record(db, by, "asset.restored", now=now, listing_id=listing.id, details=named(known))
    return known.public_id


def describe_asset(db: Session, by: Viewer, asset_public_id: str, words: AssetWords, *, now: datetime) -> None:
    """Its caption, its room and its section. Raises NotFound, NotAllowed, InvalidInput("kind")."""
    asset = locked_asset(db, by, asset_public_id)
    if words.kind and words.kind != asset.kind:
        _put_into(db, asset, words.kind)
    asset.caption, asset.room = one_line(words.caption, LONGEST_CAPTION), one_line(words.room, LONGEST_ROOM)
    record(db, by, "asset.described", now=now, listing_id=asset.listing_id, details=named(asset))


def show_asset(db: Session, by: Viewer, asset_public_id: str, *, is_shown: bool, now: datetime) -> None:
    """Hide it from everybody but the studio, or show it again. Raises NotFound, NotAllowed."""
    asset = locked_asset(db, by, asset_public_id)
    if asset.is_hidden == is_shown:
        asset.is_hidden = not is_shown
        kind = "asset.shown" if is_shown else "asset.hidden"
        record(db, by, kind, now=now, listing_id=asset.listing_id, details=named(asset))


def _new_link(by: Viewer, listing_id: int, link: Link, caption: str, now: datetime) -> Asset:
    return Asset(
        studio_id=by.studio_id,
        listing_id=listing_id,
        public_id=new_public_id(),
        state=AssetState.READY,
        kind=link.kind,
        url=link.url,
        caption=caption,
        original_name=link.name,
        media_type=MEDIA_TYPE,
        size=0,
        sha256="",
        crc32=0,
        received_at=now,
    )


def _put_into(db: Session, asset: Asset, kind: str) -> None:
    if kind not in may_become(url=asset.url, media_type=asset.media_type):
        raise InvalidInput("kind", "This cannot be put there. Choose another section.")
    was, asset.kind = asset.kind, AssetKind(kind).value
    asset.is_placed_by_hand, asset.position = False, 0
    settle(db, asset.listing_id, was)
    settle(db, asset.listing_id, asset.kind)
