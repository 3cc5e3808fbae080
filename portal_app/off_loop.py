"""Verbs and queries off the event loop: a synchronous unit of work in this process's own threads."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from portal_app import wiring


async def act(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`verb(db, …)` inside one writing unit of work."""

    def unit() -> Any:
        with wiring.current().database.unit_of_work() as db:
            return verb(db, *args, **kwargs)

    return await _in_our_threads(unit)


async def ask(query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`query(db, …)` inside one reading unit. What comes back must be read models, never rows."""

    def unit() -> Any:
        with wiring.current().database.reading() as db:
            return query(db, *args, **kwargs)

    return await _in_our_threads(unit)


async def leave(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`verb(unit_of_work, …)` for a verb that leaves the building and opens its own short units.

    It waits in threads of its own: a payment service that hangs holds up nobody who only reads.
    """
    here = wiring.current()
    return await _in_threads(here.outside, lambda: verb(here.database.unit_of_work, *args, **kwargs))


async def stay(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`verb(unit_of_work, …)` for a verb that opens its own short units and only computes between them."""
    return await _in_our_threads(lambda: verb(wiring.current().database.unit_of_work, *args, **kwargs))


async def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A function that opens its own units, or just takes long, in our threads."""
    return await _in_our_threads(lambda: function(*args, **kwargs))


async def _in_our_threads(unit: Callable[[], Any]) -> Any:
    return await _in_threads(wiring.current().executor, unit)


async def _in_threads(threads: Executor, unit: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(threads, contextvars.copy_context().run, unit)
