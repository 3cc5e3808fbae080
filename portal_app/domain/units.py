"""What a verb is given when it opens its own units of work: the name of that parameter's type, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlmodel import Session

UnitOfWork = Callable[[], AbstractContextManager[Session]]
"""`with unit_of_work() as db:` is one writing transaction; nothing that waits happens inside it."""
