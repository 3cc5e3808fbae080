"""Listings as their customer sees them: cards, and the page of one. Everything in them is ready to display."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import case, func
from sqlmodel import Session, col, or_, select

from portal_app.core.clock import day_words, local
from portal_app.core.errors import NotFound
from portal_app.core.money import money_words
from portal_app.core.viewer import Viewer
from portal_app.domain.billing import queries as billing
from portal_app.domain.customers.queries import whose_are
from portal_app.domain.delivery.gate import ORIGINAL, SERVED, Gate, Sight, Size, sight_for
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.seeing import delivered_photos, deliveries_of, gate_from, gates_of, visible
from portal_app.domain.delivery.service import counted
from portal_app.domain.listings.models import Listing
from portal_app.domain.listings.owners import with_whose
from portal_app.domain.media.models import Asset, AssetState, Rendition
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus
from portal_app.domain.studios.models import Studio

PAGE = 24
KB, MB, GB = 1_000, 1_000_000, 1_000_000_000


@dataclass(frozen=True, slots=True)
class ListingCard:
    """One listing among many. `state` is production, due or ready; addresses of pictures are empty before a delivery."""

    public_id: str
    street: str
    town: str
    state: str
    state_words: str
    order_number: int
    photo_count: int
    photo_words: str
    is_locked: bool
    due_cents: int
    due_words: str
    delivered_words: str
    appointment_words: str
    cover_url: str
    cover_large_url: str
    whose: str = ""


@dataclass(frozen=True, slots=True)
class PhotoTile:
    """One photo of a listing's page. Width and height are of the picture behind `web_url`, to size its box before it
    loads; `original_url` and `mls_url` are empty while locked."""

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
    is_cover: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class ToPay:
    """An order of this listing that still owes something."""

    order_number: int
    due_cents: int
    due_words: str
    is_on_its_way: bool = False


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One listing as its customer sees it now. `is_locked` and `is_marked` are what this viewer meets (never the studio);
    `state` is the listing's own. `order_number` is the order to pay first, else the newest delivered."""

    public_id: str
    street: str
    town: str
    state: str
    state_words: str
    is_locked: bool
    is_marked: bool
    order_number: int
    due_cents: int
    due_words: str
    to_pay: list[ToPay] = field(default_factory=list)
    photo_count: int = 0
    photo_words: str = ""
    new_count: int = 0
    photos: list[PhotoTile] = field(default_factory=list)
    cover_url: str = ""
    message: str = ""
    delivered_words: str = ""
    appointment_words: str = ""
    zip_url: str = ""
    zip_words: str = ""
    zip_web_url: str = ""
    zip_web_words: str = ""
    zip_mls_url: str = ""
    zip_mls_words: str = ""
    whose: str = ""


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around some listings, read in a fixed number of statements. Dues are 0 for who does not see money."""

    studio: Studio
    gates: dict[int, Gate]
    orders: dict[int, list[Order]]
    dues: dict[int, int]
    deliveries: dict[int, list[Delivery]]
    visits: dict[int, datetime]


def listing_cards(
    db: Session, by: Viewer, *, search: str = "", team: str = "", limit: int = PAGE, offset: int = 0
) -> list[ListingCard]:
    """The viewer's listings, newest first; as many statements for one as for a thousand."""
    found = _matching(by, search, team).order_by(col(Listing.created_at).desc(), col(Listing.id).desc())
    found = with_whose(db, by, found.limit(limit).offset(offset))
    rows = [listing for listing, _ in found]
    around = _around(db, by, rows)
    covers = _covers(db, [row.id for row in rows])
    renditions = _renditions(db, [asset.id for asset, _ in covers.values()])
    return [_card(by, row, around, covers.get(row.id), renditions, said) for row, said in found]


def listing_count(db: Session, by: Viewer, *, search: str = "", team: str = "") -> int:
    """How many listings the viewer has, or how many match."""
    return db.exec(_matching(by, search, team).with_only_columns(func.count())).one()


