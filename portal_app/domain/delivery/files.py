"""The bytes behind an address, as far as the gate lets this viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.delivery.archive import Archive, Member, plan, safe_name
from portal_app.domain.delivery.gate import ORIGINAL, Locked, Sight, Size, served, sight_for
from portal_app.domain.delivery.seeing import delivered_photos, gate_of, photos_to_see, visible
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset, Rendition


@dataclass(frozen=True, slots=True)
class ServedFile:
    """The bytes behind one address for one viewer. `name` is what a download is called; size in bytes."""

    asset: str
    listing_id: int
    sha256: str
    size: int
    media_type: str
    name: str
    is_locked: bool


@dataclass(frozen=True, slots=True)
class ServedArchive:
    """The planned ZIP of a listing, ready to send."""

    listing_id: int
    name: str
    archive: Archive


def file_to_serve(db: Session, by: Viewer, asset_public_id: str, size: Size) -> ServedFile:
    """What this address means for this viewer now. Raises NotFound, or Locked for a size that waits for payment."""
    asset = db.exec(photos_to_see(by).where(Asset.public_id == asset_public_id)).first()
    if asset is None:
        raise NotFound
    gate = gate_of(db, asset.listing_id)
    name = served(sight_for(by, gate), size)
    is_locked = gate.is_locked and not by.is_staff
    if name == ORIGINAL:
        return ServedFile(
            asset.public_id, asset.listing_id, asset.sha256, asset.size, asset.media_type, asset.original_name, is_locked
        )  # fmt: skip
    found = db.exec(select(Rendition).where(Rendition.asset_id == asset.id, Rendition.name == name)).first()
    if found is None:
        raise NotFound
    return ServedFile(
        asset.public_id, asset.listing_id, found.sha256, found.size, "image/jpeg", jpeg_name(asset.original_name), is_locked
    )  # fmt: skip


def archive_to_serve(db: Session, by: Viewer, listing_public_id: str, size: Size) -> ServedArchive:
    """The ZIP of everything delivered, in one size. Raises NotFound, or Locked while the listing waits for payment."""
    listing = db.exec(visible(by).where(Listing.public_id == listing_public_id)).first()
    if listing is None:
        raise NotFound
    sight = sight_for(by, gate_of(db, listing.id))
    name = served(sight, size)
    if size is Size.THUMB:
        raise NotFound
    if sight is not Sight.OPEN:
        raise Locked
    photos = delivered_photos(db, [listing.id])
    if not photos:
        raise NotFound
    members = _originals(photos) if name == ORIGINAL else _renditions(db, photos, name)
    label = "" if name == ORIGINAL else f" ({name})"
    return ServedArchive(listing.id, safe_name(f"{listing.street}{label}.zip", otherwise="photos.zip"), plan(members))


def _originals(photos: Sequence[Asset]) -> list[Member]:
    return [Member(photo.original_name, photo.sha256, photo.crc32, photo.size) for photo in photos]


def _renditions(db: Session, photos: Sequence[Asset], name: str) -> list[Member]:
    asset_ids = [photo.id for photo in photos]
    rows = db.exec(select(Rendition).where(col(Rendition.asset_id).in_(asset_ids), Rendition.name == name))
    made = {row.asset_id: row for row in rows}
    return [
        Member(jpeg_name(photo.original_name), made[photo.id].sha256, made[photo.id].crc32, made[photo.id].size)
        for photo in photos
        if photo.id in made
    ]


def jpeg_name(original_name: str) -> str:
    """What a rendition is called: the original's name, ending in .jpg."""
    stem, dot, ending = original_name.rpartition(".")
    return f"{stem if dot and len(ending) <= 5 else original_name}.jpg"
