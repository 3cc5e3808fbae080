"""PostgreSQL databases that are used again: emptied in a tenth of the time that making one and dropping it takes.

What a test gets cannot be told from a fresh copy: no row of anybody before, every number from the start, the cast where
it was, and nobody else connected. A database whose tables were changed is not used again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, text

PRISTINE = "pristine"  # a schema that holds the rows of the cast
STRANGERS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name"
# Tables, columns, constraints and triggers as they stand, without the numbers that tell one database's from another's.
SHAPE = """
    SELECT string_agg(word, '|' ORDER BY word) FROM (
        SELECT concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull) FROM pg_class c
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger
    ) AS shape (word)"""


class Basin:
    """The databases of one run: those that nobody uses just now, and how to have another."""

    def __init__(self, admin: Engine, template: str, metadata: MetaData) -> None:
        self.admin, self.template = admin, template
        self.free: list[str] = []
        with self._inside(template) as connection:
            connection.execute(text(f"CREATE SCHEMA {PRISTINE}"))
            for table in metadata.tables:
                connection.execute(text(f"CREATE TABLE {PRISTINE}.{table} AS TABLE public.{table}"))
            self.shape = connection.execute(text(SHAPE)).scalar_one()
            self.emptied, self.peopled = (
                _rinsing(connection, metadata.sorted_tables, has_rows=has_rows) for has_rows in (False, True)
            )

    @contextmanager
    def database(self, *, is_peopled: bool) -> Iterator[str]:
        """Its address, for as long as the block runs."""
        name = self.free.pop() if self.free else self._made()
        with self._inside(name) as connection:
            connection.execute(text(self.peopled if is_peopled else self.emptied))
        yield self.admin.url.set(database=name).render_as_string(hide_password=False)
        with self.admin.connect() as connection:
            connection.execute(text(STRANGERS), {"name": name})
        with self._inside(name) as connection:
            is_as_it_was = connection.execute(text(SHAPE)).scalar_one() == self.shape
        if is_as_it_was:
            self.free.append(name)
        else:
            self._drop(name)

    def _made(self) -> str:
        name = f"t{uuid4().hex[:12]}"
        with self.admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY"))
        return name

    def _drop(self, name: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    @contextmanager
    def _inside(self, name: str) -> Iterator[Connection]:
        engine = create_engine(self.admin.url.set(database=name))
        with engine.begin() as connection:
            yield connection
        engine.dispose()


def _rinsing(connection: Connection, tables: list[Table], *, has_rows: bool) -> str:
    """One statement that makes a used database like new; past triggers and keys, which would forbid it."""
    ask = lambda question: connection.execute(text(question)).one()  # noqa: E731
    steps = [f"DELETE FROM {table.name};" for table in tables]
    for table in tables:
        if has_rows and ask(f"SELECT count(*) FROM {table.name}")[0]:
            steps.append(f"INSERT INTO {table.name} SELECT * FROM {PRISTINE}.{table.name};")
        if "id" in table.c and (sequence := ask(f"SELECT pg_get_serial_sequence('{table.name}', 'id')")[0]):
            last, is_called = ask(f"SELECT last_value, is_called FROM {sequence}")
            steps.append(f"PERFORM setval('{sequence}', {last if has_rows else 1}, {is_called and has_rows});")
    return f"DO $$ BEGIN SET LOCAL session_replication_role = replica; {' '.join(steps)} END $$"
