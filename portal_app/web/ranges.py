"""Which bytes a request asks for (RFC 9110, sections 13 and 14), and sending them from a reader, flat in memory."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from portal_app.domain.delivery.archive import CHUNK, batched

LOG = logging.getLogger(__name__)
ONE_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII)

Open = Callable[[int, int], Iterator[bytes]]
"""`open(start, stop)`: exactly the bytes [start, stop), in pieces; it may wait for a disk."""


class Unsatisfiable(Exception):
    """No byte of the range exists."""


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that can be sent from any place. `etag` is strong and quoted; `length` in bytes."""

    length: int
    etag: str
    media_type: str
    open: Open
    headers: Mapping[str, str] = field(default_factory=dict)


def span(range_: str | None, length: int) -> tuple[int, int] | None:
    """`(start, stop)` of a single byte range; None when there is none, or one to be ignored: send everything then.

    Raises Unsatisfiable.
    """
    found = ONE_RANGE.fullmatch(range_ or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if max(len(first), len(last)) > 18:
        raise Unsatisfiable
    start, stop = (int(first), length) if first else (max(0, length - int(last)), length)
    if first and last:
        if int(last) < start:
            return None
        stop = min(length, int(last) + 1)
    if start >= stop:
        raise Unsatisfiable
    return start, stop


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether the browser already has these bytes."""
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in tags or tags == ["*"]


def disposition(kind: str, name: str) -> str:
    """`attachment` or `inline` with a file name any browser reads (RFC 6266, RFC 5987)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%;]', "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class Witness(Protocol):
    """Who keeps what of a content was sent, beside the stream."""

    async def begins(self, start: int) -> None: ...

    async def ends(self, start: int, stop: int) -> None:
        """[start, stop) was handed to the connection; also when it broke there."""
        ...


def respond(request: Request, content: Content, *, witness: Witness | None = None) -> Response:
    """304, 206, 416 or 200. The witness hears of the last two, but not of a HEAD."""
    headers = {"accept-ranges": "bytes", "etag": content.etag, **content.headers}
    if is_known(request.headers.get("if-none-match"), content.etag):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Sending(content, 0, 0, 200, headers | {"content-length": str(content.length)})
    if_range = request.headers.get("if-range")
    asked = request.headers.get("range") if if_range in {None, content.etag} else None
    try:
        part = span(asked, content.length)
    except Unsatisfiable:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{content.length}"})
    start, stop = part or (0, content.length)
    headers["content-length"] = str(stop - start)
    if part:
        headers["content-range"] = f"bytes {start}-{stop - 1}/{content.length}"
    return Sending(content, start, stop, 206 if part else 200, headers, witness)


class Sending(Response):
    """Sends [start, stop) one piece at a time, the next one read in a thread meanwhile.

    A reader that fails breaks the connection: the client sees a download that is too short, never a wrong one.
    """

    def __init__(
        self,
        content: Content,
        start: int,
        stop: int,
        status: int,
        headers: Mapping[str, str],
        witness: Witness | None = None,
    ) -> None:
        super().__init__(status_code=status, headers=headers, media_type=content.media_type)
        self.content, self.start, self.stop, self.witness = content, start, stop, witness
        self.sent = start

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.witness is None:
            await self._send(receive, send)
            return
        begun = asyncio.ensure_future(self.witness.begins(self.start))
        try:
            await self._send(receive, send)
        finally:
            await asyncio.shield(self._tell(begun))

    async def _send(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        is_whole = self.stop <= self.start or await self._send_pieces(receive, send)
        if is_whole:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, begun: Awaitable[None]) -> None:
        """What is kept of a download never breaks the download."""
        try:
            await begun
            await self.witness.ends(self.start, self.sent)
        except Exception:
            LOG.exception("a download was not kept")

    async def _send_pieces(self, receive: Receive, send: Send) -> bool:
        pieces = batched(self.content.open(self.start, self.stop), CHUNK)
        in_thread = partial(asyncio.get_running_loop().run_in_executor, None, next, pieces, None)
        ahead, leaving = in_thread(), asyncio.ensure_future(_left(receive))
        try:
            while (piece := await ahead) is not None:
                ahead = in_thread()
                if leaving.done():
                    return False
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                self.sent += len(piece)
            return True
        finally:
            leaving.cancel()
            with suppress(BaseException):
                await asyncio.shield(ahead)
            pieces.close()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
