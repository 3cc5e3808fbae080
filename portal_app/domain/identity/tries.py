"""Where tries are counted: the table every process shares, in the shape the library `limits` gives a moving window.

The caller's unit of work decides: what it does not commit was never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from limits.storage import MovingWindowSupport, Storage
from sqlalchemy import delete, func, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from portal_app.domain.identity.models import Attempt

# What a unit of work carries under this name makes the Tries of a studio elsewhere than in the table.
ELSEWHERE = "tries"


class TriesAway(Exception):
    """Where tries are counted does not answer now."""


class Tries(Protocol):
    """What counting needs: the moving window of `limits`, taking one back, and a turn of one's own."""

    def turns(self, keys: Iterable[str]) -> AbstractContextManager[None]:
        """Inside the block (and, in the table, to the end of the unit) nobody else counts under these keys."""
        ...

    def get_moving_window(self, key: str, limit: int, expiry: float) -> tuple[float, int]:
        """Of the newest `limit` entries of the last `expiry` seconds: when the oldest was made, and how many there are."""
        ...

    def acquire_entry(self, key: str, limit: int, expiry: float, amount: int = 1) -> bool:
        """Add entries unless that made more than `limit` in `expiry` seconds."""
        ...

    def take_back(self, key: str) -> None:
        """Forget the newest entry."""
        ...

    def clear(self, key: str) -> None:
        """Forget every entry."""
        ...


class TableTries(Storage, MovingWindowSupport):
    """A storage of `limits` over the table `attempt`, inside one unit of work and at one studio."""

    STORAGE_SCHEME = ["foyer-table"]

    def __init__(self, db: Session, studio_id: int, *, now: datetime) -> None:
        super().__init__()
        self.db, self.studio_id, self.now = db, studio_id, now

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    @contextmanager
    def turns(self, keys: Iterable[str]) -> Iterator[None]:
        """SQLite has one writer at a time. PostgreSQL would let two count the same entries: they wait for each other here."""
        if self.db.get_bind().dialect.name == "postgresql":
            for key in sorted(set(keys)):
                turn = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
                self.db.execute(turn, {"key": f"tries:{self.studio_id}:{key}"})
        yield

    def get_moving_window(self, key: str, limit: int, expiry: float) -> tuple[float, int]:
        """See `Tries`. Nothing there: now, and none."""
        since = self.now - timedelta(seconds=expiry)
        newest = select(Attempt.at).where(*self._of(key), Attempt.at > since).order_by(Attempt.at.desc()).limit(limit).subquery()
        oldest, count = self.db.execute(select(func.min(newest.c.at), func.count(newest.c.at))).one()
        return (oldest or self.now).timestamp(), count

    def acquire_entry(self, key: str, limit: int, expiry: float, amount: int = 1) -> bool:
        """See `Tries`. Take turns first."""
        if self.get_moving_window(key, limit, expiry)[1] + amount > limit:
            return False
        self.db.add_all(Attempt(studio_id=self.studio_id, key=key, at=self.now) for _ in range(amount))
        self.db.flush()
        return True

    def take_back(self, key: str) -> None:
        """Forget the newest entry."""
        newest = select(Attempt.id).where(*self._of(key)).order_by(Attempt.at.desc(), Attempt.id.desc()).limit(1)
        self.db.execute(delete(Attempt).where(Attempt.id.in_(newest)))

    def clear(self, key: str) -> None:
        """Forget every entry."""
        self.db.execute(delete(Attempt).where(*self._of(key)))

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count without a limit, in the same window."""
        self.acquire_entry(key, 1 << 30, expiry, amount)
        return self.get(key)

    def get(self, key: str) -> int:
        """Every entry that is kept."""
        return self.db.execute(select(func.count()).select_from(Attempt).where(*self._of(key))).scalar_one()

    def get_expiry(self, key: str) -> float:
        """When the newest entry was made; entries know no end of their own, the window they are read with does."""
        newest = self.db.execute(select(func.max(Attempt.at)).where(*self._of(key))).scalar_one_or_none()
        return (newest or datetime.fromtimestamp(0, UTC)).timestamp()

    def check(self) -> bool:
        """Whether it answers."""
        return self.db.execute(text("SELECT 1")).scalar_one() == 1

    def reset(self) -> int | None:
        """Forget everything of this studio."""
        return self.db.execute(delete(Attempt).where(Attempt.studio_id == self.studio_id)).rowcount

    def _of(self, key: str) -> tuple:
        return Attempt.studio_id == self.studio_id, Attempt.key == key
