"""Writing facts and the work that follows, always in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, select

from portal_app.core.errors import Conflict, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.models import Fact, Work, WorkState

REACT = "react"
WORK = Work.__table__


def record(
    db: Session,
    by: Viewer,
    kind: str,
    *,
    now: datetime,
    order_id: int | None = None,
    listing_id: int | None = None,
    customer_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> Fact:
    """Write a fact (`order.accepted`) and the one piece of work that will look up what follows from it."""
    fact = Fact(
        studio_id=by.studio_id,
        at=now,
        kind=kind,
        actor_role=by.role,
        actor_name=by.name,
        actor_account_id=by.account_id,
        behind_name=by.behind,
        behind_account_id=by.behind_account_id,
        order_id=order_id,
        listing_id=listing_id,
        customer_id=customer_id,
        details=details or {},
    )
    db.add(fact)
    db.flush()
    enqueue(db, REACT, {"fact_id": fact.id}, now=now, studio_id=by.studio_id, once_key=f"react:{fact.id}", priority=50)
    return fact


def enqueue(
    db: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    studio_id: int | None = None,
    once_key: str | None = None,
    run_at: datetime | None = None,
    priority: int = 100,
    lane: str = "",
    max_tries: int = 8,
) -> int | None:
    """Add work in the caller's transaction, and its id. With a `once_key` already used, nothing is added and None comes back.

    `lane` names work that must not run at the same time as other work of the same lane; lower priority runs first.
    """
    row = Work(
        studio_id=studio_id,
        kind=kind,
        payload=payload,
        once_key=once_key,
        lane=lane,
        priority=priority,
        run_at=run_at or now,
        created_at=now,
        max_tries=max_tries,
    ).model_dump(exclude={"id"})
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    # Into the table, not as an object: a third of the time, for what every change does once or twice.
    once = insert(WORK).on_conflict_do_nothing(index_elements=["once_key"]).returning(WORK.c.id)
    return db.scalar(once, row)


def retry_dead(db: Session, by: Viewer, work_id: int, *, now: datetime) -> None:
    """Give work that gave up all its tries again, at once. Raises NotAllowed, NotFound, Conflict when it is not dead."""
    if not by.may(Permission.SETTINGS):
        raise NotAllowed
    work = db.exec(select(Work).where(Work.id == work_id, Work.studio_id == by.studio_id).with_for_update()).first()
    if work is None:
        raise NotFound
    if work.state != WorkState.DEAD:
        raise Conflict("This is already running again.")
    work.state, work.tries, work.run_at, work.last_error = WorkState.WAITING, 0, now, ""
    db.flush()
