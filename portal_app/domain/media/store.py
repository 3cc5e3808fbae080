"""The port to where files lie: content-addressed, so the same bytes are kept once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a store; size in bytes, and when it was put there."""

    sha256: str
    size: int
    kept_at: datetime


class Store(Protocol):
    """Bytes under their SHA-256 (hex). Adding the same bytes twice is one file; nothing is ever changed in place."""

    def add_file(self, path: Path, sha256: str) -> None:
        """Take over a finished file (it is moved). Durable when this returns."""
        ...

    def add_bytes(self, content: bytes, sha256: str) -> None:
        """Keep small content. Durable when this returns."""
        ...

    def has(self, sha256: str) -> bool: ...

    def size(self, sha256: str) -> int:
        """Bytes. Raises KeyError when it is not here."""
        ...

    def read(self, sha256: str, start: int = 0, length: int | None = None, chunk: int = 1 << 20) -> Iterator[bytes]:
        """The bytes from `start`, at most `chunk` at a time. Raises KeyError when it is not here."""
        ...

    def local_path(self, sha256: str) -> Path | None:
        """A path on this machine, when the store is a disk; None when bytes must be fetched."""
        ...

    def everything(self) -> Iterator[Kept]:
        """Every file there is, a few at a time; what comes or goes meanwhile may be missed."""
        ...

    def kept_at(self, sha256: str) -> datetime | None:
        """When it was put there; None when it is not here."""
        ...

    def remove(self, sha256: str) -> None:
        """Delete it; nothing when it is not here. Only a sweep may, see `sweeping.py`."""
        ...

    def drop_unfinished(self, before: datetime) -> None:
        """Forget what began to be added before then and never ended."""
        ...

    def link(self, sha256: str, media_type: str, disposition: str) -> str | None:
        """An address that gives this file to whoever has it for a minute; None when only we can read here."""
        ...
