"""Who opened a listing, counted beside the page: by the link in a mail, and on its page. Never from where."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.delivery.models import Opened, Opening
from portal_app.domain.delivery.seeing import visible
from portal_app.domain.delivery.service import viewer_by_link
from portal_app.domain.delivery.taking import person_of
from portal_app.domain.listings.models import Listing

# A page that is loaded again, or comes back after a lost connection, was not left.
APART = timedelta(minutes=10)


def note_link_opened(db: Session, token: str, *, now: datetime) -> None:
    """A browser opened a secret link. Its first time is a fact. Nothing for a link that opens nothing."""
    by = viewer_by_link(db, token, now=now)
    if by is not None and by.listing_id is not None and _count(db, by, by.listing_id, Opened.LINK, now) == 1:
        record(db, by, "link.opened", now=now, listing_id=by.listing_id, details={"to": by.email})


def note_page_seen(db: Session, by: Viewer, listing_public_id: str, *, now: datetime) -> None:
    """The listing's page was alive on somebody's screen; within ten minutes once. The studio's own looks are no news.

    Raises NotFound.
    """
    listing_id = db.exec(visible(by).with_only_columns(Listing.id).where(Listing.public_id == listing_public_id)).first()
    if listing_id is None:
        raise NotFound
    if not by.is_staff:
        _count(db, by, listing_id, Opened.PAGE, now, apart=APART)


def _count(
    db: Session, by: Viewer, listing_id: int, what: Opened, now: datetime, *, apart: timedelta = timedelta(0)
) -> int:  # fmt: skip
    """How often it is now; 0 when this was the same time still. One statement, so that two at once are two."""
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    row = Opening(
        studio_id=by.studio_id, listing_id=listing_id, account_id=by.account_id, link_id=by.link_id,
        behind_account_id=by.behind_account_id, person=person_of(by), what=what, first_at=now, last_at=now,
    ).model_dump(exclude={"id"})  # fmt: skip
    last = col(Opening.last_at)
    counted = (
        insert(Opening)
        .values(row)
        .on_conflict_do_update(
            index_elements=["listing_id", "person", "what"],
            set_={"count": col(Opening.count) + 1, "last_at": case((last < now, now), else_=last)},
            where=last <= now - apart if apart else None,
        )
    )
    return db.scalar(counted.returning(col(Opening.count))) or 0
