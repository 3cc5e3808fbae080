"""Every file is read again: what is missing, damaged or unknown is said with its listing and asset."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app import cli
from portal_app.adapters.disk_store import DiskStore
from portal_app.core.viewer import system_viewer
from portal_app.db import Database
from portal_app.domain import tables
from portal_app.domain.media.models import Asset, Rendition
from portal_app.domain.media.references import reference_columns
from portal_app.domain.media.verifying import Checked, Verdict, unknown, verify
from tests.conftest import Cast
from tests.integration.delivered import Shoot, kept, photographed

pytestmark = pytest.mark.proof("delivery-08")

# Columns whose names sound like a file's, and what they hold instead.
NO_FILES = {"token_hash", "code_hash", "challenge_hash", "password_hash", "announced_hash"}


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def shoot(database: Database, cast: Cast, store: DiskStore) -> Shoot:
    return photographed(database, store, cast.harbor, cast.carl_customer)


def bad(database: Database, store: DiskStore, studio_id: int) -> list[Checked]:
    checked = list(verify(database.reading, store, system_viewer(studio_id)))
    return [each for each in checked if each.verdict is not Verdict.SOUND]


def place_of(store: DiskStore, sha256: str) -> Path:
    place = store.local_path(sha256)
    assert place
    place.chmod(0o640)
    return place


def hashes(database: Database, name: str = "") -> list[str]:
    asked = select(Rendition.sha256).where(Rendition.name == name) if name else select(Asset.sha256)
    with database.reading() as db:
        return list(db.exec(asked.order_by("id")).all())


def test_sound_files_are_all_read_and_nothing_is_said(database: Database, cast: Cast, store: DiskStore, shoot: Shoot) -> None:
    checked = list(verify(database.reading, store, system_viewer(cast.harbor)))
    assert {each.verdict for each in checked} == {Verdict.SOUND}
    assert len(checked) == sum(len(files) for files in shoot.files.values())
    assert sum(each.size for each in checked) == sum(len(content) for files in shoot.files.values() for content in files.values())
    assert list(unknown(database.reading, store)) == []


def test_one_changed_bit_and_one_lost_file_are_found(database: Database, cast: Cast, store: DiskStore, shoot: Shoot) -> None:
    flipped, lost = place_of(store, hashes(database)[1]), place_of(store, hashes(database, "web")[2])
    content = bytearray(flipped.read_bytes())
    content[700] ^= 1
    flipped.write_bytes(content)
    lost.unlink()
    found = bad(database, store, cast.harbor)
    assert [(each.verdict, each.file.what) for each in found] == [(Verdict.DAMAGED, "original"), (Verdict.MISSING, "web")]
    for each, photo in zip(found, (shoot.photos[1], shoot.photos[2]), strict=True):
        assert "2208 Point Reyes Court" in each.file.where
        assert photo in each.file.where
    assert bad(database, store, cast.bluebird) == [], "another studio's files are its own matter"


def test_a_file_that_no_row_names_is_listed(database: Database, store: DiskStore, shoot: Shoot) -> None:
    stray = kept(store, b"nobody's")
    assert [each.sha256 for each in unknown(database.reading, store)] == [stray]


def test_a_page_of_rows_is_not_the_end(
    database: Database, cast: Cast, store: DiskStore, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_app.domain.media.verifying.AT_ONCE", 2)
    assert len(list(verify(database.reading, store, system_viewer(cast.harbor)))) == 21


def test_a_film_is_read_without_being_held(
    database: Database, cast: Cast, store: DiskStore, shoot: Shoot, tmp_path: Path, full: bool
) -> None:
    size, film, found = (2048 if full else 256) << 20, tmp_path / "film", hashlib.sha256()
    with film.open("wb") as empty:
        empty.truncate(size)
    for _ in range(size >> 20):
        found.update(bytes(1 << 20))
    store.add_file(film, found.hexdigest())
    with database.unit_of_work() as db:
        photo = db.exec(select(Asset).order_by("id")).first()
        assert photo
        photo.sha256 = found.hexdigest()
    tracemalloc.start()
    try:
        checked = list(verify(database.reading, store, system_viewer(cast.harbor)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size in {each.size for each in checked}
    assert {each.verdict for each in checked} == {Verdict.SOUND}
    assert peak < 8 << 20


def test_the_command_says_it_by_studio_and_ends_with_1(
    database: Database, cast: Cast, shoot: Shoot, store: DiskStore, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    assert cli.main(["verify"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == ["bluebird", "harbor"]
    place_of(store, hashes(database)[0]).unlink()
    stray = kept(store, b"nobody's")
    assert cli.main(["verify"]) == 1
    said = capsys.readouterr().out
    assert f"missing  2208 Point Reyes Court (listing {shoot.listing}), IMG_0001.JPG (asset {shoot.photos[0]}), original" in said
    assert "harbor: 21 files" in said
    assert f"unknown  {stray}" in said
    assert cli.main(["verify", "--studio", "bluebird"]) == 0
    assert cli.main(["verify", "--from", "harbor"]) == 1
    assert "bluebird" not in capsys.readouterr().out.splitlines()[1]
    assert cli.main(["verify", "--studio", "nobody"]) == 1


FILE_WORDS = ("sha", "digest", "hash", "stored")


def test_every_column_that_may_name_a_file_is_counted_or_known_not_to() -> None:
    counted = {f"{column.table.name}.{column.name}" for column in reference_columns()}
    assert counted >= {"asset.sha256", "rendition.sha256", "invoice.pdf_digest"}
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            if any(word.startswith(FILE_WORDS) for word in column.name.split("_")) and not column.name.endswith("_id"):
                name = f"{table.name}.{column.name}"
                assert name in counted or column.name in NO_FILES or "shape" in column.name, (
                    f"{name} may name a file of the store"
                )
