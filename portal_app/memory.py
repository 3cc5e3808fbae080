"""The memory of a web process: full garbage collections run while nobody waits, freed blocks stay for the next part.

A full collection halts every thread of the process, event loop included, for about a millisecond per thousand objects: measured
up to 100 ms right after starting, and 70 ms every four seconds while twenty people clicked. So what was imported is taken
out of them for good, the interpreter starts none by itself, and this process runs one when it has nothing else to do.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

LOOK_EVERY = 0.5  # seconds
QUIET = 0.05  # of one processor
APART, AT_LATEST = 60.0, 900.0  # seconds from one full collection to the next: with and without a quiet moment
NEVER = 1_000_000  # collections of the middle generation, each after about 7,000 new objects that stayed
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # mallopt(3)
LARGEST_KEPT, MOST_KEPT = 4 << 20, 16 << 20  # bytes: of one block, and free at the end of a heap
HEAPS = 2  # else each thread has one, and keeps as much


def keep_freed_blocks() -> None:
    """Have the C library keep what was freed, 16 MB at the end of each of two heaps, instead of asking for it again.

    glibc hands the end of a heap, and blocks it mapped by themselves, back to the system as soon as they are freed; the pieces
    of an upload are such blocks, and having every page of them made anew took a quarter of all that receiving a file costs.
    Call it before threads start. Nothing happens where the C library knows no `mallopt`.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
        mallopt(M_TRIM_THRESHOLD, MOST_KEPT)
        mallopt(M_ARENA_MAX, HEAPS)


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
