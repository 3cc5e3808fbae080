"""What a verb or a query is given in place of a session: the names of those parameters' types, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlmodel import Session

UnitOfWork = Callable[[], AbstractContextManager[Session]]
"""`with unit_of_work() as db:` is one writing transaction; nothing that waits happens inside it."""

First = Callable[..., Any]
"""`first(statement, **values)` answers with the first row or None: the shortest way to ask, for what is asked all the time."""
