"""A ZIP that is planned, never built: size and CRC-32 of every photo are known, so every byte's place is.

Stored entries (JPEGs do not shrink) with sizes in their local headers, UTF-8 names, one fixed time stamp: the same
photos give the same bytes each time, on any machine. From the plan come the exact length, a strong entity tag and any
byte range. The last file inside lists the SHA-256 of all the others, from what was computed when they came in, as
`sha256sum --check` reads it. Formats: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3 (zip64).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from struct import pack

Read = Callable[[str, int, int], Iterable[bytes]]
"""`read(sha256, start, length)`: that many bytes of a stored file, in pieces."""

FULL_32, FULL_16 = 0xFFFFFFFF, 0xFFFF
UTF8_NAMES = 0x800
PLAIN, ZIP64 = 20, 45
MADE_ON_UNIX = 3 << 8
READABLE_FILE = 0o100644 << 16
NEW_YEAR_1980 = 0x21
CHUNK = 1 << 19
NAME_BYTES = 180
SUMS = "SHA256SUMS.txt"
FORBIDDEN = re.compile(r'[<>:"|?*/\\]')
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


class ShortFile(Exception):
    """A stored file is shorter than recorded: the download must break off, not lie."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive; size in bytes."""

    name: str
    sha256: str
    crc32: int
    size: int


@dataclass(frozen=True, slots=True)
class Archive:
    """The plan: literal bytes and members one after the other, each starting at its place in `starts`."""

    parts: tuple[bytes | Member, ...]
    starts: tuple[int, ...]
    length: int
    etag: str


def plan(files: Iterable[Member], notes: Mapping[str, str] | None = None) -> Archive:
    """Lay out an archive. Names are made safe and unique; the order is kept. `notes` are texts to go in, by their names;
    then comes the list of every file's SHA-256."""
    members, texts = list(files), {name: text.encode() for name, text in (notes or {}).items()}
    fixed = [*texts, SUMS]
    names = unique_names([*fixed, *(member.name for member in members)])[len(fixed) :]
    entries: list[tuple[Member, bytes | Member]] = [
        (replace(member, name=name), member) for member, name in zip(members, names, strict=True)
    ]
    entries += [(_text_member(name, content), content) for name, content in texts.items()]
    sums = "".join(f"{entry.sha256}  {entry.name}\n" for entry, _ in entries).encode()
    return _laid_out([*entries, (_text_member(SUMS, sums), sums)])


def _text_member(name: str, content: bytes) -> Member:
    return Member(name, hashlib.sha256(content).hexdigest(), zlib.crc32(content), len(content))


def _laid_out(entries: Sequence[tuple[Member, bytes | Member]]) -> Archive:
    """Each file under its entry's name, its bytes at hand or in the store, and the directory of all at the end."""
    parts: list[bytes | Member] = []
    starts: list[int] = []
    directory: list[bytes] = []
    contents = hashlib.sha256()
    offset = 0
    for entry, content in entries:
        header = _local_header(entry, entry.name.encode())
        directory.append(_directory_entry(entry, entry.name.encode(), offset))
        contents.update(entry.sha256.encode())
        for part, length in ((header, len(header)), (content, entry.size)):
            parts.append(part)
            starts.append(offset)
            offset += length
    tail = _tail(b"".join(directory), len(entries), offset)
    contents.update(tail)
    return Archive((*parts, tail), (*starts, offset), offset + len(tail), f'"{contents.hexdigest()[:40]}"')


def pieces(archive: Archive, start: int, stop: int, read: Read) -> Iterator[bytes]:
    """The bytes [start, stop) of the archive. Raises ShortFile when a stored file ends too early."""
    index = bisect_right(archive.starts, start) - 1
    while start < stop:
        part, begin = archive.parts[index], archive.starts[index]
        end = archive.starts[index + 1] if index + 1 < len(archive.starts) else archive.length
        upto = min(stop, end)
        if upto > start:
            yield from _part(part, start - begin, upto - start, read)
        start, index = max(start, upto), index + 1


def _part(part: bytes | Member, start: int, length: int, read: Read) -> Iterator[bytes]:
    if isinstance(part, bytes):
        yield part[start : start + length]
        return
    yield from exactly(read(part.sha256, start, length), length)


