"""Opening a listing although money is due for it, because a person of the studio says so; and taking that back."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import record
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.seeing import gate_of
from portal_app.domain.listings.queries import listing_by_public_id
from portal_app.domain.media.arranging import lock_listing


class NothingDelivered(Conflict):
    """There is nothing to open."""

    sentence = "Nothing was delivered here yet. Deliver first; you choose then whether it waits for the payment."


def release(db: Session, by: Viewer, listing_public_id: str, reason: str, *, now: datetime) -> None:
    """What was delivered opens for its customer whatever is due; the next delivery decides anew. Again changes nothing.

    Raises NotFound, NotAllowed, NothingDelivered, InvalidInput("reason").
    """
    newest = _locked_newest(db, by, listing_public_id)
    if newest.released_at is not None:
        return
    why = one_line(reason, 200)
    if not why:
        raise InvalidInput("reason", "Say in a few words why it opens before it is paid.")
    newest.released_at, newest.released_by, newest.release_reason = now, by.name, why
    _tell(db, by, newest, "listing.released", now, reason=why)


def lock_again(db: Session, by: Viewer, listing_public_id: str, *, now: datetime) -> None:
    """It waits for the payment again. Again changes nothing. Raises NotFound, NotAllowed, NothingDelivered."""
    newest = _locked_newest(db, by, listing_public_id)
    if newest.released_at is None:
        return
    newest.released_at, newest.released_by, newest.release_reason = None, "", ""
    _tell(db, by, newest, "listing.locked_again", now)


def _locked_newest(db: Session, by: Viewer, listing_public_id: str) -> Delivery:
    if not by.is_staff:
        raise NotFound
    listing = listing_by_public_id(db, by, listing_public_id)
    if not by.may(Permission.DELIVER):
        raise NotAllowed
    lock_listing(db, listing.id or 0)
    newest = db.exec(select(Delivery).where(Delivery.listing_id == listing.id).order_by(col(Delivery.id).desc())).first()
    if newest is None:
        raise NothingDelivered
    return newest


def _tell(db: Session, by: Viewer, delivery: Delivery, kind: str, now: datetime, **details: str) -> None:
    db.add(delivery)
    db.flush()
    record(db, by, kind, now=now, order_id=delivery.order_id, listing_id=delivery.listing_id, details=details)


def lock_standing(db: Session, by: Viewer, listing_public_id: str) -> str:
    """`locked` while what was delivered waits for money, `open` when a person opened it, else nothing. Raises NotFound."""
    if not by.is_staff:
        raise NotFound
    listing = listing_by_public_id(db, by, listing_public_id)
    newest = db.exec(select(Delivery).where(Delivery.listing_id == listing.id).order_by(col(Delivery.id).desc())).first()
    if newest is None:
        return ""
    if newest.released_at is not None:
        return "open"
    return "locked" if gate_of(db, listing.id or 0).is_locked else ""
