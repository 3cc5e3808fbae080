"""What stands before every request and socket: host, origin, size, closed doors, headers.

Nothing here knows who is asking. A request passes when its host is ours, when a browser did not send it from another
site, and when it is not larger than its route needs; every answer leaves with the security headers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from portal_app import wiring
from portal_app.core.journal import note
from portal_app.domain.studios.queries import host_name
from portal_app.entrance import SESSION, UnknownHost, cookie_name, cookies_of, moved_from, studio_of
from portal_app.off_loop import call
from portal_app.web import policy

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KNOWN_METHODS = CHANGING | {"GET", "HEAD", "OPTIONS"}
# Signed by their sender, not by a browser's cookie.
NOT_FROM_BROWSERS = ("/webhooks/",)
CLOSED = ("/_upload", "/_all_routes", "/auth-codespace", "/ping")
WITHOUT_STUDIO = ("/livez", "/readyz", "/webhooks/")
KILOBYTE, MEGABYTE = 1 << 10, 1 << 20
LARGEST = (
    ("/api/uploads", 17 * MEGABYTE),
    ("/api/revisions", 16 * MEGABYTE),
    ("/api/settings/watermark", 3 * MEGABYTE),
    ("/webhooks/", 1 * MEGABYTE),
    ("", 64 * KILOBYTE),
)
BUILT = "/assets/"
HASHED = "public, max-age=31536000, immutable"


class Hardening:
    """ASGI middleware around the whole app."""

    def __init__(self, app: App, *, build: Path, pages: Iterable[str]) -> None:
        """`build` is the folder of the built pages, `pages` the paths of those that are prerendered."""
        self.app = app
        self.build = build
        self.pages = frozenset(pages) - {"/"}

    @cached_property
    def headers(self) -> dict[str, str]:
        hashes = policy.script_hashes(self.build)
        return policy.headers(policy.content_policy(hashes), https=wiring.current().settings.is_https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it pass with our headers on the answer, or refuse it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        asked = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        answer = _Answer(scope, send, self.headers, is_somebody=cookie_name(SESSION) in cookies_of(asked.get("cookie", "")))
        refusal = await self._refusal(scope, asked)
        if refusal:
            _note(scope, asked, *refusal)
            await answer.refuse(*refusal)
        elif moved := await self._moved(scope, asked):
            await answer.refuse(308, "This studio has moved.", {"location": moved})
        else:
            await self.app(self._with_slash(scope), receive, answer.send)

    async def _refusal(self, scope: Scope, asked: dict[str, str]) -> tuple[int, str] | None:
        path = scope["path"]
        if path.startswith(CLOSED):
            return 404, "Not found."
        if not path.startswith(WITHOUT_STUDIO) and await call(studio_of, asked.get("host", "")) is None:
            return UnknownHost.status, UnknownHost.sentence
        if scope["type"] == "websocket":
            return None if is_own_origin(asked, scope) else (403, "Sockets open from our own pages only.")
        if scope["method"] not in KNOWN_METHODS:
            return 405, "This is not possible here."
        if scope["method"] in CHANGING:
            return _refused_change(path, asked, scope)
        return None

    async def _moved(self, scope: Scope, asked: dict[str, str]) -> str | None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or scope["path"].startswith(WITHOUT_STUDIO):
            return None
        address = await call(moved_from, asked.get("host", ""))
        query = scope.get("query_string", b"").decode("latin-1")
        return address and address.rstrip("/") + quote(scope["path"]) + (
            f"?{quote(query, safe='=&%+;,:@/?!~*()')}" if query else ""
        )

    def _with_slash(self, scope: Scope) -> Scope:
        """`/login` is the folder `/login/` of the build: answered as it stands, without a redirect."""
        if scope["type"] == "http" and scope["path"] in self.pages:
            path = scope["path"] + "/"
            return {**scope, "path": path, "raw_path": path.encode()}
        return scope


class _Answer:
    """Sends with our headers; the route's own win."""

    def __init__(self, scope: Scope, send: Send, headers: dict[str, str], *, is_somebody: bool = False) -> None:
        self.scope, self._send, self.headers, self.is_somebody = scope, send, headers, is_somebody

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", []))
            named = {name.lower(): value for name, value in given}
            is_page = named.get(b"content-type", b"").startswith(b"text/html") or message["status"] == 304
            ours = self.headers | self._policy() | self._caching(message["status"], is_page=is_page)
            given += [(k.encode(), v.encode()) for k, v in ours.items() if k.encode() not in named]
            message = {**message, "headers": given}
        await self._send(message)

    def _policy(self) -> dict[str, str]:
        return {"content-security-policy": policy.FILE_POLICY} if self.scope["path"].startswith(BUILT) else {}

    def _caching(self, status: int, *, is_page: bool) -> dict[str, str]:
        """A page of somebody signed in is never kept whole: going back after they left must not bring it up again."""
        if self.scope["path"].startswith(BUILT) and status in {200, 206, 304}:
            return {"cache-control": HASHED}
        if is_page and self.is_somebody:
            return {"cache-control": "no-store"}
        return {"cache-control": "no-store" if self.scope["path"].startswith("/api") else "no-cache"}

    async def refuse(self, status: int, sentence: str, more: dict[str, str] | None = None) -> None:
        if self.scope["type"] == "websocket":
            await self._send({"type": "websocket.close", "code": 1008})
            return
        body = sentence.encode()
        head = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), "cache-control": "no-store"}
        pairs = [(k.encode(), v.encode()) for k, v in (head | (more or {})).items()]
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})
        await self._send({"type": "http.response.body", "body": body})


