"""Who is asking over HTTP, and the cookies that say so next time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal_app import wiring
from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.places import client_address
from portal_app.domain.identity.sessions import LONGEST_SESSION
from portal_app.domain.studios.queries import StudioCard
from portal_app.entrance import LINK, SESSION, Arrival, UnknownHost, cookie_name, who_is
from portal_app.off_loop import ask, call

LINK_LIFE = timedelta(days=30)


async def viewer_of_request(request: Request) -> tuple[StudioCard, Viewer | None]:
    """The studio by host and the viewer by cookie: the session first, else a secret link. Raises UnknownHost."""
    arrival = await _arrival(request)
    return arrival.studio, arrival.viewer


async def first_to_see(request: Request, query: Callable, *args: Any) -> tuple[Viewer, Any]:
    """Ask as the person signed in; what does not exist for them, as the holder of this browser's secret link.

    Returns who it was and the answer. Raises NotFound, also when nobody is there to ask for.
    """
    arrival = await _arrival(request)
    for by in filter(None, (arrival.viewer, arrival.beside)):
        try:
            return by, await ask(query, by, *args)
        except NotFound:
            continue
    raise NotFound


async def _arrival(request: Request) -> Arrival:
    arrival = await call(who_is, request.headers.get("host", ""), request.headers.get("cookie", ""))
    if arrival.studio is None:
        raise UnknownHost
    return arrival


def caller_of(request: Request) -> Caller:
    """Who asks, by address and browser. A forwarded address is believed only as far as the settings name proxies of ours."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.getlist("x-forwarded-for")
    address = client_address(peer, forwarded, wiring.current().settings.proxy_hops)
    return Caller(address=address, device=request.headers.get("user-agent", "")[:200])


def keep_session(response: Response, token: str) -> None:
    """Signed in: the browser keeps the token where no script can read it."""
    _keep(response, SESSION, token, LONGEST_SESSION)


def keep_link(response: Response, token: str) -> None:
    """A secret link was opened: this browser may see its listing without signing in."""
    _keep(response, LINK, token, LINK_LIFE)


def forget(response: Response, *names: str) -> None:
    """Delete cookies in this browser."""
    for name in names:
        _set(response, name, "", 0)


def _keep(response: Response, name: str, token: str, life: timedelta) -> None:
    _set(response, name, token, int(life.total_seconds()))


def _set(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=wiring.current().settings.is_https,
    )
