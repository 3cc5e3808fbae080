"""Every HTTP route of this process in one Starlette app, and how a refusal reads over HTTP."""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.util import find_spec

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute

from portal_app.core.errors import Problem, Unavailable
from portal_app.core.journal import note
from portal_app.domain.identity.limits import TooManyTries
from portal_app.web.viewer import caller_of

ROOMS = (
    "sign_in",
    "view_as",
    "account",
    "invitations",
    "brand",
    "health",
    "payments",
    "payment_keys",
    "papers",
    "evidence",
    "watermark",
    "uploads",
    "embeds",
    "originals",
    "presets",
    "revisions",
    "downloads",
    "shared",
    "mailbox",
    "passkeys",
    "second_step",
)

TURNED_AWAY = (401, 403, 404, 421, 429)

log = logging.getLogger(__name__)


def make_api() -> Starlette:
    """The routes of every room of `web`."""
    return Starlette(routes=_routes(), exception_handlers=HANDLERS)


def _routes() -> list[BaseRoute]:
    rooms = [f"portal_app.web.{room}" for room in ROOMS]
    return [route for room in rooms if find_spec(room) for route in import_module(room).routes()]


async def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    if problem.status in TURNED_AWAY:
        told = {"path": request.scope["path"], "status": problem.status, "problem": type(problem).__name__}
        note("refused", method=request.method, address=caller_of(request).address, **told)
    answer = _words(request, problem.sentence, problem.status)
    if isinstance(problem, TooManyTries):
        answer.headers["Retry-After"] = str(problem.wait_seconds)
    return answer


async def _busy(request: Request, problem: Exception) -> Response:
    """The database is locked, full or away: nothing was changed, and waiting helps."""
    log.error("the database did not answer %s: %s", request.scope["path"], type(problem).__name__)
    answer = _words(request, Unavailable.sentence, Unavailable.status)
    answer.headers["Retry-After"] = "10"
    return answer


async def _broke(request: Request, problem: Exception) -> Response:
    log.error("a request broke: %s %s", request.method, request.scope["path"], exc_info=problem)
    return _words(request, Problem.sentence, 500)


def _words(request: Request, sentence: str, status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": sentence}, status, headers)
    return PlainTextResponse(sentence, status, headers)


HANDLERS = {Problem: _refused, OperationalError: _busy, NoConnection: _busy, Exception: _broke}
