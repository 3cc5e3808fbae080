"""The HTTP side: keys, versions, idempotency keys, faults, and the answers Stripe's library expects."""

from __future__ import annotations

import base64
import binascii
import json
import os
import socket
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from portal_app.demo.stripe import controls, operations, pages
from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.faults import BEFORE, Cut
from portal_app.demo.stripe.form import decode
from portal_app.demo.stripe.refusals import Refusal, invalid
from portal_app.demo.stripe.stand_in import API_VERSION, Asked, StandIn

BODY_AT_MOST = 1 << 20


class Wire(BaseHTTPRequestHandler):
    """One connection of a browser or of the library."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    stand_in: StandIn
    has_controls = False

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def log_message(self, *_: object) -> None:
        """The log is the stand-in's own: see controls."""

    def _answer(self, method: str) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_AT_MOST:
            self.close_connection = True
            self._send(413, b"too large", {})
            return
        body = self.rfile.read(length)
        try:
            self._route(method, url.path, url.query, body)
        except Cut:
            self._cut()

    def _route(self, method: str, path: str, query: str, body: bytes) -> None:
        if path.startswith("/v1/"):
            self._api(method, path, query, body)
        elif path.startswith("/c/pay/"):
            self._send(*pages.answer(self.stand_in, method, path.rsplit("/", 1)[1], query, body))
        elif path == "/healthz":
            self._json(200, {"pid": os.getpid(), "folder": str(self.stand_in.folder or "")})
        elif self.has_controls and path.startswith("/_controls/"):
            self._json(*controls.answer(self.stand_in, path.removeprefix("/_controls/"), body))
        else:
            self._send(404, b"not here", {"Content-Type": "text/plain"})

    def _api(self, method: str, path: str, query: str, body: bytes) -> None:
        asked = Asked(method, path, key=self.headers.get("Idempotency-Key", ""))
        fault = self.stand_in.faults.take(method, path)
        try:
            status, answer = self._called(asked, body.decode() if method == "POST" else query, fault)
        except UnicodeDecodeError:
            status, answer = 400, invalid("Invalid UTF-8 in the request.").body
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body
            asked.problem = refusal.error["message"]
        asked.status = status
        self.stand_in.write_down(asked)
        if fault == "reset_after":
            self.stand_in.faults.meet(fault)
        more = {"Idempotent-Replayed": "true"} if asked.is_replay else {}
        self._json(status, answer, more)

    def _called(self, asked: Asked, text: str, fault: str) -> tuple[int, dict[str, Any]]:
        world = self._world()
        asked.account, asked.is_live = world.account, world.is_live
        self._check_version()
        asked.params = decode(text)
        if asked.method == "GET" or not asked.key:
            return self._done(asked, world, fault)
        return self._once(asked, world, fault)

    def _once(self, asked: Asked, world: World, fault: str) -> tuple[int, dict[str, Any]]:
        """The same key again is the same answer; with other parameters it is an error; still running, a conflict."""
        if len(asked.key) > 255:
            raise invalid("Idempotency keys can be at most 255 characters long.")
        place = (world.account, world.is_live, asked.key)
        with self.stand_in.guard:
            if place in self.stand_in.in_use:
                raise Refusal(
                    409, "idempotency_error", "There is currently another in-progress request using this Idempotent Key.",
                    code="idempotency_key_in_use",
                )  # fmt: skip
            self.stand_in.in_use.add(place)
        try:
            return self._saved(asked, world, fault)
        finally:
            self.stand_in.in_use.discard(place)

    def _saved(self, asked: Asked, world: World, fault: str) -> tuple[int, dict[str, Any]]:
        """An answer is kept, whatever it says, once the work has begun; a parameter that does not fit comes before that."""
        books, same = self.stand_in.books, json.dumps([asked.method, asked.path, asked.params], sort_keys=True)
        saved = books.answer(world, asked.key)
        if saved and saved[0] != same:
            raise Refusal(
                400, "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
            )  # fmt: skip
        if saved:
            asked.is_replay = True
            return saved[1], json.loads(saved[2])
        try:
            status, answer = self._done(asked, world, fault)
        except Refusal as refusal:
            if refusal.is_kept:
                books.save_answer(world, asked.key, same, refusal.status, json.dumps(refusal.body))
            raise
        books.save_answer(world, asked.key, same, status, json.dumps(answer))
        return status, answer

    def _done(self, asked: Asked, world: World, fault: str) -> tuple[int, dict[str, Any]]:
        """Do the work, with what goes wrong before and after it."""
        faults = self.stand_in.faults
        if fault in BEFORE:
            faults.meet(fault)
        answer = operations.run(self.stand_in, world, asked.method, asked.path, asked.params)
        if fault == "hold_after":
            faults.meet(fault)
        if fault == "500_after":
            return 500, {"error": {"type": "api_error", "message": "Something went wrong on Stripe's end. (Provoked.)"}}
        return 200, answer

    def _world(self) -> World:
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            try:
                given = base64.b64decode(given).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                given = ""
        if kind not in ("Bearer", "Basic") or not given:
            raise Refusal(401, "invalid_request_error", "You did not provide an API key.")
        return self.stand_in.accounts.world_of(given)

    def _check_version(self) -> None:
        given = self.headers.get("Stripe-Version", API_VERSION)
        if given != API_VERSION:
            raise invalid(f"Invalid Stripe API version: {given}. This stand-in speaks {API_VERSION} only.")

    def _json(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
        fixed = {
            "Content-Type": "application/json",
            "Request-Id": new_id("req", 14),
            "Stripe-Version": API_VERSION,
        }
        self._send(status, json.dumps(answer, indent=2).encode(), fixed | (headers or {}))

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        """A reset, not a polite close: the caller cannot know what happened."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class Server(ThreadingHTTPServer):
    """A thread per connection; all end with the process."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is no news here."""


def serve(stand_in: StandIn, host: str, port: int, *, has_controls: bool) -> Server:
    """A server bound and ready; the caller runs `serve_forever`."""
    wire = type("BoundWire", (Wire,), {"stand_in": stand_in, "has_controls": has_controls})
    return Server((host, port), wire)
