"""Which photos a viewer may see, and what the screens and routes read about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, func, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.listings import queries as listings
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.kinds import SECTIONS, AssetKind
from portal_app.domain.media.models import Asset, AssetState, Rendition, Upload
from portal_app.domain.units import First


@dataclass(frozen=True, slots=True)
class PhotoCard:
    """One photo of a listing as its photographer sees it; `reason` says why it failed, in a sentence."""

    public_id: str
    state: str
    reason: str
    name: str
    size: int
    width: int
    height: int
    position: int
    is_cover: bool
    delivered: bool
    captured_at: datetime | None
    is_placed_by_hand: bool
    kind: str = AssetKind.PHOTO
    media_type: str = ""
    caption: str = ""
    room: str = ""
    is_hidden: bool = False
    url: str = ""
    seconds: int = 0
    pages: int = 0
    altered_how: str = ""
    alteration: str = ""
    original: str = ""


@dataclass(frozen=True, slots=True)
class PhotoCounts:
    """How many photos of a listing are in each state."""

    ready: int = 0
    rendering: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class RenditionFile:
    """Where the bytes of one size lie, and what they are."""

    name: str
    sha256: str
    crc32: int
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class UploadCard:
    """A file on its way in, or what became of it: `asset` is the photo's public id, also for a duplicate.

    `announced_hash` is what its sender says the whole file comes to; empty when nothing was said.
    """

    public_id: str
    listing_id: int
    file_name: str
    size: int
    announced_hash: str
    replaces_asset_id: int | None
    state: str
    reason: str
    asset: str
    asset_id: int | None
    is_duplicate: bool
    touched_at: datetime


def visible(by: Viewer):
    """Staff see the studio's photos; a customer or a secret link the delivered ones of the listings they may see."""
    here = select(Asset).where(Asset.studio_id == by.studio_id)
    if by.is_staff or by.role is Role.SYSTEM:
        return here
    mine = listings.visible(by).with_only_columns(Listing.id)
    return here.where(
        Asset.listing_id.in_(mine), Asset.delivered_at.is_not(None), Asset.state == AssetState.READY, Asset.is_hidden.is_(False)
    )


def photos(db: Session, by: Viewer, listing_id: int, *, are_removed: bool = False) -> list[PhotoCard]:
    """A listing's photos in their order; with `are_removed` those taken out instead."""
    state = Asset.state == AssetState.REMOVED if are_removed else Asset.state != AssetState.REMOVED
    is_photo = (Asset.listing_id == listing_id, Asset.kind == AssetKind.PHOTO)
    rows = db.exec(visible(by).where(*is_photo, state).order_by(Asset.position, Asset.id)).all()
    chosen = db.exec(select(Listing.cover_asset_id).where(Listing.id == listing_id, Listing.studio_id == by.studio_id)).first()
    cover = chosen if any(row.id == chosen for row in rows) else (rows[0].id if rows else None)
    names = {row.id: row.public_id for row in rows}
    return [
        _card(row, is_cover=row.id == cover and not are_removed, original=names.get(row.altered_of_id or 0, "")) for row in rows
    ]


def beside_photos(db: Session, by: Viewer, listing_id: int) -> list[PhotoCard]:
    """What a listing has beside its photos, in the order of its sections."""
    asked = visible(by).where(Asset.listing_id == listing_id, Asset.kind != AssetKind.PHOTO, Asset.state != AssetState.REMOVED)
    rows = db.exec(asked.order_by(Asset.position, Asset.id)).all()
    return [_card(row, is_cover=False) for row in sorted(rows, key=lambda row: SECTIONS.index(AssetKind(row.kind)))]


def counts(db: Session, by: Viewer, listing_ids: Sequence[int]) -> dict[int, PhotoCounts]:
    """Photos per state of several listings, in one statement; a listing without photos counts zero."""
    photos_of = (Asset.listing_id.in_(listing_ids), Asset.kind == AssetKind.PHOTO)
    asked = visible(by).where(*photos_of).with_only_columns(Asset.listing_id, Asset.state, func.count())
    found: dict[int, dict[str, int]] = {listing_id: {} for listing_id in listing_ids}
    for listing_id, state, number in db.execute(asked.group_by(Asset.listing_id, Asset.state)):
        found[listing_id][state] = number
    return {
        listing_id: PhotoCounts(*(states.get(each, 0) for each in (AssetState.READY, AssetState.RENDERING, AssetState.FAILED)))
        for listing_id, states in found.items()
    }


def asset_by_public_id(db: Session, by: Viewer, public_id: str) -> Asset:
    """The row, for verbs. Raises NotFound when there is none for this viewer."""
    asset = db.exec(visible(by).where(Asset.public_id == public_id)).first()
    if asset is None:
        raise NotFound
    return asset


def rendition(db: Session, asset_id: int, name: str) -> RenditionFile | None:
    """One size of an asset the caller already found visible; None while it is not made."""
    row = db.exec(select(Rendition).where(Rendition.asset_id == asset_id, Rendition.name == name)).first()
    return row and RenditionFile(row.name, row.sha256, row.crc32, row.size, row.width, row.height)


def upload_card(first: First, by: Viewer, public_id: str) -> UploadCard:
    """The viewer's own upload, asked for with every part by the shortest way. Raises NotFound for anybody else's."""
    found = first(_MINE, upload=public_id, studio=by.studio_id, account=by.account_id or 0)
    if found is None or not by.may(Permission.UPLOAD):
        raise NotFound
    *values, asset = found
    return UploadCard(**dict(zip(_OF_UPLOAD, values, strict=True)), asset=asset or "")


def card_of(db: Session, upload: Upload) -> UploadCard:
    """What is to be said about an upload."""
    asset = db.get(Asset, upload.asset_id) if upload.asset_id else None
    return UploadCard(**{name: getattr(upload, name) for name in _OF_UPLOAD}, asset=asset.public_id if asset else "")


_OF_UPLOAD = [each.name for each in fields(UploadCard) if each.name != "asset"]
_MINE = (
    select(*(getattr(Upload, name) for name in _OF_UPLOAD), Asset.public_id)
    .outerjoin(Asset, Asset.id == Upload.asset_id)
    .where(
        Upload.public_id == bindparam("upload"),
        Upload.studio_id == bindparam("studio"),
        Upload.account_id == bindparam("account"),
    )
)


def _card(row: Asset, *, is_cover: bool, original: str = "") -> PhotoCard:
    return PhotoCard(
        public_id=row.public_id,
        state=row.state,
        reason=row.reason,
        name=row.original_name,
        size=row.size,
        width=row.width,
        height=row.height,
        position=row.position,
        is_cover=is_cover,
        delivered=row.delivered_at is not None,
        captured_at=row.captured_at,
        is_placed_by_hand=row.is_placed_by_hand,
        kind=row.kind,
        media_type=row.media_type,
        caption=row.caption,
        room=row.room,
        is_hidden=row.is_hidden,
        url=row.url,
        seconds=row.seconds,
        pages=row.pages,
        altered_how=row.altered_how,
        alteration=row.alteration,
        original=original,
    )
