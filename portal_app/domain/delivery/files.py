"""The bytes behind an address, as far as the gate lets this viewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from portal_app.core.clock import when_words
from portal_app.core.errors import Conflict, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.delivery.archive import SUMS, Archive, Member, plan, safe_name, unique_names
from portal_app.domain.delivery.changes import CHANGES, change_list
from portal_app.domain.delivery.disclosing import ALTERED, altered_notes
from portal_app.domain.delivery.gate import ORIGINAL, Sight, Size, refusal, served, sight_for
from portal_app.domain.delivery.naming import Naming, file_name
from portal_app.domain.delivery.pictures import has_sizes
from portal_app.domain.delivery.policies import delivery_policy_of
from portal_app.domain.delivery.seeing import delivered_assets, gate_of, photos_to_see, visible
from portal_app.domain.delivery.taking import Held, Item, Taking, held_since
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.alterations import altered_name
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset, Rendition
from portal_app.domain.studios.models import Studio

LAST = "last"


@dataclass(frozen=True, slots=True)
class ServedFile:
    """The bytes behind one address for one viewer. `name` is what a download is called; size in bytes."""

    asset: str
    asset_id: int
    listing_id: int
    sha256: str
    size: int
    media_type: str
    name: str
    is_locked: bool

    def taking(self, size: str) -> Taking:
        """What is kept of it when it is downloaded."""
        items = (Item(self.asset_id, self.name, self.sha256),)
        return Taking(self.listing_id, self.name, size, self.sha256, self.size, items, self.asset)


@dataclass(frozen=True, slots=True)
class ServedArchive:
    """The planned ZIP of a listing, ready to send, and what is kept of it when it is downloaded."""

    listing_id: int
    name: str
    archive: Archive
    taking: Taking


class NothingNew(Conflict):
    """They have everything already."""

    sentence = "Nothing changed since your last download. Download all to have everything once more."


def file_to_serve(db: Session, by: Viewer, asset_public_id: str, size: Size) -> ServedFile:
    """What this address means for this viewer now. Raises NotFound, or Locked for a size that waits for payment."""
    asset = db.exec(photos_to_see(by).where(Asset.public_id == asset_public_id)).first()
    if asset is None:
        raise NotFound
    gate = gate_of(db, asset.listing_id)
    name = served(sight_for(by, gate), size)
    here = (asset.public_id, asset.id, asset.listing_id)
    is_locked = gate.is_locked and not by.is_staff
    if name == ORIGINAL and not asset.sha256:
        raise NotFound("This is a link, not a file. It opens on the listing's page.")
    if name == ORIGINAL:
        called = altered_name(asset.original_name, asset.altered_how)
        return ServedFile(*here, asset.sha256, asset.size, asset.media_type, called, is_locked)
    found = db.exec(select(Rendition).where(Rendition.asset_id == asset.id, Rendition.name == name)).first()
    if found is None:
        raise NotFound
    called = altered_name(jpeg_name(asset.original_name), asset.altered_how)
    return ServedFile(*here, found.sha256, found.size, "image/jpeg", called, is_locked)


def archive_to_serve(
    db: Session, by: Viewer, listing_public_id: str, size: Size, since: str = "", chosen: Sequence[str] = ()
) -> ServedArchive:
    """The ZIP of what was delivered, in one size: all of it, the `chosen` photos, or what is new for this person `since`
    a whole download of theirs (by its public id, or `last`), with a list of what changed.

    Raises NotFound, also for a chosen photo that is not there; Locked while the listing waits for payment; NothingNew.
    """
    listing = db.exec(visible(by).where(Listing.public_id == listing_public_id)).first()
    if listing is None:
        raise NotFound
    sight = sight_for(by, gate_of(db, listing.id))
    name = served(sight, size)
    if size is Size.THUMB:
        raise NotFound
    if sight is not Sight.OPEN:
        raise refusal(sight)
    files = [asset for asset in delivered_assets(db, listing.id) if asset.sha256]
    photos = files if name == ORIGINAL else [asset for asset in files if has_sizes(asset)]
    held = _held(db, by, listing.id, since) if since else None
    wanted = _wanted(photos, chosen, held)
    members = _originals(wanted) if name == ORIGINAL else _renditions(db, wanted, name)
    members = _called_apart(db, listing, files, members)
    if not members:
        raise NotFound
    notes = {CHANGES: _changes(db, listing, held, files, members)} if held else {}
    archive = plan([member for _, member in members], notes | altered_notes(db, listing, members))
    label = ("" if name == ORIGINAL else f" ({name})") + (" what is new" if held else " chosen" if chosen else "")
    called = safe_name(f"{listing.street}{label}.zip", otherwise="photos.zip")
    items = tuple(Item(photo.id, member.name, member.sha256) for photo, member in members)
    taking = Taking(
        listing.id,
        called,
        size,
        archive.etag.strip('"'),
        archive.length,
        items,
        is_whole=not chosen or len(wanted) == len(photos),
    )
    return ServedArchive(listing.id, called, archive, taking)


def _called_apart(
    db: Session, listing: Listing, files: Sequence[Asset], members: Sequence[tuple[Asset, Member]]
) -> list[tuple[Asset, Member]]:
    """Each under the name it has in the ZIP, beside which its lists stand. A number is the file's on the listing's page,
    whichever others are chosen."""
    naming, lists = Naming(delivery_policy_of(db, listing.studio_id).naming), (CHANGES, ALTERED, SUMS)
    kinds, places = Counter(), {}
    for asset in files:
        kinds[asset.kind] += 1
        places[asset.id] = kinds[asset.kind]
    called = [
        altered_name(
            file_name(naming, listing.street, AssetKind(photo.kind), places[photo.id], kinds[photo.kind], member.name),
            photo.altered_how,
        )
        for photo, member in members
    ]
    names = unique_names([*lists, *called])[len(lists) :]
    return [(photo, replace(member, name=name)) for (photo, member), name in zip(members, names, strict=True)]


def _held(db: Session, by: Viewer, listing_id: int, since: str) -> Held:
    held = held_since(db, by, listing_id, "" if since == LAST else since)
    if held is None:
        raise NotFound("There is no whole download of yours to compare with. Download all first.")
    return held


def _wanted(photos: Sequence[Asset], chosen: Sequence[str], held: Held | None) -> list[Asset]:
    if not set(chosen) <= {photo.public_id for photo in photos}:
        raise NotFound
    wanted = [photo for photo in photos if not chosen or photo.public_id in chosen]
    if held is None:
        return wanted
    fresh = [photo for photo in wanted if photo.id not in held.names]
    if not fresh:
        raise NothingNew
    return fresh


def _changes(db: Session, listing: Listing, held: Held, files: Sequence[Asset], members: Sequence[tuple[Asset, Member]]) -> str:
    studio = db.get_one(Studio, listing.studio_id)
    there = {asset.id for asset in files}
    before = dict(db.exec(select(Asset.id, Asset.supersedes_id).where(Asset.listing_id == listing.id)).all())
    fresh = [(_held_version(photo.id, before, held), member.name) for photo, member in members]
    gone = {asset_id: name for asset_id, name in held.names.items() if asset_id not in there}
    return change_list(listing.street, when_words(held.at, studio.zone), fresh, gone)


def _held_version(asset_id: int, before: Mapping[int, int | None], held: Held) -> int | None:
    """The earlier version of a photo that they have, however many lie between."""
    earlier = before.get(asset_id)
    while earlier is not None and earlier not in held.names:
        earlier = before.get(earlier)
    return earlier


def _originals(photos: Sequence[Asset]) -> list[tuple[Asset, Member]]:
    return [(photo, Member(photo.original_name, photo.sha256, photo.crc32, photo.size)) for photo in photos]


def _renditions(db: Session, photos: Sequence[Asset], name: str) -> list[tuple[Asset, Member]]:
    asset_ids = [photo.id for photo in photos]
    rows = db.exec(select(Rendition).where(col(Rendition.asset_id).in_(asset_ids), Rendition.name == name))
    made = {row.asset_id: row for row in rows}
    return [
        (photo, Member(jpeg_name(photo.original_name), made[photo.id].sha256, made[photo.id].crc32, made[photo.id].size))
        for photo in photos
        if photo.id in made
    ]


def jpeg_name(original_name: str) -> str:
    """What a rendition is called: the original's name, ending in .jpg."""
    stem, dot, ending = original_name.rpartition(".")
    return f"{stem if dot and len(ending) <= 5 else original_name}.jpg"
