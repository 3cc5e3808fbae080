"""What the planned ZIP costs beside a ready file, served by the same process.

53 camera-sized photos (604 MB; a quarter of it without --full) behind the real routes, database and cookie, under
granian as in production. A round asks for each archive once, the first round only warms up, and the figure is the
median over rounds of planned MB/s / ready MB/s in the same round. Memory is what the server's processes grow by, over
their size after one photo and one short range, with a reader as fast as it can and with one that stops for 3 seconds.

    python -m benchmarks.zip          # 13 photos, 3 rounds
    python -m benchmarks.zip --full   # 53 photos, 7 rounds
    python -m benchmarks.zip --large  # only the memory, over 5 GB of files that are holes on the disk
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route

from portal_app.core.clock import utc_now
from portal_app.core.tokens import fingerprint, new_public_id, new_token
from portal_app.core.viewer import system_viewer
from portal_app.db import Database
from portal_app.domain import tables
from portal_app.domain.customers.models import Customer
from portal_app.domain.delivery.archive import pieces
from portal_app.domain.delivery.files import archive_to_serve
from portal_app.domain.delivery.gate import Size
from portal_app.domain.delivery.service import DeliverRequest, deliver
from portal_app.domain.identity.models import Account, SignInSession
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.studios.models import Studio, StudioHost
from portal_app.settings import read_settings
from portal_app.web.api import make_api
from portal_app.wiring import close_wiring, open_wiring

ID = "main-job-19"
LEAST_RATIO, MOST_FIRST_BYTE_MS, MOST_GROWTH_MB = 0.85, 20.0, 16.0
MB, GULP = 1_000_000, 1 << 20
STOP_SECONDS = 3.0
HOST = "127.0.0.1"


def main() -> int:
    """Print one line per goal; 1 when a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--large", action="store_true")
    chosen = asked.parse_args()
    if chosen.large:
        return 0 if large() else 1
    full = chosen.full
    with tempfile.TemporaryDirectory(prefix="foyer-benchmark-") as place:
        address = fill(Path(place), photos=53 if full else 13)
        with served(Path(place)) as server:
            planned = Download(server.port, address.planned, address.cookie)
            ready = Download(server.port, "/ready.zip", "")
            reached = [memory(server, planned), *speed(planned, ready, rounds=7 if full else 3)]
    return 0 if all(reached) else 1


def large() -> bool:
    """What the server grows by while it sends 5 GB, to a fast reader and to one that stops."""
    with tempfile.TemporaryDirectory(prefix="foyer-benchmark-") as place:
        address = fill(Path(place), photos=5, size=1 << 30, with_ready=False)
        with served(Path(place)) as server:
            return memory(server, Download(server.port, address.planned, address.cookie), name="delivery-07")


# -- the server ------------------------------------------------------------------------------------------------------


def app() -> Starlette:
    """The portal's HTTP routes, and the same archive as a file lying ready. granian's worker calls this."""
    wiring = open_wiring(read_settings())
    ready = wiring.settings.data_dir / "ready.zip"

    async def ready_file(_: Request) -> FileResponse:
        return FileResponse(ready)

    return Starlette(routes=[Route("/ready.zip", ready_file), Mount("/", make_api())])


@dataclass(slots=True)
class Server:
    """A running server and the processes it consists of."""

    port: int
    process: psutil.Process

    def resident_mb(self) -> float:
        """Memory of all its processes, in MB."""
        return sum(each.memory_info().rss for each in [self.process, *self.process.children(recursive=True)]) / MB


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """One granian worker on a free port, stopped again at the end."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "benchmarks.zip:app"]
    started = subprocess.Popen(
        [*command, "--host", HOST, "--port", str(port), "--workers", "1", "--log-level", "warning"],
        env=os.environ | {"PORTAL_DATA_DIR": str(folder)},
    )
    try:
        wait_for(port)
        yield Server(port, psutil.Process(started.pid))
    finally:
        started.terminate()
        started.wait(20)


def wait_for(port: int) -> None:
    """Until somebody listens. Raises TimeoutError after 30 seconds."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the server did not start")


# -- what it serves --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """Where the planned archive is, and the cookie that opens it."""

    planned: str
    cookie: str


