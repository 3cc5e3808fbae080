"""Who may do which work, for how long: leases on rows of the work table.

A worker claims a row for `lease` seconds and extends that while it works. If it dies, the lease ends and another
worker claims the row. Whatever a worker changes for the work is committed together with `finish`, which holds only
while the lease is its own: a worker that lost its lease loses its transaction, so no effect happens twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.domain.activity.models import Work, WorkState

FIRST_WAIT = 2.0
LONGEST_WAIT = 3600.0
ERROR_LENGTH = 2000


class LeaseLost(Exception):
    """Another worker has this work now: nothing of this transaction may stay."""


class GiveUp(Exception):
    """No further try can help; the work goes to the dead with this sentence."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Work that is ours until the lease ends; `tries` counts this try."""

    id: int
    kind: str
    payload: dict[str, Any]
    studio_id: int | None
    token: str
    tries: int
    max_tries: int

    @property
    def is_last_try(self) -> bool:
        return self.tries >= self.max_tries


def backoff(tries: int, spread: float) -> timedelta:
    """How long to wait after so many tries: 2 s doubling up to an hour, of which `spread` (0 to 1) takes up to half off."""
    longest = min(FIRST_WAIT * 2.0 ** (min(tries, 30) - 1), LONGEST_WAIT)
    return timedelta(seconds=longest * (1 - spread / 2))


def is_due(db: Session, *, now: datetime, without: Collection[str] = ()) -> bool:
    """Whether anything can be claimed: a cheap look that takes no lock. `without` names kinds that must wait."""
    return db.exec(_due(now, without)).first() is not None


def claim(db: Session, *, now: datetime, lease: timedelta, without: Collection[str] = ()) -> Claim | None:
    """Take the most urgent due work, or None. On PostgreSQL a lane taken at the same moment raises IntegrityError."""
    while (work := db.exec(_due(now, without).with_for_update(skip_locked=True)).first()) is not None:
        if work.tries < work.max_tries:
            return _lease(db, work, now + lease)
        _bury(work, "Its worker died during the last try.")
        db.flush()
    return None


def extend(db: Session, tokens: Collection[str], *, until: datetime) -> None:
    """Heartbeat: push the end of these leases, where they still hold."""
    db.exec(update(Work).where(Work.lease_token.in_(tokens), Work.state == WorkState.RUNNING).values(leased_until=until))


def finish(db: Session, claimed: Claim, *, now: datetime) -> None:
    """Mark it done in the caller's transaction. Raises LeaseLost, which must undo that transaction."""
    _change(db, claimed, state=WorkState.DONE, done_at=now, leased_until=None, last_error="")


def put_back(db: Session, claimed: Claim, error: BaseException, *, now: datetime, spread: float) -> WorkState:
    """After a failed try: wait and try again, or, after the last one, keep it with its error for a person. Raises LeaseLost."""
    is_over = claimed.is_last_try or isinstance(error, GiveUp)
    state = WorkState.DEAD if is_over else WorkState.WAITING
    words = f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
    _change(db, claimed, state=state, run_at=now + backoff(claimed.tries, spread), leased_until=None, last_error=words)
    return state


def release(db: Session, claims: Iterable[Claim], *, now: datetime) -> None:
    """Hand unfinished work back at once, without counting the try: this worker is stopping."""
    for claimed in claims:
        given = update(Work).where(Work.lease_token == claimed.token, Work.state == WorkState.RUNNING)
        db.exec(given.values(state=WorkState.WAITING, run_at=now, leased_until=None, tries=claimed.tries - 1))


def _due(now: datetime, without: Collection[str]) -> SelectOfScalar[Work]:
    other = aliased(Work)
    waits = and_(Work.state == WorkState.WAITING, Work.run_at <= now)
    was_left = and_(Work.state == WorkState.RUNNING, Work.leased_until <= now)
    lane_is_busy = exists().where(other.lane == Work.lane, other.state == WorkState.RUNNING, other.id != Work.id)
    due = select(Work).where(or_(waits, was_left), or_(Work.lane == "", ~lane_is_busy), Work.kind.not_in(without))
    return due.order_by(Work.priority, Work.run_at, Work.id).limit(1)


def _lease(db: Session, work: Work, until: datetime) -> Claim:
    work.state, work.leased_until, work.tries = WorkState.RUNNING, until, work.tries + 1
    work.lease_token = secrets.token_hex(8)
    db.flush()
    return Claim(work.id, work.kind, work.payload, work.studio_id, work.lease_token, work.tries, work.max_tries)


def _bury(work: Work, words: str) -> None:
    work.state, work.leased_until = WorkState.DEAD, None
    work.last_error = f"{work.last_error}\n{words}".strip()[-ERROR_LENGTH:]


def _change(db: Session, claimed: Claim, **values: Any) -> None:
    ours = update(Work).where(Work.id == claimed.id, Work.lease_token == claimed.token, Work.state == WorkState.RUNNING)
    if db.exec(ours.values(**values)).rowcount != 1:
        raise LeaseLost(f"work {claimed.id} ({claimed.kind})")
