"""What the guard costs: an event of a signed-in member over a real socket, with and without it.

One server, one tree of states, one database; the browser is a process of its own, as it always is. The guarded event
looks the session up, judges callers and arguments, and compares the person shown; the bare one goes straight to its
method. They take turns in short batches, and each is worth the median of its quietest one, so that a busy machine shows
in neither.

    python -m benchmarks.guard          # 20 batches of 20 events each way
    python -m benchmarks.guard --full   # 60 batches of 30 events each way
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import socket
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import reflex as rx
import socketio
import uvicorn

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.viewer import Permission
from portal_app.db import upgrade_to_head
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.identity.sessions import open_session
from portal_app.domain.studios.models import Studio
from portal_app.portal_app import app
from portal_app.settings import read_settings
from portal_app.ui.shared.guard import Guard, staff
from portal_app.ui.shared.session import Base

ID = "main-job-19"
MOST_TIMES = 2.0


class Guarded(Base):
    """Counts for a member who may see orders."""

    count: int = 0

    @staff(Permission.SEE_ORDERS)
    async def bump(self, by: int) -> None:
        """One event."""
        self.count += by


class Bare(Base):
    """Counts for anybody at all."""

    count: int = 0

    @rx.event
    async def bump(self, by: int) -> None:
        """One event."""
        self.count += by


class OnlyGuarded(Guard):
    """The guard, which lets the bare event by."""

    async def preprocess(self, app, state, event):
        """Nothing stands before the bare event."""
        return None if event.name == BARE else await super().preprocess(app, state, event)


GUARDED, BARE = (f"{state.get_full_name()}.bump" for state in (Guarded, Bare))


def main() -> int:
    """Print the line of the goal; 1 when it is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--browser", nargs=4, metavar=("URL", "TOKEN", "BATCHES", "EVENTS"))
    options = asked.parse_args()
    logging.disable(logging.WARNING)
    if options.browser:
        url, token, batches, events = options.browser
        print(json.dumps(asyncio.run(browse(url, token, int(batches), int(events)))))
        return 0
    with tempfile.TemporaryDirectory(prefix="foyer-benchmark-") as place:
        guarded, bare = asyncio.run(serve(Path(place), *((60, 30) if options.full else (20, 20))))
    ratio = guarded / bare
    reached = ratio <= MOST_TIMES
    times = f"{guarded * 1000:.2f} against {bare * 1000:.2f} ms there and back"
    print(f"{ID} guarded event: {ratio:.2f} x unguarded (goal <= {MOST_TIMES:g}), {times}, {'ok' if reached else 'too slow'}")
    return 0 if reached else 1


async def serve(folder: Path, batches: int, events: int) -> tuple[float, float]:
    """The seconds of a guarded and of a bare event, as the browser's process saw them."""
    wiring.open_wiring(read_settings({"PORTAL_DATA_DIR": str(folder)}))
    token = _member()
    app._middlewares[:] = [OnlyGuarded({})]
    async with AsyncExitStack() as stack:
        url = await _serve(stack)
        command = ["-m", "benchmarks.guard", "--browser", url, token, str(batches), str(events)]
        browser = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
        out, _ = await asyncio.wait_for(browser.communicate(), 300)
    wiring.close_wiring()
    guarded, bare = json.loads(out.splitlines()[-1])
    return guarded, bare


async def browse(url: str, token: str, batches: int, events: int) -> tuple[float, float]:
    """Send both events in turns; the median of each one's quietest batch, the first left out."""
    medians: dict[str, list[float]] = {GUARDED: [], BARE: []}
    async with AsyncExitStack() as stack:
        tab = await _connect(stack, url, token)
        for batch in range(batches + 1):
            for name, kept in medians.items():
                seconds = [await tab.event(name, {"by": 1}) for _ in range(events)]
                kept += [statistics.median(seconds)] if batch else []
    return min(medians[GUARDED]), min(medians[BARE])


def _member() -> str:
    """A studio on localhost with one signed-in owner; returns the cookie's token."""
    database, now = wiring.current().database, utc_now()
    upgrade_to_head(database)
    with database.unit_of_work() as db:
        studio = Studio(slug="harbor", name="Harbor Light")
        db.add(studio)
        db.flush()
        account = Account(
            studio_id=studio.id, name="Olive", email="o@x.example", email_key="o@x.example", password_hash="", created_at=now
        )
        db.add(account)
        db.flush()
        db.add(Membership(studio_id=studio.id, account_id=account.id, role="owner"))
        return open_session(db, account, now=now)


async def _serve(stack: AsyncExitStack) -> str:
    """The app's socket on a free loopback port."""
    await stack.enter_async_context(app._setup_event_processor())
    listening = socket.create_server(("127.0.0.1", 0))

    async def in_context(scope, receive, send) -> None:
        app._set_contexts_internal()
        await app._api(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(in_context, lifespan="off", log_level="error", access_log=False))
    serving = asyncio.create_task(server.serve([listening]))

    async def stop() -> None:
        server.should_exit = True
        await serving

    stack.push_async_callback(stop)
    while not server.started:
        await asyncio.sleep(0.02)
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


@dataclass
class Tab:
    """One connected browser tab."""

    client: socketio.AsyncClient
    answered: asyncio.Event

    async def event(self, name: str, payload: dict[str, int]) -> float:
        """Send one event; the seconds until its change came back."""
        self.answered.clear()
        body = {"name": name, "payload": payload, "router_data": {"pathname": "/admin", "asPath": "/admin", "query": {}}}
        began = time.perf_counter()
        await self.client.emit("event", body, namespace="/_event")
        await asyncio.wait_for(self.answered.wait(), 5)
        return time.perf_counter() - began


async def _connect(stack: AsyncExitStack, url: str, token: str) -> Tab:
    tab = Tab(socketio.AsyncClient(reconnection=False), asyncio.Event())
    tab.client.on("event", lambda _update: tab.answered.set(), namespace="/_event")
    await tab.client.connect(
        f"{url}/_event?token=benchmark",
        headers={"Cookie": f"foyer={token}", "Origin": url},
        transports=["websocket"],
        socketio_path="/_event",
        namespaces=["/_event"],
    )
    stack.push_async_callback(tab.client.disconnect)
    await tab.event(f"{rx.State.get_full_name()}.hydrate", {})
    return tab


if __name__ == "__main__":
    raise SystemExit(main())