def listing_page(db: Session, by: Viewer, listing_public_id: str) -> ListingPage:
    """One listing, whole. Raises NotFound when there is none for this viewer."""
    listing = db.exec(visible(by).where(Listing.public_id == listing_public_id)).first()
    if listing is None:
        raise NotFound
    around = _around(db, by, [listing])
    gate = around.gates[listing.id]
    sight = sight_for(by, gate) if gate.is_delivered else Sight.NOTHING
    photos = delivered_photos(db, [listing.id]) if gate.is_delivered else []
    renditions = _renditions(db, [photo.id for photo in photos])
    deliveries = around.deliveries.get(listing.id, [])
    tiles = _tiles(listing, photos, renditions, sight, deliveries)
    to_pay = _to_pay(db, listing, around)
    return ListingPage(
        public_id=listing.public_id,
        street=listing.street,
        town=listing.town,
        state=_state(gate),
        state_words=STATE_WORDS[_state(gate)],
        is_locked=sight in {Sight.MARKED, Sight.SMALL},
        is_marked=sight is Sight.MARKED,
        order_number=to_pay[0].order_number if to_pay else _order_number(listing, around),
        due_cents=_due(listing, around),
        due_words=money_words(_due(listing, around), around.studio.currency) if by.sees_money else "",
        to_pay=to_pay,
        photo_count=len(photos),
        photo_words=counted(len(photos), "photo"),
        new_count=deliveries[-1].new_count if len(deliveries) > 1 else 0,
        photos=tiles,
        cover_url=next((tile.web_url for tile in tiles if tile.is_cover), ""),
        message=deliveries[-1].message if deliveries else "",
        delivered_words=_delivered_words(listing, around),
        appointment_words=_appointment_words(listing, around),
        whose=whose_are(db, by, [listing.customer_id]).get(listing.customer_id, "") if by.is_customer else "",
        **(_zips(listing, photos, renditions) if sight is Sight.OPEN and photos else {}),
    )


def cover_urls(db: Session, by: Viewer, listing_ids: Sequence[int]) -> dict[int, str]:
    """The small cover picture of each of these listings as this viewer meets it; those without one are left out."""
    ids = [row.id for row in db.exec(visible(by).where(col(Listing.id).in_(set(listing_ids))))]
    gates, covers = gates_of(db, ids), _covers(db, ids)
    renditions = _renditions(db, [asset.id for asset, _ in covers.values()])
    urls = {
        listing_id: _url(asset, Size.THUMB, sight_for(by, gates[listing_id]), renditions)
        for listing_id, (asset, _) in covers.items()
        if gates[listing_id].is_delivered
    }
    return {listing_id: url for listing_id, url in urls.items() if url}


STATE_WORDS = {"production": "In production", "due": "Payment due", "ready": "Ready"}


def _matching(by: Viewer, search: str, team: str):
    found = visible(by, team)
    if not search.strip():
        return found
    like = f"%{search.strip().replace('%', '').replace('_', '')}%"
    return found.where(or_(col(Listing.street).ilike(like), col(Listing.town).ilike(like)))


def _around(db: Session, by: Viewer, rows: Sequence[Listing]) -> _Around:
    ids = [row.id for row in rows]
    orders: dict[int, list[Order]] = {}
    for order in db.exec(select(Order).where(col(Order.listing_id).in_(ids)).order_by(col(Order.id))):
        orders.setdefault(order.listing_id, []).append(order)
    deliveries = deliveries_of(db, ids)
    dues = billing.due(db, [order.id for several in orders.values() for order in several])
    return _Around(
        studio=db.get_one(Studio, by.studio_id),
        gates={listing_id: gate_from(deliveries.get(listing_id, []), dues) for listing_id in ids},
        orders=orders,
        dues=dues if by.sees_money else dict.fromkeys(dues, 0),
        deliveries=deliveries,
        visits=_visits(db, ids),
    )


def _visits(db: Session, listing_ids: list[int]) -> dict[int, datetime]:
    """The latest appointment of each listing that was not canceled."""
    found = db.exec(
        select(Order.listing_id, func.max(Appointment.starts_at))
        .join(Appointment, col(Appointment.order_id) == col(Order.id))
        .where(col(Order.listing_id).in_(listing_ids), Appointment.status != AppointmentStatus.CANCELED)
        .group_by(col(Order.listing_id))
    )
    return dict(found.all())


def _covers(db: Session, listing_ids: list[int]) -> dict[int, tuple[Asset, int]]:
    """For each listing its cover among the delivered photos, and how many those are."""
    is_chosen = case((col(Asset.id) == col(Listing.cover_asset_id), 0), else_=1)
    place = func.row_number().over(partition_by=Asset.listing_id, order_by=(is_chosen, col(Asset.position), col(Asset.id)))
    ranked = (
        select(col(Asset.id).label("id"), place.label("place"), func.count().over(partition_by=Asset.listing_id).label("count"))
        .join(Listing, col(Listing.id) == col(Asset.listing_id))
        .where(col(Asset.listing_id).in_(listing_ids), col(Asset.delivered_at).is_not(None), Asset.state == AssetState.READY)
        .subquery()
    )
    found = db.exec(select(Asset, ranked.c.count).join(ranked, ranked.c.id == Asset.id).where(ranked.c.place == 1))
    return {asset.listing_id: (asset, count) for asset, count in found}


def _renditions(db: Session, asset_ids: list[int]) -> dict[tuple[int, str], Rendition]:
    rows = db.exec(select(Rendition).where(col(Rendition.asset_id).in_(asset_ids)))
    return {(row.asset_id, row.name): row for row in rows}


