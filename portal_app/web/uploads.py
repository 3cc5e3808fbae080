"""Photos come in over tus 1.0 (core, creation, checksum, expiration, termination): parts of at most 16 MB that resume.

The last part answers what became of the file: `Upload-Asset` with the photo's id, or `Upload-Refused` with a sentence
(percent-encoded). Every refusal carries its sentence the same way, and is said before the body is taken. Whoever tells `sha256`
when an upload is created hears at once of a file that is here already (200 with `Upload-Asset`, and nowhere to send it); what
arrives has to come to it. Protocol: https://tus.io/protocols/resumable-upload
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from sqlmodel import Session
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, Problem
from portal_app.core.viewer import Viewer
from portal_app.domain.listings.queries import listing_by_public_id
from portal_app.domain.media import queries, service
from portal_app.domain.media.arranging import require_upload
from portal_app.domain.media.caps import GIGABYTE, Caps, require_within
from portal_app.domain.media.fingerprints import Fingerprints
from portal_app.domain.media.intake import KEPT_OPEN
from portal_app.domain.media.known import add_known, is_known
from portal_app.domain.media.models import UploadState
from portal_app.off_loop import act, call, leave
from portal_app.web.parts import CHECKSUMS, Part, arrived
from portal_app.web.viewer import viewer_of_request

VERSION = "1.0.0"
LARGEST_PART = 16 << 20
BATCH, MOST_PIECES = 2 << 20, 512
TOUCH_EVERY = timedelta(minutes=10)

Endpoint = Callable[[Request, Viewer], Awaitable[Response]]


class Odd(Problem):
    """The request does not follow the protocol; only a program sees this."""

    status = 400


class WrongVersion(Odd):
    status = 412
    sentence = "This upload speaks another protocol version. Reload the page."


class WrongKind(Odd):
    status = 415
    sentence = "A part of a file is sent as application/offset+octet-stream."


class TooMuch(Problem):
    status = 413
    sentence = "More arrived than was announced. Choose the file again."


class WrongSum(Problem):
    status = 460
    sentence = "A part of the file changed on its way. It is sent again."


class Gone(Problem):
    status = 410
    sentence = "This upload was given up. Choose the file again."


class DiskFull(Problem):
    status = 507
    sentence = "The disk of this portal is full. Nothing is lost; ask whoever runs it to make room, then try again."


def routes() -> list[Route]:
    """What `web/api.py` mounts."""
    return [
        Route("/api/uploads", _tus(_create), methods=["POST"]),
        Route("/api/uploads", _abilities, methods=["OPTIONS"]),
        Route("/api/uploads/{upload}", _tus(_offset), methods=["HEAD"]),
        Route("/api/uploads/{upload}", _tus(_append), methods=["PATCH"]),
        Route("/api/uploads/{upload}", _tus(_end), methods=["DELETE"]),
    ]


def _tus(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """The viewer, the protocol's headers, and every refusal in words."""

    async def answer(request: Request) -> Response:
        try:
            if request.headers.get("tus-resumable") != VERSION:
                raise WrongVersion
            _, viewer = await viewer_of_request(request)
            if viewer is None:
                raise NotAllowed("Sign in again to go on with the upload. Nothing is lost.")
            response = await endpoint(request, viewer)
        except Problem as problem:
            response = _refused(request, problem)
        response.headers.update({"Tus-Resumable": VERSION, "Cache-Control": "no-store"})
        return response

    return answer


def _refused(request: Request, problem: Problem) -> Response:
    """In words. What is left of the body is never read: whoever is still sending it hears that the line ends here."""
    response = Response(problem.sentence, problem.status, media_type="text/plain")
    response.headers["Upload-Refused"] = quote(problem.sentence)
    if request.method == "PATCH" and request.scope.get("http_version") == "1.1":
        response.headers["Connection"] = "close"
    return response


async def _abilities(request: Request) -> Response:
    headers = {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,checksum,expiration,termination",
        "Tus-Max-Size": str(wiring.current().upload_caps.film * GIGABYTE),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }
    return Response(status_code=204, headers=headers)


