"""What no row names goes after a day; what a row names never does, whoever brings the same bytes at that very moment."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app import cli, wiring
from portal_app.adapters.disk_store import DiskStore
from portal_app.core.clock import utc_now
from portal_app.db import Database
from portal_app.domain.media.claiming import ClaimingStore
from portal_app.domain.media.models import Asset, Rendition, StoreClaim
from portal_app.domain.media.store import Store
from portal_app.domain.media.sweeping import Swept, sweep_store
from portal_app.jobs.schedule import TIMES
from portal_app.jobs.works import WORKS
from portal_app.settings import read_settings
from tests.conftest import Cast
from tests.integration.delivered import Shoot, kept, photographed
from tests.object_store import fresh_store

pytestmark = pytest.mark.proof("delivery-08")
DAYS = 2 * 24 * 3600


@pytest.fixture
def disk(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def store(disk: DiskStore, database: Database) -> ClaimingStore:
    return ClaimingStore(disk, database.unit_of_work, utc_now)


@pytest.fixture
def shoot(database: Database, cast: Cast, disk: DiskStore) -> Shoot:
    return photographed(database, disk, cast.harbor, cast.carl_customer, photos=1)


def age(disk: DiskStore, sha256: str) -> None:
    """Put there two days ago."""
    place = disk.local_path(sha256)
    assert place
    long_ago = utc_now().timestamp() - DAYS
    os.utime(place, (long_ago, long_ago))


def sweep(database: Database, store) -> Swept:
    return sweep_store(database.unit_of_work, database.reading, store, now=utc_now())


def name_it(database: Database, shoot: Shoot, sha256: str) -> None:
    """A row names these bytes from now on."""
    with database.unit_of_work() as db:
        row = db.exec(select(Rendition).where(Rendition.name == "web")).first()
        assert row
        row.sha256 = sha256


# -- what goes and what stays ------------------------------------------------------------------------------------------


def test_only_what_nobody_names_and_is_a_day_old_goes(
    database: Database, disk: DiskStore, store: ClaimingStore, shoot: Shoot
) -> None:
    named = [kept.sha256 for kept in disk.everything()]
    old, young = kept(disk, b"left over"), kept(disk, b"just came")
    for sha256 in (*named, old):
        age(disk, sha256)
    assert sweep(database, store) == Swept(1, len(b"left over"))
    assert not disk.has(old)
    assert disk.has(young)
    assert all(map(disk.has, named))
    assert sweep(database, store) == Swept()


def test_a_photo_taken_out_keeps_its_file(database: Database, disk: DiskStore, store: ClaimingStore, shoot: Shoot) -> None:
    with database.unit_of_work() as db:
        photo = db.exec(select(Asset)).one()
        photo.state = "removed"
        sha256 = photo.sha256
    age(disk, sha256)
    sweep(database, store)
    assert disk.has(sha256)


def test_bytes_brought_again_are_left_for_a_day(database: Database, disk: DiskStore, store: ClaimingStore) -> None:
    sha256 = kept(disk, b"left over")
    age(disk, sha256)
    store.add_bytes(b"left over", sha256)
    assert sweep(database, store) == Swept()
    with database.unit_of_work() as db:
        db.exec(select(StoreClaim)).one().claimed_at -= timedelta(days=2)
    assert sweep(database, store).count == 1
    with database.reading() as db:
        assert db.exec(select(StoreClaim)).all() == []


def test_what_a_dead_process_left_half_written_goes(database: Database, disk: DiskStore, store: ClaimingStore) -> None:
    kept(disk, b"x")
    for name, seconds in (("old", DAYS), ("young", 60)):
        half = disk.root / "incoming" / name
        half.write_bytes(b"half")
        os.utime(half, (utc_now().timestamp() - seconds,) * 2)
    sweep(database, store)
    assert [place.name for place in (disk.root / "incoming").iterdir()] == ["young"]


# -- at the same moment ------------------------------------------------------------------------------------------------


@dataclass
class Stopping:
    """A store that stops before one verb until it is let go on."""

    store: Store
    verb: str
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __getattr__(self, name: str) -> Callable:
        found = getattr(self.store, name)
        return self._stopped(found) if name == self.verb else found

    def _stopped(self, found: Callable) -> Callable:
        def waits(*given):
            self.reached.set()
            assert self.go_on.wait(20)
            return found(*given)

        return waits


@pytest.mark.parametrize("verb", ["kept_at", "remove"])
def test_bytes_brought_while_they_are_deleted_are_there_afterwards(
    database: Database, disk: DiskStore, store: ClaimingStore, shoot: Shoot, verb: str
) -> None:
    sha256 = kept(disk, b"left over")
    age(disk, sha256)
    stopping = Stopping(disk, verb)
    with ThreadPoolExecutor(2) as threads:
        sweeping = threads.submit(sweep, database, stopping)
        assert stopping.reached.wait(20)
        bringing = threads.submit(store.add_bytes, b"left over", sha256)
        with pytest.raises(TimeoutError):
            bringing.result(0.3)  # it waits: the sweep is between asking and deleting
        stopping.go_on.set()
        assert sweeping.result(20).count == 1
        bringing.result(20)
    name_it(database, shoot, sha256)
    assert disk.has(sha256)
    assert sweep(database, store) == Swept()


@pytest.mark.parametrize("verb", ["kept_at", "remove"])
def test_a_bucket_keeps_what_is_brought_while_it_is_deleted(database: Database, objects: str, shoot: Shoot, verb: str) -> None:
    """A bucket says itself since when it keeps something: so it is the sweep that comes two days later."""
    bucket, later = fresh_store(objects), utc_now() + timedelta(days=2)
    store = ClaimingStore(bucket, database.unit_of_work, lambda: later)
    sha256 = kept(bucket, b"left over")
    stopping = Stopping(bucket, verb)
    with ThreadPoolExecutor(2) as threads:
        sweeping = threads.submit(sweep_store, database.unit_of_work, database.reading, stopping, now=later)
        assert stopping.reached.wait(20)
        bringing = threads.submit(store.add_bytes, b"left over", sha256)
        with pytest.raises(TimeoutError):
            bringing.result(0.3)
        stopping.go_on.set()
        assert sweeping.result(20).count == 1
        bringing.result(20)
    assert b"".join(bucket.read(sha256)) == b"left over"
    name_it(database, shoot, sha256)
    assert sweep_store(database.unit_of_work, database.reading, store, now=later) == Swept()
    assert bucket.has(sha256)


def test_bytes_brought_after_the_sweep_looked_are_left(
    database: Database, disk: DiskStore, store: ClaimingStore, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed as old and unnamed, then brought and named before it is their turn."""
    sha256 = kept(disk, b"left over")
    age(disk, sha256)
    from portal_app.domain.media import sweeping

    delete = sweeping._deleted

    def first_brought(*given):
        store.add_bytes(b"left over", sha256)
        return delete(*given)

    monkeypatch.setattr(sweeping, "_deleted", first_brought)
    assert sweep(database, store) == Swept()
    assert disk.has(sha256)