def _card(
    by: Viewer,
    listing: Listing,
    around: _Around,
    cover: tuple[Asset, int] | None,
    renditions: dict[tuple[int, str], Rendition],
    whose: str,
) -> ListingCard:
    gate = around.gates[listing.id]
    sight = sight_for(by, gate) if gate.is_delivered else Sight.NOTHING
    asset, count = cover if cover and gate.is_delivered else (None, 0)
    state = _state(gate)
    return ListingCard(
        public_id=listing.public_id,
        street=listing.street,
        town=listing.town,
        state=state,
        state_words=STATE_WORDS[state],
        order_number=_order_number(listing, around),
        photo_count=count,
        photo_words=counted(count, "photo") if count else "",
        is_locked=sight in {Sight.MARKED, Sight.SMALL},
        due_cents=_due(listing, around),
        due_words=money_words(_due(listing, around), around.studio.currency) if by.sees_money else "",
        delivered_words=_delivered_words(listing, around),
        appointment_words=_appointment_words(listing, around),
        cover_url=_url(asset, Size.THUMB, sight, renditions) if asset else "",
        cover_large_url=_url(asset, Size.WEB, sight, renditions) if asset else "",
        whose=whose,
    )


def _state(gate: Gate) -> str:
    if not gate.is_delivered:
        return "production"
    return "due" if gate.is_locked else "ready"


def _owing(listing: Listing, around: _Around) -> list[Order]:
    """The delivered orders; before a delivery all of them."""
    orders = around.orders.get(listing.id, [])
    delivered = {delivery.order_id for delivery in around.deliveries.get(listing.id, [])}
    return [order for order in orders if order.id in delivered] or orders


def _due(listing: Listing, around: _Around) -> int:
    return sum(around.dues[order.id] for order in _owing(listing, around))


def _to_pay(db: Session, listing: Listing, around: _Around) -> list[ToPay]:
    owing = [(order, around.dues[order.id]) for order in _owing(listing, around) if around.dues[order.id]]
    arriving = billing.on_their_way(db, [order.id for order, _ in owing])
    return [ToPay(order.number, cents, money_words(cents, order.currency), order.id in arriving) for order, cents in owing]


def _order_number(listing: Listing, around: _Around) -> int:
    live = [order for order in _owing(listing, around) if order.status != OrderStatus.CANCELED]
    return live[-1].number if live else 0


def _delivered_words(listing: Listing, around: _Around) -> str:
    deliveries = around.deliveries.get(listing.id)
    return day_words(deliveries[-1].delivered_at, around.studio.zone) if deliveries else ""


def _appointment_words(listing: Listing, around: _Around) -> str:
    at = around.visits.get(listing.id)
    return day_words(local(at, around.studio.zone), around.studio.zone) if at else ""


def _tiles(
    listing: Listing,
    photos: Sequence[Asset],
    renditions: dict[tuple[int, str], Rendition],
    sight: Sight,
    deliveries: Sequence[Delivery],
) -> list[PhotoTile]:
    cover = listing.cover_asset_id if any(photo.id == listing.cover_asset_id for photo in photos) else None
    newest = deliveries[-1].delivered_at if len(deliveries) > 1 else None
    return [
        PhotoTile(
            public_id=photo.public_id,
            number=f"{place:02d}",
            name=photo.original_name,
            alt=photo.caption or f"Photo {place}",
            thumb_url=_url(photo, Size.THUMB, sight, renditions),
            web_url=_url(photo, Size.WEB, sight, renditions),
            mls_url=_url(photo, Size.MLS, sight, renditions),
            original_url=_url(photo, Size.ORIGINAL, sight, renditions),
            size_words=size_words(photo.size),
            is_cover=photo.id == cover or (cover is None and place == 1),
            is_new=photo.delivered_at == newest,
            **_box(photo, sight, renditions),
        )
        for place, photo in enumerate(photos, 1)
    ]


def _box(photo: Asset, sight: Sight, renditions: dict[tuple[int, str], Rendition]) -> dict[str, int]:
    shown = renditions.get((photo.id, SERVED[sight].get(Size.WEB, "")))
    box = shown or photo
    return {"width": box.width, "height": box.height}


def _url(photo: Asset, size: Size, sight: Sight, renditions: dict[tuple[int, str], Rendition]) -> str:
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


def _zips(listing: Listing, photos: Sequence[Asset], renditions: dict[tuple[int, str], Rendition]) -> dict[str, str]:
    zips = {"zip_url": f"/files/zip/{listing.public_id}", "zip_words": size_words(sum(photo.size for photo in photos))}
    for size in (Size.WEB, Size.MLS):
        made = [renditions[photo.id, size] for photo in photos if (photo.id, size) in renditions]
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
