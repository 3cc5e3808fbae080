"""Asks the real app: events through its own socket namespace, guard and event processor, requests through its routes.

Only the socket itself and the queue are missing: an event goes from `on_event` to `_execute_event` in this very task.
"""

from __future__ import annotations

import asyncio
import base64
import json
import pickle
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import httpx
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from reflex_base.event.processor import BaseStateEventProcessor, base_state_processor
from reflex_base.event.processor.event_processor import EventQueueEntry
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import json_dumps

from tests.integration.matrix.world import Person

HYDRATE = "reflex___state____state.hydrate_and_load"
TAB = "0" * 32
KIN = ("parent_state", "substates")
CHANGING = re.compile(
    r'("(?:id|key)": ")(?:[\w-]{8}){1,2}"|(fault )[0-9a-f]{8}|(length: )\d+|(set-cookie: [\w-]+=)[^;]*'
    r'|("challenge": ?)"[^"]*"|(now_wall_rx_state_": ")[^"]*'
)


@dataclass(slots=True)
class Heard:
    """Everything one person got for one question."""

    texts: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)
    fault: str = ""
    status: int = 0

    @property
    def text(self) -> str:
        return "\n".join([*self.texts, *self.went])

    @property
    def is_missing(self) -> bool:
        return self.status == 404 or '"missing_rx_state_": true' in self.text

    @property
    def words(self) -> str:
        """The text without what differs each time."""
        return CHANGING.sub(r"\1\2\3\4\5\6…", self.text)


class Desk:
    """The app as a client reaches it."""

    def __init__(self, app: Any, routes: Any) -> None:
        self.app, self.routes = app, routes
        self.processor = BaseStateEventProcessor(middleware=app, backend_exception_handler=app.backend_exception_handler)
        self._waiting: deque[tuple[Event, dict]] = deque()
        self._heard = Heard()
        self._root = EventContext(
            token="", txid="", state_manager=app.state_manager, enqueue_impl=self._chain, emit_delta_impl=self._delta,
            emit_event_impl=self._sent,
        )  # fmt: skip

    async def page(self, person: Person, path: str, pattern: str, headers: list[tuple[bytes, bytes]] | None = None) -> Heard:
        """A new tab that loads a page, and what it got."""
        token = TAB
        headers = [(b"host", person.host.encode()), (b"cookie", person.cookie.encode()), *(headers or ())]
        namespace = self.app.event_namespace
        namespace._token_manager.sid_to_token[token] = token
        scope = {"asgi.scope": {"headers": headers, "client": ("127.0.0.1", 1)}}
        namespace._static_router_data[token] = namespace._build_static_router_data(token, scope)
        return await self.event(HYDRATE, {}, path, pattern)

    async def event(self, name: str, payload: Mapping[str, Any], path: str, pattern: str) -> Heard:
        """One event of a tab, and whatever follows from it."""
        self._heard = heard = Heard()
        token = TAB
        router = {"pathname": pattern, "asPath": path, "query": {}, "origin": "https://localhost"}
        body = {"token": token, "name": name, "payload": json.loads(json.dumps(payload)), "router_data": router}
        with patch.object(self.app, "_event_processor", self), patch.object(base_state_processor, "process_event", self._watched):
            await self.app.event_namespace.on_event(token, body)
            while self._waiting:
                event, router_data = self._waiting.popleft()
                await self._execute(token, event, router_data)
        return heard

    def frozen(self) -> list[tuple[Any, bytes]]:
        """The state of the open tab, to come back to."""
        roots = list(self.app.state_manager.states.values())
        return [(state, pickle.dumps(_own(state))) for root in roots for state in _tree(root)]

    def thaw(self, kept: list[tuple[Any, bytes]]) -> None:
        """The tab is again as it was."""
        for state, values in kept:
            beside = {name: state.__dict__[name] for name in KIN if name in state.__dict__}
            state.__dict__.clear()
            state.__dict__.update(pickle.loads(values) | beside)

    def close(self) -> None:
        """The tab is gone."""
        self.app.state_manager.states.clear()

    async def request(self, person: Person, method: str, path: str, **more: Any) -> Heard:
        """One request as this person's browser would send it."""
        headers = {"cookie": person.cookie} | more.pop("headers", {})
        transport = httpx.ASGITransport(self.routes, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{person.host}") as client:
            answer = await client.request(method, path, headers=headers, **more)
        heard = Heard(status=answer.status_code, ran=[path])
        kept = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
        heard.texts += [str(answer.status_code), kept, *map(_opened, answer.headers.get_list("set-cookie"))]
        heard.texts.append(answer.content.decode("utf-8", "replace"))
        return heard

    async def enqueue(self, token: str, event: Event) -> None:
        """What the socket namespace hands on."""
        self._waiting.append((event, event.router_data))

    async def _execute(self, token: str, event: Event, router_data: dict) -> None:
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is None:
            return
        ctx = self._root.fork(token=token, router_data=router_data)
        reset = EventContext.set(ctx)
        try:
            await self.processor._execute_event(entry=EventQueueEntry(event=event, ctx=ctx), registered_handler=registered)
        except Exception as fault:
            self._heard.fault = f"{type(fault).__name__}: {fault}"
        finally:
            EventContext.reset(reset)

    async def _chain(self, token: str, *events: Event) -> None:
        self._waiting += [(event, EventContext.get().router_data) for event in events]

    async def _delta(self, token: str, delta: Mapping[str, Any]) -> None:
        self._heard.texts.append(json_dumps(delta))

    async def _sent(self, token: str, *events: Event) -> None:
        self._heard.went += [json_dumps({"name": event.name, "payload": event.payload}) for event in events]

    async def _watched(self, *, handler: Any, **more: Any) -> None:
        self._heard.ran.append(handler.fn.__qualname__)
        await _process_event(handler=handler, **more)


def _tree(state: Any) -> Iterator[Any]:
    yield state
    for child in state.substates.values():
        yield from _tree(child)


def _own(state: Any) -> dict[str, Any]:
    return {name: value for name, value in state.__dict__.items() if name not in KIN}


_process_event = base_state_processor.process_event


def _opened(cookie: str) -> str:
    """A sealed cookie as text: what stands in it goes to the browser too."""
    body = cookie.partition("=")[2].partition(".")[0]
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("utf-8")
    except (ValueError, UnicodeDecodeError):
        return ""


def run(story: Any) -> Any:
    """One story on a loop of its own."""
    return asyncio.run(story)
