"""Engines and units of work: the only place that opens transactions and commits.

SQLite (default) runs in WAL mode with foreign keys on, and every writing unit starts with BEGIN IMMEDIATE, so that
two writers wait for each other instead of failing. PostgreSQL runs the same code; a verb that reads before it writes
takes its row `with_for_update`, which SQLite ignores.

SQLite lets whoever asks at the right moment write, and under a rush lets somebody wait for ever: so the writers of one
process queue for it here, and only processes ask it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, Select, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

MIGRATIONS = Path(__file__).resolve().parents[1] / "alembic"
MIGRATION_PATIENCE_MS = 120_000  # whoever starts while another process changes the schema waits for it
MIGRATING = 4_205_311
# Threads beside the verbs' own that open a unit now and then: those that wait for a payment service, and uploads.
OUTSIDE = 8
# After this many seconds a writer stops queueing and asks SQLite itself.
PATIENCE = 60
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000")


class Database:
    """One engine and its units of work. Make it in a lifespan task or a command, never at import: servers fork."""

    def __init__(self, url: str, *, threads: int | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.threads = threads or (4 if self.is_sqlite else 8)
        self.engine = _sqlite_engine(self.url, self.threads) if self.is_sqlite else _postgres_engine(self.url, self.threads)
        self.glance = Glance(self.engine)
        self._turn = Lock() if self.is_sqlite else None
        self.carries: dict[str, Any] = {}  # what every unit has at hand beside its rows, as `Session.info`

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A writing transaction: commits when the block ends, rolls back when it raises."""
        writing = self.engine.execution_options(writes=True)
        with self._queue(), Session(writing, expire_on_commit=False, info=self.carries) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def _queue(self) -> Iterator[None]:
        """One writer of this process at a time on SQLite; PostgreSQL takes them all."""
        has_turn = self._turn is not None and self._turn.acquire(timeout=PATIENCE)
        try:
            yield
        finally:
            if self._turn is not None and has_turn:
                self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading transaction: one consistent picture, never committed."""
        with Session(self.engine.execution_options(writes=False), expire_on_commit=False, autoflush=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    def close(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()


class Glance:
    """One row of one reading statement, straight from the driver: for the question asked before every event.

    A session costs twenty times the question itself. The statement is compiled once, and its columns' types make of
    the driver's values what a session would have made of them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[int, tuple[Select[Any], str, list[str], type, list[Any]]] = {}

    def first(self, statement: Select[Any], **values: int | str) -> Any | None:
        """The first row with its columns as attributes, or None. `values` fill the statement's bind parameters."""
        _, text, order, row, processors = self._known.get(id(statement)) or self._prepare(statement)
        connection = self._engine.raw_connection()
        try:
            given = [values[name] for name in order] if order else values
            found = connection.cursor().execute(text, given).fetchone()
        except self._engine.dialect.loaded_dbapi.OperationalError as error:  # as a session would have said it
            raise OperationalError(text, given, error) from error
        finally:
            connection.close()
        return found and row(*(make(value) if make else value for make, value in zip(processors, found, strict=True)))

    def _prepare(self, statement: Select[Any]) -> tuple[Select[Any], str, list[str], type, list[Any]]:
        dialect, columns = self._engine.dialect, statement.selected_columns
        compiled = statement.compile(dialect=dialect)
        processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        row = namedtuple("row", columns.keys())
        self._known[id(statement)] = statement, str(compiled), list(compiled.positiontup or ()), row, processors
        return self._known[id(statement)]


def upgrade_to_head(database: Database, *, head: str = "head") -> None:
    """Bring the schema up to date in one transaction. Several processes may start at once: the database lets one in at a time."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect().execution_options(migrates=True) as connection, connection.begin():
        if not database.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        config.attributes["connection"] = connection
        command.upgrade(config, head)
        if database.is_sqlite and (loose := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
            raise RuntimeError(f"the migration would leave a row of {loose[0]} that points nowhere; nothing was changed")
    if database.is_sqlite:
        database.engine.dispose()  # that connection had its foreign keys off, and more patience than a request has


def _sqlite_engine(url: URL, threads: int) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": 15, "check_same_thread": False, "isolation_level": None},
        pool_size=threads + 2,
        max_overflow=OUTSIDE,
        pool_timeout=10,
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection) -> None:
        options = connection.get_execution_options()
        if options.get("migrates"):  # SQLite changes a table by making it anew, and cannot while others point to it
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql(f"PRAGMA busy_timeout={MIGRATION_PATIENCE_MS}")
        writes = options.get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres_engine(url: URL, threads: int) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=threads + 2, max_overflow=OUTSIDE, pool_timeout=10
    )