def exactly(content: Iterable[bytes], length: int) -> Iterator[bytes]:
    """The same pieces, as long as they add up to `length`. Raises ShortFile otherwise, and never gives more."""
    for piece in content:
        if len(piece) > length:
            raise ShortFile("a stored file is longer than recorded")
        length -= len(piece)
        yield piece
    if length:
        raise ShortFile(f"{length} bytes are missing from a stored file")


def batched(content: Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """Small pieces joined to at most about `size` bytes; one of a quarter of that or more is passed on uncopied."""
    waiting: list[bytes] = []
    held = 0
    for piece in content:
        is_large = len(piece) * 4 >= size
        if held and (is_large or held + len(piece) > size):
            yield b"".join(waiting)
            waiting, held = [], 0
        if is_large:
            yield piece
        else:
            waiting.append(piece)
            held += len(piece)
    if held:
        yield b"".join(waiting)


def _local_header(member: Member, name: bytes) -> bytes:
    is_large = member.size >= FULL_32
    extra = pack("<HHQQ", 1, 16, member.size, member.size) if is_large else b""
    size = FULL_32 if is_large else member.size
    return (
        pack(
            "<IHHHHHIIIHH", 0x04034B50, ZIP64 if is_large else PLAIN, UTF8_NAMES, 0, 0, NEW_YEAR_1980,
            member.crc32, size, size, len(name), len(extra),
        )
        + name
        + extra
    )  # fmt: skip


def _directory_entry(member: Member, name: bytes, offset: int) -> bytes:
    large = [member.size] * 2 if member.size >= FULL_32 else []
    far = [offset] if offset >= FULL_32 else []
    wide = large + far
    extra = pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    size, version = (FULL_32 if large else member.size), (ZIP64 if wide else PLAIN)
    return (
        pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, MADE_ON_UNIX | version, version, UTF8_NAMES, 0, 0, NEW_YEAR_1980,
            member.crc32, size, size, len(name), len(extra), 0, 0, 0, READABLE_FILE, FULL_32 if far else offset,
        )
        + name
        + extra
    )  # fmt: skip


def _tail(directory: bytes, count: int, offset: int) -> bytes:
    size = len(directory)
    wide = b""
    if count >= FULL_16 or offset >= FULL_32 or size >= FULL_32:
        wide = pack("<IQHHIIQQQQ", 0x06064B50, 44, MADE_ON_UNIX | ZIP64, ZIP64, 0, 0, count, count, size, offset)
        wide += pack("<IIQI", 0x07064B50, 0, offset + size, 1)
    few = min(count, FULL_16)
    end = pack("<IHHHHIIH", 0x06054B50, 0, 0, few, few, min(size, FULL_32), min(offset, FULL_32), 0)
    return directory + wide + end


def unique_names(names: Iterable[str]) -> list[str]:
    """Safe names, no two alike even where case does not count: `photo.jpg`, `photo (2).jpg`."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    unique: list[str] = []
    for name in map(safe_name, names):
        made, first = name, _likeness(name)
        while _likeness(made) in taken:
            counts[first] = counts.get(first, 1) + 1
            made = _numbered(name, counts[first])
        taken.add(_likeness(made))
        unique.append(made)
    return unique


def safe_name(name: str, *, otherwise: str = "photo.jpg") -> str:
    """A file name that any system can unpack: no path, no control or direction marks, no device name, not too long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    plain = FORBIDDEN.sub("_", visible).strip().strip(".").strip()
    path = PurePosixPath(plain or otherwise)
    stem = f"_{path.stem}" if path.stem.split(".")[0].strip().lower() in DEVICES else path.stem
    return _shortened(stem, path.suffix[:20])


def _shortened(stem: str, suffix: str) -> str:
    room = NAME_BYTES - len(suffix.encode())
    return (stem.encode()[:room].decode(errors="ignore").rstrip(". ") or "photo") + suffix


def _numbered(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return f"{path.stem} ({number}){path.suffix}"


def _likeness(name: str) -> str:
    """What two names share when a disk cannot tell them apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
