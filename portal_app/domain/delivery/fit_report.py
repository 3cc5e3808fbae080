"""Which photos of a listing meet a preset, which cannot and why, and the ZIP of those that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.delivery.archive import Member, plan, safe_name
from portal_app.domain.delivery.disclosing import altered_notes
from portal_app.domain.delivery.files import ServedArchive
from portal_app.domain.delivery.gate import Sight, refusal, sight_for
from portal_app.domain.delivery.pictures import size_words
from portal_app.domain.delivery.seeing import gate_of, visible
from portal_app.domain.delivery.taking import Item, Taking
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.alterations import altered_name
from portal_app.domain.media.fitting import files_of, is_fitting, photos_to_fit, queue_fitting
from portal_app.domain.media.models import Asset, PresetFile
from portal_app.domain.media.presets import Preset, presets


@dataclass(frozen=True, slots=True)
class Misfit:
    """A photo that is not in the ZIP: its place in the listing, its name, and why."""

    number: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FitReport:
    """One preset on one listing. Ready when `left_count` is 0; then `fit_count` photos are in the ZIP."""

    street: str
    preset: Preset
    photo_count: int
    left_count: int
    fit_count: int
    is_working: bool
    zip_words: str
    misfits: list[Misfit] = field(default_factory=list[Misfit])


def prepare_preset(db: Session, by: Viewer, listing_public_id: str, preset: str, *, now: datetime) -> None:
    """Have the files made that this preset lacks. Raises NotFound, Locked while the listing waits for payment."""
    listing = _open_listing(db, by, listing_public_id)
    queue_fitting(db, listing, _preset(preset), now=now)


def fit_report(db: Session, by: Viewer, listing_public_id: str, preset: str) -> FitReport:
    """How far it is, and what cannot comply. Raises NotFound, Locked while the listing waits for payment."""
    listing, wanted = _open_listing(db, by, listing_public_id), _preset(preset)
    photos = photos_to_fit(db, listing.id)
    made = files_of(db, [photo.id for photo in photos], wanted)
    fits, misfits = _sorted_out(photos, made, wanted)
    return FitReport(
        street=listing.street,
        preset=wanted,
        photo_count=len(photos),
        left_count=len(photos) - len(made),
        fit_count=len(fits),
        is_working=is_fitting(db, listing.id, wanted),
        zip_words=size_words(sum(row.size for row in fits)),
        misfits=misfits,
    )


def preset_archive(db: Session, by: Viewer, listing_public_id: str, preset: str) -> ServedArchive:
    """The ZIP of every photo that complies, in the listing's order. Raises NotFound, also while files are missing; Locked."""
    listing, wanted = _open_listing(db, by, listing_public_id), _preset(preset)
    photos = photos_to_fit(db, listing.id)
    made = files_of(db, [photo.id for photo in photos], wanted)
    fits, _ = _sorted_out(photos, made, wanted)
    if len(made) < len(photos) or not fits:
        raise NotFound
    shown = {photo.id: photo for photo in photos}
    called = [altered_name(f"{place:02d}.jpg", shown[row.asset_id].altered_how) for place, row in enumerate(fits, 1)]
    members = [Member(name, row.sha256, row.crc32, row.size) for name, row in zip(called, fits, strict=True)]
    notes = altered_notes(db, listing, [(shown[row.asset_id], member) for row, member in zip(fits, members, strict=True)])
    name, archive = safe_name(f"{listing.street} ({wanted.slug}).zip", otherwise="photos.zip"), plan(members, notes)
    items = tuple(Item(row.asset_id, member.name, row.sha256) for row, member in zip(fits, members, strict=True))
    taking = Taking(
        listing.id, name, wanted.slug, archive.etag.strip('"'), archive.length, items, is_whole=len(fits) == len(photos)
    )  # fmt: skip
    return ServedArchive(listing.id, name, archive, taking)


def _sorted_out(photos: Sequence[Asset], made: dict[int, PresetFile], preset: Preset) -> tuple[list[PresetFile], list[Misfit]]:
    """The first so many that comply, in order; everything else with its reason."""
    fits: list[PresetFile] = []
    misfits: list[Misfit] = []
    for place, photo in enumerate(photos, 1):
        row = made.get(photo.id)
        if row is None:
            continue
        if row.reason:
            misfits.append(Misfit(place, photo.original_name, row.reason))
        elif preset.most_photos and len(fits) >= preset.most_photos:
            misfits.append(
                Misfit(place, photo.original_name, f"{preset.name} takes {preset.most_photos} photos; these came first.")
            )
        else:
            fits.append(row)
    return fits, misfits


def _open_listing(db: Session, by: Viewer, listing_public_id: str) -> Listing:
    listing = db.exec(visible(by).where(Listing.public_id == listing_public_id)).first()
    if listing is None:
        raise NotFound
    gate = gate_of(db, listing.id)
    if not gate.is_delivered:
        raise NotFound
    sight = sight_for(by, gate)
    if sight is not Sight.OPEN:
        raise refusal(sight)
    return listing


def _preset(slug: str) -> Preset:
    found = presets().get(slug)
    if found is None:
        raise NotFound
    return found