async def _create(request: Request, by: Viewer) -> Response:
    size = _whole_number(request, "upload-length")
    told = _metadata(request.headers.get("upload-metadata", ""))
    if await call(_may_be_known, by, told) and (known := await _known(by, told)):
        return known
    await asyncio.to_thread(_require_room, wiring.current().uploads_dir, 2 * size)
    card = await act(_begin, by, told, size, wiring.current().upload_caps, now=utc_now())
    return Response(status_code=201, headers={"Location": f"/api/uploads/{card.public_id}", **_expiry(card)})


async def _known(by: Viewer, told: dict[str, str]) -> Response | None:
    """A file that is here already is in the listing at once, and there is nowhere to send it. None when it has to come."""
    asked = [told.get(name, "") for name in ("listing", "sha256", "filename")]
    known = await leave(add_known, wiring.current().store, by, *asked, now=utc_now())
    if known is None:
        return None
    duplicate = {"Upload-Duplicate": "true"} if known.is_duplicate else {}
    return Response(status_code=200, headers={"Upload-Asset": known.asset, **duplicate})


def _may_be_known(by: Viewer, told: dict[str, str]) -> bool:
    sha256 = told.get("sha256", "")
    return bool(sha256) and not told.get("replaces") and is_known(wiring.current().database.glance.first, by, sha256)


def _begin(db: Session, by: Viewer, told: dict[str, str], size: int, caps: Caps, *, now: datetime) -> service.UploadCard:
    listing = listing_by_public_id(db, by, told.get("listing", ""))
    require_upload(by)
    require_within(db, by, size, caps, now=now)
    return service.begin_upload(
        db, by, listing.id, told.get("filename", ""), size,
        sha256=told.get("sha256", ""), replaces=told.get("replaces") or None, now=now,
    )  # fmt: skip


async def _offset(request: Request, by: Viewer) -> Response:
    card, here = await call(_progress, by, request.path_params["upload"])
    if card.state != UploadState.OPEN:
        return Response(headers={"Upload-Offset": str(card.size), "Upload-Length": str(card.size), **_outcome(card)})
    if here < card.size:
        return Response(headers={"Upload-Offset": str(here), "Upload-Length": str(card.size), **_expiry(card)})
    card = await asyncio.to_thread(_receive_again, by, card.public_id)
    return Response(headers={"Upload-Offset": str(card.size), "Upload-Length": str(card.size), **_outcome(card)})


async def _append(request: Request, by: Viewer) -> Response:
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise WrongKind
    offset = _whole_number(request, "upload-offset")
    length = _whole_number(request, "content-length") if "content-length" in request.headers else 0
    if length > LARGEST_PART:
        raise TooMuch("A part of a file is at most 16 MB.")
    card, part = await call(_writable, by, request.path_params["upload"], offset, length)
    here = 0
    try:
        if part.size != offset:
            return _another_offset(part.size)
        await _take(request, part, offset, card.size)
        if card.touched_at + TOUCH_EVERY < utc_now():
            await act(service.touch_upload, card.public_id, now=utc_now())
            card = replace(card, touched_at=utc_now())
        here = part.size
        outcome = _outcome(await asyncio.to_thread(_receive, by, card, part.prints())) if here == card.size else _expiry(card)
    finally:
        part.close(is_over=here == card.size)
    return Response(status_code=204, headers={"Upload-Offset": str(here), **outcome})


async def _end(request: Request, by: Viewer) -> Response:
    card, part = await call(_opened, by, request.path_params["upload"])
    try:
        await act(service.end_upload, card.public_id, now=utc_now())
        _path(card).unlink(missing_ok=True)
    finally:
        part.close()
    return Response(status_code=204)


async def _take(request: Request, part: Part, start: int, size: int) -> None:
    """Write what arrives; after a cut, what arrived stays and is the place to go on from."""
    kind, checksum = _announced_checksum(request)
    if kind:
        part.sum_up(kind)
    batch: list[bytes] = []
    held, taken = 0, start
    try:
        async for piece in request.stream():
            taken += len(piece)
            if taken > size or taken - start > LARGEST_PART:
                raise TooMuch
            batch.append(piece)
            held += len(piece)
            if held >= BATCH or len(batch) >= MOST_PIECES:
                await asyncio.to_thread(part.write, batch)
                batch, held = [], 0
        if not await asyncio.to_thread(part.end, batch, checksum if kind else None):
            raise WrongSum
    except ClientDisconnect:
        await asyncio.to_thread(part.cut_back, start) if kind else await asyncio.to_thread(part.end, batch)
        raise Conflict("The connection broke. The upload goes on from where it stopped.") from None
    except Problem:
        await asyncio.to_thread(part.cut_back, start)
        raise


