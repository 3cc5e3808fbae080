"""A photographer puts photos in order, picks the cover, takes photos out and brings them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset, AssetState, Rendition
from portal_app.domain.media.ordering import Placing, arrange, move, moved_one
from portal_app.domain.media.queries import asset_by_public_id, photos

NEWEST = 1 << 62  # stands for a row that has no id yet: after all others
# Asked for every file that comes in: built once.
_HELD = select(Listing.id).where(Listing.id == bindparam("listing")).with_for_update()
_PLACED = select(Asset.id, Asset.original_name, Asset.captured_at, Asset.position, Asset.is_placed_by_hand).where(
    Asset.listing_id == bindparam("listing"), Asset.kind == bindparam("kind"), Asset.state != AssetState.REMOVED
)


def move_photo(db: Session, by: Viewer, asset_public_id: str, to_position: int, *, now: datetime) -> None:
    """Put a photo at a place (0 is first); it stays there when more photos come. Raises NotFound, NotAllowed."""
    asset = locked_asset(db, by, asset_public_id)
    living = living_of(db, asset.listing_id, asset.kind)
    before = [photo.id for photo in living]
    after = move(before, asset.id, to_position)
    if asset.is_placed_by_hand and after == before:
        return
    asset.is_placed_by_hand = True
    number(living, after)
    record(db, by, "asset.moved", now=now, listing_id=asset.listing_id, details={**named(asset), "to": asset.position})


def arrange_photos(db: Session, by: Viewer, listing_id: int, asset_public_ids: Sequence[str], *, now: datetime) -> None:
    """The whole order as a person left it after moving one photo. Raises Conflict when the photos changed meanwhile."""
    _staff_only(by)
    shown = [card.public_id for card in photos(db, by, listing_id)]
    if not shown:
        raise NotFound
    moved = moved_one(shown, asset_public_ids)
    if moved:
        move_photo(db, by, moved[0], moved[1], now=now)
    elif list(asset_public_ids) != shown:
        raise Conflict("Photos came or went while you were sorting. This is their order now; move it once more.")


def make_cover(db: Session, by: Viewer, asset_public_id: str, *, now: datetime) -> None:
    """Show this photo first wherever the listing is a card. Raises NotFound, NotAllowed."""
    asset = locked_asset(db, by, asset_public_id)
    if asset.kind != AssetKind.PHOTO:
        raise NotFound
    _listing(db, asset.listing_id).cover_asset_id = asset.id
    record(db, by, "asset.made_cover", now=now, listing_id=asset.listing_id, details={"asset_id": asset.id})


def remove_photo(db: Session, by: Viewer, asset_public_id: str, *, now: datetime) -> None:
    """Take a photo out; the customer no longer sees it, the file stays. Raises NotFound, NotAllowed."""
    asset = locked_asset(db, by, asset_public_id)
    if asset.state != AssetState.REMOVED:
        take_out(db, asset)
        record(db, by, "asset.removed", now=now, listing_id=asset.listing_id, details=named(asset))


def restore_photo(db: Session, by: Viewer, asset_public_id: str, *, now: datetime) -> None:
    """Bring a removed photo back. Raises NotFound, NotAllowed."""
    asset = locked_asset(db, by, asset_public_id)
    if not asset.sha256 and not asset.url:
        raise NotFound("The file was deleted when its time was over. Upload it again.")
    if asset.state == AssetState.REMOVED:
        bring_back(db, asset, now=now)
        record(db, by, "asset.restored", now=now, listing_id=asset.listing_id, details=named(asset))


def named(asset: Asset) -> dict:
    """How a fact names a photo."""
    return {"asset_id": asset.id, "asset": asset.public_id, "name": asset.original_name}


def take_out(db: Session, asset: Asset) -> None:
    """Out of the order and off the cover; the caller holds the listing's lock."""
    asset.state = AssetState.REMOVED
    listing = _listing(db, asset.listing_id)
    if listing.cover_asset_id == asset.id:
        listing.cover_asset_id = None
    db.flush()
    living = living_of(db, asset.listing_id, asset.kind)
    number(living, [each.id for each in living])


