"""Engines and units of work: the only place that opens transactions and commits.

SQLite (default) runs in WAL mode with foreign keys on, and every writing unit starts with BEGIN IMMEDIATE, so that
two writers wait for each other instead of failing. PostgreSQL runs the same code; a verb that reads before it writes
takes its row `with_for_update`, which SQLite ignores.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlmodel import Session

MIGRATIONS = Path(__file__).resolve().parents[1] / "alembic"
MIGRATING = 4_205_311
# Threads beside the verbs' own that open a unit now and then: those that wait for a payment service, and uploads.
OUTSIDE = 8
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000")


class Database:
    """One engine and its units of work. Make it in a lifespan task or a command, never at import: servers fork."""

    def __init__(self, url: str, *, threads: int | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.threads = threads or (4 if self.is_sqlite else 8)
        self.engine = _sqlite_engine(self.url, self.threads) if self.is_sqlite else _postgres_engine(self.url, self.threads)
        alone = {"glance": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._glancing = self.engine.execution_options(writes=False, **alone)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A writing transaction: commits when the block ends, rolls back when it raises."""
        with Session(self.engine.execution_options(writes=True), expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading transaction: one consistent picture, never committed."""
        with Session(self.engine.execution_options(writes=False), expire_on_commit=False, autoflush=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """One reading statement, without session or transaction: for the question asked before every event."""
        with self._glancing.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()


def upgrade_to_head(database: Database) -> None:
    """Bring the schema up to date in one transaction. Several processes may start at once: the database lets one in at a time."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
        if not options.get("glance"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", True) else "BEGIN")

    return engine


def _postgres_engine(url: URL, threads: int) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=threads + 2, max_overflow=OUTSIDE, pool_timeout=10
    )
