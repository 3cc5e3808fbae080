"""Rows and files for delivered listings: every rendition's bytes say what they are, so that a leak can be read."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from itertools import count

from sqlmodel import Session

from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.billing.models import LedgerEntry
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.service import DeliverRequest, deliver
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset, AssetState, Rendition, RenditionName
from portal_app.domain.media.store import Store
from portal_app.domain.orders.models import Order, OrderStatus
from tests.conftest import NOW

SIZES = {
    RenditionName.THUMB: (480, 320),
    RenditionName.WEB: (2048, 1365),
    RenditionName.MLS: (1024, 683),
    RenditionName.SMALL: (1024, 683),
    RenditionName.WEB_MARKED: (2048, 1365),
    RenditionName.THUMB_MARKED: (480, 320),
}
TOTAL = 41250
_numbers = count(9001)


@dataclass(slots=True)
class Shoot:
    """A listing with an order and photos; `files[asset][name]` are the bytes behind each rendition and the original."""

    listing_id: int
    listing: str
    order_id: int
    number: int
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)

    @property
    def photos(self) -> list[str]:
        return list(self.files)


def photographed(
    database: Database,
    store: Store,
    studio_id: int,
    customer_id: int,
    *,
    photos: int = 3,
    status: OrderStatus = OrderStatus.ACCEPTED,
    street: str = "2208 Point Reyes Court",
) -> Shoot:
    """A listing of this customer with an order and ready photos, nothing delivered yet."""
    with database.unit_of_work() as db:
        listing = Listing(
            studio_id=studio_id, customer_id=customer_id, public_id=new_public_id(),
            street=street, town="Carmel-by-the-Sea, CA 93923", created_at=NOW,
        )  # fmt: skip
        db.add(listing)
        db.flush()
        order = an_order(db, listing, status=status)
        shoot = Shoot(listing.id, listing.public_id, order.id, order.number)
        for place in range(1, photos + 1):
            add_photo(db, store, shoot, studio_id, place=place)
        return shoot


def an_order(db: Session, listing: Listing, *, status: OrderStatus = OrderStatus.ACCEPTED) -> Order:
    """One more order of a listing, for 412.50."""
    number = next(_numbers)
    order = Order(
        studio_id=listing.studio_id, number=number, request_key=f"k{number}", customer_id=listing.customer_id,
        listing_id=listing.id, status=status, customer_name="Carl Nakamura", street=listing.street, town=listing.town,
        currency="USD", subtotal_cents=TOTAL, tax_cents=0, total_cents=TOTAL, placed_at=NOW,
    )  # fmt: skip
    db.add(order)
    db.flush()
    return order


def add_photo(
    db: Session,
    store: Store,
    shoot: Shoot,
    studio_id: int,
    *,
    place: int = 1,
    state: AssetState = AssetState.READY,
    name: str = "",
) -> str:
    """One photo with every rendition. Returns its public id."""
    public_id = new_public_id()
    files = {"original": bytes_of("original", public_id, 9_000)}
    files |= {size: bytes_of(size, public_id, 1_500) for size in SIZES}
    original = files["original"]
    asset = Asset(
        studio_id=studio_id, listing_id=shoot.listing_id, public_id=public_id, state=state,
        original_name=name or f"IMG_{place:04d}.JPG", size=len(original), sha256=kept(store, original),
        crc32=zlib.crc32(original), width=6000, height=4000, position=place, received_at=NOW,
    )  # fmt: skip
    db.add(asset)
    db.flush()
    for size, (width, height) in SIZES.items():
        content = files[size]
        db.add(
            Rendition(
                studio_id=studio_id,
                asset_id=asset.id,
                name=size,
                sha256=kept(store, content),
                crc32=zlib.crc32(content),
                size=len(content),
                width=width,
                height=height,
            )
        )
    shoot.files[public_id] = files
    return public_id


def bytes_of(name: str, public_id: str, length: int) -> bytes:
    """Recognizable bytes that are like no other photo's."""
    stamp = f"[{name} {public_id}]".encode()
    return b"\xff\xd8" + (stamp * (length // len(stamp) + 1))[:length] + b"\xff\xd9"


def kept(store: Store, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    store.add_bytes(content, sha256)
    return sha256


def hand_over(
    database: Database, by: Viewer, shoot: Shoot, *, collect_payment: bool = True, watermark: bool = True, **more
) -> int:
    """Deliver it, and return the delivery's id."""
    request = DeliverRequest(collect_payment=collect_payment, watermark=watermark, **more)
    with database.unit_of_work() as db:
        return deliver(db, by, shoot.number, request, now=NOW).delivery_id


def set_policy(database: Database, delivery_id: int, *, collect_payment: bool, watermark: bool) -> None:
    """Change what a delivery asks for, as if it had been delivered like this."""
    with database.unit_of_work() as db:
        delivery = db.get_one(Delivery, delivery_id)
        delivery.collect_payment, delivery.watermark = collect_payment, watermark


def pay(database: Database, shoot: Shoot, studio_id: int, cents: int = TOTAL, kind: str = "payment") -> None:
    """Money in the ledger (negative: a refund)."""
    with database.unit_of_work() as db:
        db.add(
            LedgerEntry(
                studio_id=studio_id,
                order_id=shoot.order_id,
                kind=kind,
                mode="test",
                source_id=new_public_id(),
                currency="USD",
                amount_cents=cents,
                at=NOW,
            )
        )
