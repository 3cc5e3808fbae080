"""A store in which no file is swept away under somebody who just brought its bytes again.

New bytes are safe because they are young. Bytes that were there already may be old and named by no row yet, so whoever
brings them claims them first, in a row that the sweep locks while it deletes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from portal_app.domain.media.models import StoreClaim
from portal_app.domain.media.store import Kept, Store
from portal_app.domain.units import UnitOfWork


class ClaimingStore:
    """The `Store` port over another one. Never called with a transaction open: claiming is one of its own."""

    def __init__(self, store: Store, unit_of_work: UnitOfWork, clock: Callable[[], datetime]) -> None:
        self.inner, self.unit_of_work, self.clock = store, unit_of_work, clock

    def add_file(self, path: Path, sha256: str) -> None:
        """Take over a finished file; from when this returns a day is left to name it in a row."""
        self._claim(sha256)
        self.inner.add_file(path, sha256)

    def add_bytes(self, content: bytes, sha256: str) -> None:
        """Keep small content; the same day is left."""
        self._claim(sha256)
        self.inner.add_bytes(content, sha256)

    def has(self, sha256: str) -> bool:
        return self.inner.has(sha256)

    def size(self, sha256: str) -> int:
        return self.inner.size(sha256)

    def read(self, sha256: str, start: int = 0, length: int | None = None, chunk: int = 1 << 20) -> Iterator[bytes]:
        return self.inner.read(sha256, start, length, chunk)

    def local_path(self, sha256: str) -> Path | None:
        return self.inner.local_path(sha256)

    def everything(self) -> Iterator[Kept]:
        return self.inner.everything()

    def kept_at(self, sha256: str) -> datetime | None:
        return self.inner.kept_at(sha256)

    def remove(self, sha256: str) -> None:
        self.inner.remove(sha256)

    def drop_unfinished(self, before: datetime) -> None:
        self.inner.drop_unfinished(before)

    def link(self, sha256: str, media_type: str, disposition: str) -> str | None:
        return self.inner.link(sha256, media_type, disposition)

    def _claim(self, sha256: str) -> None:
        """Only what is there: what is not will be young. Waits while a sweep deletes these bytes; then they are written anew."""
        if self.inner.has(sha256):
            with self.unit_of_work() as db:
                claim(db, sha256, now=self.clock())


def claim(db: Session, sha256: str, *, now: datetime) -> None:
    """Somebody brought these bytes again."""
    row = _insert(db, sha256, now)
    db.exec(row.on_conflict_do_update(index_elements=["file"], set_={"claimed_at": row.excluded.claimed_at}))


def locked_claim(db: Session, sha256: str, *, otherwise: datetime) -> datetime:
    """When these bytes were last claimed, or `otherwise`; until the transaction ends nobody claims them."""
    db.exec(_insert(db, sha256, otherwise).on_conflict_do_nothing(index_elements=["file"]))
    return db.exec(select(StoreClaim.claimed_at).where(StoreClaim.file == sha256).with_for_update()).one()


def forget_claims(db: Session, before: datetime) -> None:
    """Claims that are over."""
    db.exec(delete(StoreClaim).where(col(StoreClaim.claimed_at) <= before))


def _insert(db: Session, sha256: str, at: datetime):
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    return insert(StoreClaim).values(file=sha256, claimed_at=at)
