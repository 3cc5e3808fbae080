"""Trouble on the way: errors, time-outs, connections that break, answers that wait."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from portal_app.demo.stripe.refusals import Refusal, invalid

STATUSES = {
    "500": ("api_error", 500, ""),
    "401": ("invalid_request_error", 401, "api_key_expired"),
    "403": ("invalid_request_error", 403, "more_permissions_required"),
    "402": ("card_error", 402, "card_declined"),
    "409": ("invalid_request_error", 409, "lock_timeout"),
    "429": ("rate_limit_error", 429, "rate_limit"),
}
BEFORE = frozenset({"reset_before", "time_out", "hold_before", *STATUSES})
AFTER = frozenset({"reset_after", "500_after", "hold_after"})
TIME_OUT_SECONDS, HOLD_SECONDS = 20, 30


class Cut(Exception):
    """The connection breaks here."""


@dataclass(slots=True)
class Fault:
    """What happens to the next calls of a route."""

    method: str
    path: str
    kind: str
    times: int = 1


@dataclass
class Faults:
    """What was asked for and has not happened yet, and the calls that wait until they are released."""

    waiting: list[Fault] = field(default_factory=list)
    held: int = 0
    _guard: threading.Condition = field(default_factory=threading.Condition)
    _is_open: bool = True

    def add(self, fault: Fault) -> dict[str, Any]:
        """Raises Refusal for a kind that is not known."""
        if fault.kind not in BEFORE | AFTER:
            raise invalid(f"No fault is called {fault.kind}.", param="kind")
        with self._guard:
            self._is_open = self._is_open and not fault.kind.startswith("hold")
            self.waiting.append(fault)
        return asdict(fault)

    def take(self, method: str, path: str) -> str:
        """What is to go wrong with this call; nothing most of the time."""
        with self._guard:
            for fault in self.waiting:
                if fault.times > 0 and fault.method in ("", method) and path.startswith(fault.path):
                    fault.times -= 1
                    return fault.kind
        return ""

    def meet(self, kind: str) -> None:
        """Go wrong in this way, here. Raises Refusal or Cut; a held call goes on when it is released."""
        if kind.startswith("reset"):
            raise Cut()
        if kind == "time_out":
            time.sleep(TIME_OUT_SECONDS)
            raise Cut()
        if kind.startswith("hold"):
            self._hold()
        elif kind:
            error, status, code = STATUSES[kind.removesuffix("_after")]
            raise Refusal(status, error, "Something went wrong on Stripe's end. (Provoked.)", code=code)

    def mend(self) -> int:
        """Nothing more goes wrong. How many calls were still to."""
        with self._guard:
            left = sum(fault.times for fault in self.waiting)
            self.waiting.clear()
        return left

    def wait_held(self, count: int) -> int:
        """Until so many calls are held. How many are."""
        with self._guard:
            self._guard.wait_for(lambda: self.held >= count, HOLD_SECONDS)
            return self.held

    def release(self) -> int:
        """Let every held call go on. How many there were."""
        with self._guard:
            self._is_open = True
            self._guard.notify_all()
            return self.held

    def _hold(self) -> None:
        with self._guard:
            self.held += 1
            self._guard.notify_all()
            self._guard.wait_for(lambda: self._is_open, HOLD_SECONDS)
            self.held -= 1
