"""Python loads this by itself in every process of the server under test, because its folder is on PYTHONPATH there.

It sleeps until the file `on` lies in the folder LOOP_WATCH. Then it writes down, as one JSON line each: how late a timer
of the event loop is (`loop`), every twenty times it came (`ticks`), and which callback held the loop (`held`). `waited` is
what of it the machine took: how long it kept the loop's thread, and one that may have held the interpreter lock, from
running, and at least what is left when no callback stood still and none of our threads ran. `crowd` is what callbacks
computed that were short, each of them: when many people click in one moment, the loop is busy with them and held by none.
A file `sleep` or `compute` there, holding seconds, holds the loop once in that way.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

FOLDER = Path(os.environ.get("LOOP_WATCH", ""))
TICK, LOOK_EVERY = 0.005, 0.1
WORTH_WRITING = 0.015


def watch_loops() -> None:
    """Every loop that runs in this process looks for the file now and then."""
    run_forever = asyncio.BaseEventLoop.run_forever

    def watched(self: asyncio.BaseEventLoop) -> None:
        if not hasattr(self, "_watch"):
            self._watch = Watch(self)
            self.call_soon(self._watch.look)
        run_forever(self)

    asyncio.BaseEventLoop.run_forever = watched


class Watch:
    """One loop under watch."""

    def __init__(self, loop: asyncio.BaseEventLoop) -> None:
        self.loop = loop
        self.is_on = False
        self.ticks = 0
        self.threads = Threads()
        self.waited: dict[int, float] = {}
        self.spent = self.stood = self.short = 0.0

    def look(self) -> None:
        """Start or stop, as the file says."""
        is_wanted = (FOLDER / "on").exists()
        if is_wanted and not self.is_on:
            self.is_on = True
            note_what_holds()
            write("on", time.monotonic(), 0.0)
            self.tick(self.loop.time())
        self.is_on = is_wanted
        for hold in (time.sleep, compute):
            asked = FOLDER / hold.__name__
            if self.is_on and asked.exists():
                seconds = float(asked.read_text())
                asked.unlink()
                self.loop.call_soon(hold, seconds)
        self.loop.call_later(LOOK_EVERY, self.look)

    def tick(self, due: float) -> None:
        """The timer whose lateness counts."""
        late = time.monotonic() - due
        by_thread = self.threads.waited()
        more = {thread: by_thread[thread] - self.waited.get(thread, by_thread[thread]) for thread in by_thread}
        own = more.pop(threading.get_native_id(), 0.0)
        self.waited = by_thread
        waited = max(own + max(more.values(), default=0.0), late - self.ours())
        write("loop", due + late, late, waited, self.crowd())
        self.ticks += 1
        if self.ticks % 20 == 0:
            write("ticks", due + late, 0.0)
        if self.is_on:
            due = self.loop.time() + TICK
            self.loop.call_at(due, self.tick, due)

    def ours(self) -> float:
        """The most that our code can have taken since the last tick: what it computed, and what callbacks stood still."""
        spent, stood = time.process_time(), Ran.still
        ours = spent - self.spent + stood - self.stood
        self.spent, self.stood = spent, stood
        return ours

    def crowd(self) -> float:
        """What short callbacks computed since the last tick."""
        crowd = Ran.short - self.short
        self.short = Ran.short
        return crowd


class Ran:
    """Seconds of the callbacks of a loop: what the short ones computed, and how long any stood still instead.

    One stands still that sleeps, reads, or waits for a lock.
    """

    short = still = 0.0


class Threads:
    """How long each thread of this process was ready to run and was not let (Linux: schedstat); nothing elsewhere."""

    def __init__(self) -> None:
        self.files: dict[int, int] = {}
        self.listed_at = 0.0

    def waited(self) -> dict[int, float]:
        """Seconds by thread, since it began."""
        if time.monotonic() - self.listed_at > 0.5:
            self._list()
        found = {}
        for thread, file in list(self.files.items()):
            try:
                found[thread] = int(os.pread(file, 64, 0).split()[1]) / 1e9
            except (OSError, IndexError):  # it has ended
                os.close(self.files.pop(thread))
        return found

    def _list(self) -> None:
        self.listed_at = time.monotonic()
        with suppress(OSError):
            for name in os.listdir("/proc/self/task"):
                if int(name) not in self.files:
                    self.files[int(name)] = os.open(f"/proc/self/task/{name}/schedstat", os.O_RDONLY)


def note_what_holds() -> None:
    """Name the callbacks that take long, for whoever has to find them."""
    handle = asyncio.events.Handle
    if getattr(handle, "_is_noted", False):
        return
    run = handle._run

    def noted(self: asyncio.Handle) -> None:
        begun, computed = time.monotonic(), time.thread_time()
        run(self)
        taken, computed = time.monotonic() - begun, time.thread_time() - computed
        Ran.still += max(0.0, taken - computed)
        if taken <= WORTH_WRITING:
            Ran.short += computed
        else:
            write("held", begun + taken, taken, what=repr(self)[:400])

    handle._run, handle._is_noted = noted, True


def compute(seconds: float) -> None:
    """Keep the processor for so long."""
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        pass


def write(kind: str, at: float, late: float, waited: float = 0.0, crowd: float = 0.0, what: str = "") -> None:
    """One line, unless it was nothing."""
    if late > WORTH_WRITING or kind in {"on", "ticks"}:
        with (FOLDER / f"{os.getpid()}.jsonl").open("a") as out:
            out.write(json.dumps({"kind": kind, "at": at, "late": late, "waited": waited, "crowd": crowd, "what": what}) + "\n")


if os.environ.get("LOOP_WATCH"):
    watch_loops()
