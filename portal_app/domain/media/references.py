"""Which rows name a file of the store: every text column whose name ends in `sha256` or `digest`, in every table.

Nobody has to remember to tell this module of a new table. A column too many keeps a file too long; one too few would
lose it, and a test looks at every column that might be one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Column
from sqlmodel import Session, SQLModel, select

from portal_app.domain.media.store import Kept

ENDINGS = ("sha256", "digest")
AT_ONCE = 200


def reference_columns() -> list[Column[str]]:
    """The columns that name files, of the whole schema."""
    tables = SQLModel.metadata.sorted_tables
    return [column for table in tables for column in table.columns if column.name.endswith(ENDINGS)]


def unnamed(db: Session, names: Sequence[str]) -> set[str]:
    """Those of these files that no row names, of any studio."""
    left = set(names)
    for column in reference_columns():
        if left:
            left -= set(db.exec(select(column).where(column.in_(left))).all())
    return left


def few_at_a_time(kept: Iterable[Kept]) -> Iterator[list[Kept]]:
    """As many as one statement asks about."""
    left = iter(kept)
    while some := list(islice(left, AT_ONCE)):
        yield some
