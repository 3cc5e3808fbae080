"""Reading facts (history, live pages) and work that gave up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, func, or_, tuple_
from sqlmodel import Session, col, select
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


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One fact with who did it. `behind` is the member who looked through the actor's eyes."""

    id: int
    at: datetime
    kind: str
    actor: str
    actor_role: str
    behind: str
    order_id: int | None
    listing_id: int | None
    customer_id: int | None
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the log, newest first; `more` is the last fact here, 0 at the end."""

    rows: tuple[AuditRow, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for. `account_id` finds both what they did and what was done behind them; `kinds` are the first words
    of kinds (`order`, `member`); `text` looks into names, kind and details; `order_ids` are orders that text may mean."""

    account_id: int | None = None
    kinds: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    text: str = ""
    order_ids: tuple[int, ...] = ()


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


def audit_page(db: Session, by: Viewer, asked: AuditFilter = AuditFilter(), *, before: int = 0, limit: int = 50) -> AuditPage:
    """The studio's facts, newest first, in one statement (and one to find `before`) however long the log.

    Raises NotAllowed.
    """
    if not by.may(Permission.SEE_AUDIT):
        raise NotAllowed
    found = visible(by).where(*_asked(asked))
    if before:
        found = found.where(_earlier_than(db, by, before))
    rows = list(db.exec(found.order_by(col(Fact.at).desc(), col(Fact.id).desc()).limit(limit + 1)))
    page = tuple(_audit_row(by, fact) for fact in rows[:limit])
    return AuditPage(page, more=page[-1].id if len(rows) > limit else 0)


def _earlier_than(db: Session, by: Viewer, fact_id: int) -> ColumnElement[bool]:
    last = db.exec(visible(by).where(Fact.id == fact_id)).first()
    return tuple_(col(Fact.at), col(Fact.id)) < tuple_(last.at, last.id) if last else false()


def _asked(asked: AuditFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.account_id:
        wanted.append((col(Fact.actor_account_id) == asked.account_id) | (col(Fact.behind_account_id) == asked.account_id))
    if asked.kinds:
        wanted.append(or_(*(col(Fact.kind).startswith(f"{kind}.", autoescape=True) for kind in asked.kinds)))
    if asked.start:
        wanted.append(col(Fact.at) >= asked.start)
    if asked.end:
        wanted.append(col(Fact.at) < asked.end)
    if asked.text.strip():
        wanted.append(_mentions(asked.text.strip(), asked.order_ids))
    return wanted


def _mentions(text: str, order_ids: tuple[int, ...]) -> ColumnElement[bool]:
    """Details are stored as JSON, where letters beyond ASCII are written as escapes: looked for both ways."""
    details, escaped = cast(Fact.details, String), json.dumps(text).strip('"')
    words = [col(column).icontains(text, autoescape=True) for column in (Fact.actor_name, Fact.behind_name, Fact.kind)]
    words += [details.icontains(form, autoescape=True) for form in {text, escaped}]
    return or_(*words, col(Fact.order_id).in_(order_ids)) if order_ids else or_(*words)


def _audit_row(by: Viewer, fact: Fact) -> AuditRow:
    return AuditRow(
        id=fact.id or 0,
        at=fact.at,
        kind=fact.kind,
        actor=fact.actor_name,
        actor_role=fact.actor_role,
        behind=fact.behind_name,
        order_id=fact.order_id,
        listing_id=fact.listing_id,
        customer_id=fact.customer_id,
        details=fact.details if by.sees_money else without_amounts(fact.details),
    )


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
