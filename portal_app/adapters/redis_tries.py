"""Tries counted in Redis: for installations of several machines that have one already. The port is `identity.tries.Tries`."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

from limits.storage import RedisStorage, storage_from_string
from redis import Redis
from redis.exceptions import RedisError

from portal_app.domain.identity.tries import Tries, TriesAway

log = logging.getLogger(__name__)

ANSWERS_IN_SECONDS = 0.5
TURN_SECONDS = 5


class RedisCounter:
    """One connection pool of this process. A Redis that does not answer is said as TriesAway: the table counts meanwhile."""

    def __init__(self, url: str) -> None:
        patience = {"socket_timeout": ANSWERS_IN_SECONDS, "socket_connect_timeout": ANSWERS_IN_SECONDS}
        self.storage = cast(RedisStorage, storage_from_string(url, key_prefix="foyer", **patience))
        self.client = cast(Redis, self.storage.get_connection())

    def at(self, studio_id: int) -> Tries:
        """The tries of one studio."""
        return _RedisTries(self, studio_id)


class _RedisTries:
    """`limits` keeps a moving window as a list of instants, the newest first."""

    def __init__(self, counter: RedisCounter, studio_id: int) -> None:
        self._storage, self._client, self._studio_id = counter.storage, counter.client, studio_id

    @contextmanager
    def turns(self, keys: Iterable[str]) -> Iterator[None]:
        with _answering(), ExitStack() as held:
            for key in sorted(set(keys)):
                turn = f"foyer:turn:{self._key(key)}"
                held.enter_context(self._client.lock(turn, timeout=TURN_SECONDS, blocking_timeout=TURN_SECONDS))
            yield

    def get_moving_window(self, key: str, limit: int, expiry: float) -> tuple[float, int]:
        with _answering():
            return self._storage.get_moving_window(self._key(key), limit, cast(int, expiry))

    def acquire_entry(self, key: str, limit: int, expiry: float, amount: int = 1) -> bool:
        with _answering():
            return self._storage.acquire_entry(self._key(key), limit, int(expiry), amount)

    def take_back(self, key: str) -> None:
        with _answering():
            self._client.lpop(self._storage.prefixed_key(self._key(key)))

    def clear(self, key: str) -> None:
        with _answering():
            self._storage.clear(self._key(key))

    def _key(self, key: str) -> str:
        return f"{self._studio_id}:{key}"


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except RedisError as fault:
        log.error("Redis does not count tries, the database does: %s", type(fault).__name__)
        raise TriesAway from fault
