"""Webhooks: signed, sent until somebody says 2xx, each try written down."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from portal_app.demo.stripe.accounts import Accounts, is_live_key
from portal_app.demo.stripe.books import Books, World

WAIT_SECONDS = (1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800, 3600)
TIMEOUT_SECONDS = 10
AUTOMATIC, PAUSED, NEVER = "automatic", "paused", "never"
Order = Callable[[Sequence[Any]], list[Any]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where an account's events go, and what they are signed with."""

    url: str
    secret: str


@dataclass(slots=True)
class Delivery:
    """One event on its way to one target; `at` is in the server's own seconds."""

    event: dict[str, Any]
    target: Target
    tries: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Try:
    """One answer of the app to one event."""

    event: str
    kind: str
    url: str
    status: int
    seconds: float
    tries: int


class Courier:
    """One thread looks at what is due; up to eight deliveries are on their way at once."""

    def __init__(self, books: Books, accounts: Accounts, app_base: str, clock: Callable[[], int]) -> None:
        self.mode = AUTOMATIC
        self.tries: list[Try] = []
        self._books, self._accounts, self._app_base, self._clock = books, accounts, app_base, clock
        self._waiting: list[Delivery] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="courier")
        threading.Thread(target=self._run, daemon=True, name="courier").start()

    def enqueue(self, world: World, event: dict[str, Any]) -> None:
        """Send it to every target of the account, unless webhooks are off."""
        if self.mode == NEVER:
            return
        with self._lock:
            self._waiting += [Delivery(event, target) for target in self.targets(world)]
        self._wake.set()

    def resume(self) -> None:
        """After a restart: what had not been answered is sent again."""
        for world, event in self._books.everywhere("event"):
            if event.get("pending_webhooks"):
                self.enqueue(world, event)

    def set_mode(self, mode: str, *, order: Order = list, times: int = 1) -> None:
        """Automatic, paused (kept until released) or never (dropped). What waited is sent in another order, or repeated."""
        with self._lock:
            if mode == NEVER:
                self._waiting.clear()
            again = [replace(each) for each in order(self._waiting) for _ in range(times)]
            self._waiting = again
            self.mode = mode
        self._wake.set()

    def targets(self, world: World) -> list[Target]:
        """Endpoints from the accounts file and those registered over the wire."""
        written = [
            Target(urljoin(f"{self._app_base}/", each.webhook), each.webhook_secret)
            for each in self._accounts.of(world.account)
            if each.webhook and is_live_key(each.key) == world.is_live
        ]
        hidden = [Target(each["url"], each["hidden_secret"]) for each in self._books.all(world, "webhook_endpoint")]
        return written + hidden

    def send(self, delivery: Delivery) -> int:
        """One try now. The status, or 0 when nobody answered."""
        body = json.dumps(delivery.event, indent=2).encode()
        began = time.monotonic()
        status = post(delivery.target.url, body, {"Stripe-Signature": signature(body, delivery.target.secret, self._clock())})
        took = round(time.monotonic() - began, 4)
        self.tries.append(Try(delivery.event["id"], delivery.event["type"], delivery.target.url, status, took, delivery.tries))
        return status

    def log(self) -> list[dict[str, Any]]:
        return [asdict(each) for each in self.tries]

    def _run(self) -> None:
        while True:
            self._wake.wait(0.25)
            self._wake.clear()
            if self.mode != AUTOMATIC:
                continue
            for delivery in self._take_due():
                self._threads.submit(self._deliver, delivery)

    def _take_due(self) -> list[Delivery]:
        now = time.monotonic()
        with self._lock:
            due = [each for each in self._waiting if each.at <= now]
            self._waiting = [each for each in self._waiting if each.at > now]
        return due

    def _deliver(self, delivery: Delivery) -> None:
        delivery.tries += 1
        if 200 <= self.send(delivery) < 300:
            self._settle(delivery.event["id"])
        elif delivery.tries <= len(WAIT_SECONDS):
            delivery.at = time.monotonic() + WAIT_SECONDS[delivery.tries - 1]
            with self._lock:
                self._waiting.append(delivery)

    def _settle(self, name: str) -> None:
        found = self._books.find("event", name)
        if found:
            world, event = found
            self._books.put(world, event | {"pending_webhooks": max(0, event["pending_webhooks"] - 1)})


def signature(body: bytes, secret: str, at: int, *, scheme: str = "v1") -> str:
    """The Stripe-Signature header of a body."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},{scheme}={mac}"


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of a POST, or 0 when nobody answered. No redirect is followed."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
    fixed = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (stand-in)"}
    try:
        connection.request("POST", parts.path or "/", body, fixed | headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    except http.client.HTTPException:
        return 0
    finally:
        connection.close()


def send_many(acts: Sequence[Callable[[], int]], *, parallel: bool) -> list[int]:
    """One after another, or all at once."""
    if not parallel:
        return [act() for act in acts]
    with ThreadPoolExecutor(max(1, len(acts))) as threads:
        return [done.result() for done in [threads.submit(act) for act in acts]]
