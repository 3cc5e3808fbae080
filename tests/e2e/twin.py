"""The same portal once more: a server for the pages that another built, and on PostgreSQL the rows of the first, copied."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from sqlalchemy import func, select, text

from portal_app.db import Database, upgrade_to_head
from portal_app.domain import tables

ROOT = Path(__file__).resolve().parents[2]
# What `reflex run --env prod` starts when it has built the pages.
SERVE = [
    sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "portal_app.portal_app:app",
]  # fmt: skip


def copied_build(target: Path, port: int) -> Path:
    """The pages that stand in `.web`, made to ask a server at another port: the address is in one small script."""
    shutil.copytree(ROOT / ".web", target, ignore=shutil.ignore_patterns("node_modules"), symlinks=True)
    (script,) = (target / "build" / "client" / "assets").glob("reflex-env-*.js")
    script.write_text(re.sub(r"localhost:\d+", f"localhost:{port}", script.read_text()))
    for compressed in script.parent.glob(f"{script.name}.*"):
        compressed.unlink()
    return target


def copy_rows(sqlite_file: Path, postgres_url: str) -> None:
    """Everything the demo seeded, so that nobody draws its photographs twice."""
    source, target = Database(f"sqlite:///{sqlite_file}"), Database(postgres_url)
    upgrade_to_head(target)
    with source.reading() as read, target.unit_of_work() as write:
        for table in tables.metadata.sorted_tables:
            if rows := [dict(row) for row in read.execute(select(table)).mappings()]:
                write.execute(table.insert(), rows)
            if (highest := read.execute(select(func.max(table.c.id))).scalar() if "id" in table.c else None) is not None:
                write.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {int(highest)})"))
    source.close()
    target.close()
