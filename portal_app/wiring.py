"""Picks the adapters for this run: the composition root.

`open_wiring` is called in a lifespan task or a command, never at import; `current()` is what the screens, routes and
jobs of this process use.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from portal_app.db import Database
from portal_app.domain.media.renderer import Renderer
from portal_app.domain.media.store import Store
from portal_app.domain.notifications.mailer import Mailer
from portal_app.settings import Settings


@dataclass(slots=True)
class Wiring:
    """Everything a running process needs, made once."""

    settings: Settings
    database: Database
    store: Store
    renderer: Renderer
    mailer: Mailer
    executor: ThreadPoolExecutor


_current: Wiring | None = None


def current() -> Wiring:
    """This process's wiring. Raises RuntimeError before it was opened."""
    if _current is None:
        raise RuntimeError("wiring is not open yet: the lifespan task opens it")
    return _current


def use(wiring: Wiring | None) -> None:
    """Make it this process's wiring (tests pass their own)."""
    global _current
    _current = wiring