def _announced_checksum(request: Request) -> tuple[str, bytes]:
    """How the sender adds a part up, and what it comes to; both empty when it does not say."""
    kind, _, encoded = request.headers.get("upload-checksum", "").partition(" ")
    if kind and kind not in CHECKSUMS:
        raise Odd("Checksums are sha1 or sha256.")
    return kind, _decoded(encoded)


def _receive_again(by: Viewer, upload: str) -> service.UploadCard:
    """Every byte is here but nobody was told what became of it: the server stopped in between."""
    part = Part(service.part_path(wiring.current().uploads_dir, upload))
    try:
        return _receive(by, _card(by, upload, may_be_over=True))  # as it is now that nobody else writes
    finally:
        part.close()


def _receive(by: Viewer, card: service.UploadCard, prints: Fingerprints | None = None) -> service.UploadCard:
    here = wiring.current()
    unit_of_work, store, renderer = here.database.unit_of_work, here.store, here.renderer
    return service.receive(unit_of_work, store, renderer, by, card, _path(card), prints=prints, now=utc_now())


def _progress(by: Viewer, upload: str) -> tuple[service.UploadCard, int]:
    """An upload, and how many bytes of it are here."""
    card = _card(by, upload, may_be_over=True)
    return card, arrived(_path(card))


def _writable(by: Viewer, upload: str, offset: int, length: int) -> tuple[service.UploadCard, Part]:
    """An upload that is still open, and its file for one writer, with room for what comes."""
    card = _card(by, upload)
    if offset + length > card.size:
        raise TooMuch
    _require_room(wiring.current().uploads_dir, length)
    return card, Part(_path(card))


def _opened(by: Viewer, upload: str) -> tuple[service.UploadCard, Part]:
    card = _card(by, upload)
    return card, Part(_path(card))


def _card(by: Viewer, upload: str, *, may_be_over: bool = False) -> service.UploadCard:
    card = queries.upload_card(wiring.current().database.glance.first, by, upload)
    is_open = card.state == UploadState.OPEN
    if card.state == UploadState.SWEPT or (is_open and card.touched_at + KEPT_OPEN < utc_now()):
        raise Gone
    if not is_open and not may_be_over:
        raise Conflict("This file has already arrived.")
    return card


def _path(card: service.UploadCard) -> Path:
    return service.part_path(wiring.current().uploads_dir, card.public_id)


def _expiry(card: service.UploadCard) -> dict[str, str]:
    """Until when it is kept without anything arriving."""
    return {"Upload-Expires": format_datetime((card.touched_at + KEPT_OPEN).astimezone(UTC), usegmt=True)}


def _outcome(card: service.UploadCard) -> dict[str, str]:
    """What became of the file, in headers."""
    if card.state == UploadState.REFUSED:
        return {"Upload-Refused": quote(card.reason)}
    return {"Upload-Asset": card.asset} | ({"Upload-Duplicate": "true"} if card.is_duplicate else {})


def _another_offset(here: int) -> Response:
    sentence = "This upload goes on from another place."
    return Response(sentence, 409, headers={"Upload-Offset": str(here), "Upload-Refused": quote(sentence)})


def _require_room(folder: Path, size: int) -> None:
    """So many bytes must fit beside what stays free for the database. Raises DiskFull."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < (wiring.current().settings.least_free_gb << 30) + size:
        raise DiskFull


def _whole_number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Odd(f"The header {header} must be a whole number.")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """`filename aGVsbG8uanBn,listing eHl6`: each value in base64."""
    pairs = (entry.strip().partition(" ") for entry in header.split(",") if entry.strip())
    try:
        return {key: _decoded(value).decode() for key, _, value in pairs}
    except UnicodeDecodeError:
        raise InvalidInput("file", "The name of this file cannot be read. Rename it, then upload it again.") from None


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Odd("A header is not base64.") from None
