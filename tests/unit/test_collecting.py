"""When a full garbage collection is due, and that none comes by itself meanwhile."""

from __future__ import annotations

import asyncio
import gc

import pytest

from portal_app import collecting
from portal_app.collecting import APART, AT_LATEST, QUIET, collecting_when_quiet, is_due


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
    monkeypatch.setattr(collecting, "LOOK_EVERY", 0.01)

    async def story() -> None:
        monkeypatch.setattr(collecting, "APART", 1e9)
        async with collecting_when_quiet():
            begun = full_ones()
            kept = [Ring() for _ in range(200_000)]
            await asyncio.sleep(0.05)
            assert full_ones() == begun
            monkeypatch.setattr(collecting, "AT_LATEST", 0.0)
            await asyncio.sleep(0.05)
            assert full_ones() > begun
            del kept

    before = gc.get_threshold()
    asyncio.run(story())
    assert gc.get_threshold() == before
