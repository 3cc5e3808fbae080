"""Two processes share the tests: whose turn it is, and which tests stay together. Without `-n` nothing of this happens.

Two shares of `tests/e2e` stay together, each before a server and a demo of its own: what looks at one page at a time, and
the stories. The matrix may be walked on one database in each process. Every other file stays in one, since its tests may
share what its fixtures made. A test marked `alone` measures time, and runs while the other process waits.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

HERE = Path(__file__).parent
# Two files that are there anyway: the room that ordinary tests share, and its door, so that nobody waits for ever.
ROOM, DOOR = HERE / "conftest.py", HERE / "__init__.py"
OWN_SERVER = "tests/e2e/test_behind_a_proxy.py"
STORIES, LOOKS = "tests/e2e", "tests/e2e, only looking"
LOOKING = frozenset(f"tests/e2e/test_{name}.py" for name in ("screens", "weights", "front_door", "failures"))
MATRIX = "tests/integration/matrix/test_matrix.py"
LONGEST_FIRST = [
    STORIES,
    MATRIX,  # meanwhile the stories' process makes the one build, which the looks copy
    LOOKS,
    f"{MATRIX} on PostgreSQL",
    "tests/integration/test_slots_raced.py",
    "tests/integration/test_booking_machine.py",
    "tests/integration/test_holds.py",
    "tests/integration/test_two_commands.py",
    "tests/integration/test_worker_kills.py",
    "tests/integration/test_demo.py",
    OWN_SERVER,
    "tests/integration/test_uploads_killed.py",
    "tests/integration/test_migrations.py",
    "tests/integration/matrix/test_hazards.py",
]


def is_shared(config: pytest.Config) -> bool:
    """Whether this process is one of several."""
    return hasattr(config, "workerinput")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Nobody else is in the room while a test marked `alone` runs, with everything that is made for it."""
    if not is_shared(item.config):
        return (yield)
    with ROOM.open() as room:
        with DOOR.open() as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        try:
            return (yield)
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)  # not by closing it: a child that was forked would hold it further


def together(nodeid: str) -> str:
    """Tests with the same word stay in one process."""
    path = nodeid.partition("::")[0]
    if path == MATRIX:
        return f"{MATRIX} on PostgreSQL" if "[postgresql" in nodeid else MATRIX
    if not path.startswith("tests/e2e/") or path == OWN_SERVER:
        return path
    return LOOKS if path in LOOKING else STORIES


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """What takes longest is handed out first, so that both processes end together."""
    first = {scope: number for number, scope in enumerate(LONGEST_FIRST)}
    return sorted(items, key=lambda item: first.get(together(item.nodeid), len(first)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if is_shared(config):
        items[:] = in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: IO[str]):
    """Hands out what stays together, in our order."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    config.option.loadscopereorder = False
    return Together(config, log)
