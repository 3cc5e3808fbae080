"""A database whose every question is taken back: each one meets the same world, and what it changed can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from sqlalchemy import Connection, event, select
from sqlmodel import Session

from portal_app.db import Database, Glance
from portal_app.domain import tables

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
Rows = dict[tuple, dict[str, Any]]
Changes = dict[str, tuple[Rows, Rows]]


class Rewinding(Database):
    """Units of work become savepoints of one transaction, which `question` takes back at its end."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._connection: Connection = self.engine.connect()
        self._one_at_a_time = RLock()
        self._written: set[str] = set()
        self._known: dict[str, Rows] = {}
        self.glance = Glance(_Borrowed(self._connection))  # type: ignore[arg-type]
        event.listen(self.engine, "before_cursor_execute", self._note)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        with self._session(autoflush=True) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._session(autoflush=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def question(self) -> Iterator[None]:
        """Whatever happens inside never happened."""
        with self._connection.begin() as everything:
            self._written.clear()
            try:
                yield
            finally:
                everything.rollback()

    def changes(self) -> Changes:
        """By table, the rows as they were and as they are now, where they differ; asked inside a question."""
        found = {}
        for name in sorted(self._written & tables.metadata.tables.keys()):
            before, after = self._known[name], self._rows(name)
            gone = {key: row for key, row in before.items() if after.get(key) != row}
            new = {key: row for key, row in after.items() if before.get(key) != row}
            if gone or new:
                found[name] = gone, new
        return found

    def remember(self) -> None:
        """This is the world that every question meets."""
        with self._connection.begin() as everything:
            self._known = {name: self._rows(name) for name in tables.metadata.tables}
            everything.rollback()

    def close(self) -> None:
        self._connection.close()
        super().close()

    def _rows(self, name: str) -> Rows:
        table = tables.metadata.tables[name]
        keys = [column.name for column in table.primary_key]
        found = self._connection.execute(select(table)).mappings()
        return {tuple(row[key] for key in keys): dict(row) for row in found}

    @contextmanager
    def _session(self, *, autoflush: bool) -> Iterator[Session]:
        with (
            self._one_at_a_time,
            Session(
                self._connection, expire_on_commit=False, autoflush=autoflush, join_transaction_mode="create_savepoint"
            ) as session,
        ):
            yield session

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if found := WRITES.match(statement):
            self._written.add(found[1])


class _Borrowed:
    """The one connection, as a glance asks an engine for one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    def raw_connection(self) -> _Borrowed:
        return self

    def cursor(self) -> Any:
        return self._connection.connection.cursor()

    def close(self) -> None:
        """It is not ours to close."""
