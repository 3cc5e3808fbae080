"""The stand-in's state: books, clock, webhooks, faults and the log of what was asked."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal_app.core.clock import utc_now
from portal_app.demo.stripe.accounts import Accounts
from portal_app.demo.stripe.books import Books, World, new_id, shown
from portal_app.demo.stripe.courier import Courier
from portal_app.demo.stripe.faults import Faults

API_VERSION = "2026-10-28.endive"
LOG_AT_MOST = 5000


@dataclass(slots=True)
class Asked:
    """One request, as the log shows it."""

    method: str
    path: str
    account: str = ""
    is_live: bool = False
    key: str = ""
    is_replay: bool = False
    params: dict[str, Any] = field(default_factory=dict)
    status: int = 0
    problem: str = ""


class StandIn:
    """Everything one running stand-in knows."""

    def __init__(self, *, own_base: str, app_base: str, folder: Path | None, bank_seconds: int | None = None) -> None:
        self.folder = folder
        self._bank_seconds = bank_seconds
        self.own_base = own_base.rstrip("/")
        self.books = Books(folder / "stripe.db" if folder else None)
        self.accounts = Accounts(folder / "accounts.json" if folder else None)
        self.courier = Courier(self.books, self.accounts, app_base, self.now)
        self.faults = Faults()
        self.log: list[Asked] = []
        self.in_use: set[tuple[str, bool, str]] = set()
        self.guard = threading.Lock()
        self._offset = 0

    def now(self) -> int:
        """Whole seconds since 1970 on this server's own clock."""
        return int(utc_now().timestamp()) + self._offset

    def move_clock(self, seconds: int) -> int:
        """Forward only."""
        self._offset += max(0, seconds)
        return self.now()

    @property
    def decides_alone(self) -> bool:
        """Whether banks here act by themselves."""
        return self._bank_seconds is not None

    def due(self, ends: str) -> dict[str, Any] | None:
        """When the bank will have decided by itself, and how; never while somebody else decides."""
        return None if self._bank_seconds is None else {"at": self.now() + self._bank_seconds, "ends": ends}

    def emit(self, world: World, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        """Something happened: an event, stored and sent."""
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": shown(about)},
            "livemode": world.is_live,
            "pending_webhooks": len(self.courier.targets(world)),
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.books.put(world, event)
        self.courier.enqueue(world, event)
        return event

    def write_down(self, asked: Asked) -> None:
        """Keep the newest requests."""
        self.log.append(asked)
        del self.log[:-LOG_AT_MOST]

    def keep_sweeping(self, sweep: Any) -> None:
        """Once a second, for as long as the process lives, let what is over be over."""

        def run() -> None:
            while True:
                time.sleep(1)
                sweep(self)

        threading.Thread(target=run, daemon=True, name="sweep").start()
