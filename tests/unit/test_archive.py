"""The planned ZIP: what Python's own reader says of it, any range of it, and names that unpack anywhere."""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import subprocess
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.domain.delivery.archive import (
    SUMS,
    Archive,
    Member,
    ShortFile,
    batched,
    pieces,
    plan,
    safe_name,
    unique_names,
)

GIB = 1 << 30


class Shelf:
    """Contents by hash, read in small pieces."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def add(self, name: str, content: bytes) -> Member:
        sha256 = hashlib.sha256(content).hexdigest()
        self.contents[sha256] = content
        return Member(name, sha256, zlib.crc32(content), len(content))

    def read(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        content = self.contents[sha256][start : start + length]
        for at in range(0, len(content), 700):
            yield content[at : at + 700]


def whole(archive: Archive, shelf: Shelf) -> bytes:
    return b"".join(pieces(archive, 0, archive.length, shelf.read))


def some_photos(shelf: Shelf, count: int = 7) -> list[Member]:
    seeded = random.Random(7)
    return [shelf.add(f"IMG_{n:04d}.jpg", seeded.randbytes(seeded.randrange(4_000))) for n in range(count)]


@pytest.mark.proof("main-job-14")
def test_python_reads_it_clean_and_its_length_is_exact() -> None:
    shelf = Shelf()
    members = [*some_photos(shelf), shelf.add("Küche – été.jpg", b"warm"), shelf.add("empty.jpg", b"")]
    archive = plan(members)
    made = whole(archive, shelf)
    assert len(made) == archive.length
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [*(member.name for member in members), SUMS]
        assert [opened.read(member.name) for member in members] == [shelf.contents[member.sha256] for member in members]
        assert all(entry.compress_type == zipfile.ZIP_STORED and entry.flag_bits == 0x800 for entry in opened.infolist())


@pytest.mark.skipif(shutil.which("unzip") is None, reason="Info-ZIP is not on this machine; Python's reader covers it")
def test_info_zip_reads_it_clean(tmp_path) -> None:
    shelf = Shelf()
    path = tmp_path / "made.zip"
    path.write_bytes(whole(plan(some_photos(shelf)), shelf))
    assert subprocess.run(["unzip", "-tq", path], check=False, capture_output=True).returncode == 0


def test_an_empty_archive_is_still_an_archive() -> None:
    made = whole(plan([]), Shelf())
    assert zipfile.ZipFile(io.BytesIO(made)).namelist() == [SUMS]


@pytest.mark.proof("delivery-07")
def test_the_list_inside_says_the_sha_256_of_every_file_under_the_name_it_has(tmp_path) -> None:
    """A photo that calls itself like the list does not take its place."""
    shelf = Shelf()
    members = [shelf.add("a.jpg", b"one"), shelf.add("A.JPG", b"two"), shelf.add(SUMS, b"three"), shelf.add("été.jpg", b"")]
    with zipfile.ZipFile(io.BytesIO(whole(plan(members, {"CHANGES.txt": "Added\n"}), shelf))) as opened:
        opened.extractall(tmp_path)
        assert opened.namelist() == ["a.jpg", "A (2).JPG", "SHA256SUMS (2).txt", "été.jpg", "CHANGES.txt", SUMS]
        said = dict(line.split("  ", 1)[::-1] for line in opened.read(SUMS).decode().splitlines())
        assert said == {
            name: hashlib.sha256(opened.read(name)).hexdigest() for name in opened.namelist() if name != SUMS
        }  # fmt: skip
    if shutil.which("sha256sum"):
        checked = subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=tmp_path, check=False, capture_output=True)
        assert checked.returncode == 0, checked.stdout


@pytest.mark.proof("main-job-14")
@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_range_is_the_slice(data: st.DataObject) -> None:
    shelf = Shelf()
    contents = data.draw(st.lists(st.binary(max_size=300), max_size=6))
    archive = plan(shelf.add(f"{n}.jpg", content) for n, content in enumerate(contents))
    made = whole(archive, shelf)
    start = data.draw(st.integers(0, archive.length))
    stop = data.draw(st.integers(start, archive.length))
    assert b"".join(pieces(archive, start, stop, shelf.read)) == made[start:stop]


def test_the_same_photos_give_the_same_tag_and_other_photos_another() -> None:
    shelf = Shelf()
    photos = some_photos(shelf)
    assert plan(photos).etag == plan(list(photos)).etag
    others = [
        photos[:-1],
        photos[::-1],
        [*photos[:-1], shelf.add("renamed.jpg", shelf.contents[photos[-1].sha256])],
        [*photos[:-1], Member(photos[-1].name, "0" * 64, photos[-1].crc32, photos[-1].size)],
    ]
    assert len({plan(some).etag for some in [photos, *others]}) == 5


def test_a_file_shorter_or_longer_than_recorded_breaks_off() -> None:
    shelf = Shelf()
    for wrong in (-1, 1):
        member = shelf.add("a.jpg", b"0123456789")
        archive = plan([Member(member.name, member.sha256, member.crc32, member.size - wrong)])
        read = (lambda sha256, start, length: shelf.read(sha256, start, 99)) if wrong == 1 else shelf.read
        with pytest.raises(ShortFile):
            list(pieces(archive, 0, archive.length, read))


def test_more_entries_than_sixteen_bits_count() -> None:
    archive = plan(Member(f"{n}.jpg", "0" * 64, 0, 0) for n in range(66_000))
    made = whole(archive, EmptyShelf())
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert len(opened.infolist()) == 66_000 + 1
    assert len(made) == archive.length


class EmptyShelf(Shelf):
    def read(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        return iter(())


class Zeros(io.RawIOBase):
    """The archive as a seekable file whose members are read from nowhere: five gigabytes that take no room."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.at = archive, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.archive.length)[whence]
        return self.at

    def read(self, size: int = -1) -> bytes:
        stop = self.archive.length if size < 0 else min(self.archive.length, self.at + size)
        found = b"".join(pieces(self.archive, self.at, stop, lambda sha256, start, length: [bytes(length)]))
        self.at = max(self.at, stop)
        return found


