"""What identical bytes share: computed once, while a file comes in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from isal.isal_zlib import crc32

from portal_app.core.errors import InvalidInput

HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """SHA-256 in hex, CRC-32 and size in bytes of a whole file."""

    sha256: str
    crc32: int
    size: int


def require_hash(sha256: str) -> None:
    """Raises InvalidInput for what is no SHA-256 in hex."""
    if not HASH.fullmatch(sha256):
        raise InvalidInput("file", "A SHA-256 is 64 hexadecimal digits.")


class Sums:
    """The fingerprints of what went by so far."""

    __slots__ = ("crc32", "sha256", "size")

    def __init__(self) -> None:
        self.sha256, self.crc32, self.size = hashlib.sha256(), 0, 0

    def add(self, pieces: Iterable[bytes]) -> None:
        """What comes next."""
        for piece in pieces:
            self.sha256.update(piece)
            self.crc32 = crc32(piece, self.crc32)
            self.size += len(piece)

    def copy(self) -> Sums:
        """Another one that goes on from here."""
        other = Sums()
        other.sha256, other.crc32, other.size = self.sha256.copy(), self.crc32, self.size
        return other

    def prints(self) -> Fingerprints:
        """When everything went by."""
        return Fingerprints(self.sha256.hexdigest(), self.crc32, self.size)


def fingerprints_of(path: Path) -> Fingerprints:
    """Read a file for them."""
    sums = Sums()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(1 << 20):
            sums.add([piece])
    return sums.prints()
