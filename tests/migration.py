"""Write a migration: `python -m tests.migration purpose`, from the newest migration to what the models say now.

Works on an empty database made for the purpose, so nothing of yours is touched.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config

from portal_app.db import Database, upgrade_to_head

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 21


def write(purpose: str) -> None:
    """One file in alembic/versions, named by date and purpose (at most 21 characters: the version table takes 32)."""
    if len(purpose) > LONGEST or not purpose.replace("_", "").isalnum():
        raise SystemExit(f"{purpose!r} is no short name: letters, digits and _, at most {LONGEST} characters")
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        database = Database(url)
        upgrade_to_head(database)
        database.close()
        config = Config(str(ROOT / "alembic.ini"))
        config.set_main_option("sqlalchemy.url", url)
        command.revision(config, purpose.replace("_", " "), autogenerate=True, rev_id=f"{datetime.now(UTC):%Y_%m_%d}_{purpose}")


if __name__ == "__main__":
    write(sys.argv[1])
