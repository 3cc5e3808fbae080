"""The file an upload gathers in: locked while somebody writes, durable before its offset is acknowledged.

It is hashed as it comes in, not read again when it is whole. What is hashed so far stays with this process between two
parts; where that is gone (another process, a new start, very many uploads at once) the whole file is read at its end.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from portal_app.core.errors import Conflict
from portal_app.domain.media.fingerprints import Fingerprints, Sums

CHECKSUMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
MOST_REMEMBERED = 1000


class Busy(Conflict):
    """Another request is writing this upload."""

    sentence = "This file is already being sent from another tab or device. It goes on by itself."
    status = 423


class Remembered:
    """Sums of files that are only begun, by their path; the oldest go first."""

    def __init__(self) -> None:
        self._sums: dict[Path, Sums] = {}
        self._lock = threading.Lock()

    def take(self, path: Path, size: int) -> Sums | None:
        """The sums of its first `size` bytes, or None; whoever took them gives them back."""
        with self._lock:
            sums = self._sums.pop(path, None) if size else Sums()
        return sums if sums and sums.size == size else None

    def keep(self, path: Path, sums: Sums) -> None:
        with self._lock:
            self._sums[path] = sums
            if len(self._sums) > MOST_REMEMBERED:
                self._sums.pop(next(iter(self._sums)))


_remembered = Remembered()


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
        self._path = path
        self._sums = _remembered.take(path, os.lseek(self._file, 0, os.SEEK_END))
        self._before = self._sums and self._sums.copy()
        self._own: hashlib._Hash | None = None

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return os.fstat(self._file).st_size

    def write(self, pieces: Sequence[bytes]) -> None:
        """Append, as few writes as it takes and without a copy. At most 1,024 pieces."""
        with self._guard:
            if not self._is_open:
                return
            left = [memoryview(piece) for piece in pieces if piece]
            while left:
                written = os.writev(self._file, left)
                while left and written >= len(left[0]):
                    written -= len(left.pop(0))
                if left:
                    left[0] = left[0][written:]
            if self._sums:
                self._sums.add(pieces)
            for piece in pieces if self._own else ():
                self._own.update(piece)

    def sum_up(self, kind: str) -> None:
        """What is written from here on has a checksum of its own; the first part of a file shares that of the file."""
        if kind != "sha256" or self._sums is None or self._sums.size:
            self._own = CHECKSUMS[kind]()

    def end(self, pieces: Sequence[bytes], checksum: bytes | None = None) -> bool:
        """The last pieces of a part; what was written survives a crash when this returns, unless its sum is another one."""
        self.write(pieces)
        if checksum is not None and (self._own or self._sums.sha256).digest() != checksum:
            return False
        with self._guard:
            os.fsync(self._file)
        return True

    def prints(self) -> Fingerprints | None:
        """Of everything that is here, when all of it was hashed as it came in."""
        return self._sums.prints() if self._sums and self._sums.size == self.size else None

    def cut_back(self, size: int) -> None:
        """Forget everything after `size` bytes, for good."""
        with self._guard:
            os.ftruncate(self._file, size)
            os.lseek(self._file, 0, os.SEEK_END)
            os.fsync(self._file)
            self._sums = self._before if self._before and self._before.size == size else None

    def close(self, *, is_over: bool = False) -> None:
        """Let the next writer in; nobody comes when it `is_over`. Doing it again changes nothing."""
        with self._guard:
            if not self._is_open:
                return
            self._is_open = False
            if self._sums and not is_over and self._sums.size == os.fstat(self._file).st_size:
                _remembered.keep(self._path, self._sums)
            os.close(self._file)


def arrived(path: Path) -> int:
    """Bytes of an upload that are here, read without its lock."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
