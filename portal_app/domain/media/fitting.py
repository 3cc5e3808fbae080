"""The photos of a listing are made to fit a preset: once each, kept, and where one cannot, why."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from portal_app.core.viewer import system_viewer
from portal_app.domain.activity.models import Work, WorkState
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset, AssetState, PresetFile, Rendition, RenditionName
from portal_app.domain.media.presets import Preset, presets
from portal_app.domain.media.renderer import BadPhoto, FitRequest, Fitted, Renderer
from portal_app.domain.media.rendering import Finish, on_this_machine
from portal_app.domain.media.store import Store
from portal_app.domain.units import UnitOfWork

FIT = "fit_preset"


def photos_to_fit(db: Session, listing_id: int) -> list[Asset]:
    """What of a delivered listing a preset is about, in its order."""
    asked = select(Asset).where(
        Asset.listing_id == listing_id, col(Asset.delivered_at).is_not(None), Asset.state == AssetState.READY,
        Asset.kind == AssetKind.PHOTO, col(Asset.is_hidden).is_(False),
    )  # fmt: skip
    return list(db.exec(asked.order_by(col(Asset.position), col(Asset.id))))


def files_of(db: Session, asset_ids: list[int], preset: Preset) -> dict[int, PresetFile]:
    """What was made by these rules already, by photo."""
    asked = select(PresetFile).where(
        col(PresetFile.asset_id).in_(asset_ids), PresetFile.preset == preset.slug, PresetFile.recipe == preset.recipe
    )  # fmt: skip
    return {row.asset_id: row for row in db.exec(asked)}


def queue_fitting(db: Session, listing: Listing, preset: Preset, *, now: datetime) -> None:
    """Have what is missing made, unless that is under way."""
    if not is_fitting(db, listing.id, preset):
        asked = {"listing_id": listing.id, "preset": preset.slug}
        enqueue(db, FIT, asked, now=now, studio_id=listing.studio_id, lane=_lane(listing.id, preset), priority=110)


def is_fitting(db: Session, listing_id: int, preset: Preset) -> bool:
    """Whether work on it waits or runs."""
    unfinished = col(Work.state).in_((WorkState.WAITING, WorkState.RUNNING))
    return (
        db.exec(select(Work.id).where(Work.kind == FIT, Work.lane == _lane(listing_id, preset), unfinished)).first() is not None
    )


def fit_listing(
    unit_of_work: UnitOfWork, store: Store, renderer: Renderer, listing_id: int, slug: str, *, now: datetime, finish: Finish
) -> None:
    """Make every file that is missing, one after the other. Each is kept at once: after a kill it goes on from there."""
    preset = presets().get(slug)
    with unit_of_work() as db:
        photos = photos_to_fit(db, listing_id) if preset else []
        made = files_of(db, [photo.id for photo in photos], preset) if preset else {}
        missing = [(photo.id, _best_source(db, photo)) for photo in photos if photo.id not in made]
    for asset_id, sha256 in missing:
        _fit_one(unit_of_work, store, renderer, asset_id, sha256, preset)
    with unit_of_work() as db:
        listing = db.exec(select(Listing).where(Listing.id == listing_id)).one()
        if missing:
            by = system_viewer(listing.studio_id)
            record(db, by, "listing.fitted", now=now, listing_id=listing_id, details={"what": preset.name})
        finish(db)


def _best_source(db: Session, photo: Asset) -> str:
    """The original; of one that is no JPEG its clean web size."""
    if photo.media_type == "image/jpeg":
        return photo.sha256
    web = select(Rendition.sha256).where(Rendition.asset_id == photo.id, Rendition.name == RenditionName.WEB)
    return db.exec(web).first() or photo.sha256


def _fit_one(unit_of_work: UnitOfWork, store: Store, renderer: Renderer, asset_id: int, sha256: str, preset: Preset) -> None:
    with tempfile.TemporaryDirectory(prefix="foyer-fit-") as folder:
        scratch = Path(folder)
        try:
            fitted, reason = _fitted(store, renderer, sha256, scratch, preset), ""
        except BadPhoto as problem:
            fitted, reason = None, problem.sentence
        reason = reason or misfit(fitted, preset)
        made = fitted.made if fitted and not reason else None
        if made:
            store.add_file(made.path, made.sha256)
    with unit_of_work() as db:
        asset = db.exec(select(Asset).where(Asset.id == asset_id).with_for_update()).one()
        asked = select(PresetFile).where(PresetFile.asset_id == asset_id, PresetFile.preset == preset.slug)
        row = db.exec(asked).first() or PresetFile(
            studio_id=asset.studio_id, asset_id=asset_id, preset=preset.slug, recipe=preset.recipe
        )  # fmt: skip
        row.recipe, row.reason, row.quality = preset.recipe, reason, fitted.quality if fitted else 0
        row.sha256, row.crc32, row.size = (made.sha256, made.crc32, made.size) if made else ("", 0, 0)
        row.width, row.height = (made.width, made.height) if made else (0, 0)
        db.add(row)


def _fitted(store: Store, renderer: Renderer, sha256: str, scratch: Path, preset: Preset) -> Fitted:
    source = on_this_machine(store, sha256, scratch)
    box = (preset.width, preset.height, preset.most_bytes, preset.least_quality)
    return renderer.fit(FitRequest(source, scratch, *box, preset.pads))


def misfit(fitted: Fitted | None, preset: Preset) -> str:
    """Why this cannot comply, in a sentence; nothing when it does."""
    if fitted is None:
        return ""
    seen, least = sorted((fitted.width, fitted.height)), sorted((preset.least_width, preset.least_height))
    if any(side < asked for side, asked in zip(seen, least, strict=True)):
        size, wanted = (f"{side:,} × {other:,}" for side, other in ((fitted.width, fitted.height), (least[1], least[0])))
        return f"It comes out at {size} pixels; at least {wanted} are asked for. Nothing is ever enlarged."
    if fitted.made is None:
        found, most = _kb(fitted.size), _kb(preset.most_bytes)
        return f"Even at quality {fitted.quality}, the lowest we use, it has {found}; {most} are allowed."
    return ""


def _kb(size: int) -> str:
    return f"{-(-size // 1000):,} KB"


def _lane(listing_id: int, preset: Preset) -> str:
    return f"{FIT}:{listing_id}:{preset.slug}"
