"""The work table and the worker: once, again, later, never two of a lane, and what gives up waits for a person."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import select

from portal_app.core.clock import utc_now
from portal_app.core.errors import Conflict, NotAllowed, NotFound, Unavailable
from portal_app.core.viewer import system_viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Schedule, Work, WorkState
from portal_app.domain.activity.queries import dead_work, facts_after, latest_id, visible
from portal_app.domain.activity.service import enqueue, record, retry_dead
from portal_app.domain.customers.models import Customer
from portal_app.domain.listings.service import open_listing
from portal_app.domain.media.models import Asset
from portal_app.domain.media.rendering import GAVE_UP
from portal_app.jobs import claiming, schedule
from portal_app.jobs.claiming import GiveUp, LeaseLost
from portal_app.jobs.schedule import Time
from portal_app.jobs.worker import Job, Worker
from portal_app.jobs.works import WORKS
from tests.conftest import NOW, Cast
from tests.running import wired

pytestmark = pytest.mark.proof("main-job-05")
LEASE = timedelta(seconds=20)


def put(database: Database, kind: str = "note", payload: dict | None = None, **more) -> int | None:
    with database.unit_of_work() as db:
        return enqueue(db, kind, payload or {}, now=more.pop("now", NOW), **more)


def take(database: Database, *, now=NOW, **more) -> claiming.Claim | None:
    with database.unit_of_work() as db:
        return claiming.claim(db, now=now, lease=LEASE, **more)


def finish(database: Database, claimed: claiming.Claim, *, now=NOW) -> None:
    with database.unit_of_work() as db:
        claiming.finish(db, claimed, now=now)


def fail(database: Database, claimed: claiming.Claim, error: Exception, *, now=NOW) -> WorkState:
    with database.unit_of_work() as db:
        return claiming.put_back(db, claimed, error, now=now, spread=0)


def all_work(database: Database) -> list[Work]:
    with database.reading() as db:
        rows = db.exec(select(Work).order_by(Work.id)).all()
        db.expunge_all()
        return list(rows)


def test_work_is_claimed_by_one_and_done_once(database: Database) -> None:
    put(database)
    claimed = take(database)
    assert (claimed.kind, claimed.tries) == ("note", 1)
    assert take(database) is None
    finish(database, claimed)
    assert [work.state for work in all_work(database)] == [WorkState.DONE]
    assert take(database, now=NOW + timedelta(days=1)) is None


def test_work_of_a_transaction_that_fails_never_was(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.unit_of_work() as db:
        enqueue(db, "note", {}, now=NOW)
        raise ZeroDivisionError
    assert take(database) is None


def test_urgent_work_goes_first_and_later_work_waits(database: Database) -> None:
    put(database, "later", run_at=NOW + timedelta(minutes=1), priority=1)
    put(database, "calm")
    put(database, "urgent", priority=10)
    assert [take(database).kind, take(database).kind, take(database)] == ["urgent", "calm", None]
    assert take(database, now=NOW + timedelta(minutes=1), without=["urgent", "calm"]).kind == "later"


def test_a_dead_workers_lease_ends_and_its_late_effect_is_undone(database: Database) -> None:
    put(database)
    slow = take(database)
    assert take(database, now=NOW + timedelta(seconds=19)) is None
    quick = take(database, now=NOW + timedelta(seconds=21))
    assert (quick.id, quick.tries) == (slow.id, 2)
    with pytest.raises(LeaseLost), database.unit_of_work() as db:
        enqueue(db, "effect", {}, now=NOW)
        claiming.finish(db, slow, now=NOW)
    finish(database, quick)
    assert [work.kind for work in all_work(database)] == ["note"]
    with pytest.raises(LeaseLost):
        fail(database, quick, ValueError("too late"))


def test_a_heartbeat_keeps_the_lease(database: Database) -> None:
    put(database)
    claimed = take(database)
    with database.unit_of_work() as db:
        claiming.extend(db, [claimed.token], until=NOW + timedelta(seconds=60))
    assert take(database, now=NOW + timedelta(seconds=59)) is None
    assert take(database, now=NOW + timedelta(seconds=61)) is not None


def test_a_failed_try_waits_longer_each_time_and_the_last_one_is_kept_with_its_error(database: Database) -> None:
    put(database, max_tries=3)
    now, waits = NOW, []
    for _ in range(3):
        claimed = take(database, now=now)
        state = fail(database, claimed, ValueError("the disk is full"), now=now)
        work = all_work(database)[0]
        waits.append((work.run_at - now).total_seconds())
        now = work.run_at
    assert waits == [2, 4, 8]
    assert (state, work.last_error) == (WorkState.DEAD, "ValueError: the disk is full")
    assert take(database, now=now + timedelta(days=1)) is None


def test_giving_up_needs_no_further_try(database: Database) -> None:
    put(database)
    assert fail(database, take(database), GiveUp("no keys")) is WorkState.DEAD


def test_work_that_kills_every_worker_is_buried(database: Database) -> None:
    put(database, max_tries=2)
    take(database)
    take(database, now=NOW + timedelta(minutes=1))
    assert take(database, now=NOW + timedelta(minutes=2)) is None
    work = all_work(database)[0]
    assert work.state == WorkState.DEAD
    assert "died" in work.last_error


def test_a_person_may_retry_the_dead(database: Database, cast: Cast) -> None:
    put(database, studio_id=cast.harbor)
    dead = take(database)
    fail(database, dead, GiveUp("no keys"))
    with database.unit_of_work() as db:
        assert [row.last_error for row in dead_work(db, cast.olive)] == ["GiveUp: no keys"]
        assert dead_work(db, cast.omar) == []
        for nobody, refusal in ((cast.pia, NotAllowed), (cast.carl, NotAllowed), (cast.omar, NotFound)):
            with pytest.raises(refusal):
                retry_dead(db, nobody, dead.id, now=NOW)
        retry_dead(db, cast.olive, dead.id, now=NOW)
        with pytest.raises(Conflict):
            retry_dead(db, cast.olive, dead.id, now=NOW)
    assert take(database).tries == 1


def test_no_two_works_of_a_lane_at_once(database: Database) -> None:
    for number in range(2):
        put(database, payload={"number": number}, lane="listing:7")
    put(database, "other", lane="listing:8", priority=200)
    first = take(database)
    assert take(database).kind == "other"
    assert take(database) is None
    finish(database, first)
    assert take(database).payload == {"number": 1}


def test_a_cause_enqueues_its_work_once_even_when_told_by_many_at_once(database: Database) -> None:
    barrier = threading.Barrier(6)

    def tell(_: int) -> int | None:
        barrier.wait()
        return put(database, once_key="event:evt_1")

    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(tell, range(6)))
    assert sum(work is not None for work in told) == 1
    assert len(all_work(database)) == 1


def test_claims_of_many_workers_never_overlap(database: Database, full: bool) -> None:
    count = 200 if full else 60
    with database.unit_of_work() as db:
        for number in range(count):
            enqueue(db, "note", {}, now=NOW, lane=f"lane {number % 5}" if number % 2 else "")
    seen: list[int] = []

    def work(_: int) -> None:
        while True:
            try:
                claimed = take(database)
            except IntegrityError:
                continue  # another worker took this lane at the same moment
            if claimed is None:
                if all(row.state == WorkState.DONE for row in all_work(database)):
                    return
                time.sleep(0.002)
                continue
            seen.append(claimed.id)
            finish(database, claimed)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert sorted(seen) == sorted({row.id for row in all_work(database)})


def test_the_clock_enqueues_once_however_many_look_and_makes_up_for_nothing(database: Database) -> None:
    times = [Time("sweep", timedelta(minutes=2)), Time("clean", timedelta(hours=6))]
    for _ in range(2):
        schedule.write_rows(database.unit_of_work, times, now=NOW)

    def look(_: int) -> list[str]:
        with database.unit_of_work() as db:
            return schedule.enqueue_due(db, now=NOW + timedelta(minutes=7))

    with ThreadPoolExecutor(4) as threads:
        names = sorted(name for found in threads.map(look, range(4)) for name in found)
    assert names == ["clean", "sweep"]
    assert sorted(work.kind for work in all_work(database)) == ["clean", "sweep"]
    with database.reading() as db:
        assert db.get_one(Schedule, "sweep").next_at == NOW + timedelta(minutes=8)
        assert not schedule.is_time(db, now=NOW + timedelta(minutes=7, seconds=59))


def test_a_time_dropped_from_the_list_is_forgotten_and_a_new_rhythm_is_kept(database: Database) -> None:
    schedule.write_rows(database.unit_of_work, [Time("old", timedelta(hours=1)), Time("kept", timedelta(hours=1))], now=NOW)
    schedule.write_rows(database.unit_of_work, [Time("kept", timedelta(minutes=5))], now=NOW + timedelta(hours=1))
    with database.reading() as db:
        rows = [(row.name, row.every_seconds, row.next_at) for row in db.exec(select(Schedule))]
    assert rows == [("kept", 300, NOW)]


def test_the_worker_runs_retries_caps_and_stops(database: Database, tmp_path) -> None:
    ran: list[str] = []
    at_once = {"now": 0, "most": 0}
    together = threading.Barrier(2, timeout=20)  # each waits for another one beside it, however busy the machine is

    def slow(job: Job) -> None:
        at_once["now"] += 1
        at_once["most"] = max(at_once["most"], at_once["now"])
        together.wait()
        at_once["now"] -= 1

    def shaky(job: Job) -> None:
        ran.append(f"try {job.claim.tries}")
        raise ConnectionError("not yet")

    with database.unit_of_work() as db:
        for _ in range(6):
            enqueue(db, "slow", {}, now=utc_now())
        enqueue(db, "shaky", {}, now=utc_now())
        enqueue(db, "unheard of", {}, now=utc_now())
    with wired(database, tmp_path) as wiring:
        worker = Worker(wiring, {"slow": slow, "shaky": shaky}, slots=4, at_most={"slow": 2})
        worker.run_until_idle()
        worker.stop()
        assert worker.run()
    states = {(work.kind, work.state) for work in all_work(database)}
    assert states == {("slow", WorkState.DONE), ("shaky", WorkState.WAITING), ("unheard of", WorkState.WAITING)}
    assert ran
    assert ran == [f"try {number}" for number in range(1, len(ran) + 1)], "on a busy machine the next try may be due already"
    assert at_once["most"] == 2
    assert "ConnectionError: not yet" in [work.last_error for work in all_work(database)]


def test_what_does_not_end_in_time_is_handed_back_at_once(database: Database, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("portal_app.jobs.worker.GRACE_SECONDS", 0.1)
    release = threading.Event()
    lost: list[bool] = []

    def stuck(job: Job) -> None:
        release.wait(10)
        try:
            with job.wiring.database.unit_of_work() as db:
                job.finish(db)
        except LeaseLost:
            lost.append(True)
            raise

    put(database, "stuck", now=utc_now())
    with wired(database, tmp_path) as wiring:
        worker = Worker(wiring, {"stuck": stuck})
        worker.turn()
        worker.stop()
        assert worker.run() is False
        work = all_work(database)[0]
        assert (work.state, work.tries) == (WorkState.WAITING, 0)
        release.set()
        worker._threads.shutdown(wait=True)
    assert lost == [True]
    assert all_work(database)[0].state == WorkState.WAITING


@pytest.mark.alone
def test_work_starts_within_half_a_second_of_its_commit(database: Database, tmp_path) -> None:
    started: list[float] = []
    with wired(database, tmp_path) as wiring:
        worker = Worker(wiring, {"note": lambda job: started.append(time.monotonic())})
        thread = threading.Thread(target=worker.run)
        thread.start()
        waits = []
        for number in range(4):
            time.sleep(0.13 * number)
            put(database, now=utc_now())
            committed = time.monotonic()
            while len(started) <= number and time.monotonic() < committed + 5:
                time.sleep(0.005)
            waits.append(started[number] - committed)
        worker.stop()
        thread.join()
    assert max(waits) <= 0.5, waits


def test_facts_are_for_the_studios_own_staff(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        before = latest_id(db)
        record(db, cast.olive, "order.accepted", now=NOW, details={"number": 1001})
        record(db, system_viewer(cast.bluebird), "order.placed", now=NOW)
        assert [fact.kind for fact in facts_after(db, before)] == ["order.accepted", "order.placed"]
        seen = {by.name: [fact.kind for fact in db.exec(visible(by))] for by in (cast.olive, cast.omar, cast.carl)}
    assert seen == {cast.olive.name: ["order.accepted"], cast.omar.name: ["order.placed"], cast.carl.name: []}


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), Unavailable()], ids=["disk full", "worker died"])
def test_a_photo_that_could_not_be_made_to_the_last_try_says_so(database: Database, cast: Cast, tmp_path, fault) -> None:
    class Broken:
        def render(self, request):
            raise fault

    with database.unit_of_work() as db:
        listing = open_listing(db, cast.olive, db.get(Customer, cast.carl_customer), street="1 A", town="B", area=None, now=NOW)
        asset = Asset(
            studio_id=cast.harbor, listing_id=listing.id, public_id="p", original_name="a.jpg", size=1, sha256="ab" * 32, crc32=0,
            received_at=NOW,
        )  # fmt: skip
        db.add(asset)
        db.flush()
        enqueue(db, "render_asset", {"asset_id": asset.id}, now=utc_now(), max_tries=1)
    with wired(database, tmp_path, renderer=Broken(), store=SimpleNamespace(local_path=lambda sha256: tmp_path)) as wiring:
        Worker(wiring, WORKS).run_until_idle()
    with database.reading() as db:
        made = db.get(Asset, asset.id)
        assert (made.state, made.reason) == ("failed", GAVE_UP)


def test_the_worker_outlives_a_pool_without_free_connections(database: Database, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("portal_app.jobs.worker.time.sleep", lambda seconds: None)
    with wired(database, tmp_path) as wiring:
        worker = Worker(wiring, {})

        def turn() -> int:
            worker.stop()
            raise PoolTimeout("QueuePool limit reached")

        monkeypatch.setattr(worker, "turn", turn)
        assert worker.run()