def fill(folder: Path, *, photos: int, size: int = 0, with_ready: bool = True) -> Address:
    """A delivered listing of camera-sized photos, its customer signed in, and the same archive ready as a file."""
    wiring = open_wiring(read_settings({"PORTAL_DATA_DIR": str(folder)}))
    tables.metadata.create_all(wiring.database.engine)
    address, studio_id, listing = rows(wiring.database, wiring.store, photos, size)
    with wiring.database.reading() as db:
        archive = archive_to_serve(db, system_viewer(studio_id), listing, Size.ORIGINAL).archive
    if with_ready:
        with (folder / "ready.zip").open("wb") as ready:
            ready.writelines(pieces(archive, 0, archive.length, wiring.store.read))
    close_wiring()
    return address


def rows(database: Database, store, photos: int, size: int) -> tuple[Address, int, str]:
    """Studio, customer with a session, listing, order, photos, delivery."""
    now, token = utc_now(), new_token()
    with database.unit_of_work() as db:
        studio = Studio(slug="harbor", name="Harbor Light")
        db.add(studio)
        db.flush()
        who = {
            "studio_id": studio.id,
            "name": "Carl",
            "email": "carl@x.example",
            "email_key": "carl@x.example",
            "created_at": now,
        }
        account = Account(**who, password_hash="", verified_at=now)
        db.add_all([account, StudioHost(studio_id=studio.id, host=HOST, address=f"http://{HOST}")])
        db.flush()
        customer = Customer(**who, account_id=account.id)
        session = SignInSession(
            studio_id=studio.id, account_id=account.id, token_hash=fingerprint(token),
            created_at=now, seen_at=now, ends_at=now + timedelta(days=1),
        )  # fmt: skip
        db.add_all([customer, session])
        db.flush()
        place = {"street": "2208 Point Reyes Court", "town": "Carmel-by-the-Sea, CA 93923"}
        listing = Listing(studio_id=studio.id, customer_id=customer.id, public_id=new_public_id(), created_at=now, **place)
        db.add(listing)
        db.flush()
        order = Order(
            studio_id=studio.id, number=1001, request_key="1", customer_id=customer.id, listing_id=listing.id,
            status=OrderStatus.ACCEPTED, customer_name="Carl", currency="USD", subtotal_cents=100, tax_cents=0,
            total_cents=100, placed_at=now, **place,
        )  # fmt: skip
        db.add(order)
        db.add_all((hole(store, listing, number, size) if size else photo(store, listing, number)) for number in range(photos))
        db.flush()
        deliver(db, system_viewer(studio.id), order.number, DeliverRequest(collect_payment=False), now=now)
        return Address(f"/files/zip/{listing.public_id}", f"foyer={token}"), studio.id, listing.public_id


def photo(store, listing: Listing, number: int) -> Asset:
    """One photo of 8 to 14 MB; nothing in it can be squeezed, as in a JPEG."""
    seeded = random.Random(number)
    content = seeded.randbytes(seeded.randrange(8 * MB, 14 * MB + 800_000))
    sha256 = hashlib.sha256(content).hexdigest()
    store.add_bytes(content, sha256)
    return Asset(
        studio_id=listing.studio_id, listing_id=listing.id, public_id=new_public_id(), state=AssetState.READY,
        original_name=f"IMG_{number:04d}.JPG", size=len(content), sha256=sha256, crc32=zlib.crc32(content),
        position=number, received_at=utc_now(),
    )  # fmt: skip


def hole(store, listing: Listing, number: int, size: int) -> Asset:
    """One file of `size` bytes that takes no room on the disk; the hash it is kept under is made up."""
    sha256 = f"{number + 1:064x}"
    store.add_bytes(b"", sha256)
    path = store.local_path(sha256)
    path.chmod(0o600)
    os.truncate(path, size)
    return Asset(
        studio_id=listing.studio_id, listing_id=listing.id, public_id=new_public_id(), state=AssetState.READY,
        original_name=f"IMG_{number:04d}.JPG", size=size, sha256=sha256, crc32=0, position=number, received_at=utc_now(),
    )  # fmt: skip


# -- the reader ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """One download: bytes of the body, seconds to its first byte and to its last."""

    size: int
    first: float
    seconds: float

    @property
    def mb_per_second(self) -> float:
        return self.size / MB / self.seconds


