"""A file whose bytes the studio keeps already: it is asked for by its hash, and need not be sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, select

from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.listings.queries import listing_by_public_id
from portal_app.domain.media.arranging import admit, bring_back, hold_listing, named, queue_rendering, require_upload
from portal_app.domain.media.fingerprints import require_hash
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.media.names import clean_name
from portal_app.domain.media.store import Store
from portal_app.domain.units import First, UnitOfWork


@dataclass(frozen=True, slots=True)
class KnownFile:
    """The photo these bytes are now; `is_duplicate` when the listing had them before."""

    asset: str
    is_duplicate: bool


# Asked before every file: built once.
_NAMED = select(Asset.id).where(Asset.studio_id == bindparam("studio"), Asset.sha256 == bindparam("sha256"))


def is_known(first: First, by: Viewer, sha256: str) -> bool:
    """Whether a row of the studio names this hash. Raises NotAllowed, InvalidInput for what is no hash."""
    require_upload(by)
    require_hash(sha256)
    return first(_NAMED, studio=by.studio_id, sha256=sha256) is not None


def add_known(
    unit_of_work: UnitOfWork, store: Store, by: Viewer, listing: str, sha256: str, file_name: str, *, now: datetime
) -> KnownFile | None:
    """Have a file in this listing without sending it; None when its bytes must come.

    Only files of the same studio count: what a stranger keeps can be neither asked for nor had by its hash. Bytes the
    store has lost must come too, and mend every photo that shares them. Raises NotAllowed, NotFound, InvalidInput.
    """
    require_hash(sha256)
    with unit_of_work() as db:
        require_upload(by)
        listing_id = listing_by_public_id(db, by, listing).id
        has_row = _same_bytes(db, by, listing_id, sha256) is not None
    if not has_row or not store.has(sha256):
        return None
    with unit_of_work() as db:
        hold_listing(db, listing_id)
        known = _same_bytes(db, by, listing_id, sha256)
        return known and _added(db, by, known, listing_id, file_name, now)


def _same_bytes(db: Session, by: Viewer, listing_id: int, sha256: str) -> Asset | None:
    """The listing's own photo, one that is shown first; else the newest of the studio that could be rendered."""
    found = db.exec(select(Asset).where(Asset.studio_id == by.studio_id, Asset.sha256 == sha256)).all()
    own = [asset for asset in found if asset.listing_id == listing_id]
    if own:
        return min(own, key=lambda asset: (asset.state == AssetState.REMOVED, asset.id))
    return max((asset for asset in found if asset.state != AssetState.FAILED), key=lambda asset: asset.id, default=None)


def _added(db: Session, by: Viewer, known: Asset, listing_id: int, file_name: str, now: datetime) -> KnownFile:
    if known.listing_id == listing_id:
        if known.state in {AssetState.REMOVED, AssetState.FAILED}:
            bring_back(db, known, now=now)
        return KnownFile(known.public_id, is_duplicate=True)
    asset = Asset(
        **known.model_dump(include=SAME_FOR_SAME_BYTES),
        listing_id=listing_id,
        public_id=new_public_id(),
        original_name=clean_name(file_name, known.media_type),
        received_at=now,
    )
    admit(db, asset)
    queue_rendering(db, asset, now=now)
    record(db, by, "asset.received", now=now, listing_id=listing_id, details=named(asset))
    return KnownFile(asset.public_id, is_duplicate=False)


SAME_FOR_SAME_BYTES = {
    "studio_id", "media_type", "size", "sha256", "crc32", "width", "height", "captured_at", "kind", "seconds", "pages",
}  # fmt: skip
