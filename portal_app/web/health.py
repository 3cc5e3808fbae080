"""Whether this process lives, and whether it can do its work: the database answers and files can be kept."""

from __future__ import annotations

import asyncio
import shutil

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.off_loop import ask, call

DEADLINE_SECONDS = 1.0
LEAST_FREE_BYTES = 200 * 1024 * 1024


def routes() -> list[Route]:
    return [Route("/livez", _lives), Route("/readyz", _ready)]


async def _lives(request: Request) -> Response:
    return PlainTextResponse("alive")


async def _ready(request: Request) -> Response:
    checks = {"database": ask(_answers), "disk": call(_has_room)}
    results = await asyncio.gather(
        *(asyncio.wait_for(check, DEADLINE_SECONDS) for check in checks.values()), return_exceptions=True
    )
    found = {name: result is True for name, result in zip(checks, results, strict=True)}
    return JSONResponse(found, status_code=200 if all(found.values()) else 503)


def _answers(db) -> bool:
    return db.execute(text("SELECT 1")).scalar() == 1


def _has_room() -> bool:
    return shutil.disk_usage(wiring.current().settings.data_dir).free >= LEAST_FREE_BYTES
