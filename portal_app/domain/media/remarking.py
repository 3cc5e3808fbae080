"""Every marked size is made again when the watermark changes: one photo after the other, the newest first.

What was marked before stays what is served until the new file stands; the rows change in one transaction, so a locked
listing shows a marked picture at every moment. The clean web size is marked again, not the original decoded: a seventh
of the work, and every kind that has a picture is done the same way.
"""

from __future__ import annotations

import logging
import tempfile
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from portal_app.core.viewer import system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.media.marks import MarkNow, ensure_watermark, mark_now, queue_remarking
from portal_app.domain.media.models import Asset, AssetState, Rendition, RenditionName
from portal_app.domain.media.renderer import BadPhoto, Rendered, Renderer, RenderRequest
from portal_app.domain.media.rendering import Finish, on_this_machine, write_size
from portal_app.domain.media.store import Store
from portal_app.domain.units import UnitOfWork

log = logging.getLogger(__name__)


def remark(
    unit_of_work: UnitOfWork, store: Store, renderer: Renderer, studio_id: int, key: str, asset_id: int, *, now: datetime,
    finish: Finish,
) -> None:  # fmt: skip
    """Mark this photo again (0: none yet) and queue the next, in one transaction with the end of this work.

    Doing it again changes nothing. Where the setting changed meanwhile it just ends: a chain of its own follows that.
    """
    with unit_of_work() as db:
        wanted = _wanted(db, studio_id, key)
        web = _web_size(db, studio_id, asset_id) if wanted else None
    with tempfile.TemporaryDirectory(prefix="foyer-mark-") as scratch:
        made = _marked(store, renderer, web, wanted, Path(scratch)) if wanted and web else []
    with unit_of_work() as db:
        if made:
            _write(db, asset_id, web, made, key)
        if wanted:
            _go_on(db, studio_id, key, asset_id, now)
        finish(db)


def pass_over(db: Session, studio_id: int, key: str, asset_id: int, *, now: datetime) -> None:
    """This photo could not be marked after several tries: it keeps what it has, and the next one's turn comes."""
    if _wanted(db, studio_id, key):
        _go_on(db, studio_id, key, asset_id, now)


def _wanted(db: Session, studio_id: int, key: str) -> MarkNow | None:
    ensure_watermark(db, studio_id)
    current = mark_now(db, studio_id)
    return current if current.key == key else None


def _web_size(db: Session, studio_id: int, asset_id: int) -> str | None:
    """The clean web size's content."""
    asked = select(Rendition.sha256).where(Rendition.asset_id == asset_id, Rendition.studio_id == studio_id)
    return db.exec(asked.where(Rendition.name == RenditionName.WEB)).first()


def _marked(store: Store, renderer: Renderer, web: str, wanted: MarkNow, scratch: Path) -> list[Rendered]:
    try:
        source = on_this_machine(store, web, scratch)
        made = renderer.remark(RenderRequest(source, scratch, wanted.drawn(store, scratch)))
    except BadPhoto as problem:
        log.warning("a photo keeps its old watermark: %s", problem.sentence)
        return []
    for size in made:
        store.add_file(size.path, size.sha256)
    return made


def _write(db: Session, asset_id: int, web: str, made: list[Rendered], key: str) -> None:
    """The new files take over, unless the photo's own sizes were made anew meanwhile."""
    names = [RenditionName.WEB, *(size.name for size in made)]
    asked = select(Rendition).where(Rendition.asset_id == asset_id, col(Rendition.name).in_(names)).order_by(col(Rendition.id))
    rows = {row.name: row for row in db.exec(asked.with_for_update().execution_options(populate_existing=True))}
    if RenditionName.WEB not in rows or rows[RenditionName.WEB].sha256 != web:
        return
    for size in made:
        if size.name in rows:
            write_size(rows[size.name], size, key)


def _go_on(db: Session, studio_id: int, key: str, asset_id: int, now: datetime) -> None:
    behind = select(Asset.id).join(Rendition, col(Rendition.asset_id) == Asset.id).where(
        Asset.studio_id == studio_id, Asset.state == AssetState.READY, Rendition.name == RenditionName.WEB_MARKED,
        Rendition.mark != key,
    )  # fmt: skip
    if asset_id:
        behind = behind.where(col(Asset.id) < asset_id)
    following = db.exec(behind.order_by(col(Asset.id).desc()).limit(1)).first()
    if following is not None:
        queue_remarking(db, studio_id, key, now=now, asset_id=following)
    elif asset_id:
        record(db, system_viewer(studio_id), "watermark.applied", now=now)
