"""Many callers at one time: each process answers with what happened to its callers, in words of one line."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.orders.changing import Why
from portal_app.domain.orders.moving import reschedule
from portal_app.domain.orders.placing import place_order
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.hours import Hours, set_weekly_hours
from portal_app.domain.scheduling.models import Purpose
from portal_app.domain.scheduling.spans import Span
from portal_app.domain.scheduling.taking import SlotTaken, take_slot

THREADS = 13  # fewer than the connections a process may have at once
_OPEN: dict[str, Database] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """One caller: what they do, as whom, and with what."""

    verb: str
    by: Viewer
    values: dict[str, Any]
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """`won`, `taken` with the free times that were named, or the error nobody explained."""

    verb: str
    word: str
    nearest: tuple[datetime, ...] = ()
    sentence: str = ""


def _book(db: Session, call: Call) -> None:
    ask: VisitAsk = call.values["ask"]
    take_slot(db, call.by, ask, call.values["at"], order_id=call.values["order_id"], now=call.now)


def _place(db: Session, call: Call) -> None:
    place_order(db, call.by, call.values["request"], now=call.now, caller=call.values["caller"])


def _move(db: Session, call: Call) -> None:
    why = Why(reason="The seller asked")
    reschedule(db, call.by, call.values["number"], Purpose.VISIT, call.values["at"], why, now=call.now)


def _edit(db: Session, call: Call) -> None:
    week = {day: Hours(visits=(Span(*call.values["hours"]),)) for day in range(7)}
    set_weekly_hours(db, call.by, call.values["member_id"], week, now=call.now)


VERBS: dict[str, Callable[[Session, Call], None]] = {"book": _book, "place": _place, "move": _move, "edit": _edit}


def race(url: str, begins: float, calls: list[Call]) -> list[Outcome]:
    """All of these at once, as near to the moment `begins` (of `time.time`) as this process can."""
    database = _OPEN.setdefault(url, Database(url, threads=THREADS))

    def run(call: Call) -> Outcome:
        time.sleep(max(0.0, begins - time.time()))
        try:
            with database.unit_of_work() as db:
                VERBS[call.verb](db, call)
        except SlotTaken as refused:
            return Outcome(call.verb, "taken", refused.nearest, refused.sentence)
        except Exception as unexplained:
            return Outcome(call.verb, f"{type(unexplained).__name__}: {unexplained}"[:300])
        return Outcome(call.verb, "won")

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(run, calls))


def close(url: str) -> None:
    """Let go of a database that is no longer raced for."""
    if database := _OPEN.pop(url, None):
        database.close()
