"""A watermark over HTTP: how it would look, and the logo that is posted by the browser itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.flash import Flash
from portal_app.domain.media.marks import LARGEST_LOGO, keep_logo
from portal_app.domain.media.previewing import preview
from portal_app.off_loop import stay
from portal_app.web.downloads import LOCKED, SAFE
from portal_app.web.forms import Form, form, person_of, say, to
from portal_app.web.viewer import viewer_of_request

PAGE = "/admin/settings/watermark"
LOGO = "watermark-logo"
NO_FILE = "Choose a PNG first."
KEPT = "The logo is kept and used from now on. Every photo is marked with it in the background."


def routes() -> list[Route]:
    """The preview and the logo's form."""
    return [
        Route("/files/watermark/preview", sample, methods=["GET"]),
        form("/api/settings/watermark/logo", LOGO, PAGE, _logo),
    ]


async def sample(request: Request) -> Response:
    """The newest photo, marked as the address says. Nothing of it is kept, here or in a browser."""
    _, by = await viewer_of_request(request)
    if by is None:
        raise NotFound
    here = wiring.current()
    made = await stay(preview, here.store, here.renderer, by, dict(request.query_params))
    return Response(made, 200, {**SAFE, "cache-control": LOCKED}, "image/jpeg")


async def _logo(request: Request, typed: Form) -> Response:
    by, here = await person_of(request), wiring.current()
    content = await _content(request)
    with tempfile.TemporaryDirectory(prefix="foyer-logo-") as folder:
        source = Path(folder) / "posted"
        source.write_bytes(content)
        await stay(keep_logo, here.store, here.renderer, by, source, now=utc_now())
    return say(to(PAGE), Flash(LOGO, sentence=KEPT))


async def _content(request: Request) -> bytes:
    """The one file of the form. Raises InvalidInput when there is none."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidInput("logo", NO_FILE)
    try:
        async with request.form(max_files=1, max_fields=1) as posted:
            file = posted.get("logo")
            content = await file.read(LARGEST_LOGO + 1) if isinstance(file, UploadFile) else b""
    except HTTPException:
        raise InvalidInput("logo", NO_FILE) from None
    if not content:
        raise InvalidInput("logo", NO_FILE)
    return content
