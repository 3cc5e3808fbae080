"""Photos, originals and ZIPs over HTTP, and the secret links that lead to them.

The gate decides which pixels an address means for whoever asks, at every request. What is not this viewer's does not
exist (404); what waits for the payment is refused without a byte (403).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from html import escape

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound, Problem
from portal_app.core.viewer import Viewer
from portal_app.domain.delivery.archive import CHUNK, exactly, pieces, safe_name
from portal_app.domain.delivery.files import LAST, ServedArchive, ServedFile, archive_to_serve, file_to_serve
from portal_app.domain.delivery.gate import Size
from portal_app.domain.delivery.opening import note_link_opened
from portal_app.domain.delivery.pictures import version
from portal_app.domain.delivery.queries import OpenedLink, opened_link
from portal_app.domain.delivery.taking import Taking, begin_download, keep_sent
from portal_app.off_loop import act, ask, call
from portal_app.web.openings import is_opening
from portal_app.web.ranges import Content, disposition, respond
from portal_app.web.viewer import first_to_see, keep_link, viewer_of_request

SAFE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "vary": "Cookie",
}
LOCKED, ASK_AGAIN, FOR_GOOD = "private, no-store", "private, no-cache", "private, max-age=86400, immutable"


def routes() -> list[Route]:
    """Every address of this module; the ZIP's stands before the photos'."""
    return [
        Route("/files/zip/{listing}", zip_file, methods=["GET"]),
        Route("/files/{asset}/{size}", photo_file, methods=["GET"]),
        Route("/l/{token}", link, methods=["GET"]),
    ]


async def photo_file(request: Request) -> Response:
    """One photo in one size."""
    size = size_of(request.path_params["size"])
    by, found = await first_to_see(request, file_to_serve, request.path_params["asset"], size)
    headers = {
        **SAFE,
        "cache-control": _caching(request, found, size),
        "content-disposition": disposition(_kind(request, found, size), safe_name(found.name)),
    }
    content = Content(found.size, f'"{found.sha256}"', found.media_type, partial(stored, found), headers)
    is_taken = _kind(request, found, size) == "attachment"
    if is_taken and _may_go_elsewhere(request, found) and (elsewhere := await _link(found, headers["content-disposition"])):
        if witness := _witness(by, found.taking(size)):
            await witness.begins(0)
        return RedirectResponse(elsewhere, 302, {"cache-control": LOCKED, "referrer-policy": "no-referrer"})
    return respond(request, content, witness=_witness(by, found.taking(size)) if is_taken else None)


async def zip_file(request: Request) -> Response:
    """What was delivered, planned while the request is answered: all, `photos=` some, or `only=new` for who asks.

    `since=` names the download that new is counted from, so that the address means the same bytes until it is finished.
    """
    asked = request.query_params
    size = size_of(asked.get("size", Size.ORIGINAL))
    since = asked.get("since", "") or (LAST if asked.get("only") == "new" else "")
    chosen = tuple(filter(None, asked.get("photos", "").split(",")))
    by, found = await first_to_see(request, archive_to_serve, request.path_params["listing"], size, since, chosen)
    return send_archive(request, by, found)


def send_archive(request: Request, by: Viewer, found: ServedArchive) -> Response:
    """A planned ZIP, or the range of it that is asked for."""
    headers = {**SAFE, "cache-control": ASK_AGAIN, "content-disposition": disposition("attachment", found.name)}
    content = Content(
        found.archive.length, found.archive.etag, "application/zip", partial(_zipped, found), headers
    )  # fmt: skip
    return respond(request, content, witness=_witness(by, found.taking))


async def link(request: Request) -> Response:
    """A secret link: keep it in this browser's cookie and go to its listing; an ended one says so on a page. That it was
    opened is written down after the answer left."""
    studio, _ = await viewer_of_request(request)
    try:
        opened: OpenedLink = await ask(opened_link, studio.id, request.path_params["token"], now=utc_now())
    except Problem as problem:
        return HTMLResponse(_page(studio.name, problem.sentence), problem.status, {"cache-control": LOCKED, **_QUIET})
    answer = RedirectResponse(f"/listings/{opened.listing}", 303, {"cache-control": LOCKED, **_QUIET})
    keep_link(answer, request.path_params["token"])
    if is_opening(request.method, request.headers, is_https=wiring.current().settings.is_https):
        answer.background = BackgroundTask(act, note_link_opened, request.path_params["token"], now=utc_now())
    return answer


_QUIET = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}


def size_of(word: str) -> Size:
    """The size an address names. Raises NotFound."""
    try:
        return Size(word)
    except ValueError:
        raise NotFound from None


def _kind(request: Request, found: ServedFile, size: Size) -> str:
    """A film that is played on the page is not taken."""
    if request.query_params.get("play") == "1" and found.media_type.startswith("video/"):
        return "inline"
    return "attachment" if size is Size.ORIGINAL or request.query_params.get("download") == "1" else "inline"


def _may_go_elsewhere(request: Request, found: ServedFile) -> bool:
    """Only an open listing's file, and only when the browser itself fetches it: a page's own script may not leave us."""
    is_plain = request.method == "GET" and "range" not in request.headers and "if-none-match" not in request.headers
    return is_plain and not found.is_locked and request.headers.get("sec-fetch-mode", "navigate") == "navigate"


async def _link(found: ServedFile, named: str) -> str | None:
    return await call(wiring.current().store.link, found.sha256, found.media_type, named)


def _caching(request: Request, found: ServedFile, size: Size) -> str:
    """The same address means other pixels once it is paid, unless it names the content it stands for."""
    if found.is_locked:
        return LOCKED
    names_content = request.query_params.get("v") == version(found.sha256) and size is not Size.ORIGINAL
    return FOR_GOOD if names_content else ASK_AGAIN


def stored(found: ServedFile, start: int, stop: int) -> Iterator[bytes]:
    """The bytes of a served file between two places."""
    return exactly(_read(found.sha256, start, stop - start), stop - start)


def _zipped(found: ServedArchive, start: int, stop: int) -> Iterator[bytes]:
    return pieces(found.archive, start, stop, _read)


def _read(sha256: str, start: int, length: int) -> Iterator[bytes]:
    """Half a megabyte at a time: as fast as larger pieces, and the server grows by half as much."""
    return wiring.current().store.read(sha256, start, length, CHUNK)


@dataclass(slots=True)
class Kept:
    """The record of one download, written in our threads while its bytes leave."""

    by: Viewer
    taking: Taking
    row: int = 0

    async def begins(self, start: int) -> None:
        """Somebody asked."""
        self.row = await act(begin_download, self.by, self.taking, start, now=utc_now())

    async def ends(self, start: int, stop: int) -> None:
        """So much was sent."""
        await act(keep_sent, self.by, self.row, self.taking, (start, stop), now=utc_now())


def _witness(by: Viewer, taking: Taking) -> Kept | None:
    """The studio's own downloads are not news."""
    return None if by.is_staff else Kept(by, taking)


def _page(studio: str, sentence: str) -> str:
    name, words = escape(studio), escape(sentence)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>This link does not open · {name}</title><link rel="stylesheet" href="/brand.css">'
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 20px;color-scheme:light dark}"
        "h1{font-size:28px;line-height:1.2}</style></head>"
        f'<body><main><p>{name}</p><h1>This link does not open</h1><p>{words}</p><p><a href="/login">Sign in instead</a></p>'
        "</main></body></html>"
    )
