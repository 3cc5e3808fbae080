"""What each person downloaded, written down beside the stream; and so what is new for them.

Bytes count when they were handed to the connection: what a browser lost on the last meters it asks for again, by range.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.delivery.models import Download
from portal_app.domain.delivery.spans import are_whole, with_span
from portal_app.domain.listings.models import Listing


@dataclass(frozen=True, slots=True)
class Item:
    """One photo of a download: what it was called, and the SHA-256 of the bytes that are sent."""

    asset_id: int
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Taking:
    """What a download is of, as the record keeps it. `asset` names the one photo of a download that is no ZIP."""

    listing_id: int
    name: str
    size: str
    etag: str
    length: int
    items: tuple[Item, ...]
    asset: str = ""
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has: the download it is counted from, and each photo's name as they know it, by its id."""

    download: str
    at: datetime
    names: dict[int, str]


def begin_download(db: Session, by: Viewer, taking: Taking, start: int, *, now: datetime) -> int:
    """Somebody asks for bytes from `start`: the row to write it in. One that goes on is the same download."""
    known = _known(db, by, taking)
    if known is None or (known.finished_at is not None and start == 0):
        known = _begun(db, by, taking, now) or _known(db, by, taking)
    if known is None:
        raise NotFound
    known.touched_at = now
    return known.id or 0


def _known(db: Session, by: Viewer, taking: Taking) -> Download | None:
    mine = _theirs(by, taking.listing_id).where(Download.etag == taking.etag)
    return db.exec(mine.order_by(col(Download.id).desc()).with_for_update()).first()


def _begun(db: Session, by: Viewer, taking: Taking, now: datetime) -> Download | None:
    """A row of its own; None when another request of the same person was faster."""
    kept = Download(
        public_id=new_public_id(), studio_id=by.studio_id, listing_id=taking.listing_id, account_id=by.account_id,
        link_id=by.link_id, behind_account_id=by.behind_account_id, person=person_of(by), email=by.email,
        name=taking.name, size=taking.size, is_archive=not taking.asset, is_whole=taking.is_whole, etag=taking.etag,
        length=taking.length, items=[{"asset": one.asset_id, "name": one.name, "sha256": one.sha256} for one in taking.items],
        started_at=now, touched_at=now,
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(kept)
            db.flush()
    except IntegrityError:
        return None
    return kept


def keep_sent(db: Session, by: Viewer, download_id: int, taking: Taking, span: tuple[int, int], *, now: datetime) -> None:
    """These bytes of it were sent. When that makes it whole, it is a fact, once. Raises NotFound."""
    kept = db.exec(_theirs(by, taking.listing_id).where(Download.id == download_id).with_for_update()).first()
    if kept is None:
        raise NotFound
    kept.spans = with_span(kept.spans, *span)
    kept.bytes_sent += span[1] - span[0]
    kept.touched_at = now
    if kept.finished_at is None and are_whole(kept.spans, kept.length):
        kept.finished_at = now
        _tell(db, by, taking, now)


def held_since(db: Session, by: Viewer, listing_id: int, since: str = "") -> Held | None:
    """What this person had when they finished the whole download `since`, or the latest such; None without one.

    Everything they finished up to then counts. What a member took through their eyes does not.
    """
    finished = _theirs(by, listing_id).where(col(Download.finished_at).is_not(None))
    bases = finished.where(col(Download.is_whole))
    asked = bases.where(Download.public_id == since) if since else bases
    base = db.exec(asked.order_by(col(Download.finished_at).desc(), col(Download.id).desc())).first()
    if base is None or base.finished_at is None:
        return None
    rows = db.exec(finished.where(col(Download.finished_at) <= base.finished_at).order_by(col(Download.finished_at)))
    names = {item["asset"]: item["name"] for row in rows for item in row.items}
    return Held(base.public_id, base.finished_at, names)


def person_of(by: Viewer) -> str:
    """One word for exactly this person; a customer looked at by a member is another than the customer."""
    who = f"account {by.account_id}" if by.account_id else f"link {by.link_id}"
    return f"{who} behind {by.behind_account_id}" if by.behind_account_id else who


def _theirs(by: Viewer, listing_id: int):
    return select(Download).where(
        Download.studio_id == by.studio_id, Download.listing_id == listing_id, Download.person == person_of(by)
    )


def _tell(db: Session, by: Viewer, taking: Taking, now: datetime) -> None:
    kind, details = "photo.downloaded", {"size": taking.size}
    if taking.asset:
        details["asset"] = taking.asset
    else:
        kind = "listing.downloaded"
        details |= {} if taking.is_whole else {"photo_count": len(taking.items)}
    listing = db.get(Listing, taking.listing_id)
    customer_id = listing and listing.customer_id
    record(db, by, kind, now=now, listing_id=taking.listing_id, customer_id=customer_id, details=details)