def test_members_and_offsets_beyond_four_gigabytes() -> None:
    sizes = [3, 5 * GIB, 7, 0xFFFFFFFF, 11]
    archive = plan(
        Member(f"{n}.jpg", "0" * 64, zlib.crc32(bytes(size)) if size < 99 else 1, size) for n, size in enumerate(sizes)
    )
    assert archive.length > sum(sizes)
    with zipfile.ZipFile(Zeros(archive)) as opened:
        assert [entry.file_size for entry in opened.infolist()[:-1]] == sizes
        assert [opened.read(f"{n}.jpg") for n in (0, 2, 4)] == [bytes(3), bytes(7), bytes(11)]
        with opened.open("1.jpg") as large:
            assert large.read(10) == bytes(10)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Kitchen.jpg", "Kitchen.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\a.jpg", "a.jpg"),
        ("/absolute/b.jpg", "b.jpg"),
        ("..", "photo.jpg"),
        ("", "photo.jpg"),
        ("a\r\nContent-Type: text-html.jpg", "aContent-Type_ text-html.jpg"),
        ("con.jpg", "_con.jpg"),
        ("LPT1.final.jpg", "_LPT1.final.jpg"),
        ("a<b>c:d|e?f*.jpg", "a_b_c_d_e_f_.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("nul\x00byte.jpg", "nulbyte.jpg"),
        ("trailing. . .", "trailing"),
        (".hidden.jpg", "hidden.jpg"),
        ("Cafe\u0301.jpg", "Café.jpg"),
    ],
)
def test_a_name_is_made_safe(typed: str, kept: str) -> None:
    assert safe_name(typed) == kept


def test_same_names_are_numbered_blind_to_case() -> None:
    assert unique_names(["photo.jpg", "Photo.JPG", "photo (2).jpg", "photo.jpg"]) == [
        "photo.jpg",
        "Photo (2).JPG",
        "photo (2) (2).jpg",
        "photo (3).jpg",
    ]


def test_seventy_thousand_same_names_take_no_time_to_number() -> None:
    assert len(set(unique_names(["same.jpg"] * 70_000))) == 70_000


@given(st.lists(st.text(max_size=300), max_size=20))
@settings(max_examples=300, deadline=None)
def test_names_are_unique_and_safe_whatever_was_typed(names: list[str]) -> None:
    made = unique_names(names)
    assert len({unicodedata.normalize("NFKC", name).casefold() for name in made}) == len(names)
    for name in made:
        assert name
        assert name not in {".", ".."}
        assert not set(name) & set('/\\<>:"|?*\x00\r\n')
        assert not name.endswith((".", " "))
        assert len(name.encode()) <= 200
        assert all(unicodedata.category(char)[0] != "C" for char in name)


@given(st.lists(st.binary(max_size=50), max_size=30), st.integers(1, 64))
def test_batches_hold_the_same_bytes(content: list[bytes], size: int) -> None:
    batches = list(batched(content, size))
    assert b"".join(batches) == b"".join(content)
    assert all(len(batch) <= max(size, *map(len, content)) for batch in batches)
    small = [piece for piece in content if len(piece) * 4 < size]
    assert len(small) != len(content) or len(batches) <= 1 + 4 * sum(map(len, content)) // (3 * size)
