"""Every size of one photo is made and kept; a photo that cannot be used says why."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.media.altering import carry_over
from portal_app.domain.media.arranging import lock_listing, named, take_out
from portal_app.domain.media.marks import MarkNow, ensure_watermark, mark_now, queue_remarking
from portal_app.domain.media.models import Asset, AssetState, Rendition, RenditionName, Upload
from portal_app.domain.media.renderer import BadPhoto, Rendered, Renderer, RenderRequest, RenderResult
from portal_app.domain.media.store import Store
from portal_app.domain.units import UnitOfWork

Finish = Callable[[Session], None]

MARKED = (RenditionName.WEB_MARKED, RenditionName.THUMB_MARKED)
LOST = "The file of this photo is missing on our disk. Upload it again."
GAVE_UP = "This photo could not be prepared after several tries. Upload it again, or ask whoever runs this portal."


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be rendered."""

    sha256: str
    mark: MarkNow


def _nothing_more(db: Session) -> None:
    """The default of `finish`: no work row to close."""


def render_asset(
    unit_of_work: UnitOfWork, store: Store, renderer: Renderer, asset_id: int, *, now: datetime, finish: Finish = _nothing_more
) -> None:
    """Make and keep every size. Doing it again, or after being killed anywhere, ends in the same rows.

    `finish` runs in the last transaction, so that the effect and the end of the work are one. Raises NotFound for an
    unknown photo and Unavailable when it should be tried again.
    """
    plan = _plan(unit_of_work, asset_id, finish)
    if plan is None:
        return
    with tempfile.TemporaryDirectory(prefix="foyer-photo-") as scratch:
        try:
            source, mark = on_this_machine(store, plan.sha256, Path(scratch)), plan.mark.drawn(store, Path(scratch))
            request = RenderRequest(source, Path(scratch), mark)
            result = renderer.render(request)
        except BadPhoto as problem:
            with unit_of_work() as db:
                fail_asset(db, asset_id, problem.sentence, now=now)
                finish(db)
            return
        for size in {size.sha256: size for size in result.sizes}.values():
            store.add_file(size.path, size.sha256)
    with unit_of_work() as db:
        _record_sizes(db, asset_id, result, plan.mark, now)
        finish(db)


def fail_asset(db: Session, asset_id: int, sentence: str = GAVE_UP, *, now: datetime) -> None:
    """This photo cannot be used, and why; nothing happens to one that is ready or taken out. Raises NotFound."""
    asset = _locked(db, asset_id)
    if asset.state == AssetState.RENDERING:
        asset.state, asset.reason = AssetState.FAILED, sentence
        details = {**named(asset), "reason": sentence}
        record(db, system_viewer(asset.studio_id), "asset.failed", now=now, listing_id=asset.listing_id, details=details)


def _plan(unit_of_work: UnitOfWork, asset_id: int, finish: Finish) -> Plan | None:
    with unit_of_work() as db:
        asset = db.exec(select(Asset).where(Asset.id == asset_id)).first()
        if asset is None:
            raise NotFound
        if asset.state != AssetState.RENDERING:
            finish(db)
            return None
        ensure_watermark(db, asset.studio_id)
        return Plan(asset.sha256, mark_now(db, asset.studio_id))


def on_this_machine(store: Store, sha256: str, scratch: Path) -> Path:
    """A stored picture on this machine, fetched when the store is elsewhere. Raises BadPhoto when it is lost."""
    if (here := store.local_path(sha256)) is not None:
        return here
    fetched = scratch / "original"
    try:
        with fetched.open("wb") as file:
            file.writelines(store.read(sha256))
    except KeyError:
        raise BadPhoto(LOST) from None
    return fetched


def _record_sizes(db: Session, asset_id: int, result: RenderResult, mark: MarkNow, now: datetime) -> None:
    asset = _locked(db, asset_id)
    if asset.state != AssetState.RENDERING:
        return
    old = {row.name: row for row in db.exec(select(Rendition).where(Rendition.asset_id == asset_id))}
    for size in result.sizes:
        row = old.get(size.name) or Rendition(studio_id=asset.studio_id, asset_id=asset.id, name=size.name)
        db.add(write_size(row, size, mark.key))
    current = mark_now(db, asset.studio_id, is_shared=True).key
    if current != mark.key:
        queue_remarking(db, asset.studio_id, current, now=now)
    asset.state, asset.reason = AssetState.READY, ""
    asset.width, asset.height = result.facts.width, result.facts.height
    asset.seconds, asset.pages = result.facts.seconds, result.facts.pages
    _step_in(db, asset, now)
    record(db, system_viewer(asset.studio_id), "asset.rendered", now=now, listing_id=asset.listing_id, details=named(asset))


def write_size(row: Rendition, size: Rendered, mark: str) -> Rendition:
    """What was made, into its row; `mark` names the watermark that is in the marked ones."""
    row.mark = mark if size.name in MARKED else ""
    row.sha256, row.crc32, row.size = size.sha256, size.crc32, size.size
    row.width, row.height = size.width, size.height
    return row


def _step_in(db: Session, asset: Asset, now: datetime) -> None:
    """A replacement takes over place, cover and delivery of the photo it replaces only now that it can be shown."""
    asked = select(Asset).join(Upload, Upload.replaces_asset_id == Asset.id).where(Upload.asset_id == asset.id)
    replaced = db.exec(asked.where(Asset.state != AssetState.REMOVED, Asset.id != asset.id)).first()
    if replaced is None:
        return
    listing = lock_listing(db, asset.listing_id)
    asset.delivered_at = replaced.delivered_at
    carry_over(db, replaced, asset)
    was_cover = listing.cover_asset_id == replaced.id
    take_out(db, replaced)
    if was_cover:
        listing.cover_asset_id = asset.id
    by = system_viewer(asset.studio_id)
    details = {**named(asset), "replaced": replaced.public_id}
    record(db, by, "asset.replaced", now=now, listing_id=asset.listing_id, details=details)


def _locked(db: Session, asset_id: int) -> Asset:
    """The photo, its listing locked first: every verb locks in this order."""
    listing_id = db.exec(select(Asset.listing_id).where(Asset.id == asset_id)).first()
    if listing_id is None:
        raise NotFound
    lock_listing(db, listing_id)
    return db.exec(select(Asset).where(Asset.id == asset_id).with_for_update()).one()
