"""kill -9 at random moments: no work lost, no effect doubled, no process left over."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from PIL import Image
from sqlalchemy import func, text
from sqlmodel import select

from portal_app.core.clock import utc_now
from portal_app.db import Database
from portal_app.domain.activity.models import Work, WorkState
from portal_app.domain.activity.service import enqueue
from tests.kill_worker import EFFECTS, WORKS
from tests.running import settings_for

pytestmark = [pytest.mark.proof("main-job-05"), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
URL = {"hide_password": False}


def test_killed_workers_lose_and_double_nothing(database: Database, tmp_path: Path, full: bool) -> None:
    kills, jobs = (20, 200) if full else (4, 60)
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (800, 600), "navy").save(photo)
    with database.unit_of_work() as db:
        db.connection().execute(text(EFFECTS))
    workers = [started(database, tmp_path) for _ in range(2)]
    seen: set[psutil.Process] = set()
    busy = 0
    for kill in range(kills):
        victim = workers.pop(0)
        victim.stdout.readline()
        put(database, range(jobs * kill // kills, jobs * (kill + 1) // kills), photo)
        until(lambda: count(database, WorkState.RUNNING) > 0, seconds=60)
        time.sleep(random.random() * 0.3)
        seen |= {psutil.Process(victim.pid), *psutil.Process(victim.pid).children(recursive=True)}
        busy += count(database, WorkState.RUNNING) > 0
        victim.kill()
        victim.wait()
        workers.append(started(database, tmp_path))
    until(lambda: count(database, WorkState.WAITING) + count(database, WorkState.RUNNING) == 0, seconds=60)
    for worker in workers:
        worker.stdout.readline()  # it is up: asked to stop any sooner, it would die of the signal instead of leaving in order
        seen |= {psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)}
        worker.terminate()
    assert [worker.wait(15) for worker in workers] == [0, 0]
    assert len(seen) > kills + 2, "no rendering process was ever seen"
    assert busy >= kills // 2, "most kills must hit a worker at work"
    followers = [number + 100_000 for number in range(jobs) if kind_of(number) == "with_follower"]
    assert effects(database) == Counter([*range(jobs), *followers])
    assert count(database, WorkState.DONE) == jobs + len(followers)
    until(lambda: not [process for process in seen if is_alive(process)], seconds=5)


def test_the_embedded_worker_is_started_again_and_dies_with_its_web_process(database: Database, tmp_path: Path) -> None:
    settings = settings_for(database.url.render_as_string(**URL), tmp_path)
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.running import settings_for\n"
        "from portal_app.jobs.embedded import embedded_worker\n"
        "async def web():\n"
        "    async with embedded_worker(settings_for(sys.argv[1], Path(sys.argv[2]))):\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(web())\n"
    )
    web = subprocess.Popen([sys.executable, "-c", script, settings.database_url, str(settings.data_dir)], cwd=ROOT)
    try:
        first = only_child(web.pid)
        first.kill()
        until(lambda: not is_alive(first), seconds=5)
        second = only_child(web.pid)
        assert second.pid != first.pid
        with database.unit_of_work() as db:
            enqueue(db, "clean_done_work", {}, now=utc_now())
        until(lambda: count(database, WorkState.DONE) > 0, seconds=60)
    finally:
        web.kill()
        web.wait()
    until(lambda: not is_alive(second), seconds=5)


def test_the_embedded_worker_leaves_with_a_web_process_that_stops(database: Database, tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.running import settings_for\n"
        "from portal_app.jobs.embedded import embedded_worker\n"
        "async def web():\n"
        "    async with embedded_worker(settings_for(sys.argv[1], Path(sys.argv[2]))):\n"
        "        await asyncio.to_thread(sys.stdin.read)\n"
        "asyncio.run(web())\n"
    )
    url = database.url.render_as_string(**URL)
    web = subprocess.Popen([sys.executable, "-c", script, url, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE)
    worker = only_child(web.pid)
    until(lambda: count(database, WorkState.DONE) > 0, seconds=60)
    web.stdin.close()
    assert web.wait(60) == 0
    assert not is_alive(worker)


def kind_of(number: int) -> str:
    return list(WORKS)[number % len(WORKS)]


def put(database: Database, numbers: range, photo: Path) -> None:
    with database.unit_of_work() as db:
        for number in numbers:
            payload = {"number": number, "photo": str(photo)}
            lane = f"lane {number % 3}" if number % 5 == 0 else ""
            enqueue(db, kind_of(number), payload, now=utc_now(), lane=lane, max_tries=50)


def started(database: Database, data_dir: Path) -> subprocess.Popen[str]:
    url = database.url.render_as_string(**URL)
    command = [sys.executable, "-m", "tests.kill_worker", url, str(data_dir)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def count(database: Database, state: WorkState) -> int:
    with database.reading() as db:
        return db.exec(select(func.count()).select_from(Work).where(Work.state == state)).one()


def effects(database: Database) -> Counter[int]:
    with database.reading() as db:
        return Counter(db.connection().execute(text("SELECT number FROM effect")).scalars())


def only_child(pid: int) -> psutil.Process:
    until(lambda: any(is_alive(child) for child in psutil.Process(pid).children()), seconds=60)
    return next(child for child in psutil.Process(pid).children() if is_alive(child))


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def until(is_so, *, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it did not become so in time"
        time.sleep(0.05)
