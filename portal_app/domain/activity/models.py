"""Facts and the work that must follow from them, written in the transaction of their cause."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import filled, instant, one_of


class WorkState(StrEnum):
    """WAITING may be claimed (a running lease that ended counts as waiting); DEAD gave up and waits for a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Fact(SQLModel, table=True):
    """Something that happened: noun and past verb, `order.accepted`. Never changed, never deleted."""

    __tablename__ = "fact"
    __table_args__ = (
        Index("ix_fact_subject", "studio_id", "order_id", "id"),
        Index("ix_fact_listing", "listing_id", "id"),
        Index("ix_fact_when", "studio_id", "at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    at: datetime = instant()
    kind: str
    actor_role: str
    actor_name: str = ""
    actor_account_id: int | None = None
    behind_name: str = filled("")
    behind_account_id: int | None = None
    order_id: int | None = None
    listing_id: int | None = None
    customer_id: int | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Work(SQLModel, table=True):
    """One thing that must be done, at least once, by some worker. A key makes it happen only once per cause."""

    __tablename__ = "work"
    __table_args__ = (
        UniqueConstraint("once_key", name="uq_work_once_key"),
        Index("ix_work_claim", "state", "run_at", "priority", "id"),
        Index("ix_work_done", "done_at"),
        Index(
            "uq_work_lane_running",
            "lane",
            unique=True,
            sqlite_where=text("state = 'running' AND lane <> ''"),
            postgresql_where=text("state = 'running' AND lane <> ''"),
        ),
        one_of("state", WorkState, "work"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int | None = Field(default=None, foreign_key="studio.id")
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    once_key: str | None = None
    lane: str = ""
    priority: int = 100
    state: str = WorkState.WAITING
    run_at: datetime = instant()
    created_at: datetime = instant()
    tries: int = 0
    max_tries: int = 8
    lease_token: str = ""
    leased_until: datetime | None = instant(default=None)
    done_at: datetime | None = instant(default=None)
    last_error: str = ""


class Schedule(SQLModel, table=True):
    """A thing done by time: one row per name, whoever claims it moves `next_at`."""

    __tablename__ = "schedule"

    name: str = Field(primary_key=True)
    every_seconds: int
    next_at: datetime = instant()
    last_at: datetime | None = instant(default=None)
