"""How much may come in: by one person within a day, and by one studio altogether. Asked before a byte is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, func, select

from portal_app.core.errors import Problem
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.media.models import Asset, Upload, UploadState
from portal_app.domain.studios.models import Studio

GIGABYTE = 10**9
DAY = timedelta(days=1)


class OverCap(Problem):
    """More than this account or this studio may send."""

    status = 413


@dataclass(frozen=True, slots=True)
class Caps:
    """Gigabytes: `daily` by role, for one person within 24 hours; `studio` for everything it keeps. 0 or absent: no cap.
    `film` for one video."""

    daily: Mapping[Role, int] = field(default_factory=dict)
    studio: int = 0
    film: int = 5


# Asked before every file: built once.
_SENT = select(func.coalesce(func.sum(Upload.size), 0)).where(
    Upload.studio_id == bindparam("studio"),
    Upload.account_id == bindparam("account"),
    Upload.state != UploadState.SWEPT,
    Upload.touched_at > bindparam("since"),
    Upload.created_at > bindparam("since"),
)


def require_within(db: Session, by: Viewer, size: int, caps: Caps, *, now: datetime) -> None:
    """Whether `size` more bytes fit; two files begun at once are counted one after the other. Raises OverCap."""
    if size > caps.film * GIGABYTE:
        raise OverCap(f"This is larger than {caps.film} GB, the most one video may have. Export it smaller, then send it again.")
    daily = caps.daily.get(by.role, 0)
    if not daily and not caps.studio:
        return
    db.exec(select(Studio.id).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    if daily and _sent_today(db, by, now) + size > daily * GIGABYTE:
        raise OverCap(f"Your account may send {daily} GB within a day, and did. What arrived is kept; go on tomorrow.")
    if caps.studio and _kept(db, by) + size > caps.studio * GIGABYTE:
        raise OverCap(f"This studio keeps {caps.studio} GB, all it may. Nothing is lost; ask whoever runs this portal for more.")


def _sent_today(db: Session, by: Viewer, now: datetime) -> int:
    """What this person announced within a day and did not give up; what was refused took the line's time too."""
    mine = {"studio": by.studio_id, "account": by.account_id or 0, "since": now - DAY}
    return int(db.exec(_SENT, params=mine).one())


def _kept(db: Session, by: Viewer) -> int:
    """The studio's files, and what is on its way in."""
    kept = select(func.coalesce(func.sum(Asset.size), 0)).where(Asset.studio_id == by.studio_id)
    coming = select(func.coalesce(func.sum(Upload.size), 0))
    is_coming = (Upload.studio_id == by.studio_id, Upload.state == UploadState.OPEN)
    return int(db.exec(kept).one()) + int(db.exec(coming.where(*is_coming)).one())
