"""Full garbage collections run while nobody waits.

A full one halts every thread of the process, event loop included, for about a millisecond per thousand objects: measured
up to 100 ms right after starting, and 70 ms every four seconds while twenty people clicked. So what was imported is taken
out of them for good, the interpreter starts none by itself, and this process runs one when it has nothing else to do.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

LOOK_EVERY = 0.5  # seconds
QUIET = 0.05  # of one processor
APART, AT_LATEST = 60.0, 900.0  # seconds from one full collection to the next: with and without a quiet moment
NEVER = 1_000_000  # collections of the middle generation, each after about 7,000 new objects that stayed


@asynccontextmanager
async def collecting_when_quiet() -> AsyncIterator[None]:
    """From here on full collections wait for a quiet moment; as it was before when the block ends."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(before[0], before[1], NEVER)
    task = asyncio.create_task(_collect())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        gc.set_threshold(*before)
        gc.unfreeze()


def is_due(*, since: float, busy: float) -> bool:
    """Whether to collect now: `since` seconds after the last time, the process `busy` with this share of a processor."""
    return since >= AT_LATEST or (since >= APART and busy <= QUIET)


async def _collect() -> None:
    last = begun = time.monotonic()
    spent = time.process_time()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        now, spent_now = time.monotonic(), time.process_time()
        if is_due(since=now - last, busy=(spent_now - spent) / (now - begun)):
            gc.collect()
            last = now
        begun, spent = time.monotonic(), time.process_time()
