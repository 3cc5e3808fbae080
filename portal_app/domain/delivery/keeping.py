"""Files are kept as long as the studio says, then put away, then deleted; the rule is in retention.py.

Deleting takes the names of the files out of the rows: the sweep of the store finds that nobody names them, and waits a day
more. Whatever another listing names stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, or_, select

from portal_app.core.clock import date_words, local
from portal_app.core.errors import Conflict, NotFound
from portal_app.core.viewer import Viewer, system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.delivery.models import Delivery, DeliveryPolicy
from portal_app.domain.delivery.policies import delivery_policy_of
from portal_app.domain.delivery.retention import Kept, Step, kept_until, next_step, restorable_until
from portal_app.domain.delivery.revision_models import RevisionRequest
from portal_app.domain.delivery.seeing import gate_of
from portal_app.domain.listings.archiving import locked_listing
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.arranging import lock_listing
from portal_app.domain.media.models import Asset, AssetState, PresetFile, Rendition
from portal_app.domain.studios.models import Studio

KEEP_FILES = "keep_files"


class FilesGone(Conflict):
    """They were deleted."""

    sentence = "These files were deleted. Upload them again, then deliver."


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a listing's files are there, in words; `until` is empty when they stay for ever or are not there anymore."""

    until: str = ""
    put_away: str = ""
    restorable: str = ""
    emptied: str = ""
    is_for_ever: bool = False
    months: int = 0


def keeping_of(db: Session, listing: Listing, deliveries: Sequence[Delivery], zone: str) -> Keeping:
    """What is said about it; the caller found the listing visible."""
    months = delivery_policy_of(db, listing.studio_id).keep_months
    kept = _kept(listing, deliveries[-1].delivered_at, months, zone) if deliveries else None
    if kept is None:
        return Keeping(is_for_ever=listing.kept_for_ever, months=months)
    until = None if kept.put_away else kept_until(kept)
    return Keeping(
        until=date_words(until) if until else "",
        put_away=date_words(kept.put_away) if kept.put_away else "",
        restorable=date_words(restorable_until(kept.put_away)) if kept.put_away and not listing.emptied_at else "",
        emptied=date_words(local(listing.emptied_at, zone).date()) if listing.emptied_at else "",
        is_for_ever=listing.kept_for_ever,
        months=months,
    )


def keep_for_ever(db: Session, by: Viewer, listing_public_id: str, *, is_on: bool, now: datetime) -> None:
    """The studio's rule does not count for this listing, or counts again. Again changes nothing. Raises NotFound, NotAllowed."""
    listing = _locked(db, by, listing_public_id)
    if listing.kept_for_ever != is_on:
        listing.kept_for_ever = is_on
        _tell(db, by, listing, "listing.kept" if is_on else "listing.kept_by_rule", now)


def restore_files(db: Session, by: Viewer, listing_public_id: str, *, now: datetime) -> None:
    """What was put away is there again, for as long as the rule says from now. Again changes nothing.

    Raises NotFound, NotAllowed, FilesGone.
    """
    listing = _locked(db, by, listing_public_id)
    if listing.emptied_at is not None:
        raise FilesGone
    if listing.put_away_at is not None:
        _bring_back(db, by, listing, now)


def wake(db: Session, listing: Listing) -> None:
    """A new delivery: whatever was put away is there again; the caller holds the listing's lock."""
    listing.put_away_at = listing.emptied_at = listing.warned_at = listing.warned_again_at = None
    db.add(listing)


def to_look_at(db: Session, *, now: datetime) -> list[int]:
    """Listings whose files may have a step to take today, in one statement."""
    newest = select(Delivery.listing_id).group_by(col(Delivery.listing_id)).having(func.max(Delivery.delivered_at) < now)
    asked = (
        select(Listing.id)
        .outerjoin(DeliveryPolicy, col(DeliveryPolicy.studio_id) == col(Listing.studio_id))
        .where(col(Listing.emptied_at).is_(None), col(Listing.id).in_(newest))
        .where(or_(DeliveryPolicy.keep_months > 0, col(Listing.put_away_at).is_not(None), col(Listing.warned_at).is_not(None)))
        .order_by(col(Listing.id))
    )
    return [listing_id for listing_id in db.exec(asked) if listing_id]


