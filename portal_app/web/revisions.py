"""Pictures of requests for changes over HTTP: both versions as the gate shows them, and the one that shows what is meant."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, Problem
from portal_app.core.flash import Flash
from portal_app.core.paths import safe_next
from portal_app.domain.delivery.files import ServedFile
from portal_app.domain.delivery.revising import LARGEST_REFERENCE, keep_reference
from portal_app.domain.delivery.revisions import picture_to_serve, reference_to_serve
from portal_app.off_loop import stay
from portal_app.web.downloads import LOCKED, SAFE, size_of, stored
from portal_app.web.forms import say, to
from portal_app.web.ranges import Content, disposition, respond
from portal_app.web.viewer import first_to_see, viewer_of_request

REFERENCE = "reference"
NO_FILE = "Choose a picture first."
KEPT = "The picture is with your request."


def routes() -> list[Route]:
    """What is looked at, and the form that brings the reference."""
    return [
        Route("/files/revision/{revision}", reference, methods=["GET"]),
        Route("/files/revision/{revision}/{asset}/{size}", picture, methods=["GET"]),
        Route("/api/revisions/{listing}/{revision}", add_reference, methods=["POST"]),
    ]


async def picture(request: Request) -> Response:
    """A photo of a request before or after; never the original."""
    asked = request.path_params
    _, found = await first_to_see(request, picture_to_serve, asked["revision"], asked["asset"], size_of(asked["size"]))
    return _shown(request, found)


async def reference(request: Request) -> Response:
    """The picture that shows what is meant."""
    _, found = await first_to_see(request, reference_to_serve, request.path_params["revision"])
    return _shown(request, found)


async def add_reference(request: Request) -> Response:
    """The browser posts one file, and comes back to the page of the listing's requests."""
    asked = request.path_params
    back = safe_next(f"/listings/revisions/{asked['listing']}")
    try:
        content, here = await _content(request), wiring.current()
        _, by = await viewer_of_request(request)
        if by is None:
            raise Problem("Sign in first, then try again.")
        with tempfile.TemporaryDirectory(prefix="foyer-posted-") as folder:
            source = Path(folder) / "posted"
            source.write_bytes(content)
            await stay(keep_reference, here.store, here.renderer, by, asked["revision"], source, now=utc_now())
    except Problem as problem:
        return say(to(back), Flash(REFERENCE, asked["revision"], problem.sentence, refused=True))
    return say(to(back), Flash(REFERENCE, asked["revision"], KEPT))


def _shown(request: Request, found: ServedFile) -> Response:
    headers = {**SAFE, "cache-control": LOCKED, "content-disposition": disposition("inline", found.name)}
    return respond(request, Content(found.size, f'"{found.sha256}"', found.media_type, partial(stored, found), headers))


async def _content(request: Request) -> bytes:
    """The one file of the form. Raises InvalidInput when there is none."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidInput(REFERENCE, NO_FILE)
    try:
        async with request.form(max_files=1, max_fields=1) as posted:
            file = posted.get(REFERENCE)
            content = await file.read(LARGEST_REFERENCE + 1) if isinstance(file, UploadFile) else b""
    except HTTPException:
        raise InvalidInput(REFERENCE, NO_FILE) from None
    if not content:
        raise InvalidInput(REFERENCE, NO_FILE)
    return content
