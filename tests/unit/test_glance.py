"""The shortest way to ask fails as a session would."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from portal_app.db import Database


def test_what_the_driver_says_is_said_as_everywhere_else(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    asked = sa.select(sa.column("name")).select_from(sa.table("not_there")).where(sa.column("id") == sa.bindparam("id"))
    with pytest.raises(OperationalError):
        database.glance.first(asked, id=1)
    database.close()
