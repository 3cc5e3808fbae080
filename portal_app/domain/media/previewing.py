"""How a watermark would look, on the studio's newest photo; nothing is kept of it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.media.marks import NO_LOGO, MarkNow, logo_of, read_mark, require_settings, studio_words
from portal_app.domain.media.models import Asset, AssetState, Rendition, RenditionName
from portal_app.domain.media.renderer import Renderer, RenderRequest
from portal_app.domain.media.rendering import on_this_machine
from portal_app.domain.media.store import Store
from portal_app.domain.units import UnitOfWork


def preview(unit_of_work: UnitOfWork, store: Store, renderer: Renderer, by: Viewer, typed: Mapping[str, str]) -> bytes:
    """A JPEG of at most 1024 pixels. Raises NotAllowed, NotFound without a photo, InvalidInput for what is no setting."""
    require_settings(by)
    text, wants_logo, place, opacity = read_mark(typed, renderer.missing_letters)
    with unit_of_work() as db:
        logo = logo_of(db, by.studio_id) if wants_logo else ""
        if wants_logo and not logo:
            raise InvalidInput("uses_logo", NO_LOGO)
        words = studio_words(db, by.studio_id)
        photo = newest_photo(db, by)
    if photo is None:
        raise NotFound
    wanted = MarkNow(text or words, logo, place, opacity)
    with tempfile.TemporaryDirectory(prefix="foyer-mark-") as folder:
        scratch = Path(folder)
        request = RenderRequest(on_this_machine(store, photo, scratch), scratch, wanted.drawn(store, scratch))
        made = {size.name: size for size in renderer.remark(request)}
        return made[RenditionName.WEB_MARKED].path.read_bytes()


def newest_photo(db: Session, by: Viewer) -> str | None:
    """The content of the newest photo's small clean size, for those who may change the watermark."""
    require_settings(by)
    asked = select(Rendition.sha256).join(Asset, col(Asset.id) == Rendition.asset_id).where(
        Asset.studio_id == by.studio_id, Asset.state == AssetState.READY, Rendition.name == RenditionName.SMALL
    )  # fmt: skip
    return db.exec(asked.order_by(col(Asset.id).desc()).limit(1)).first()
