"""The worker: claims due work, runs it on a few threads, keeps its leases alive, and stops gracefully.

One main loop claims, extends leases and starts what the clock asks for; each piece of work is one function called
with a Job on a thread. Run any number of workers against one database: leases keep them apart.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session

from portal_app.core.clock import utc_now
from portal_app.core.journal import keep_journal
from portal_app.domain.activity.models import WorkState
from portal_app.jobs import claiming, schedule
from portal_app.jobs.claiming import Claim, LeaseLost
from portal_app.settings import Settings
from portal_app.wiring import Wiring, close_wiring, open_wiring

log = logging.getLogger("foyer.worker")

LEASE = timedelta(seconds=20)
POLL_SECONDS = 0.25
GRACE_SECONDS = 10.0


@dataclass(slots=True)
class Job:
    """One try at one piece of work. Call `finish(db)` inside the last unit of work: effect and done commit together."""

    wiring: Wiring
    claim: Claim
    is_finished: bool = field(default=False, init=False)

    @property
    def payload(self) -> dict[str, Any]:
        return self.claim.payload

    @property
    def is_last_try(self) -> bool:
        return self.claim.is_last_try

    def now(self) -> datetime:
        """This instant: a job is an entry point, what it calls is given the time."""
        return utc_now()

    def finish(self, db: Session) -> None:
        """Mark it done in this transaction. Raises LeaseLost when another worker took over: let it undo everything."""
        claiming.finish(db, self.claim, now=self.now())
        self.is_finished = True


Work = Callable[[Job], None]


class Worker:
    """Claims and runs. `works` maps a kind to its function; `at_most` caps how many of a kind run at once here."""

    def __init__(
        self,
        wiring: Wiring,
        works: Mapping[str, Work],
        *,
        times: Sequence[schedule.Time] = (),
        slots: int = 4,
        at_most: Mapping[str, int] | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        self.wiring = wiring
        self.works = works
        self.times = times
        self.slots = slots
        self.at_most = at_most or {}
        self.lease = lease
        self.running: dict[str, Claim] = {}
        self.is_stopping = False
        self._wake = threading.Event()
        self._extend_at = 0.0
        self._has_schedule = False
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="work")

    def stop(self, *_signal: object) -> None:
        """Claim nothing more; `run` returns once what runs has ended or was handed back. Safe in a signal handler."""
        self.is_stopping = True

    def run(self) -> bool:
        """Work until stopped. False when some work did not end within the grace and was handed back."""
        while not self.is_stopping:
            try:
                self.turn()
            except SQLAlchemyError as error:
                log.warning("the database is not answering, trying again: %s", getattr(error, "orig", error))
                time.sleep(1)
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
        return self._wind_down()

    def run_until_idle(self, *, seconds: float = 30) -> None:
        """Work until nothing is due and nothing runs (for tests and the demo's seed). Raises TimeoutError."""
        ends = time.monotonic() + seconds
        while self.turn() or self.running or self._is_due():
            if time.monotonic() > ends:
                raise TimeoutError(f"still running: {[claim.kind for claim in self.running.values()]}")
            self._wake.wait(0.02)
            self._wake.clear()

    def turn(self) -> int:
        """One round: extend leases, enqueue what the clock asks for, fill the free threads. Returns how many it started."""
        self._extend_leases()
        self._follow_schedule()
        started = 0
        while not self.is_stopping and len(self.running) < self.slots and (claimed := self._claim()):
            self.running[claimed.token] = claimed
            self._threads.submit(self._do, claimed)
            started += 1
        return started

    def _claim(self) -> Claim | None:
        if not self._is_due():
            return None
        try:
            with self.wiring.database.unit_of_work() as db:
                return claiming.claim(db, now=utc_now(), lease=self.lease, without=self._full())
        except IntegrityError:
            return None

    def _is_due(self) -> bool:
        with self.wiring.database.reading() as db:
            return claiming.is_due(db, now=utc_now(), without=self._full())

    def _full(self) -> list[str]:
        running = Counter(claimed.kind for claimed in list(self.running.values()))
        return [kind for kind, most in self.at_most.items() if running[kind] >= most]

    def _do(self, claimed: Claim) -> None:
        job = Job(self.wiring, claimed)
        try:
            self._call(job)
        except LeaseLost as lost:
            log.warning("another worker took over %s", lost)
        except Exception as error:
            self._put_back(claimed, error)
        finally:
            self.running.pop(claimed.token, None)
            self._wake.set()

    def _call(self, job: Job) -> None:
        if job.claim.kind not in self.works:
            raise LookupError(f"nothing here does work of the kind {job.claim.kind!r}")
        self.works[job.claim.kind](job)
        if not job.is_finished:
            with self.wiring.database.unit_of_work() as db:
                job.finish(db)

    def _put_back(self, claimed: Claim, error: Exception) -> None:
        try:
            with self.wiring.database.unit_of_work() as db:
                state = claiming.put_back(db, claimed, error, now=utc_now(), spread=random.random())
        except (SQLAlchemyError, LeaseLost) as lost:
            log.warning("could not put back %s %s: %s", claimed.kind, claimed.id, lost)
        else:
            is_dead = state is WorkState.DEAD
            log.log(logging.ERROR if is_dead else logging.WARNING, "%s %s, try %s: %s",
                    claimed.kind, claimed.id, claimed.tries, error, exc_info=error if is_dead else None)  # fmt: skip

    def _extend_leases(self) -> None:
        if not self.running or time.monotonic() < self._extend_at:
            return
        self._extend_at = time.monotonic() + self.lease.total_seconds() / 4
        with self.wiring.database.unit_of_work() as db:
            claiming.extend(db, list(self.running), until=utc_now() + self.lease)

    def _follow_schedule(self) -> None:
        if not self.times:
            return
        if not self._has_schedule:
            schedule.write_rows(self.wiring.database.unit_of_work, self.times, now=utc_now())
            self._has_schedule = True
        with self.wiring.database.reading() as db:
            is_time = schedule.is_time(db, now=utc_now())
        if is_time:
            with self.wiring.database.unit_of_work() as db:
                schedule.enqueue_due(db, now=utc_now())

    def _wind_down(self) -> bool:
        ends = time.monotonic() + GRACE_SECONDS
        while self.running and time.monotonic() < ends:
            self._extend_leases()
            time.sleep(0.05)
        left = list(self.running.values())
        try:
            with self.wiring.database.unit_of_work() as db:
                claiming.release(db, left, now=utc_now())
        except SQLAlchemyError as error:
            log.warning("the leases of %s works end by themselves: %s", len(left), error)
        self._threads.shutdown(wait=not left, cancel_futures=True)
        return not left


def main(settings: Settings) -> bool:
    """Run a worker in this process until SIGTERM or SIGINT. When work had to be handed back, the process ends here."""
    from portal_app.jobs.works import WORKS, at_most

    keep_journal()
    slots = max(4, settings.render_workers + 2)
    wiring = open_wiring(settings, render_workers=settings.render_workers, threads=slots)
    worker = Worker(wiring, WORKS, times=schedule.TIMES, slots=slots, at_most=at_most(settings))
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, worker.stop)
    log.info("worker started")
    is_clean = worker.run()
    close_wiring()
    if not is_clean:
        logging.shutdown()
        os._exit(1)  # an orderly exit would wait for the thread that did not end
    return True
