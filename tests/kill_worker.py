"""A worker process that tests kill. Its effects are rows of a table without any constraint, so a doubled one would show."""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from portal_app.domain.activity.service import enqueue
from portal_app.jobs.embedded import die_with_parent
from portal_app.jobs.worker import Job, Worker
from portal_app.wiring import close_wiring, open_wiring
from tests.running import settings_for

LEASE = timedelta(seconds=1.5)
EFFECTS = "CREATE TABLE effect (number INTEGER NOT NULL, kind VARCHAR NOT NULL)"


def simple(job: Job) -> None:
    """The effect and done in one transaction."""
    _dawdle()
    _take_effect(job)


def in_two_steps(job: Job) -> None:
    """Plan in one transaction, work outside any, record in another."""
    with job.wiring.database.unit_of_work() as db:
        db.connection().execute(text("SELECT count(*) FROM effect")).one()
    _dawdle()
    _take_effect(job)


def with_follower(job: Job) -> None:
    """What follows is enqueued in the transaction of the effect."""
    _take_effect(job, lambda db: enqueue(db, "simple", {"number": job.payload["number"] + 100_000}, now=job.now()))


def with_photo(job: Job) -> None:
    """A rendering process of the worker's own does a part of it."""
    job.wiring.renderer.inspect(Path(job.payload["photo"]))
    _take_effect(job)


def _dawdle() -> None:
    time.sleep(random.random() * 0.3)


def _take_effect(job: Job, also: Callable = lambda db: None) -> None:
    with job.wiring.database.unit_of_work() as db:
        row = {"number": job.payload["number"], "kind": job.claim.kind}
        db.connection().execute(text("INSERT INTO effect (number, kind) VALUES (:number, :kind)"), row)
        also(db)
        if random.random() < 0.3:
            time.sleep(0.01)
        job.finish(db)
        if random.random() < 0.3:
            time.sleep(0.01)


WORKS = {work.__name__: work for work in (simple, in_two_steps, with_follower, with_photo)}


def main(database_url: str, data_dir: str) -> None:
    """Work until SIGTERM."""
    die_with_parent()
    settings = settings_for(database_url, Path(data_dir))
    worker = Worker(open_wiring(settings, render_workers=1), WORKS, slots=4, lease=LEASE)
    signal.signal(signal.SIGTERM, worker.stop)
    print("ready", flush=True)
    worker.run()
    close_wiring()


if __name__ == "__main__":
    main(*sys.argv[1:])
