"""What is there to see: listings, photos and gates, for one viewer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from portal_app.core.viewer import Role, Viewer
from portal_app.domain.billing import queries as billing
from portal_app.domain.billing.opening import harmless_due
from portal_app.domain.delivery.gate import Gate, Sight, decide
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.listings import queries as listings
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.kinds import SECTIONS, AssetKind
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.orders.models import Order, OrderStatus

HANDED_OVER = (col(Asset.delivered_at).is_not(None), Asset.state == AssetState.READY, col(Asset.is_hidden).is_(False))
SHOWN = (OrderStatus.ACCEPTED, OrderStatus.COMPLETED)


def visible(by: Viewer, team: str = ""):
    """The listings whose photos are this viewer's to see: a customer's once an order of it was accepted."""
    found = listings.visible(by, team)
    if by.role is not Role.CUSTOMER:
        return found
    accepted = select(Order.listing_id).where(Order.studio_id == by.studio_id, col(Order.status).in_(SHOWN))
    return found.where(col(Listing.id).in_(accepted))


def is_visible(db: Session, by: Viewer, listing_public_id: str) -> bool:
    """Whether there is such a listing for this viewer."""
    return db.exec(visible(by).where(Listing.public_id == listing_public_id)).first() is not None


def photos_to_see(by: Viewer):
    """The assets of those listings: everybody but the studio sees only what was delivered, is ready and not hidden."""
    found = select(Asset).where(
        Asset.studio_id == by.studio_id, col(Asset.listing_id).in_(visible(by).with_only_columns(Listing.id))
    )
    if by.is_staff:
        return found
    return found.where(*HANDED_OVER)


def gate_of(db: Session, listing_id: int) -> Gate:
    """The listing's gate as its customer meets it, computed from the newest delivery and the ledger."""
    return gates_of(db, [listing_id])[listing_id]


def gates_of(db: Session, listing_ids: Sequence[int]) -> dict[int, Gate]:
    """The same for many, in as many statements as for one."""
    deliveries = deliveries_of(db, listing_ids)
    orders = sorted({one.order_id for several in deliveries.values() for one in several})
    dues, harmless = billing.due(db, orders), harmless_due(db, orders)
    away = set(db.exec(select(Listing.id).where(col(Listing.id).in_(listing_ids), col(Listing.put_away_at).is_not(None))))
    return {each: gate_from(deliveries.get(each, []), dues, harmless, is_away=each in away) for each in listing_ids}


def deliveries_of(db: Session, listing_ids: Sequence[int]) -> dict[int, list[Delivery]]:
    """Every delivery of these listings, oldest first."""
    found: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in db.exec(select(Delivery).where(col(Delivery.listing_id).in_(listing_ids)).order_by(col(Delivery.id))):
        found[delivery.listing_id].append(delivery)
    return found


def gate_from(
    deliveries: Sequence[Delivery], dues: Mapping[int, int], harmless: Mapping[int, int], *, is_away: bool = False
) -> Gate:
    """The newest delivery's policy holds, unless a person released it; what is due on every delivered order counts, on
    others not yet. What is `harmless` is due and keeps nothing closed."""
    if not deliveries:
        return Gate(Sight.NOTHING)
    newest, orders = deliveries[-1], {delivery.order_id for delivery in deliveries}
    cents, harmless_cents = sum(dues[each] for each in orders), sum(min(dues[each], harmless.get(each, 0)) for each in orders)
    policy = {
        "is_away": is_away,
        "collect_payment": newest.collect_payment and newest.released_at is None,
        "watermark": newest.watermark,
    }
    return Gate(decide(is_delivered=True, due_cents=cents, harmless_cents=harmless_cents, **policy), cents)


def delivered_photos(db: Session, listing_ids: Sequence[int]) -> list[Asset]:
    """Every photo handed over, not removed and not hidden, in the order it is shown."""
    asked = select(Asset).where(col(Asset.listing_id).in_(listing_ids), Asset.kind == AssetKind.PHOTO, *HANDED_OVER)
    return list(db.exec(asked.order_by(col(Asset.listing_id), col(Asset.position), col(Asset.id))))


def delivered_assets(db: Session, listing_id: int) -> list[Asset]:
    """The same with everything else that was handed over: section after section, each in its order."""
    found = db.exec(
        select(Asset).where(Asset.listing_id == listing_id, *HANDED_OVER).order_by(col(Asset.position), col(Asset.id))
    )
    return sorted(found, key=lambda asset: SECTIONS.index(AssetKind(asset.kind)))


def kinds_delivered(db: Session, listing_ids: Sequence[int]) -> dict[int, list[str]]:
    """The kind of each asset handed over, for several listings in one statement."""
    found: dict[int, list[str]] = {listing_id: [] for listing_id in listing_ids}
    asked = select(Asset.listing_id, Asset.kind).where(col(Asset.listing_id).in_(listing_ids), *HANDED_OVER)
    for listing_id, kind in db.exec(asked):
        found[listing_id].append(kind)
    return found
