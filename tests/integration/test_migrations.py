"""The migrated schema and the models' schema are one and the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, inspect, select, text

from portal_app.db import Database, upgrade_to_head
from portal_app.domain.tables import metadata

pytestmark = pytest.mark.proof("main-job-04")
ROOT = Path(__file__).resolve().parents[2]
FIRST = "2026_11_22_ground"
FITTING = {"orders": {"total_cents": 2}, "appointment": {"ends_at": datetime(2026, 11, 23, 18, 0)}}

SQLITE_SCHEMA = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND sql IS NOT NULL"
POSTGRES_SCHEMA = """
    SELECT 'column', table_name || '.' || column_name,
           concat_ws(' ', data_type, is_nullable, column_default, character_maximum_length)
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"""


def schema(connection: Connection) -> set[tuple[str, str, str]]:
    """Everything the database itself says about its tables: columns, constraints, indexes, triggers."""
    if connection.dialect.name == "sqlite":
        rows = [row for kind, name, sql in connection.execute(text(SQLITE_SCHEMA)) for row in _clauses(kind, name, sql)]
    else:
        rows = [tuple(row) for row in connection.execute(text(POSTGRES_SCHEMA))]
    return {row for row in rows if "alembic_version" not in row[1]}


def _clauses(kind: str, name: str, sql: str):
    """A SQLite table's own words, clause by clause: their order says nothing."""
    flat = re.sub(r"\s+", " ", sql).replace('"', "").strip()
    if kind != "table":
        return [(kind, name, flat)]
    inside = flat[flat.index("(") + 1 : flat.rindex(")")]
    return [(kind, name, clause.strip()) for clause in re.split(r", ?(?![^(]*\))", inside)]


# What stands in other tables now: how a studio taxes, and what an order took of it.
MOVED = {(table, column) for table in ("studio", "orders") for column in ("tax_name", "tax_basis_points")}
MOVED |= {("payment_attempt", "order_id")}


@pytest.fixture
def empty(database_url: str):
    """A database without a single table."""
    made = Database(database_url)
    yield made
    made.close()


def test_autogenerate_finds_nothing_to_add(empty: Database) -> None:
    upgrade_to_head(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrated_schema_is_the_models_schema_down_to_checks_and_triggers(empty: Database) -> None:
    upgrade_to_head(empty)
    with empty.engine.connect() as connection:
        migrated = schema(connection)
    with empty.engine.begin() as connection:
        metadata.drop_all(connection)
    with empty.engine.begin() as connection:
        metadata.create_all(connection)
    with empty.engine.connect() as connection:
        modeled = schema(connection)
    assert migrated - modeled == set()
    assert modeled - migrated == set()
    assert any("slot_taken" in name for _kind, name, _sql in migrated)


def test_every_row_of_the_first_release_survives(empty: Database) -> None:
    """One row in each table as it was, each pointing to others; all are there afterwards, with what they held."""
    upgrade_to_head(empty, head=FIRST)
    with empty.engine.begin() as connection:
        before = MetaData()
        before.reflect(connection)
        for table in before.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert().values(a_row(connection, table)))
    held = everything(empty, before)
    upgrade_to_head(empty)
    assert all(held.values())
    assert everything(empty, before) == held
    with empty.engine.connect() as connection:
        moved = (
            "SELECT g.name, g.is_default, r.name, r.basis_points, c.kind, c.name, c.basis_points, c.base_cents, c.amount_cents"
        )
        tax = connection.execute(text(f"{moved} FROM tax_group g JOIN tax_rate r ON r.tax_group_id = g.id, order_charge c")).one()
    assert tuple(tax) == ("one", 1, "one", 1, "tax", "one", 1, 1, 1)


def a_row(connection: Connection, table: Table) -> dict[str, Any]:
    """A value for every column: what its check allows, the first row where it points, or something of its kind."""
    checks = " ".join(check["sqltext"] for check in inspect(connection).get_check_constraints(table.name))
    allowed = dict(re.findall(r"\(?(\w+)\)?(?:::text)?\s*(?:IN|= ANY) [^']*'(\w+)'", checks))
    allowed |= FITTING.get(table.name, {})
    return {column.name: allowed.get(column.name, a_value(column)) for column in table.columns}


def a_value(column: Column[Any]) -> Any:
    if column.foreign_keys or column.primary_key:
        return "one" if column.type.python_type is str else 1
    kinds = {bool: False, int: 1, str: "one", datetime: datetime(2026, 11, 23, 17, 0), bytes: b"one", object: {}}
    return kinds[column.type.python_type]


def everything(database: Database, tables: MetaData) -> dict[str, list[str]]:
    """What every table of these held, in the columns it had then."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(*_kept(table))))
            for table in tables.sorted_tables
            if table.name != "alembic_version"
        }


def _kept(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if (table.name, column.name) not in MOVED]


def test_upgrading_again_changes_nothing(empty: Database) -> None:
    upgrade_to_head(empty)
    upgrade_to_head(empty)


def test_several_processes_may_start_at_once(empty: Database) -> None:
    start = (
        "from portal_app.db import Database, upgrade_to_head; import sys; "
        "database = Database(sys.argv[1]); upgrade_to_head(database); database.close()"
    )
    url = empty.url.render_as_string(hide_password=False)
    starting = [subprocess.Popen([sys.executable, "-c", start, url], cwd=ROOT) for _ in range(3)]
    assert [one.wait(60) for one in starting] == [0, 0, 0]


def test_reflex_db_migrate_makes_the_same_schema(empty: Database, tmp_path: Path) -> None:
    """The framework's own command, on a database with nothing in it."""
    url = empty.url.render_as_string(hide_password=False)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environ |= {"PORTAL_DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": url.replace("+psycopg", "")}
    done = subprocess.run(
        [sys.executable, "-m", "reflex", "db", "migrate"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with empty.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_a_migration_never_imports_the_app() -> None:
    for path in (ROOT / "alembic" / "versions").glob("*.py"):
        assert "portal_app" not in path.read_text(), path.name
        assert re.fullmatch(r"\d{4}_\d\d_\d\d_\w+", path.stem), path.name
