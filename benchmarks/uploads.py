"""What a resumable upload costs the server, beside the barest way to take a file in and hash it.

Camera-sized photos (228 MB; a third of it without --full) go one after the other over loopback, as the page sends them: tus,
begun with the hash the file has to come to, in parts of 16 MB, to the real routes and database under granian. The floor is a
process that reads the same bytes from a socket in pieces of 1 MB, hashes them (SHA-256 and CRC-32) and writes each to a file
it makes durable. A round does both in turn, the first round only warms up; the figure is the median over rounds of CPU
seconds of the server's processes / CPU seconds of the floor in the same round. Looking into each photo's header is part of
the server's share.

    python -m benchmarks.uploads          # 7 photos, 3 rounds
    python -m benchmarks.uploads --full   # 20 photos, 7 rounds
"""

from __future__ import annotations

import argparse
import base64
import gc
import hashlib
import http.client
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.zip import HOST, wait_for
from portal_app.core.clock import utc_now
from portal_app.core.tokens import fingerprint, new_public_id, new_token
from portal_app.domain import tables
from portal_app.domain.customers.models import Customer
from portal_app.domain.identity.models import Account, Membership, SignInSession
from portal_app.domain.listings.models import Listing
from portal_app.domain.studios.models import Studio, StudioHost
from portal_app.memory import keep_freed_blocks
from portal_app.settings import read_settings
from portal_app.web.api import make_api
from portal_app.wiring import close_wiring, open_wiring
from tests.photos import camera_jpeg

ID = "delivery-01"
MOST_TIMES = 2.0
PART, GULP, DIFFERENT = 16 << 20, 1 << 20, 4


def main() -> int:
    """Print the line of the goal; 1 when it is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--floor", nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.floor:
        return floor(*given.floor)
    photos, rounds = (20, 7) if given.full else (7, 3)
    with tempfile.TemporaryDirectory(prefix="foyer-benchmark-") as place:
        here = Path(place)
        cookie, listings = fill(here, rounds + 1)
        with granian(here) as server, sink(here) as bare:
            pairs = [one_round(server, bare, here, cookie, listing, photos) for listing in listings][1:]
    ratio = statistics.median(ours / beside for ours, beside in pairs)
    per_gb = [statistics.median(column) for column in zip(*pairs, strict=True)]
    words = (
        f"uploads: {ratio:.2f} x socket to file with hashes (goal <= {MOST_TIMES}; CPU s/GB {per_gb[0]:.2f} and {per_gb[1]:.2f})"
    )
    print(f"{ID} {words} {'ok' if ratio <= MOST_TIMES else 'too slow'}", flush=True)
    return 0 if ratio <= MOST_TIMES else 1


def one_round(server: Running, bare: Running, place: Path, cookie: str, listing: str, photos: int) -> tuple[float, float]:
    """CPU seconds per gigabyte of the server and of the floor, for the same photos."""
    contents = photos_of(photos, listing)
    gigabytes = sum(map(len, contents)) / 1e9
    begun = server.cpu()
    for content in contents:
        upload(server.port, cookie, listing, content)
    between = server.cpu() - begun
    forget(place / "store", place / "sink")
    begun = bare.cpu()
    for content in contents:
        with socket.create_connection((HOST, bare.port)) as line:
            line.sendall(struct.pack(">Q", len(content)) + content)
            assert line.recv(32) == hashlib.sha256(content).digest()
    beside = bare.cpu() - begun
    forget(place / "store", place / "sink")
    return between / gigabytes, beside / gigabytes


def forget(*folders: Path) -> None:
    """Remove the files: both write where something lay before. Memory never used yet costs a virtual machine most of all."""
    for folder in folders:
        for file in filter(Path.is_file, folder.rglob("*")):
            file.unlink()


def photos_of(count: int, listing: str) -> list[bytes]:
    """So many photos nobody sent before, 8 to 14 MB each: a few as cameras write them, every copy with a comment of its own."""
    taken = [camera_jpeg(seed) for seed in range(DIFFERENT)]
    notes = (f"{listing} {each}".encode() for each in range(count))
    return [with_comment(taken[each % DIFFERENT], note) for each, note in enumerate(notes)]


def with_comment(jpeg: bytes, note: bytes) -> bytes:
    """The same picture in another file."""
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note + jpeg[2:]


def upload(port: int, cookie: str, listing: str, content: bytes) -> None:
    """As the page sends it."""
    line = http.client.HTTPConnection(HOST, port)
    head = {"Tus-Resumable": "1.0.0", "Cookie": cookie}
    told = {"filename": "a.jpg", "listing": listing, "sha256": hashlib.sha256(content).hexdigest()}
    named = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
    line.request("POST", "/api/uploads", headers=head | {"Upload-Length": str(len(content)), "Upload-Metadata": named})
    answer = line.getresponse()
    said, url = answer.read(), answer.headers["Location"]
    assert answer.status == 201, said
    for start in range(0, len(content), PART):
        part = content[start : start + PART]
        more = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        line.request("PATCH", url, body=part, headers=head | more)
        answer = line.getresponse()
        said = answer.read()
        assert answer.status == 204, said
    assert answer.headers["Upload-Asset"], answer.headers
    line.close()


# -- both servers ----------------------------------------------------------------------------------------------------


class Running:
    """A server's processes."""

    def __init__(self, port: int, process: subprocess.Popen) -> None:
        self.port, self.process = port, psutil.Process(process.pid)

    def cpu(self) -> float:
        """Seconds all of them have used, the ended ones among their children too."""
        everyone = [self.process, *self.process.children(recursive=True)]
        return sum(sum(each.cpu_times()[:2]) for each in everyone)


