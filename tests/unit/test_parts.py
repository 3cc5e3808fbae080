"""A file is hashed while it comes in; whatever happens between its parts, a sum that is given is right."""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path

import pytest

from portal_app.domain.media.fingerprints import Fingerprints, fingerprints_of
from portal_app.web import parts
from portal_app.web.parts import Part

PIECES = [os.urandom(70_000), os.urandom(5), os.urandom(1 << 20)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.part"


def add(path: Path, content: bytes, kind: str = "", expected: bytes | None = None) -> bool:
    part = Part(path)
    if kind:
        part.sum_up(kind)
    is_right = part.end([content], expected)
    if not is_right:
        part.cut_back(part.size - len(content))
    part.close()
    return is_right


def prints(path: Path) -> Fingerprints | None:
    part = Part(path)
    found = part.prints()
    part.close()
    return found


def test_the_sums_of_all_parts_are_those_of_the_file(path: Path) -> None:
    for piece in PIECES:
        add(path, piece)
    content = b"".join(PIECES)
    assert prints(path) == Fingerprints(hashlib.sha256(content).hexdigest(), zlib.crc32(content), len(content))
    assert prints(path) == fingerprints_of(path)


@pytest.mark.parametrize("kind", ["sha256", "sha1"])
def test_each_part_has_a_sum_of_its_own_and_the_first_one_too(path: Path, kind: str) -> None:
    for piece in PIECES:
        assert not add(path, piece, kind, parts.CHECKSUMS[kind](b"another").digest())
        assert add(path, piece, kind, parts.CHECKSUMS[kind](piece).digest())
    assert path.read_bytes() == b"".join(PIECES)
    assert prints(path) == fingerprints_of(path)


def test_what_was_cut_back_is_in_no_sum(path: Path) -> None:
    add(path, PIECES[0])
    part = Part(path)
    part.write([PIECES[1]])
    part.cut_back(len(PIECES[0]))
    part.close()
    add(path, PIECES[2])
    assert path.read_bytes() == PIECES[0] + PIECES[2]
    assert prints(path) == fingerprints_of(path)


def test_nothing_is_said_of_a_file_somebody_else_wrote_to(path: Path) -> None:
    add(path, PIECES[0])
    path.write_bytes(PIECES[0] + PIECES[1])
    assert prints(path) is None, "another process went on with it"
    add(path, PIECES[2])
    assert prints(path) is None


def test_a_sum_that_is_forgotten_is_not_made_up(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(parts, "_remembered", parts.Remembered())
    monkeypatch.setattr(parts, "MOST_REMEMBERED", 1)
    add(path, PIECES[0])
    add(tmp_path / "other.part", PIECES[1])
    add(path, PIECES[2])
    assert prints(path) is None
    assert prints(tmp_path / "other.part") == fingerprints_of(tmp_path / "other.part")
