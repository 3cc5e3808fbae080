"""A ZIP over a real connection, cut anywhere and gone on with: the same bytes, and every unpacker takes them."""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
import socket
import subprocess
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from sqlmodel import select
from starlette.applications import Starlette

from portal_app.adapters.disk_store import DiskStore
from portal_app.db import Database
from portal_app.domain.delivery.archive import SUMS
from portal_app.domain.delivery.models import Download
from portal_app.domain.media.models import Asset
from tests.conftest import Cast
from tests.integration.delivered import hand_over, kept, photographed
from tests.integration.street import served, signed_in

pytestmark = pytest.mark.proof("delivery-07")
HOST = "127.0.0.1"


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def port(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[int]:
    with served(database, store, tmp_path) as made, listening(made) as found:
        yield found


@contextmanager
def listening(app: Starlette) -> Iterator[int]:
    """The app behind a socket, on a loop of its own."""
    with socket.create_server((HOST, 0)) as ear:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([ear])), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield ear.getsockname()[1]
        server.should_exit = True
        thread.join(10)


def heavy_shoot(database: Database, store: DiskStore, cast: Cast):
    """Photos larger than what lies in a connection's buffers, two of one name."""
    shoot, seeded = photographed(database, store, cast.harbor, cast.carl_customer, photos=4), random.Random(4)
    with database.unit_of_work() as db:
        for asset in db.exec(select(Asset).where(Asset.listing_id == shoot.listing_id)).all():
            content = seeded.randbytes(2_000_000 + asset.position)
            asset.sha256, asset.size, asset.crc32 = kept(store, content), len(content), zlib.crc32(content)
            asset.original_name = "Küche.jpg" if asset.position < 3 else asset.original_name
    hand_over(database, cast.olive, shoot, collect_payment=False)
    return shoot


def take(port: int, path: str, token: str, *, start: int = 0, tag: str = "", most: int = 1 << 40) -> tuple[dict[str, str], bytes]:
    """Up to `most` bytes of the body from `start`, then the line is cut."""
    with socket.create_connection((HOST, port), timeout=30) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        asked = f"Range: bytes={start}-\r\nIf-Range: {tag}\r\n" if start else ""
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: foyer={token}\r\n{asked}Connection: close\r\n\r\n".encode()
        )
        got = bytearray()
        while b"\r\n\r\n" not in got:
            got += line.recv(4096)
        head, _, body = bytes(got).partition(b"\r\n\r\n")
        words = head.decode().split("\r\n")
        fields = {"status": words[0].split()[1], **{k.lower(): v for k, v in (each.split(": ", 1) for each in words[1:])}}
        body = bytearray(body)
        while len(body) < min(most, int(fields["content-length"])) and (piece := line.recv(1 << 16)):
            body += piece
        return fields, bytes(body[:most])


def test_cut_anywhere_it_goes_on_to_the_same_bytes_and_is_one_download(
    database: Database, store: DiskStore, cast: Cast, port: int, full: bool, tmp_path: Path
) -> None:
    shoot, token = heavy_shoot(database, store, cast), signed_in(database, cast.carl)
    path, seeded = f"/files/zip/{shoot.listing}", random.Random(100)
    fields, whole = take(port, path, token)
    length, tag = int(fields["content-length"]), fields["etag"]
    assert len(whole) == length
    for _ in range(100 if full else 6):
        _, begun = take(port, path, token, most=seeded.randrange(1, length))
        more, rest = take(port, path, token, start=len(begun), tag=tag)
        assert (more["status"], more["content-range"]) == ("206", f"bytes {len(begun)}-{length - 1}/{length}")
        assert hashlib.sha256(begun + rest).digest() == hashlib.sha256(whole).digest()
    every_unpacker_takes(whole, tmp_path)
    wait_until_all_are_finished(database)


def wait_until_all_are_finished(database: Database) -> None:
    """The record is written beside the stream, a moment after its last byte."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        with database.reading() as db:
            rows = db.exec(select(Download)).all()
            if rows and all(row.finished_at and row.spans == [[0, row.length]] for row in rows):
                return
        time.sleep(0.05)
    pytest.fail("a download that came whole is not written down as finished")


def every_unpacker_takes(content: bytes, folder: Path) -> None:
    path = folder / "taken.zip"
    path.write_bytes(content)
    with zipfile.ZipFile(path) as made:
        assert made.testzip() is None
        sums = dict(line.split("  ", 1)[::-1] for line in made.read(SUMS).decode().splitlines())
        assert sums == {name: hashlib.sha256(made.read(name)).hexdigest() for name in made.namelist() if name != SUMS}
        assert list(sums)[:2] == ["Küche.jpg", "Küche (2).jpg"]
    for command in (["unzip", "-tq"], ["7zz", "t", "-bso0"]):
        if shutil.which(command[0]):
            assert subprocess.run([*command, path], check=False, capture_output=True).returncode == 0, command


def test_a_range_of_another_version_starts_again_from_the_beginning(
    database: Database, store: DiskStore, cast: Cast, port: int
) -> None:
    shoot, token = heavy_shoot(database, store, cast), signed_in(database, cast.carl)
    path = f"/files/zip/{shoot.listing}"
    fields, begun = take(port, path, token, most=3_000_000)
    with database.unit_of_work() as db:
        db.exec(select(Asset).where(Asset.listing_id == shoot.listing_id)).first().original_name = "renamed.jpg"
    again, whole = take(port, path, token, start=len(begun), tag=fields["etag"])
    assert (again["status"], again["etag"] != fields["etag"], len(whole)) == ("200", True, int(again["content-length"]))
