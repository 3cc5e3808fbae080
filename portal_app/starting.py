"""What must be true before the first request: the newest schema, and in the demo its data."""

from __future__ import annotations

import fcntl
from datetime import datetime

from portal_app.db import upgrade_to_head
from portal_app.demo.seed import seed
from portal_app.wiring import Wiring


def prepare(wiring: Wiring, *, now: datetime) -> None:
    """Bring the database up to date. Processes that start together take turns; the second finds nothing to do."""
    with (wiring.settings.data_dir / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        upgrade_to_head(wiring.database)
        if wiring.settings.is_demo:
            seed(wiring, now=now)