def test_a_storm_of_uploads_and_sweeps_loses_no_named_file(
    database: Database, disk: DiskStore, store: ClaimingStore, shoot: Shoot, full: bool
) -> None:
    chance, begins = random.Random(8), threading.Barrier(3)
    for number in range(150 if full else 12):
        content = f"photo {number}".encode()
        sha256 = kept(disk, content)
        age(disk, sha256)
        pause = chance.random() * 0.01

        def bring(content: bytes = content, sha256: str = sha256, pause: float = pause) -> None:
            begins.wait()
            threading.Event().wait(pause)
            store.add_bytes(content, sha256)
            name_it(database, shoot, sha256)

        def clean() -> None:
            begins.wait()
            sweep(database, store)

        with ThreadPoolExecutor(3) as threads:
            for running in [threads.submit(bring), threads.submit(clean), threads.submit(clean)]:
                running.result(60)
        assert disk.has(sha256), f"round {number}"


def test_a_sweep_killed_on_its_way_took_nothing_that_is_named(
    database: Database, disk: DiskStore, shoot: Shoot, tmp_path: Path, full: bool
) -> None:
    named = {each.sha256 for each in disk.everything()}
    stray = {kept(disk, f"left over {number}".encode()) for number in range(3000 if full else 600)}
    for sha256 in named | stray:
        age(disk, sha256)
    environ = os.environ | {
        "PORTAL_DATA_DIR": str(tmp_path),
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
    }
    command = [sys.executable, "-m", "portal_app", "store", "sweep"]
    running = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE)
    while all(map(disk.has, stray)):
        assert running.poll() is None, "it ended before it deleted anything"
    running.kill()
    running.communicate()
    left = {each.sha256 for each in disk.everything()}
    assert named < left < named | stray, "in the middle of it"
    assert subprocess.run(command, env=environ, check=False, capture_output=True).returncode == 0
    assert {each.sha256 for each in disk.everything()} == named


# -- who runs it -------------------------------------------------------------------------------------------------------


def test_every_night_and_by_hand(
    database: Database, disk: DiskStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {each.kind: each.every for each in TIMES}["sweep_store"] == timedelta(days=1)
    assert "sweep_store" in WORKS
    age(disk, kept(disk, b"left over"))
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    assert cli.main(["store", "sweep"]) == 0
    assert "Deleted: 1 files" in capsys.readouterr().out
    opened = wiring.open_wiring(read_settings())
    assert isinstance(opened.store, ClaimingStore), "every process claims"
    wiring.close_wiring()


def test_the_clock_of_a_claim_is_the_installation_s_own(database: Database, disk: DiskStore) -> None:
    at = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
    store = ClaimingStore(disk, database.unit_of_work, lambda: at)
    store.add_bytes(b"x", kept(disk, b"x"))
    with database.reading() as db:
        assert db.exec(select(StoreClaim.claimed_at)).one() == at
