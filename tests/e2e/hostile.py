"""A raw socket client that does what no page of ours would do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import socketio

SPACE = "/_event"
ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate_and_load"


@dataclass
class Socket:
    """One connection: what was sent to it, and how to send anything."""

    client: socketio.AsyncClient
    token: str
    updates: list[Any] = field(default_factory=list)
    new_tokens: list[str] = field(default_factory=list)

    async def send(self, name: str, payload: Any = None, path: str = "/login", **more: Any) -> list[Any]:
        """Send an event; what came back until it went quiet."""
        pattern = more.pop("pattern", path)
        router = {"pathname": pattern, "asPath": path, "query": {}, "origin": "http://localhost"} | more.pop("router", {})
        event = {"token": self.token, "name": name, "payload": {} if payload is None else payload, "router_data": router}
        return await self.emit("event", event | more, patience=2.0)

    async def emit(self, kind: str, body: Any, *, patience: float = 0.0) -> list[Any]:
        """Send anything; `patience` is how long a busy server has for its first word, where it is sure to say one."""
        before = len(self.updates)
        await self.client.emit(kind, body, namespace=SPACE)
        await self.settle(patience=patience)
        return self.updates[before:]

    async def settle(self, quiet: float = 0.35, longest: float = 6.0, patience: float = 0.0) -> None:
        """Until nothing has come for a moment."""
        now = asyncio.get_running_loop().time
        began = last = now()
        count = begun_with = len(self.updates)
        while now() < min(last + (quiet if count > begun_with else max(quiet, patience)), began + longest):
            await asyncio.sleep(0.01)
            if len(self.updates) != count:
                count, last = len(self.updates), now()

    async def open_page(self, path: str, pattern: str = "") -> list[Any]:
        """Load a page as a browser does."""
        return await self.send(HYDRATE, path=path, pattern=pattern or path)

    @property
    def text(self) -> str:
        """Everything this socket was ever sent, as text."""
        return json.dumps(self.updates, default=str)


@asynccontextmanager
async def connected(
    url: str, *, cookie: str = "", token: str = "", origin: str | None = "", host: str = ""
) -> AsyncIterator[Socket]:
    """A connection with any headers one likes. Raises socketio's ConnectionError when it is refused."""
    client = socketio.AsyncClient(reconnection=False, logger=False, engineio_logger=False)
    socket = Socket(client, token or str(uuid4()))
    client.on("event", lambda update: socket.updates.append(update), namespace=SPACE)
    client.on("new_token", lambda fresh: socket.new_tokens.append(fresh), namespace=SPACE)
    headers = {"Cookie": cookie} if cookie else {}
    if origin is not None:
        headers["Origin"] = origin or url
    if host:
        headers["Host"] = host
    await client.connect(
        f"{url}{SPACE}?token={socket.token}",
        headers=headers,
        transports=["websocket"],
        socketio_path=SPACE,
        namespaces=[SPACE],
        wait_timeout=5,
    )
    try:
        yield socket
    finally:
        await client.disconnect()


def signed_in(url: str, email: str, password: str, *, host: str = "") -> str:
    """The Cookie header of somebody who signed in at this address (asking for another host there)."""
    headers = {"Host": host} if host else {}
    answer = httpx.post(f"{url}/api/sign-in", data={"email": email, "password": password}, headers=headers)
    return f"foyer={answer.cookies['foyer']}"


def redirects(updates: list[Any]) -> list[str]:
    """Where the answers send the browser."""
    events = [event for update in updates for event in (update.get("events") or [])]
    return [event["payload"]["path"] for event in events if event["name"] == "_redirect"]
