"""kill -9 of the server in the middle of uploads: what was acknowledged is still there, and the file arrives whole."""

from __future__ import annotations

import base64
import hashlib
import random
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.db import Database
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset
from tests.conftest import NOW, Cast
from tests.media_desk import open_listing
from tests.photos import camera_jpeg, small_jpeg

pytestmark = [pytest.mark.proof("main-job-12"), pytest.mark.proof("delivery-03"), pytest.mark.slow]
TUS = {"Tus-Resumable": "1.0.0"}
PART = 1 << 20
SMALL_PART = 1 << 16
# One for all, since making one takes longer than a part; no connection outlives its answer, as the server does not.
LINE = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))


class Server:
    """The upload server as a process of its own."""

    def __init__(self, *arguments: object) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        url, data_dir, *rest = map(str, arguments)
        self.command = [sys.executable, "-m", "tests.upload_server", url, data_dir, str(self.port), *rest]
        self.process: subprocess.Popen | None = None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(self.command)
        for _ in range(1200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError("the upload server did not start")

    def stop(self) -> None:
        """In peace, with the processes it started."""
        self.process.terminate()
        self.process.wait(20)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def test_killed_again_and_again(database: Database, cast: Cast, tmp_path: Path, full: bool) -> None:
    listing_id = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    with database.reading() as db:
        listing = db.exec(select(Listing.public_id).where(Listing.id == listing_id)).one()
    server = Server(database.url.render_as_string(hide_password=False), tmp_path / "data", cast.harbor, cast.pia.account_id)
    content = camera_jpeg(1)
    try:
        server.start()
        url = begin(server, listing, len(content))
        twice = 0
        for number in range(10 if full else 2):
            acknowledged, sent = send_until_killed(server, url, content, after=0.03 + number * 0.02)
            server.start()
            here = offset(server, url)
            assert here >= acknowledged, "an acknowledged byte was lost"
            twice += max(0, sent - here)
            assert sent - here <= PART, "more than one part is sent again"
        send(server, url, content)
        assert "upload-asset" in LINE.head(server.url + url, headers=TUS).headers
    finally:
        server.kill()
    with database.reading() as db:
        sha256 = db.exec(select(Asset.sha256)).one()
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(DiskStore(tmp_path / "data" / "store").read(sha256)) == content


def test_a_folder_arrives_whole_through_many_kills(database: Database, cast: Cast, tmp_path: Path, full: bool) -> None:
    listing_id = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    with database.reading() as db:
        listing = db.exec(select(Listing.public_id).where(Listing.id == listing_id)).one()
    server = Server(database.url.render_as_string(hide_password=False), tmp_path / "data", cast.harbor, cast.pia.account_id)
    photos = [small_jpeg(900 + number) for number in range(80 if full else 8)]
    card = Card(server, listing, photos)
    kills = 20 if full else 2
    all_parts = sum(-(-len(photo) // SMALL_PART) for photo in photos)
    try:
        server.start()
        with ThreadPoolExecutor(3) as browser:
            waiting = [browser.submit(card.upload, number) for number in range(len(photos))]
            for number in range(kills):
                card.wait_for(all_parts * (number + random.random()) / (kills + 1), waiting)
                server.kill()
                server.start()
        for each in waiting:
            each.result()
    finally:
        card.is_over = True
        server.kill()
    with database.reading() as db:
        kept = db.exec(select(Asset.sha256)).all()
    assert sorted(kept) == sorted(hashlib.sha256(photo).hexdigest() for photo in photos), "nothing lost, nothing doubled"
    store = DiskStore(tmp_path / "data" / "store")
    assert {b"".join(store.read(sha256)) for sha256 in kept} == set(photos)


class Card:
    """A folder of photos sent three at once, as the page does: after a break it asks for the offset and goes on."""

    def __init__(self, server: Server, listing: str, photos: list[bytes]) -> None:
        self.server, self.listing, self.photos = server, listing, photos
        self.acknowledged = [0] * len(photos)
        self.parts = 0
        self.is_over = False

    def wait_for(self, parts: float, waiting: list[Future]) -> None:
        """Until so many parts were acknowledged."""
        while self.parts < parts and not all(each.done() for each in waiting):
            time.sleep(0.002)

    def upload(self, number: int) -> None:
        url, content = "", self.photos[number]
        while not self.is_over:
            try:
                url = url or begin(self.server, self.listing, len(content))
                told = LINE.head(self.server.url + url, headers=TUS).headers
                start = int(told["upload-offset"])
                assert start >= self.acknowledged[number], "an acknowledged part was lost"
                if "upload-asset" in told:
                    return
                headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
                answer = LINE.patch(self.server.url + url, headers=headers, content=content[start : start + SMALL_PART])
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            assert answer.status_code in {204, 409, 423}, answer.text
            if answer.status_code == 204:
                self.acknowledged[number] = int(answer.headers["upload-offset"])
                self.parts += 1


def begin(server: Server, listing: str, size: int) -> str:
    told = ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in (("filename", "a.jpg"), ("listing", listing))
    )
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": told}
    answer = LINE.post(server.url + "/api/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def offset(server: Server, url: str) -> int:
    return int(LINE.head(server.url + url, headers=TUS).headers["upload-offset"])


def send(server: Server, url: str, content: bytes, told: list[int] | None = None) -> httpx.Response:
    """The rest of the file, part by part; `told` gathers acknowledged offsets and what was sent."""
    start = offset(server, url)
    answer = None
    while start < len(content):
        headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
        piece = content[start : start + PART]
        if told is not None:
            told[1] = start + len(piece)
        answer = LINE.patch(server.url + url, headers=headers, content=piece, timeout=60)
        assert answer.status_code == 204, answer.text
        start = int(answer.headers["upload-offset"])
        if told is not None:
            told[0] = start
        time.sleep(random.random() * 0.01)
    return answer


def send_until_killed(server: Server, url: str, content: bytes, after: float) -> tuple[int, int]:
    """Send while a clock runs down to kill -9: the last acknowledged offset, and how far was sent."""
    told = [offset(server, url), 0]
    killer = threading.Timer(after, server.kill)
    killer.start()
    with suppress(httpx.HTTPError):
        send(server, url, content, told)
    killer.join()
    return told[0], told[1] or told[0]
