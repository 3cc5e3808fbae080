"""Listings as their customer sees them: cards, and the page of one. Everything in them is ready to display."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from portal_app.core.clock import day_words, local
from portal_app.core.errors import NotFound
from portal_app.core.money import money_words
from portal_app.core.viewer import Viewer
from portal_app.domain.billing import queries as billing
from portal_app.domain.billing.opening import harmless_due
from portal_app.domain.billing.shares import first_dues
from portal_app.domain.customers.queries import whose_are
from portal_app.domain.delivery.gate import Gate, Sight, Size, sight_for
from portal_app.domain.delivery.keeping import Keeping, keeping_of
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.pictures import (
    PhotoTile,
    Renditions,
    covers_of,
    has_sizes,
    picture_url,
    renditions_of,
    tiles_of,
    zip_links,
)
from portal_app.domain.delivery.sections import Section, sections_of
from portal_app.domain.delivery.seeing import delivered_assets, deliveries_of, gate_from, gates_of, kinds_delivered, visible
from portal_app.domain.delivery.taking import held_since
from portal_app.domain.listings.models import Listing
from portal_app.domain.listings.owners import with_whose
from portal_app.domain.media.alterations import note_beside
from portal_app.domain.media.altering import originals_path
from portal_app.domain.media.kinds import AssetKind, kinds_in_words
from portal_app.domain.media.models import Asset
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus
from portal_app.domain.studios.models import Studio

PAGE = 24


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
    what_words: str
    is_locked: bool
    due_cents: int
    due_words: str
    delivered_words: str
    appointment_words: str
    cover_url: str
    cover_large_url: str
    whose: str = ""
    cover_note: str = ""


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
    file_count: int = 0
    picture_count: int = 0
    what_words: str = ""
    new_count: int = 0
    photos: list[PhotoTile] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    cover_url: str = ""
    message: str = ""
    delivered_words: str = ""
    appointment_words: str = ""
    zip_url: str = ""
    zip_new_url: str = ""
    zip_new_count: int = 0
    zip_new_pictures: int = 0
    zip_words: str = ""
    zip_web_url: str = ""
    zip_web_words: str = ""
    zip_mls_url: str = ""
    zip_mls_words: str = ""
    whose: str = ""
    altered_count: int = 0
    originals_url: str = ""
    archived_words: str = ""
    keeping: Keeping = field(default_factory=Keeping)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around some listings, read in a fixed number of statements. Dues are 0 for who does not see money."""

    studio: Studio
    gates: dict[int, Gate]
    orders: dict[int, list[Order]]
    dues: dict[int, int]
    deliveries: dict[int, list[Delivery]]
    visits: dict[int, datetime]
    kinds: dict[int, list[str]]


def listing_cards(
    db: Session, by: Viewer, *, search: str = "", team: str = "", archived: bool = False, limit: int = PAGE, offset: int = 0
) -> list[ListingCard]:
    """The viewer's listings, newest first, or those in the archive; as many statements for one as for a thousand."""
    found = _matching(by, search, team, archived=archived).order_by(col(Listing.created_at).desc(), col(Listing.id).desc())
    found = with_whose(db, by, found.limit(limit).offset(offset))
    rows = [listing for listing, _ in found]
    around = _around(db, by, rows)
    covers = covers_of(db, [row.id for row in rows])
    renditions = renditions_of(db, [asset.id for asset, _ in covers.values()])
    return [_card(by, row, around, covers.get(row.id), renditions, said) for row, said in found]


def listing_count(db: Session, by: Viewer, *, search: str = "", team: str = "", archived: bool = False) -> int:
    """How many listings the viewer has, or how many match."""
    return db.exec(_matching(by, search, team, archived=archived).with_only_columns(func.count())).one()


def listing_page(db: Session, by: Viewer, listing_public_id: str) -> ListingPage:
    """One listing, whole. Raises NotFound when there is none for this viewer."""
    listing = db.exec(visible(by).where(Listing.public_id == listing_public_id)).first()
    if listing is None:
        raise NotFound
    around = _around(db, by, [listing])
    gate = around.gates[listing.id]
    sight = sight_for(by, gate) if gate.is_delivered else Sight.NOTHING
    assets = delivered_assets(db, listing.id) if sight not in {Sight.NOTHING, Sight.AWAY} else []
    photos = [asset for asset in assets if asset.kind == AssetKind.PHOTO]
    renditions = renditions_of(db, [asset.id for asset in assets])
    deliveries = around.deliveries.get(listing.id, [])
    tiles = tiles_of(listing, photos, renditions, sight, deliveries)
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
        file_count=sum(bool(asset.sha256) for asset in assets),
        picture_count=sum(has_sizes(asset) for asset in assets),
        what_words=kinds_in_words(asset.kind for asset in assets),
        new_count=deliveries[-1].new_count if len(deliveries) > 1 else 0,
        photos=tiles,
        sections=sections_of(assets, renditions, sight, deliveries[-1].delivered_at if len(deliveries) > 1 else None),
        cover_url=next((tile.web_url for tile in tiles if tile.is_cover), ""),
        message=deliveries[-1].message if deliveries else "",
        delivered_words=_delivered_words(listing, around),
        appointment_words=_appointment_words(listing, around),
        keeping=keeping_of(db, listing, deliveries, around.studio.zone),
        archived_words=day_words(listing.archived_at, around.studio.zone) if listing.archived_at else "",
        whose=whose_are(db, by, [listing.customer_id]).get(listing.customer_id, "") if by.is_customer else "",
        **_originals(db, listing, tiles),
        **(zip_links(listing, assets, renditions) if sight is Sight.OPEN and any(asset.sha256 for asset in assets) else {}),
        **(_what_is_new(db, by, listing, assets) if sight is Sight.OPEN and not by.is_staff else {}),
    )