@dataclass(frozen=True, slots=True)
class Download:
    """A plain GET over a bare socket, so that the client costs next to nothing."""

    port: int
    path: str
    cookie: str

    def take(self, *, range_: str = "", stop_after: int = 0) -> Taken:
        """Read everything; after `stop_after` bytes wait three seconds once. Raises ConnectionError on a short answer."""
        begun = time.perf_counter()
        with socket.create_connection((HOST, self.port)) as line:
            line.settimeout(120)
            asked = {"Host": f"{HOST}:{self.port}", "Cookie": self.cookie, "Range": range_, "Connection": "close"}
            words = "".join(f"{name}: {value}\r\n" for name, value in asked.items() if value)
            line.sendall(f"GET {self.path} HTTP/1.1\r\n{words}\r\n".encode())
            length, size, first = self._head(line, begun)
            room = bytearray(GULP)
            while size < length:
                got = line.recv_into(room, min(GULP, length - size))
                if not got:
                    raise ConnectionError(f"{length - size} bytes are missing")
                size += got
                if stop_after and size >= stop_after:
                    time.sleep(STOP_SECONDS)
                    stop_after = 0
        return Taken(size, first, time.perf_counter() - begun)

    def _head(self, line: socket.socket, begun: float) -> tuple[int, int, float]:
        """Length of the body, how much of it is here, seconds until its first byte was."""
        head = b""
        while b"\r\n\r\n" not in head or head.endswith(b"\r\n\r\n"):
            head += line.recv(4096)
        first = time.perf_counter() - begun
        lines, _, body = head.partition(b"\r\n\r\n")
        if lines.split()[1] not in {b"200", b"206"}:
            raise ConnectionError(lines.decode())
        fields = dict(each.split(b": ", 1) for each in lines.lower().split(b"\r\n")[1:])
        return int(fields[b"content-length"]), len(body), first


# -- the figures -----------------------------------------------------------------------------------------------------


def speed(planned: Download, ready: Download, *, rounds: int) -> list[bool]:
    """MB/s against the ready file, and the wait for the first byte."""
    ratios, firsts, rates = [], [], []
    for number in range(rounds + 1):
        beside, ours = (ready.take(), planned.take()) if number % 2 else tuple(reversed((planned.take(), ready.take())))
        if number:
            ratios.append(ours.mb_per_second / beside.mb_per_second)
            rates.append((ours.mb_per_second, beside.mb_per_second))
    firsts = [planned.take(range_="bytes=0-65535").first * 1000 for _ in range(21)][1:]
    ours, beside = (statistics.median(column) for column in zip(*rates, strict=True))
    ratio, first = statistics.median(ratios), statistics.median(firsts)
    return [
        told(f"zip: {ratio:.2f} x a ready file (goal >= {LEAST_RATIO}; {ours:.0f} and {beside:.0f} MB/s)", ratio >= LEAST_RATIO),
        told(f"zip: first byte after {first:.1f} ms (goal <= {MOST_FIRST_BYTE_MS:.0f})", first <= MOST_FIRST_BYTE_MS),
    ]


def memory(server: Server, planned: Download, *, name: str = ID) -> bool:
    """What the server grows by while a fast and a stopping reader take everything."""
    planned.take(range_="bytes=0-99")
    before, highest, is_over = server.resident_mb(), 0.0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not is_over.wait(0.05):
            highest = max(highest, server.resident_mb())

    watcher = threading.Thread(target=watch)
    watcher.start()
    size = planned.take().size
    planned.take(stop_after=2 * MB)
    is_over.set()
    watcher.join()
    growth = max(0.0, highest - before)
    words = (
        f"zip: memory grows by {growth:.1f} MB over {size / MB:.0f} MB, fast and stopping reader (goal <= {MOST_GROWTH_MB:.0f})"
    )
    return told(words, growth <= MOST_GROWTH_MB, name=name)


def told(words: str, is_reached: bool, *, name: str = ID) -> bool:
    """Print the line of a goal."""
    print(f"{name} {words} {'ok' if is_reached else 'too slow'}", flush=True)
    return is_reached


if __name__ == "__main__":
    sys.exit(main())