def app():
    """The portal's HTTP routes in a process that treats its memory as in production. granian's worker calls this."""
    keep_freed_blocks()
    open_wiring(read_settings())
    api = make_api()
    gc.freeze()
    return api


@contextmanager
def granian(folder: Path) -> Iterator[Running]:
    """One worker, as in production."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "benchmarks.uploads:app"]
    more = ["--host", HOST, "--port", str(port), "--workers", "1", "--log-level", "warning"]
    with started([*command, *more], os.environ | {"PORTAL_DATA_DIR": str(folder)}, port) as running:
        yield running


@contextmanager
def sink(folder: Path) -> Iterator[Running]:
    """The floor, in a process of its own."""
    port = free_port()
    (folder / "sink").mkdir()
    command = [sys.executable, "-m", "benchmarks.uploads", "--floor", str(port), str(folder / "sink")]
    with started(command, dict(os.environ), port) as running:
        yield running


@contextmanager
def started(command: list[str], environ: dict[str, str], port: int) -> Iterator[Running]:
    """Until it is no longer needed."""
    process = subprocess.Popen(command, env=environ)
    try:
        wait_for(port)
        yield Running(port, process)
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """One nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def floor(port: str, path: str) -> int:
    """Take files from a socket: eight bytes of length, then so many bytes; answer their SHA-256 once they are durable."""
    room, number = bytearray(GULP), 0
    with socket.create_server((HOST, int(port))) as door:
        while True:
            line, _ = door.accept()
            number += 1
            with line, Path(path, str(number)).open("wb", buffering=0) as file:
                head = line.recv(8, socket.MSG_WAITALL)
                if len(head) < 8:
                    continue
                left, sha256, crc32 = struct.unpack(">Q", head)[0], hashlib.sha256(), 0
                while left:
                    piece = memoryview(room)[: line.recv_into(room, min(GULP, left))]
                    left -= len(piece)
                    sha256.update(piece)
                    crc32 = zlib.crc32(piece, crc32)
                    file.write(piece)
                os.fsync(file.fileno())
                line.sendall(sha256.digest())


def fill(folder: Path, count: int) -> tuple[str, list[str]]:
    """A studio, its photographer signed in, and listings: the cookie and the listings."""
    wiring = open_wiring(read_settings({"PORTAL_DATA_DIR": str(folder)}))
    tables.metadata.create_all(wiring.database.engine)
    now, token = utc_now(), new_token()
    with wiring.database.unit_of_work() as db:
        studio = Studio(slug="harbor", name="Harbor Light")
        db.add(studio)
        db.flush()
        who = {"studio_id": studio.id, "name": "Pia", "email": "pia@x.example", "email_key": "pia@x.example", "created_at": now}
        account = Account(**who, password_hash="", verified_at=now)
        db.add_all([account, StudioHost(studio_id=studio.id, host=HOST, address=f"http://{HOST}")])
        db.flush()
        customer = Customer(**who)
        signed_in = {"created_at": now, "seen_at": now, "ends_at": now.replace(year=now.year + 1)}
        db.add_all([
            customer,
            Membership(studio_id=studio.id, account_id=account.id, role="photographer", joined_at=now),
            SignInSession(studio_id=studio.id, account_id=account.id, token_hash=fingerprint(token), **signed_in),
        ])  # fmt: skip
        db.flush()
        home = {"street": "2208 Point Reyes Court", "town": "Carmel-by-the-Sea, CA 93923", "created_at": now}
        names = [new_public_id() for _ in range(count)]
        db.add_all(Listing(studio_id=studio.id, customer_id=customer.id, public_id=name, **home) for name in names)
    close_wiring()
    return f"foyer={token}", names


if __name__ == "__main__":
    sys.exit(main())