def _note(scope: Scope, asked: dict[str, str], status: int, why: str) -> None:
    """A request that did not get in leaves a line: somebody tries a door, or a studio's host is not set up."""
    peer, forwarded = (scope.get("client") or ("",))[0], asked.get("x-forwarded-for", "")
    where = {"host": asked.get("host", ""), "path": scope["path"], "origin": asked.get("origin", "")}
    note(
        "turned away", status=status, why=why, method=scope.get("method", scope["type"]), peer=peer, forwarded=forwarded, **where
    )


def _refused_change(path: str, asked: dict[str, str], scope: Scope) -> tuple[int, str] | None:
    if not path.startswith(NOT_FROM_BROWSERS) and not is_own_change(asked, scope):
        return 403, "This came from another site. Open our page and try again."
    length = asked.get("content-length", "")
    if "transfer-encoding" in asked or (length and not length.isdecimal()):
        return 411, "Say how long it is."
    largest = next(size for prefix, size in LARGEST if path.startswith(prefix))
    if int(length or 0) > largest:
        return 413, "This is too large."
    return None


def is_own_change(asked: dict[str, str], scope: Scope) -> bool:
    """Whether an unsafe request comes from our own page, or from no browser at all (which has no cookie to misuse)."""
    site = asked.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    return "origin" not in asked or is_own_origin(asked, scope)


def is_own_origin(asked: dict[str, str], scope: Scope) -> bool:
    """Whether the Origin is this very host, or one the settings name. In development another port will do."""
    origin, host = asked.get("origin", ""), asked.get("host", "")
    settings = wiring.current().settings
    if origin in settings.allowed_origins or origin == settings.public_url:
        return True
    try:
        split = urlsplit(origin)
    except ValueError:
        return False
    if split.scheme not in ({"https"} if settings.is_https else {"http", "https"}) or not split.hostname:
        return False
    if _plain(split.netloc, split.scheme) == _plain(host, split.scheme):
        return True
    return not settings.is_production and split.hostname == host_name(host)


def _plain(netloc: str, scheme: str) -> str:
    usual = ":443" if scheme == "https" else ":80"
    return netloc.lower().removesuffix(usual)
