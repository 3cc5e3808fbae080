"""The worker a web process brings along: one process of its own, started again when it dies, gone when we are gone."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import portal_app
from portal_app.settings import Settings

log = logging.getLogger("foyer.worker")

ROOT = Path(portal_app.__file__).resolve().parent.parent
START = [sys.executable, "-c", "from portal_app.jobs.embedded import main; main()"]
PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5
GRACE_SECONDS = 12


@asynccontextmanager
async def embedded_worker(settings: Settings) -> AsyncIterator[None]:
    """Keep one worker process running while the block runs; nothing when the settings say it runs elsewhere."""
    if not settings.embedded_worker:
        yield
        return
    keeper = asyncio.create_task(_keep(settings))
    try:
        yield
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


async def _keep(settings: Settings) -> None:
    while True:
        worker = start(settings)
        try:
            while worker.poll() is None:
                await asyncio.sleep(LOOK_SECONDS)
            log.warning("the worker ended with %s, starting another", worker.returncode)
        finally:
            await asyncio.shield(asyncio.to_thread(_end, worker))
        await asyncio.sleep(1)


def start(settings: Settings) -> subprocess.Popen[bytes]:
    """Start the process. It reads its settings from a pipe, and ends when that pipe closes. Call it on a lasting thread."""
    worker = subprocess.Popen(START, stdin=subprocess.PIPE, cwd=ROOT)
    with suppress(BrokenPipeError):
        worker.stdin.write(pickle.dumps(settings))
        worker.stdin.flush()
    return worker


def _end(worker: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        worker.stdin.close()
    if worker.poll() is None:
        worker.terminate()
    try:
        worker.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def main() -> None:
    """What the started process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the web process ends us in order
    from portal_app.jobs import worker

    die_with_parent()
    settings = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_watch_pipe, daemon=True).start()
    worker.main(settings)
    logging.shutdown()
    os._exit(0)  # the pipe's thread still reads


def die_with_parent() -> None:
    """On Linux the kernel tells us when the thread that started us is gone; elsewhere the closed pipe does."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _watch_pipe() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
