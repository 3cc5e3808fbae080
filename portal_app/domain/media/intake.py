"""A file comes in: begun, received whole, checked, kept; or refused in words, or swept away when abandoned."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import bindparam
from sqlmodel import Session, select

from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.listings import queries as listings
from portal_app.domain.media.arranging import admit, bring_back, hold_listing, named, queue_rendering, require_upload
from portal_app.domain.media.fingerprints import Fingerprints, fingerprints_of, require_hash
from portal_app.domain.media.kinds import AssetKind, may_become
from portal_app.domain.media.models import Asset, AssetState, Upload, UploadState
from portal_app.domain.media.names import announced_name, clean_name, is_called_film
from portal_app.domain.media.queries import UploadCard, asset_by_public_id, card_of
from portal_app.domain.media.renderer import BadPhoto, PhotoFacts, Renderer
from portal_app.domain.media.store import Store
from portal_app.domain.units import UnitOfWork

LARGEST = 200 << 20
KEPT_OPEN = timedelta(hours=24)
EMPTY = "This file is empty. Copy it from the camera card again, then upload it again."
TOO_BIG = "This file is larger than 200 MB. Export it smaller, then upload it again."
OTHER_KIND = "This takes the place of {old}, so it has to be of the same kind. Upload it beside the photos instead."


# Asked for every file that comes in: built once.
_UPLOAD = select(Upload).where(Upload.public_id == bindparam("upload"))
_SAME = select(Asset).where(Asset.listing_id == bindparam("listing"), Asset.sha256 == bindparam("sha256"))


class ChangedOnItsWay(Conflict):
    """What arrived is not what was announced; it was thrown away."""

    status = 460
    sentence = "The file changed on its way. It is sent again."


def begin_upload(
    db: Session,
    by: Viewer,
    listing_id: int,
    file_name: str,
    size: int,
    *,
    sha256: str = "",
    replaces: str | None = None,
    now: datetime,
) -> UploadCard:
    """Open a way in for one file of `size` bytes, with the `sha256` it has to come to where that is known.

    `replaces` is the public id of the photo it will stand in for.

    How large a video may be is for the caps to say.

    Raises NotAllowed, NotFound (another studio's listing or photo), InvalidInput for an empty or too large file.
    """
    require_upload(by)
    if sha256:
        require_hash(sha256)
    mine = listings.visible(by).where(listings.Listing.id == listing_id)
    if db.exec(mine.with_only_columns(listings.Listing.id)).first() is None:
        raise NotFound
    if size <= 0 or (size > LARGEST and not is_called_film(file_name)):
        raise InvalidInput("file", TOO_BIG if size > 0 else EMPTY)
    upload = Upload(
        public_id=new_public_id(),
        studio_id=by.studio_id,
        listing_id=listing_id,
        account_id=by.account_id,
        replaces_asset_id=_replaced(db, by, listing_id, replaces),
        file_name=announced_name(file_name),
        size=size,
        announced_hash=sha256,
        created_at=now,
        touched_at=now,
    )
    db.add(upload)
    db.flush()
    return card_of(db, upload)


def touch_upload(db: Session, public_id: str, *, now: datetime) -> None:
    """Something of it arrived: the sweep leaves it alone for another day."""
    upload = db.exec(select(Upload).where(Upload.public_id == public_id)).one()
    upload.touched_at = now


def end_upload(db: Session, public_id: str, *, now: datetime) -> None:
    """The photographer gave it up."""
    upload = db.exec(select(Upload).where(Upload.public_id == public_id).with_for_update()).one()
    if upload.state == UploadState.OPEN:
        upload.state, upload.touched_at = UploadState.SWEPT, now


def receive(
    unit_of_work: UnitOfWork,
    store: Store,
    renderer: Renderer,
    by: Viewer,
    card: UploadCard,
    part_path: Path,
    *,
    prints: Fingerprints | None = None,
    now: datetime,
) -> UploadCard:
    """The last byte is here: check the file, keep it, and have its sizes made. Doing it again changes nothing.

    `prints` spares reading the file for them, when they were computed as it came in.

    The card says what became of it: DONE with its photo (`is_duplicate` when the listing already had these bytes), or
    REFUSED with the reason. Raises Conflict while bytes are missing, ChangedOnItsWay when they are not those announced
    (they are given up then), Unavailable when it should be tried again.
    """
    if card.state != UploadState.OPEN:
        return card
    prints = prints or fingerprints_of(part_path)
    if prints.size != card.size:
        raise Conflict("This file has not arrived completely yet. The upload goes on from where it stopped.")
    if card.announced_hash not in {"", prints.sha256}:
        _give_up(unit_of_work, card, part_path, now)
        raise ChangedOnItsWay
    try:
        facts = renderer.inspect(part_path)
        _refuse_misplaced(_stood_in_for(unit_of_work, card), prints.size, facts)
    except BadPhoto as problem:
        return _refuse(unit_of_work, by, card, part_path, problem.sentence, now)
    store.add_file(_second_name(part_path), prints.sha256)
    with unit_of_work() as db:
        hold_listing(db, card.listing_id)
        card = _keep(db, by, _upload(db, card.public_id), prints, facts, now)
    part_path.unlink(missing_ok=True)
    return card


def sweep_uploads(unit_of_work: UnitOfWork, folder: Path, *, now: datetime) -> int:
    """Forget uploads nothing arrived for in 24 hours, and their parts. How many there were."""
    with unit_of_work() as db:
        asked = select(Upload).where(Upload.state == UploadState.OPEN, Upload.touched_at < now - KEPT_OPEN)
        abandoned = db.exec(asked.with_for_update(skip_locked=True)).all()
        for upload in abandoned:
            upload.state = UploadState.SWEPT
    oldest = (now - KEPT_OPEN).timestamp()
    for part in folder.glob("*.part*"):
        if part.stat().st_mtime < oldest:
            part.unlink(missing_ok=True)
    return len(abandoned)


def part_path(folder: Path, public_id: str) -> Path:
    """Where the bytes of an upload gather; `public_id` is ours, never a name somebody sent."""
    return folder / f"{public_id}.part"


def _replaced(db: Session, by: Viewer, listing_id: int, public_id: str | None) -> int | None:
    if not public_id:
        return None
    asset = asset_by_public_id(db, by, public_id)
    if asset.listing_id != listing_id or asset.state == AssetState.REMOVED:
        raise NotFound
    return asset.id


def _upload(db: Session, public_id: str, *, is_locked: bool = False) -> Upload:
    asked = _UPLOAD.with_for_update() if is_locked else _UPLOAD
    upload = db.exec(asked, params={"upload": public_id}).first()
    if upload is None:
        raise NotFound
    return upload


def _second_name(path: Path) -> Path:
    """The same bytes under another name, for the store to take: the part stays until the photo is recorded."""
    other = path.with_suffix(".part-whole")
    other.unlink(missing_ok=True)
    try:
        os.link(path, other)
    except OSError:  # a disk without hard links
        shutil.copyfile(path, other)
    return other


def _refuse(unit_of_work: UnitOfWork, by: Viewer, card: UploadCard, part: Path, sentence: str, now: datetime) -> UploadCard:
    with unit_of_work() as db:
        upload = _upload(db, card.public_id, is_locked=True)
        if upload.state == UploadState.OPEN:
            upload.state, upload.reason, upload.touched_at = UploadState.REFUSED, sentence, now
            details = {"name": upload.file_name, "reason": sentence}
            record(db, by, "upload.refused", now=now, listing_id=upload.listing_id, details=details)
        refused = card_of(db, upload)
    part.unlink(missing_ok=True)
    return refused


def _give_up(unit_of_work: UnitOfWork, card: UploadCard, part: Path, now: datetime) -> None:
    with unit_of_work() as db:
        end_upload(db, card.public_id, now=now)
    part.unlink(missing_ok=True)


def _stood_in_for(unit_of_work: UnitOfWork, card: UploadCard) -> Asset | None:
    if card.replaces_asset_id is None:
        return None
    with unit_of_work() as db:
        return db.get(Asset, card.replaces_asset_id)


def _refuse_misplaced(replaced: Asset | None, size: int, facts: PhotoFacts) -> None:
    """What is no film may not be as large as one, and stands in only for what it could be itself. Raises BadPhoto."""
    if facts.kind != AssetKind.VIDEO and size > LARGEST:
        raise BadPhoto(TOO_BIG)
    if replaced and replaced.kind not in {facts.kind, *may_become(url="", media_type=facts.media_type)}:
        raise BadPhoto(OTHER_KIND.format(old=replaced.original_name))


def _keep(db: Session, by: Viewer, upload: Upload, prints: Fingerprints, facts: PhotoFacts, now: datetime) -> UploadCard:
    if upload.state != UploadState.OPEN:
        return card_of(db, upload)
    known = _same_bytes(db, upload, prints)
    asset = known or _new_asset(db, by, upload, prints, facts, now)
    if known and known.state in {AssetState.REMOVED, AssetState.FAILED}:
        bring_back(db, known, now=now)
    upload.state, upload.asset_id, upload.is_duplicate, upload.touched_at = UploadState.DONE, asset.id, known is not None, now
    db.flush()
    return card_of(db, upload)


def _same_bytes(db: Session, upload: Upload, prints: Fingerprints) -> Asset | None:
    """The photo of this listing with the same bytes, one that is shown before one that was taken out."""
    found = db.exec(_SAME, params={"listing": upload.listing_id, "sha256": prints.sha256}).all()
    return min(found, key=lambda asset: (asset.state == AssetState.REMOVED, asset.id), default=None)


def _new_asset(db: Session, by: Viewer, upload: Upload, prints: Fingerprints, facts: PhotoFacts, now: datetime) -> Asset:
    replaced = db.get(Asset, upload.replaces_asset_id) if upload.replaces_asset_id else None
    asset = Asset(
        studio_id=upload.studio_id,
        listing_id=upload.listing_id,
        public_id=new_public_id(),
        kind=replaced.kind if replaced else facts.kind,
        media_type=facts.media_type,
        pages=facts.pages,
        original_name=clean_name(upload.file_name, facts.media_type),
        size=prints.size,
        sha256=prints.sha256,
        crc32=prints.crc32,
        width=facts.width,
        height=facts.height,
        captured_at=facts.captured_at,
        position=replaced.position if replaced else 0,
        supersedes_id=replaced.id if replaced else None,
        is_placed_by_hand=replaced is not None,
        received_at=now,
    )
    admit(db, asset)
    queue_rendering(db, asset, now=now)
    record(db, by, "asset.received", now=now, listing_id=upload.listing_id, details=named(asset))
    return asset
