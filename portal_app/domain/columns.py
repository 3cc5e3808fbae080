"""Column types and constraints that every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class Instant(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database, on SQLite and PostgreSQL alike."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        at = value.astimezone(UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        """SQLite hands out text without a zone. It is read in one step: a calendar reads thousands."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def instant(*, default: Any = ..., index: bool = False) -> Any:
    """A field holding an instant; pass `default=None` for one that may be empty."""
    return Field(default=default, sa_type=Instant, index=index)


def filled(value: str | int | bool) -> Any:  # noqa: FBT001 (a column's value, not a switch)
    """A column that joins a table which has rows already: they get this value, by the database's own default."""
    words = f"'{value}'" if isinstance(value, str) else str(value).lower()
    return Field(default=value, sa_column_kwargs={"server_default": text(words)})


def one_of(column: str, words: type[StrEnum], table: str) -> CheckConstraint:
    """The database refuses any word outside the enum."""
    allowed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"ck_{table}_{column}")


def one_bill(table: str) -> CheckConstraint:
    """An order or an invoice, never both, never neither."""
    return CheckConstraint("(order_id IS NULL) <> (invoice_id IS NULL)", name=f"ck_{table}_bill")


def at_most_one(name: str, *columns: Any, where: str) -> Index:
    """A unique index over the rows that a condition keeps."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))
