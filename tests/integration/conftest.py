"""Servers that several files of these tests ask for; each starts once, for whoever asks first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.object_store import object_store


@pytest.fixture(scope="session")
def objects() -> Iterator[str]:
    """The address of the object store of this run."""
    with object_store() as address:
        yield address
