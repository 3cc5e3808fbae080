"""A wiring for tests, and works run to the end in this process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.mailbox_mailer import MailboxMailer
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.db import Database
from portal_app.settings import Settings, read_settings
from portal_app.wiring import Wiring, close_wiring, use


def settings_for(database_url: str, data_dir: Path, **changes) -> Settings:
    """The demo's settings, on this database and folder."""
    settings = read_settings({"PORTAL_DATA_DIR": str(data_dir), "DATABASE_URL": database_url, "PORTAL_RENDER_WORKERS": "1"})
    return replace(settings, **changes)


@contextmanager
def wired(database: Database, data_dir: Path, **changes) -> Iterator[Wiring]:
    """This process's wiring on the test's database; `changes` replace adapters."""
    settings = settings_for(database.url.render_as_string(hide_password=False), data_dir)
    wiring = Wiring(
        settings=settings,
        database=database,
        store=DiskStore(data_dir / "store"),
        renderer=PillowRenderer(1),
        mailer=MailboxMailer(data_dir / "mailbox"),
        executor=ThreadPoolExecutor(4),
    )
    for name, value in changes.items():
        setattr(wiring, name, value)
    use(wiring)
    try:
        yield wiring
    finally:
        close_wiring()