def bring_back(db: Session, asset: Asset, *, now: datetime) -> None:
    """Back in the order: ready when its sizes exist, or it is a link; else they are made. The caller holds the listing's lock."""
    has_sizes = asset.url or db.exec(select(Rendition.id).where(Rendition.asset_id == asset.id)).first()
    asset.state = AssetState.READY if has_sizes else AssetState.RENDERING
    asset.reason = ""
    if not has_sizes:
        queue_rendering(db, asset, now=now)
    settle(db, asset.listing_id, asset.kind)


def queue_rendering(db: Session, asset: Asset, *, now: datetime) -> None:
    """Have every size made by a worker, in the caller's transaction."""
    enqueue(db, "render_asset", {"asset_id": asset.id}, now=now, studio_id=asset.studio_id)


def settle(db: Session, listing_id: int, kind: str = AssetKind.PHOTO) -> None:
    """Number a listing's photos, or its assets of another kind, by the rule; the caller holds the listing's lock."""
    db.flush()
    _number_by_rule(db, _placings(db, listing_id, kind))


def admit(db: Session, asset: Asset) -> None:
    """Add a new one at its place among the others, which make room for it; the caller holds the listing's lock."""
    newcomer = Placing(NEWEST, asset.original_name, asset.captured_at, asset.position, asset.is_placed_by_hand)
    asset.position = _number_by_rule(db, [*_placings(db, asset.listing_id, asset.kind), newcomer])[NEWEST]
    db.add(asset)
    db.flush()


def _placings(db: Session, listing_id: int, kind: str) -> list[Placing]:
    return [Placing(*row) for row in db.exec(_PLACED, params={"listing": listing_id, "kind": kind})]


def _number_by_rule(db: Session, living: Sequence[Placing]) -> dict[int, int]:
    """Give each row its place; all of them."""
    places = {asset_id: place for place, asset_id in enumerate(arrange(living))}
    moved = [each.id for each in living if places[each.id] != each.position and each.id != NEWEST]
    for photo in db.exec(select(Asset).where(col(Asset.id).in_(moved))) if moved else ():
        photo.position = places[photo.id]
    return places


def living_of(db: Session, listing_id: int, kind: str) -> Sequence[Asset]:
    """Every photo, or asset of another kind, that was not taken out, in its order: each kind is numbered by itself."""
    return db.exec(select(Asset).where(*_is_living(listing_id, kind)).order_by(Asset.position, Asset.id)).all()


def _is_living(listing_id: int, kind: str):
    return Asset.listing_id == listing_id, Asset.kind == kind, Asset.state != AssetState.REMOVED


def number(living: Sequence[Asset], ids: Sequence[int]) -> None:
    """Give each photo its place in `ids`."""
    places = {asset_id: place for place, asset_id in enumerate(ids)}
    for photo in living:
        if photo.position != places[photo.id]:
            photo.position = places[photo.id]


def lock_listing(db: Session, listing_id: int) -> Listing:
    """One change of order at a time per listing."""
    return db.exec(select(Listing).where(Listing.id == listing_id).with_for_update()).one()


def hold_listing(db: Session, listing_id: int) -> None:
    """The same lock for whoever needs nothing of the row."""
    db.exec(_HELD, params={"listing": listing_id}).one()


def require_upload(by: Viewer) -> None:
    """Raises NotAllowed for whoever may not add photos."""
    if not by.may(Permission.UPLOAD):
        raise NotAllowed


def locked_asset(db: Session, by: Viewer, asset_public_id: str) -> Asset:
    """The row with its listing locked first, for a verb of the studio. Raises NotFound, NotAllowed."""
    _staff_only(by)
    asset = asset_by_public_id(db, by, asset_public_id)
    lock_listing(db, asset.listing_id)
    db.refresh(asset)
    return asset


def _staff_only(by: Viewer) -> None:
    if not by.is_staff and by.role != "system":
        raise NotFound
    require_upload(by)


def _listing(db: Session, listing_id: int) -> Listing:
    return db.exec(select(Listing).where(Listing.id == listing_id)).one()
