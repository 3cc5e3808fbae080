"""Files on this machine's disk, content-addressed: `aa/bb/<sha256>` under one root, written once, never changed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from portal_app.domain.media.store import Kept

NAME = re.compile(r"[0-9a-f]{64}")
INCOMING = "incoming"


class DiskStore:
    """The `Store` port on a local disk. A file is there whole and durable, or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add_file(self, path: Path, sha256: str) -> None:
        """Move a finished file in. Durable when this returns; the same bytes again are simply dropped."""
        target = self._place(sha256)
        if target.exists():
            path.unlink(missing_ok=True)
            return
        incoming = self._incoming()
        try:
            os.rename(path, incoming)
        except OSError:  # another file system
            shutil.copyfile(path, incoming)
        os.utime(incoming)  # kept from now on, however long it took to arrive
        _sync_file(incoming)
        self._settle(incoming, target)
        path.unlink(missing_ok=True)

    def add_bytes(self, content: bytes, sha256: str) -> None:
        """Keep small content. Durable when this returns."""
        target = self._place(sha256)
        if target.exists():
            return
        incoming = self._incoming()
        incoming.write_bytes(content)
        _sync_file(incoming)
        self._settle(incoming, target)

    def has(self, sha256: str) -> bool:
        """Whether these bytes are kept here."""
        return self._place(sha256).is_file()

    def size(self, sha256: str) -> int:
        """Bytes. Raises KeyError when it is not here."""
        try:
            return self._place(sha256).stat().st_size
        except FileNotFoundError:
            raise KeyError(sha256) from None

    def read(self, sha256: str, start: int = 0, length: int | None = None, chunk: int = 1 << 20) -> Iterator[bytes]:
        """The bytes from `start`, at most `chunk` at a time. Raises KeyError when it is not here."""
        try:
            file = self._place(sha256).open("rb", buffering=0)
        except FileNotFoundError:
            raise KeyError(sha256) from None
        return _pieces(file, start, length, chunk)

    def local_path(self, sha256: str) -> Path | None:
        """Where it lies on this disk; None when it is not here."""
        place = self._place(sha256)
        return place if place.is_file() else None

    def everything(self) -> Iterator[Kept]:
        """Every file there is, folder by folder."""
        for place in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            if NAME.fullmatch(place.name) and (kept := _kept(place)):
                yield kept

    def kept_at(self, sha256: str) -> datetime | None:
        """When it was put there; None when it is not here."""
        kept = _kept(self._place(sha256))
        return kept and kept.kept_at

    def remove(self, sha256: str) -> None:
        """Delete it; nothing when it is not here."""
        self._place(sha256).unlink(missing_ok=True)

    def drop_unfinished(self, before: datetime) -> None:
        """Delete what a process that died left half written."""
        for place in (self.root / INCOMING).glob("*"):
            if place.stat().st_mtime < before.timestamp():
                place.unlink(missing_ok=True)

    def link(self, sha256: str, media_type: str, disposition: str) -> None:
        """A disk has no addresses."""

    def _place(self, sha256: str) -> Path:
        if not NAME.fullmatch(sha256):
            raise ValueError("a stored file is named by 64 hexadecimal digits")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _incoming(self) -> Path:
        folder = self.root / INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        return folder / uuid4().hex

    def _settle(self, incoming: Path, target: Path) -> None:
        """Into place, with every folder entry on the way down durable too."""
        target.parent.mkdir(parents=True, exist_ok=True)
        os.utime(incoming)  # kept since now, whenever its bytes were written
        os.chmod(incoming, 0o440)
        os.replace(incoming, target)
        for folder in (target.parent, target.parent.parent, self.root):
            _sync_folder(folder)


def _pieces(file, start: int, length: int | None, chunk: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = length
        while left is None or left > 0:
            piece = file.read(chunk if left is None else min(chunk, left))
            if not piece:
                return
            left = None if left is None else left - len(piece)
            yield piece


def _kept(place: Path) -> Kept | None:
    """None when it went meanwhile."""
    try:
        found = place.stat()
    except FileNotFoundError:
        return None
    return Kept(place.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(path: Path) -> None:
    with suppress(PermissionError):
        _sync_file(path)
