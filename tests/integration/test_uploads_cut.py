"""Uploads over lines that break anywhere, and refusals that come before the body, over real sockets and granian."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import socket
import struct
import time
from collections.abc import Iterator
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
from tests.integration.test_uploads_killed import TUS, Server, begin
from tests.media_desk import open_listing
from tests.photos import small_jpeg

pytestmark = [pytest.mark.proof("delivery-01"), pytest.mark.slow]
PART = 1 << 18


class Line:
    """One connection: a PATCH whose head and body are sent apart."""

    def __init__(self, server: Server, url: str, offset: int, length: int, **headers: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.settimeout(20)
        head = {**TUS, "Host": f"127.0.0.1:{server.port}", "Content-Type": "application/offset+octet-stream"}
        head |= {"Upload-Offset": str(offset), "Content-Length": str(length), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self.socket.sendall(f"PATCH {url} HTTP/1.1\r\n{lines}\r\n".encode())

    def status(self) -> int:
        """Of the next answer, 100 included."""
        answer = b""
        while b"\r\n\r\n" not in answer:
            more = self.socket.recv(1)
            assert more, "the line ended without an answer"
            answer += more
        return int(answer.split()[1])

    def cut(self, *, is_rude: bool) -> None:
        """Hang up, or vanish with a reset."""
        if is_rude:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


@pytest.fixture
def server(database: Database, cast: Cast, tmp_path: Path) -> Iterator[Server]:
    url = database.url.render_as_string(hide_password=False)
    made = Server(url, tmp_path / "data", cast.harbor, cast.pia.account_id, "granian")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def listing(database: Database, cast: Cast) -> str:
    listing_id = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    with database.reading() as db:
        return db.exec(select(Listing.public_id).where(Listing.id == listing_id)).one()


def test_cut_anywhere_it_sends_one_part_again_at_most(
    server: Server, listing: str, database: Database, tmp_path: Path, full: bool
) -> None:
    chance, wanted, cuts, sent = random.Random(11), 100 if full else 6, 0, []
    while cuts < wanted:
        content = padded(small_jpeg(len(sent)), 3 * PART + chance.randrange(PART))
        cuts += upload_over_a_bad_line(server, listing, content, chance)
        sent.append(hashlib.sha256(content).hexdigest())
    with database.reading() as db:
        kept = list(db.exec(select(Asset.sha256).order_by(Asset.id)))
    assert kept == sent, "each came once, with identical bytes"
    store = DiskStore(tmp_path / "data" / "store")
    assert all(hashlib.sha256(b"".join(store.read(sha256))).hexdigest() == sha256 for sha256 in kept)


def padded(jpeg: bytes, size: int) -> bytes:
    """The same photo with comments in it that nothing can squeeze."""
    comments = b""
    while len(comments) < size:
        comments += b"\xff\xfe" + struct.pack(">H", 60_000) + os.urandom(59_998)
    return jpeg[:2] + comments + jpeg[2:]


def upload_over_a_bad_line(server: Server, listing: str, content: bytes, chance: random.Random) -> int:
    """Every second part is cut somewhere, with and without a sum of its own. How many cuts there were."""
    url, cuts = begin(server, listing, len(content)), 0
    acknowledged, reached, over = 0, 0, {}
    while not over:
        told = httpx.head(server.url + url, headers=TUS).headers
        start = int(told["upload-offset"])
        assert start >= acknowledged, "an acknowledged part was lost"
        assert reached - start <= PART, "more than one part is sent again"
        part = content[start : start + PART]
        sum_ = base64.b64encode(hashlib.sha256(part).digest()).decode()
        line = Line(server, url, start, len(part), **({"Upload-Checksum": f"sha256 {sum_}"} if chance.random() < 0.5 else {}))
        if chance.random() < 0.5:
            gone = chance.randrange(len(part))
            line.socket.sendall(part[:gone])
            line.cut(is_rude=chance.random() < 0.5)
            reached, cuts = start + gone, cuts + 1
            continue
        with suppress(ConnectionError):
            line.socket.sendall(part)
        status = line.status()
        line.socket.close()
        assert status in {204, 409, 423}, status  # the server may not have noticed the cut yet
        if status == 204:
            acknowledged = reached = start + len(part)
            over = acknowledged == len(content)
        else:
            time.sleep(0.02)
    return cuts


def test_what_is_too_much_is_refused_before_it_is_sent(server: Server, listing: str) -> None:
    url = begin(server, listing, 1000)
    asked = {"Expect": "100-continue"}
    assert Line(server, url, 0, 5 << 20, **asked).status() == 413, "a part larger than its file"
    assert Line(server, url, 0, 17 << 20, **asked).status() == 413, "a part larger than any"
    assert Line(server, f"{url}x", 0, 10, **asked).status() == 404, "an upload of nobody"
    assert Line(server, url, 0, 10, **asked).status() == 100, "what fits is asked for"

    line, taken = Line(server, url, 0, 16 << 20), 0
    with suppress(ConnectionError):
        while taken < 16 << 20:
            taken += line.socket.send(bytes(1 << 16))
    assert taken < 16 << 20 or line.status() == 413
    assert httpx.head(server.url + url, headers=TUS).headers["upload-offset"] == "0"
