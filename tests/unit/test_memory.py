"""When a full garbage collection is due, that none comes by itself meanwhile, and that freed blocks stay."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys

import pytest

from portal_app import memory
from portal_app.memory import APART, AT_LATEST, QUIET, collecting_when_quiet, is_due


@pytest.mark.parametrize(
    ("since", "busy", "due"),
    [
        (APART - 1, 0.0, False),
        (APART, QUIET, True),
        (APART, QUIET + 0.01, False),
        (AT_LATEST - 1, 1.0, False),
        (AT_LATEST, 1.0, True),
    ],
)
def test_a_collection_waits_for_a_quiet_moment_but_not_forever(since, busy, due):
    assert is_due(since=since, busy=busy) is due


class Ring:
    """Holds itself: only a collection frees it."""

    def __init__(self) -> None:
        self.myself = self


def full_ones() -> int:
    return gc.get_stats()[2]["collections"]


def test_none_comes_by_itself_and_one_comes_when_it_is_due(monkeypatch):
    monkeypatch.setattr(memory, "LOOK_EVERY", 0.01)

    async def story() -> None:
        monkeypatch.setattr(memory, "APART", 1e9)
        async with collecting_when_quiet():
            begun = full_ones()
            kept = [Ring() for _ in range(200_000)]
            await asyncio.sleep(0.05)
            assert full_ones() == begun
            monkeypatch.setattr(memory, "AT_LATEST", 0.0)
            await asyncio.sleep(0.05)
            assert full_ones() > begun
            del kept

    before = gc.get_threshold()
    asyncio.run(story())
    assert gc.get_threshold() == before


FAULTS = """
import resource
from portal_app.memory import keep_freed_blocks
{kept}
def pieces():
    return [bytes([7]) * 400_000 for _ in range(10)]
pieces()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    pieces()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="another C library keeps memory in its own way")
def test_what_was_freed_is_used_again_without_asking_the_system():
    program = [sys.executable, "-c", FAULTS.format(kept="keep_freed_blocks()")]
    assert int(subprocess.run(program, capture_output=True, check=True, text=True).stdout) < 200
