"""Reading facts (history, live pages) and work that gave up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import false, func
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.activity.models import Fact, Work, WorkState


@dataclass(frozen=True, slots=True)
class FactCard:
    """One fact as history shows it and live pages need it."""

    id: int
    studio_id: int
    at: datetime
    kind: str
    actor_name: str
    order_id: int | None
    listing_id: int | None
    customer_id: int | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeadWork:
    """Work that gave up, with the error of its last try."""

    id: int
    kind: str
    tries: int
    run_at: datetime
    last_error: str


def visible(by: Viewer) -> SelectOfScalar[Fact]:
    """Facts of the viewer's own studio for its staff and worker; nothing for anybody else."""
    facts = select(Fact).where(Fact.studio_id == by.studio_id)
    return facts if by.is_staff or by.role is Role.SYSTEM else facts.where(false())


def latest_id(db: Session) -> int:
    """The newest fact's id, 0 when nothing ever happened: where a live page starts listening."""
    return db.exec(select(func.max(Fact.id))).one() or 0


def facts_after(db: Session, fact_id: int, *, limit: int = 500) -> list[FactCard]:
    """Every studio's facts newer than this one, oldest first: for the process that tells live pages, not for people."""
    return [_card(fact) for fact in db.exec(select(Fact).where(Fact.id > fact_id).order_by(Fact.id).limit(limit))]


def dead_work(db: Session, by: Viewer, *, limit: int = 100) -> list[DeadWork]:
    """The studio's work that gave up, newest first. Raises NotAllowed for whoever may not retry it."""
    if not by.may(Permission.SETTINGS):
        raise NotAllowed
    mine = select(Work).where(Work.studio_id == by.studio_id, Work.state == WorkState.DEAD)
    return [
        DeadWork(work.id, work.kind, work.tries, work.run_at, work.last_error)
        for work in db.exec(mine.order_by(Work.id.desc()).limit(limit))
    ]


def without_amounts(details: dict[str, Any]) -> dict[str, Any]:
    """A fact's details for somebody who does not see money."""
    return {name: value for name, value in details.items() if not name.endswith("_cents")}


def _card(fact: Fact) -> FactCard:
    return FactCard(
        id=fact.id,
        studio_id=fact.studio_id,
        at=fact.at,
        kind=fact.kind,
        actor_name=fact.actor_name,
        order_id=fact.order_id,
        listing_id=fact.listing_id,
        customer_id=fact.customer_id,
        details=fact.details,
    )