def take_step(db: Session, listing_id: int, *, now: datetime) -> Step:
    """Do what the rule says today. What waits for a payment is neither warned about nor put away."""
    listing = lock_listing(db, listing_id)
    db.refresh(listing)
    newest = db.exec(select(Delivery).where(Delivery.listing_id == listing_id).order_by(col(Delivery.id).desc())).first()
    if newest is None or listing.emptied_at is not None:
        return Step.NOTHING
    zone, months = db.get_one(Studio, listing.studio_id).zone, delivery_policy_of(db, listing.studio_id).keep_months
    kept = _kept(listing, newest.delivered_at, months, zone)
    step = next_step(kept, local(now, zone).date())
    if step in {Step.WARN, Step.WARN_AGAIN, Step.PUT_AWAY} and gate_of(db, listing_id).is_locked:
        return Step.NOTHING
    _do(db, listing, step, kept, zone, now)
    return step


def _do(db: Session, listing: Listing, step: Step, kept: Kept, zone: str, now: datetime) -> None:
    by = system_viewer(listing.studio_id)
    if step is Step.WARN or step is Step.WARN_AGAIN:
        listing.warned_at, listing.warned_again_at = listing.warned_at or now, now if listing.warned_at else None
        until = kept_until(replace(kept, warned=_day(listing.warned_at, zone), warned_again=_day(listing.warned_again_at, zone)))
        _tell(db, by, listing, "listing.ends_soon", now, until=date_words(until) if until else "")
    elif step is Step.FORGET:
        listing.warned_at = listing.warned_again_at = None
        db.add(listing)
    elif step is Step.PUT_AWAY:
        listing.put_away_at = now
        until = restorable_until(local(now, zone).date())
        _tell(db, by, listing, "listing.put_away", now, until=date_words(until))
    elif step is Step.BRING_BACK:
        _bring_back(db, by, listing, now)
    elif step is Step.EMPTY:
        _empty(db, listing)
        listing.emptied_at = now
        _tell(db, by, listing, "listing.emptied", now)


def _bring_back(db: Session, by: Viewer, listing: Listing, now: datetime) -> None:
    wake(db, listing)
    listing.restored_at = now
    _tell(db, by, listing, "listing.restored", now)


def _empty(db: Session, listing: Listing) -> None:
    """No row of this listing names a file anymore that was put away. What came in since stays: nobody was warned about it."""
    put_away = (col(Asset.listing_id) == listing.id, col(Asset.received_at) <= listing.put_away_at)
    ours = select(Asset.id).where(*put_away)
    db.execute(delete(Rendition).where(col(Rendition.asset_id).in_(ours)))
    db.execute(delete(PresetFile).where(col(PresetFile.asset_id).in_(ours)))
    db.execute(update(Asset).where(*put_away).values(state=AssetState.REMOVED, sha256="", crc32=0))
    asked_before = (col(RevisionRequest.listing_id) == listing.id, col(RevisionRequest.asked_at) <= listing.put_away_at)
    db.execute(update(RevisionRequest).where(*asked_before).values(reference_sha256="", reference_size=0))
    listing.cover_asset_id = None


def _kept(listing: Listing, delivered: datetime, months: int, zone: str) -> Kept:
    since = max(delivered, listing.restored_at) if listing.restored_at else delivered
    done = (_day(each, zone) for each in (listing.warned_at, listing.warned_again_at, listing.put_away_at))
    return Kept(local(since, zone).date(), months, listing.kept_for_ever, *done)


def _day(at: datetime | None, zone: str) -> date | None:
    return local(at, zone).date() if at else None


def _locked(db: Session, by: Viewer, listing_public_id: str) -> Listing:
    if not by.is_staff:
        raise NotFound
    return locked_listing(db, by, listing_public_id)


def _tell(db: Session, by: Viewer, listing: Listing, kind: str, now: datetime, **details: str) -> None:
    db.add(listing)
    db.flush()
    about = {"listing_id": listing.id, "customer_id": listing.customer_id}
    record(db, by, kind, now=now, details={"street": listing.street, **details}, **about)
