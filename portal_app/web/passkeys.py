"""Passkeys over JSON: a script of our page asks, the browser asks the device, its answer comes back here.

Signing in sets the cookie and names the page to load next; the script then leaves for it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, Problem
from portal_app.core.journal import note
from portal_app.core.viewer import Viewer
from portal_app.domain.identity import passkeys
from portal_app.domain.identity.authenticators import Party, party_of
from portal_app.domain.identity.devices import device_words
from portal_app.domain.identity.models import Waits
from portal_app.domain.identity.stepping import pass_on, waiting
from portal_app.domain.studios.queries import StudioCard
from portal_app.entrance import FLASH, SESSION, cookie_name, cookies_of
from portal_app.off_loop import act, ask, leave
from portal_app.web.forms import end_session_here, onward_of
from portal_app.web.viewer import caller_of, forget, keep_session, viewer_of_request


class OtherAddress(Conflict):
    """A passkey belongs to one address; this page was opened under another."""


def routes() -> list[Route]:
    """Asking for a passkey and bringing its answer, to add one and to sign in."""
    doors = {
        "/api/passkeys/ask-to-add": _ask_to_add,
        "/api/passkeys/add": _add,
        "/api/passkeys/ask-to-enter": _ask_to_enter,
        "/api/passkeys/enter": _enter,
    }
    return [Route(path, _told(path.rpartition("/")[2], answer), methods=["POST"]) for path, answer in doors.items()]


def _told(name: str, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Each try leaves a line in the log, like a form's."""

    async def post(request: Request) -> Response:
        told = {"form": f"passkey {name}", "address": caller_of(request).address}
        try:
            answered = await answer(request)
        except Problem as problem:
            note("form", **told, outcome=type(problem).__name__)
            raise
        note("form", **told, outcome="done")
        return answered

    return post


async def _ask_to_add(request: Request) -> Response:
    await _typed(request)
    studio, by, _ = await _holder(request)
    options = await act(passkeys.ask_to_add, wiring.current().authenticators, _party(request, studio), by, now=utc_now())
    return JSONResponse(options)


async def _add(request: Request) -> Response:
    typed = await _typed(request)
    studio, by, token = await _holder(request)
    name = device_words(caller_of(request).device)
    answer = _answer(typed)
    await leave(passkeys.add_passkey, wiring.current().authenticators, _party(request, studio), by, answer, name, now=utc_now())
    if not token:
        return JSONResponse({"to": ""})
    fresh = await act(pass_on, studio.id, token, "passkey", now=utc_now())
    return await _welcome(studio.id, fresh, str(typed.get("next", "")))


async def _ask_to_enter(request: Request) -> Response:
    await _typed(request)
    studio, _ = await viewer_of_request(request)
    party = _party(request, studio)
    here = wiring.current().authenticators
    return JSONResponse(await act(passkeys.ask_to_enter, here, party, studio.id, caller=caller_of(request), now=utc_now()))


async def _enter(request: Request) -> Response:
    typed = await _typed(request)
    studio, _ = await viewer_of_request(request)
    party, answer = _party(request, studio), _answer(typed)
    here = wiring.current().authenticators
    token = await leave(passkeys.enter, here, party, studio.id, answer, caller=caller_of(request), now=utc_now())
    await end_session_here(request)
    return await _welcome(studio.id, token, str(typed.get("next", "")))


async def _welcome(studio_id: int, token: str, wanted: str) -> Response:
    answer = JSONResponse({"to": await onward_of(studio_id, token, wanted)})
    keep_session(answer, token)
    forget(answer, FLASH)
    return answer


async def _holder(request: Request) -> tuple[StudioCard, Viewer, str]:
    """Who may add a passkey: whoever is signed in, or somebody who must set up a second step (then with their token)."""
    studio, by = await viewer_of_request(request)
    if by is not None and by.account_id is not None:
        return studio, by, ""
    token = cookies_of(request.headers.get("cookie", "")).get(cookie_name(SESSION), "")
    found = await ask(waiting, studio.id, token, now=utc_now())
    if found is None or found.waits_for is not Waits.SET_UP:
        raise NotAllowed("Sign in first, then try again.")
    return studio, found.by, token


def _party(request: Request, studio: StudioCard) -> Party:
    """The studio's own address decides. Raises OtherAddress where the browser would only say that something is insecure."""
    party = party_of(studio.name, studio.address)
    if request.headers.get("origin", party.origin) != party.origin:
        raise OtherAddress(f"Passkeys of {studio.name} work at {party.origin}. Open that address and sign in there.")
    return party


def _answer(typed: dict[str, Any]) -> dict[str, Any]:
    answer = typed.get("answer")
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        raise InvalidInput("answer", "The browser sent no passkey. Try again.")
    return answer


async def _typed(request: Request) -> dict[str, Any]:
    """The JSON object of a request; a form of another site cannot send this type without asking first."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise InvalidInput("answer", "Send this as JSON.")
    try:
        typed = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        typed = None
    if not isinstance(typed, dict):
        raise InvalidInput("answer", "Send this as JSON.")
    return typed