def _originals(db: Session, listing: Listing, tiles: Sequence[PhotoTile]) -> dict[str, Any]:
    """Where everybody finds the originals of its altered photos, while it has some."""
    count = sum(bool(tile.note) for tile in tiles)
    return {"altered_count": count, "originals_url": originals_path(db, listing.id or 0)} if count else {}


def _what_is_new(db: Session, by: Viewer, listing: Listing, assets: Sequence[Asset]) -> dict[str, Any]:
    """The ZIP of what came since this person's last whole download. Its address names that download, so that it means the
    same bytes until they have them all."""
    held = held_since(db, by, listing.id)
    fresh = [asset for asset in assets if asset.sha256 and asset.id not in held.names] if held else []
    if held is None or not fresh:
        return {}
    address = f"/files/zip/{listing.public_id}?since={held.download}"
    return {"zip_new_url": address, "zip_new_count": len(fresh), "zip_new_pictures": sum(map(has_sizes, fresh))}


def cover_urls(db: Session, by: Viewer, listing_ids: Sequence[int]) -> dict[int, str]:
    """The small cover picture of each of these listings as this viewer meets it; those without one are left out."""
    ids = [row.id for row in db.exec(visible(by).where(col(Listing.id).in_(set(listing_ids))))]
    gates, covers = gates_of(db, ids), covers_of(db, ids)
    renditions = renditions_of(db, [asset.id for asset, _ in covers.values()])
    urls = {
        listing_id: picture_url(asset, Size.THUMB, sight_for(by, gates[listing_id]), renditions)
        for listing_id, (asset, _) in covers.items()
        if gates[listing_id].is_delivered
    }
    return {listing_id: url for listing_id, url in urls.items() if url}


STATE_WORDS = {"production": "In production", "away": "Put away", "due": "Payment due", "ready": "Ready"}


def _matching(by: Viewer, search: str, team: str, *, archived: bool):
    shelf = col(Listing.archived_at).is_not(None) if archived else col(Listing.archived_at).is_(None)
    found = visible(by, team).where(shelf)
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
    order_ids = [order.id for several in orders.values() for order in several]
    dues, harmless = billing.due(db, order_ids), harmless_due(db, order_ids)
    return _Around(
        studio=db.get_one(Studio, by.studio_id),
        gates={
            row.id: gate_from(deliveries.get(row.id, []), dues, harmless, is_away=row.put_away_at is not None) for row in rows
        },
        orders=orders,
        dues=_dues_to(db, by, dues),
        deliveries=deliveries,
        visits=_visits(db, ids),
        kinds=kinds_delivered(db, ids),
    )


def _dues_to(db: Session, by: Viewer, dues: dict[int, int]) -> dict[int, int]:
    """What each order owes, for those who see money; of one that several pay, who ordered it sees their own part."""
    if not by.sees_money:
        return dict.fromkeys(dues, 0)
    return dues if by.is_staff else dues | first_dues(db, list(dues))


def _visits(db: Session, listing_ids: list[int]) -> dict[int, datetime]:
    """The latest appointment of each listing that was not canceled."""
    found = db.exec(
        select(Order.listing_id, func.max(Appointment.starts_at))
        .join(Appointment, col(Appointment.order_id) == col(Order.id))
        .where(col(Order.listing_id).in_(listing_ids), Appointment.status != AppointmentStatus.CANCELED)
        .group_by(col(Order.listing_id))
    )
    return dict(found.all())


def _card(
    by: Viewer,
    listing: Listing,
    around: _Around,
    cover: tuple[Asset, int] | None,
    renditions: Renditions,
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
        what_words=kinds_in_words(around.kinds[listing.id]) if gate.is_delivered else "",
        is_locked=sight in {Sight.MARKED, Sight.SMALL},
        due_cents=_due(listing, around),
        due_words=money_words(_due(listing, around), around.studio.currency) if by.sees_money else "",
        delivered_words=_delivered_words(listing, around),
        appointment_words=_appointment_words(listing, around),
        cover_url=picture_url(asset, Size.THUMB, sight, renditions) if asset else "",
        cover_large_url=picture_url(asset, Size.WEB, sight, renditions) if asset else "",
        whose=whose,
        cover_note=note_beside(asset.altered_how, asset.alteration) if asset else "",
    )


def _state(gate: Gate) -> str:
    if not gate.is_delivered:
        return "production"
    if gate.sight is Sight.AWAY:
        return "away"
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
