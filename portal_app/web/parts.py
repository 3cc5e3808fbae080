"""The file an upload gathers in: locked while somebody writes, durable before its offset is acknowledged."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from portal_app.core.errors import Conflict


class Busy(Conflict):
    """Another request is writing this upload."""

    sentence = "This file is already being sent from another tab or device. It goes on by itself."
    status = 423


class Part:
    """One writer at a time over all processes of this machine; the lock ends with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self._guard = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise Busy from None
        self._is_open = True
        os.lseek(self._file, 0, os.SEEK_END)

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return os.fstat(self._file).st_size

    def write(self, pieces: Sequence[bytes]) -> None:
        """Append, as few writes as it takes and without a copy. At most 1,024 pieces."""
        with self._guard:
            left = [memoryview(piece) for piece in pieces if piece]
            while left and self._is_open:
                written = os.writev(self._file, left)
                while left and written >= len(left[0]):
                    written -= len(left.pop(0))
                if left:
                    left[0] = left[0][written:]

    def sync(self) -> None:
        """What was written survives a crash when this returns."""
        with self._guard:
            os.fsync(self._file)

    def cut_back(self, size: int) -> None:
        """Forget everything after `size` bytes."""
        with self._guard:
            os.ftruncate(self._file, size)
            os.lseek(self._file, 0, os.SEEK_END)

    def close(self) -> None:
        """Let the next writer in. Doing it again changes nothing."""
        with self._guard:
            if self._is_open:
                self._is_open = False
                os.close(self._file)


def arrived(path: Path) -> int:
    """Bytes of an upload that are here, read without its lock."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
