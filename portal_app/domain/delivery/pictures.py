"""The pictures of a listing as a viewer meets them: which stands for the whole, where each size is found, how large it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from portal_app.domain.delivery.gate import ORIGINAL, SERVED, Sight, Size
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.seeing import HANDED_OVER
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.alterations import note_beside
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset, Rendition

KB, MB, GB = 1_000, 1_000_000, 1_000_000_000
Renditions = dict[tuple[int, str], Rendition]


@dataclass(frozen=True, slots=True)
class PhotoTile:
    """One photo of a listing's page. Width and height are of the picture behind `web_url`, to size its box before it
    loads; `original_url` and `mls_url` are empty while locked. `note` says what was done to an altered one, `words` what a photo
    shows, where somebody said so. Sizes in bytes."""

    public_id: str
    number: str
    name: str
    alt: str
    width: int
    height: int
    thumb_url: str
    web_url: str
    mls_url: str
    original_url: str
    size_words: str
    size: int
    mls_size: int
    is_cover: bool
    is_new: bool
    note: str = ""
    words: str = ""


def covers_of(db: Session, listing_ids: list[int]) -> dict[int, tuple[Asset, int]]:
    """For each listing its cover among the delivered photos, and how many those are."""
    is_chosen = case((col(Asset.id) == col(Listing.cover_asset_id), 0), else_=1)
    place = func.row_number().over(partition_by=Asset.listing_id, order_by=(is_chosen, col(Asset.position), col(Asset.id)))
    ranked = (
        select(col(Asset.id).label("id"), place.label("place"), func.count().over(partition_by=Asset.listing_id).label("count"))
        .join(Listing, col(Listing.id) == col(Asset.listing_id))
        .where(col(Asset.listing_id).in_(listing_ids), Asset.kind == AssetKind.PHOTO, *HANDED_OVER)
        .subquery()
    )
    found = db.exec(select(Asset, ranked.c.count).join(ranked, ranked.c.id == Asset.id).where(ranked.c.place == 1))
    return {asset.listing_id: (asset, count) for asset, count in found}


def renditions_of(db: Session, asset_ids: list[int]) -> Renditions:
    """Every rendition of these photos, by photo and name."""
    rows = db.exec(select(Rendition).where(col(Rendition.asset_id).in_(asset_ids)))
    return {(row.asset_id, row.name): row for row in rows}


def tiles_of(
    listing: Listing,
    photos: Sequence[Asset],
    renditions: Renditions,
    sight: Sight,
    deliveries: Sequence[Delivery],
) -> list[PhotoTile]:
    """The photos of a listing's page in their order; what came with the latest of several deliveries is new."""
    cover = listing.cover_asset_id if any(photo.id == listing.cover_asset_id for photo in photos) else None
    newest = deliveries[-1].delivered_at if len(deliveries) > 1 else None
    return [
        PhotoTile(
            public_id=photo.public_id,
            number=f"{place:02d}",
            name=photo.original_name,
            alt=alt_words(photo, place),
            thumb_url=picture_url(photo, Size.THUMB, sight, renditions),
            web_url=picture_url(photo, Size.WEB, sight, renditions),
            mls_url=picture_url(photo, Size.MLS, sight, renditions),
            original_url=picture_url(photo, Size.ORIGINAL, sight, renditions),
            size_words=size_words(photo.size),
            size=photo.size,
            mls_size=getattr(renditions.get((photo.id, Size.MLS)), "size", 0),
            is_cover=photo.id == cover or (cover is None and place == 1),
            is_new=photo.delivered_at == newest,
            note=note_beside(photo.altered_how, photo.alteration),
            words=", ".join(filter(None, (photo.room, photo.caption))),
            **_box(photo, sight, renditions),
        )
        for place, photo in enumerate(photos, 1)
    ]


def alt_words(photo: Asset, place: int) -> str:
    """What a photo shows, for those who listen; an altered one says so first of all."""
    shows = photo.caption or f"Photo {place}"
    note = note_beside(photo.altered_how, photo.alteration)
    return f"{note}. {shows}" if note else shows


def _box(photo: Asset, sight: Sight, renditions: Renditions) -> dict[str, int]:
    shown = renditions.get((photo.id, SERVED[sight].get(Size.WEB, "")))
    box = shown or photo
    return {"width": box.width, "height": box.height}


def picture_url(photo: Asset, size: Size, sight: Sight, renditions: Renditions) -> str:
    """The address of a photo, with the start of its content's hash: another picture has another address."""
    name = SERVED[sight].get(size)
    if name == ORIGINAL:
        return f"/files/{photo.public_id}/original?download=1"
    made = renditions.get((photo.id, name)) if name else None
    if made is None:
        return ""
    return f"/files/{photo.public_id}/{size}?v={version(made.sha256)}" + ("&download=1" if size is Size.MLS else "")


def version(sha256: str) -> str:
    """What stands behind `?v=` in a picture's address."""
    return sha256[:12]


def has_sizes(asset: Asset) -> bool:
    """Whether its smaller sizes are worth having: those of a video or a PDF are only what stands for it on the page."""
    return asset.kind in {AssetKind.PHOTO, AssetKind.FLOOR_PLAN} and asset.media_type.startswith("image/")


def zip_links(listing: Listing, assets: Sequence[Asset], renditions: Renditions) -> dict[str, str]:
    """The addresses of an open listing's ZIPs, and how large each is."""
    zips = {"zip_url": f"/files/zip/{listing.public_id}", "zip_words": size_words(sum(asset.size for asset in assets))}
    pictures = [asset for asset in assets if has_sizes(asset)]
    for size in (Size.WEB, Size.MLS):
        made = [renditions[picture.id, size] for picture in pictures if (picture.id, size) in renditions]
        zips[f"zip_{size}_url"] = f"/files/zip/{listing.public_id}?size={size}"
        zips[f"zip_{size}_words"] = size_words(sum(one.size for one in made))
    return zips


def size_words(size: int) -> str:
    """`412 MB`, `11.2 MB`, `340 KB`: decimal, as a phone's own file list says it."""
    if size >= GB:
        return f"{size / GB:.1f} GB"
    if size >= MB:
        return f"{size / MB:.1f} MB" if size < 100 * MB else f"{size / MB:.0f} MB"
    return f"{max(1, round(size / KB)) if size else 0} KB"
