"""What is done by time. Whoever finds it due moves the clock on and enqueues the work in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, select

from portal_app.domain.activity.models import Schedule
from portal_app.domain.activity.service import enqueue

LATER = 150


@dataclass(frozen=True, slots=True)
class Time:
    """A kind of work and how often it is done."""

    kind: str
    every: timedelta


TIMES = (
    Time("sweep_open_attempts", timedelta(minutes=2)),
    Time("sweep_payments", timedelta(minutes=5)),
    Time("release_holds", timedelta(minutes=1)),
    Time("forget_codes", timedelta(hours=1)),
    Time("keep_files", timedelta(hours=1)),
    Time("sweep_uploads", timedelta(hours=1)),
    Time("sweep_store", timedelta(days=1)),
    Time("clean_done_work", timedelta(hours=6)),
    Time("clean_sessions", timedelta(hours=1)),
)


def write_rows(unit_of_work: Callable[[], AbstractContextManager[Session]], times: Sequence[Time], *, now: datetime) -> None:
    """Bring the rows in line with the list: new ones are due at once, dropped ones go."""
    with unit_of_work() as db:
        insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
        for each in times:
            row = insert(Schedule).values(name=each.kind, every_seconds=int(each.every.total_seconds()), next_at=now)
            db.exec(row.on_conflict_do_update(index_elements=["name"], set_={"every_seconds": row.excluded.every_seconds}))
        db.exec(delete(Schedule).where(Schedule.name.not_in([each.kind for each in times])))


def is_time(db: Session, *, now: datetime) -> bool:
    """Whether anything is due, without taking a lock."""
    return db.exec(select(Schedule.name).where(Schedule.next_at <= now).limit(1)).first() is not None


def enqueue_due(db: Session, *, now: datetime) -> list[str]:
    """Enqueue what is due, once however many workers look, and set the next time. Missed times are not made up for."""
    due = db.exec(select(Schedule).where(Schedule.next_at <= now).with_for_update(skip_locked=True)).all()
    for row in due:
        enqueue(db, row.name, {}, now=now, once_key=f"{row.name}:{row.next_at.isoformat()}", lane=row.name, priority=LATER)
        row.last_at, row.next_at = now, next_time(row.next_at, row.every_seconds, now)
    db.flush()
    return [row.name for row in due]


def next_time(was: datetime, every_seconds: int, now: datetime) -> datetime:
    """The first beat after now, on the same rhythm."""
    missed = int((now - was).total_seconds() // every_seconds)
    return was + timedelta(seconds=every_seconds * (missed + 1))
