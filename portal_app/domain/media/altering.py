"""The studio says that a photo is altered, and which one is its original. From the first one on its listing has a page where
everybody can compare the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import record
from portal_app.domain.listings.queries import listing_by_public_id
from portal_app.domain.media.alterations import Alteration, alteration_words, kept_as
from portal_app.domain.media.arranging import locked_asset, named, require_upload
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.linking import show_asset
from portal_app.domain.media.models import Asset, AssetState, OriginalsPage
from portal_app.domain.media.names import announced_name

LONGEST = 200


@dataclass(frozen=True, slots=True)
class AlteredAs:
    """What the studio says of an altered photo. `how` are words of `Alteration`, `original` the public id of the photo as it
    was taken, empty while there is none; `hides_original` says whether that one is off the listing's page and its ZIPs."""

    how: Sequence[str]
    words: str = ""
    original: str = ""
    hides_original: bool = False


def mark_altered(db: Session, by: Viewer, asset_public_id: str, said: AlteredAs, *, now: datetime) -> None:
    """The note stands beside it from now on. Saying it again changes what is said.

    Raises NotFound, NotAllowed, InvalidInput("how" | "words" | "original").
    """
    asset = locked_asset(db, by, asset_public_id)
    how, words = kept_as(said.how), one_line(said.words, LONGEST)
    _refuse(db, asset, how, words)
    original = _original(db, asset, said.original) if said.original else None
    asset.altered_how, asset.alteration, asset.altered_of_id = how, words, original.id if original else None
    if original is not None:
        original.is_hidden = said.hides_original
    _ensure_page(db, asset, now)
    details = named(asset) | {"how": alteration_words(how, words), "original": original.original_name if original else ""}
    record(db, by, "asset.marked_altered", now=now, listing_id=asset.listing_id, details=details)


def unmark_altered(db: Session, by: Viewer, asset_public_id: str, *, now: datetime) -> None:
    """It is as it was taken after all. Again changes nothing. Raises NotFound, NotAllowed."""
    asset = locked_asset(db, by, asset_public_id)
    if asset.altered_how:
        asset.altered_how, asset.alteration, asset.altered_of_id = "", "", None
        record(db, by, "asset.unmarked_altered", now=now, listing_id=asset.listing_id, details=named(asset))


def keep_as_original(db: Session, by: Viewer, listing_public_id: str, file_name: str, *, now: datetime) -> str:
    """A photo that was uploaded to be an original stays off its listing, unless it stands there already. Its public id, empty
    when no photo is called so. Raises NotFound, NotAllowed."""
    if not by.is_staff:
        raise NotFound
    require_upload(by)
    listing = listing_by_public_id(db, by, listing_public_id)
    called = (Asset.listing_id == listing.id, Asset.kind == AssetKind.PHOTO, Asset.original_name == announced_name(file_name))
    found = db.exec(select(Asset).where(*called, Asset.state != AssetState.REMOVED).order_by(col(Asset.id).desc())).first()
    if found is None:
        return ""
    if found.delivered_at is None and not found.altered_how:
        show_asset(db, by, found.public_id, is_shown=False, now=now)
    return found.public_id


def carry_over(db: Session, before: Asset, asset: Asset) -> None:
    """A new file takes the place of one: the note stays beside an altered photo until somebody takes it away, and who had the
    old one as original has the new one. The caller holds the listing's lock."""
    asset.altered_how, asset.alteration, asset.altered_of_id = before.altered_how, before.alteration, before.altered_of_id
    made_of_it = db.exec(select(Asset).where(Asset.altered_of_id == before.id)).all()
    for each in made_of_it:
        each.altered_of_id = asset.id
    asset.is_hidden = before.is_hidden and bool(made_of_it)


def originals_of(db: Session, assets: Sequence[Asset]) -> Mapping[int, Asset]:
    """The original of each altered photo that has one, by the altered one's id, whatever became of it."""
    wanted = {asset.altered_of_id for asset in assets if asset.altered_how and asset.altered_of_id}
    found = {row.id: row for row in db.exec(select(Asset).where(col(Asset.id).in_(wanted)))} if wanted else {}
    return {asset.id: found[asset.altered_of_id] for asset in assets if asset.altered_how and asset.altered_of_id in found}


def originals_path(db: Session, listing_id: int) -> str:
    """Where everybody finds a listing's originals; empty while nothing in it was ever altered."""
    found = db.exec(select(OriginalsPage.public_id).where(OriginalsPage.listing_id == listing_id)).first()
    return f"/originals/{found}" if found else ""


def _refuse(db: Session, asset: Asset, how: str, words: str) -> None:
    if asset.kind != AssetKind.PHOTO:
        raise InvalidInput("how", "Only a photo is marked as altered.")
    if not how:
        raise InvalidInput("how", "Choose what was done. Light, color and crop need no note.")
    if how == Alteration.OTHER and not words:
        raise InvalidInput("words", "Say in a few words what was done.")
    made_of_it = db.exec(select(Asset).where(Asset.altered_of_id == asset.id, Asset.altered_how != "")).first()
    if made_of_it is not None:
        raise InvalidInput("how", f"This is the original of {made_of_it.original_name}. Give that one another original first.")


def _original(db: Session, asset: Asset, public_id: str) -> Asset:
    """Another photo of the same listing, as it was taken."""
    here = (Asset.listing_id == asset.listing_id, Asset.kind == AssetKind.PHOTO, Asset.state != AssetState.REMOVED)
    found = db.exec(select(Asset).where(Asset.public_id == public_id, *here)).first()
    if found is None or found.id == asset.id:
        raise InvalidInput("original", "Choose another photo of this listing.")
    if found.altered_how:
        raise InvalidInput("original", f"{found.original_name} is altered itself. Choose the photo as it was taken.")
    return found


def _ensure_page(db: Session, asset: Asset, now: datetime) -> None:
    """The caller holds the listing's lock: there is never a second one."""
    if not originals_path(db, asset.listing_id):
        where = {"studio_id": asset.studio_id, "listing_id": asset.listing_id}
        db.add(OriginalsPage(public_id=new_public_id(), made_at=now, **where))
        db.flush()
