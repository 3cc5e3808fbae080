"""Altered photos beside their originals: what keeps a listing from being published, the page everybody may open, and the
screen on which the studio ties them together.

The page shows what the gate shows a customer, never more: nothing before a delivery, marked pictures while the listing waits
for its payment, and none where its previews are clean. An altered photo that is hidden or taken out is not on it. An original
is, also one that is hidden from the listing itself: this is what it is kept for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.delivery.files import ServedFile
from portal_app.domain.delivery.gate import Sight
from portal_app.domain.delivery.policies import delivery_policy_of
from portal_app.domain.delivery.publishing import Altered, PublishingProblem, asks_for_pairs, publishing_problems
from portal_app.domain.delivery.seeing import delivered_photos, gate_of
from portal_app.domain.listings.models import Listing
from portal_app.domain.listings.queries import listing_by_public_id
from portal_app.domain.media.alterations import alteration_words
from portal_app.domain.media.altering import originals_of, originals_path
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset, AssetState, OriginalsPage, Rendition, RenditionName
from portal_app.domain.studios.models import Studio

SHOWN = {Sight.OPEN: RenditionName.WEB, Sight.MARKED: RenditionName.WEB_MARKED}


class Unpaired(Conflict):
    """An altered photo has no original beside it, and the studio's rule asks for one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What keeps a listing from being published, and where its originals are shown; empty while nothing in it was altered."""

    problems: list[PublishingProblem]
    originals_url: str


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """One picture of the page, by its photo's public id; size in pixels."""

    asset: str
    width: int
    height: int
    version: str


@dataclass(frozen=True, slots=True)
class Pair:
    """An altered photo, what was done to it, and its original where there is one to show."""

    number: int
    words: str
    altered: PublicPicture | None
    original: PublicPicture | None


@dataclass(frozen=True, slots=True)
class OriginalsOfListing:
    """The public page of one listing. Nothing on it says whose it is. `is_open`: there may be something to see."""

    street: str
    town: str
    is_open: bool
    pairs: list[Pair] = field(default_factory=list[Pair])


def publishing_standing(db: Session, by: Viewer, listing_public_id: str) -> Standing:
    """What keeps this listing from being published, for the studio. Raises NotFound."""
    if not by.is_staff:
        raise NotFound
    listing = listing_by_public_id(db, by, listing_public_id)
    shown = (Asset.listing_id == listing.id, Asset.state != AssetState.REMOVED, col(Asset.is_hidden).is_(False))
    assets = db.exec(select(Asset).where(*shown).order_by(col(Asset.position), col(Asset.id))).all()
    return Standing(problems_of(db, listing, assets), originals_path(db, listing.id or 0))


def problems_of(db: Session, listing: Listing, assets: Sequence[Asset]) -> list[PublishingProblem]:
    """The same for these photos of it: everything that publishes a listing asks here first."""
    altered = [asset for asset in assets if asset.kind == AssetKind.PHOTO and asset.altered_how]
    if not altered:
        return []
    rule, studio = delivery_policy_of(db, listing.studio_id).altered_rule, db.get_one(Studio, listing.studio_id)
    originals = originals_of(db, altered)
    states = {asset.id: originals[asset.id].state if asset.id in originals else "" for asset in altered}
    named = [Altered(asset.public_id, asset.original_name, states[asset.id]) for asset in altered]
    return publishing_problems(named, pairs=asks_for_pairs(rule, listing.town, studio.place))


def refuse_unpaired(db: Session, listing: Listing, assets: Sequence[Asset]) -> None:
    """Raises Unpaired naming the first photo that may not be published, and how many more there are."""
    problems = problems_of(db, listing, assets)
    if problems:
        more = len(problems) - 1
        raise Unpaired(problems[0].sentence + (f" {more} more like this." if more else ""))


def originals_page(db: Session, studio_id: int, public_id: str) -> OriginalsOfListing:
    """The page at this address, for everybody. Raises NotFound."""
    listing = _listing(db, studio_id, public_id)
    size = SHOWN.get(gate_of(db, listing.id or 0).sight)
    if size is None:
        return OriginalsOfListing(listing.street, listing.town, is_open=False)
    altered = _altered(db, listing)
    originals = originals_of(db, [photo for _, photo in altered])
    ids = {photo.id for _, photo in altered} | {original.id for original in originals.values()}
    made = {
        row.asset_id: row for row in db.exec(select(Rendition).where(col(Rendition.asset_id).in_(ids), Rendition.name == size))
    }
    pairs = [
        Pair(
            place,
            alteration_words(photo.altered_how, photo.alteration),
            _picture(photo, made),
            _picture(originals.get(photo.id or 0), made),
        )
        for place, photo in altered
    ]
    return OriginalsOfListing(listing.street, listing.town, is_open=True, pairs=pairs)


def originals_picture(db: Session, studio_id: int, public_id: str, asset_public_id: str) -> ServedFile:
    """One picture of that page. Raises NotFound for whatever does not stand on it now."""
    listing = _listing(db, studio_id, public_id)
    gate = gate_of(db, listing.id or 0)
    altered = [photo for _, photo in _altered(db, listing)]
    there = [*altered, *(photo for photo in originals_of(db, altered).values() if photo.state == AssetState.READY)]
    photo = next((each for each in there if each.public_id == asset_public_id), None)
    if photo is None or gate.sight not in SHOWN:
        raise NotFound
    size = SHOWN[gate.sight]
    row = db.exec(select(Rendition).where(Rendition.asset_id == photo.id, Rendition.name == size)).first()
    if row is None:
        raise NotFound
    here = (photo.public_id, photo.id or 0, photo.listing_id)
    # What the studio calls the file may name a person; everybody may ask here.
    return ServedFile(*here, row.sha256, row.size, "image/jpeg", f"{photo.public_id}.jpg", gate.is_locked)


def _listing(db: Session, studio_id: int, public_id: str) -> Listing:
    page = (OriginalsPage.public_id == public_id, OriginalsPage.studio_id == studio_id)
    found = db.exec(select(Listing).join(OriginalsPage, col(OriginalsPage.listing_id) == col(Listing.id)).where(*page)).first()
    if found is None:
        raise NotFound("There is no such page here. Check that all of the address was copied.")
    return found


def _altered(db: Session, listing: Listing) -> list[tuple[int, Asset]]:
    """Its altered photos as they are handed over, each with its number among all of them."""
    photos = delivered_photos(db, [listing.id or 0])
    return [(place, photo) for place, photo in enumerate(photos, 1) if photo.altered_how]


def _picture(photo: Asset | None, made: dict[int, Rendition]) -> PublicPicture | None:
    row = made.get(photo.id or 0) if photo and photo.state == AssetState.READY else None
    return PublicPicture(photo.public_id, row.width, row.height, row.sha256[:12]) if photo and row else None
