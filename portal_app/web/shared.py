"""A customer's own link over HTTP: a page that anybody with its address can open, its pictures, and its downloads.

Pressing a button posts, so that no reader of mails and no preview of a chat uses a download up. The answer leads to an
address of that one download, which serves any range of it and refuses a second copy.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound, Problem
from portal_app.core.tokens import new_public_id
from portal_app.domain.delivery import shared
from portal_app.domain.delivery.archive import CHUNK, exactly, pieces, safe_name
from portal_app.domain.delivery.files import ServedArchive
from portal_app.domain.delivery.gate import Size
from portal_app.domain.studios.queries import StudioCard
from portal_app.off_loop import act, ask
from portal_app.web.downloads import LOCKED, SAFE
from portal_app.web.ranges import Content, Sending, disposition, respond
from portal_app.web.shared_page import refusal_page, shared_page
from portal_app.web.viewer import viewer_of_request

ASK_EVERY_SECONDS = 0.5
ONCE = re.compile(r"[a-z0-9]{1,24}")
# A form of this page says where it comes from; nobody else learns the address.
QUIET = {"cache-control": LOCKED, "referrer-policy": "same-origin", "x-robots-tag": "noindex, nofollow"}


class Ended(Exception):
    """The link ended while its bytes were leaving: the download breaks off."""


def routes() -> list[Route]:
    """The page, its pictures, and one address for each download that was begun."""
    return [
        Route("/s/{token}", page, methods=["GET"]),
        Route("/s/{token}/photo/{asset}", picture, methods=["GET"]),
        Route("/s/{token}/take", take, methods=["POST"]),
        Route("/s/{token}/take/{download}", taken, methods=["GET"]),
    ]


async def page(request: Request) -> Response:
    """What the link is of."""
    studio, _ = await viewer_of_request(request)
    token = request.path_params["token"]
    try:
        found = await ask(shared.shared_view, studio.id, token, now=utc_now())
    except Problem as problem:
        return _refused(studio, problem)
    return HTMLResponse(shared_page(studio.name, token, found, new_public_id()), headers=QUIET)


async def picture(request: Request) -> Response:
    """One of its photos, small."""
    studio, _ = await viewer_of_request(request)
    asked = request.path_params
    found = await ask(shared.shared_picture, studio.id, asked["token"], asked["asset"], now=utc_now())
    content = Content(
        found.size, f'"{found.sha256}"', found.media_type, partial(_stored, found.sha256), _headers("inline", found.name)
    )
    return respond(request, content)


async def take(request: Request) -> Response:
    """Begin one download: of one photo, or of all."""
    studio, _ = await viewer_of_request(request)
    token, asked = request.path_params["token"], request.query_params
    try:
        if not ONCE.fullmatch(once := asked.get("once", "") or new_public_id()):
            raise NotFound
        size = _size(asked.get("size", ""))
        name = await act(shared.take_shared, studio.id, token, asked.get("photo", "")[:40], size, once, now=utc_now())
    except Problem as problem:
        return _refused(studio, problem, back=f"/s/{token}")
    return RedirectResponse(f"/s/{token}/take/{name}", 303, QUIET)


async def taken(request: Request) -> Response:
    """The bytes of one download, or the range that is asked for."""
    studio, _ = await viewer_of_request(request)
    token = request.path_params["token"]
    try:
        going = await ask(shared.shared_download, studio.id, token, request.path_params["download"], now=utc_now())
        answer = respond(request, _content(studio.id, token, going))
        if isinstance(answer, Sending) and answer.stop > answer.start:
            await act(shared.promise_bytes, going.row, answer.start, answer.stop, now=utc_now())
            answer.witness = Promised(going.row, answer.stop)
    except Problem as problem:
        return _refused(studio, problem, back=f"/s/{token}")
    return answer


@dataclass(frozen=True, slots=True)
class Promised:
    """Takes back what was promised of a download and did not leave."""

    row: int
    stop: int

    async def begins(self, start: int) -> None:
        """It was promised before."""

    async def ends(self, start: int, stop: int) -> None:
        """So much was sent."""
        await act(shared.keep_shared, self.row, (start, stop), self.stop - stop, now=utc_now())


def _content(studio_id: int, token: str, going: shared.Going) -> Content:
    found, headers = going.found, _headers("attachment", going.found.name)
    if isinstance(found, ServedArchive):
        length, etag, kind = found.archive.length, found.archive.etag, "application/zip"
        reading = partial(_zipped, found)
    else:
        length, etag, kind = found.size, f'"{found.sha256}"', found.media_type
        reading = partial(_stored, found.sha256)
    return Content(length, etag, kind, partial(_while_open, studio_id, token, reading), headers)


def _headers(kind: str, name: str) -> dict[str, str]:
    return {**SAFE, **QUIET, "content-disposition": disposition(kind, safe_name(name))}


def _while_open(studio_id: int, token: str, reading, start: int, stop: int) -> Iterator[bytes]:
    """The same pieces, as long as the link opens. Raises Ended within a second, or a piece, of its end."""
    asked_at = time.monotonic()
    for piece in reading(start, stop):
        if time.monotonic() - asked_at > ASK_EVERY_SECONDS:
            with wiring.current().database.reading() as db:
                if not shared.still_opens(db, studio_id, token, now=utc_now()):
                    raise Ended
            asked_at = time.monotonic()
        yield piece


def _stored(sha256: str, start: int, stop: int) -> Iterator[bytes]:
    return exactly(wiring.current().store.read(sha256, start, stop - start, CHUNK), stop - start)


def _zipped(found: ServedArchive, start: int, stop: int) -> Iterator[bytes]:
    return pieces(found.archive, start, stop, wiring.current().store.read)


def _size(word: str) -> Size:
    with suppress(ValueError):
        return Size(word)
    raise NotFound


def _refused(studio: StudioCard, problem: Problem, back: str = "") -> Response:
    is_over = problem.status in {404, 410}
    return HTMLResponse(refusal_page(studio.name, problem.sentence, "" if is_over else back), problem.status, QUIET)
