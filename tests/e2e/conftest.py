"""The real production build, started once for a test run, on a free port, with its own empty folder."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, sync_playwright
from reflex_base.environment import environment

from tests.conftest import postgres_database
from tests.e2e.browsing import open_browser
from tests.e2e.twin import SERVE, copied_build, copy_rows
from tests.side_by_side import is_shared

ROOT = Path(__file__).resolve().parents[2]
WATCH = Path(__file__).with_name("watch")  # sleeps until a test wakes it
START_SECONDS = 180
# How Reflex tells its own server that the pages are there and are its to serve.
AS_BUILT = {
    environment.REFLEX_ENV_MODE.name: "prod",
    environment.REFLEX_SKIP_COMPILE.name: "true",
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.name: "true",
}


@dataclass(frozen=True, slots=True)
class Portal:
    """A running Foyer with the demo in it."""

    url: str
    data_dir: Path
    log: Path
    process: subprocess.Popen[bytes]
    database_url: str
    built: Path  # what was said while the pages were built

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def on(self, host: str) -> str:
        """The address under another of its hosts, `bluebird.localhost`."""
        return f"http://{host}:{self.port}"

    def logged(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text(errors="replace")


@pytest.fixture(scope="session")
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The production build, seeded while it is built; everything it started is stopped again.

    Where several processes share the tests, the first builds, and the others serve what it built.
    """
    data_dir = tmp_path_factory.mktemp("portal")
    port, stripe_port = _free_port(), _free_port()
    environ = os.environ | {
        "PORTAL_DATA_DIR": str(data_dir),
        "PORTAL_PUBLIC_URL": f"http://localhost:{port}",
        "PORTAL_DEMO_STRIPE_PORT": str(stripe_port),
        "PYTHONPATH": str(WATCH),
        "LOOP_WATCH": str(data_dir / "watch"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    for name in ("PORTAL_ENV", "DATABASE_URL"):
        environ.pop(name, None)
    log = data_dir / "log.txt"
    base = tmp_path_factory.getbasetemp()
    built = (base.parent if is_shared(request.config) else base) / "built.txt"
    run = [sys.executable, "-m", "reflex", "run", "--env", "prod", "--frontend-port", str(port), "--backend-port", str(port)]
    with ExitStack() as leaving, log.open("wb") as out:
        seeding = subprocess.Popen([sys.executable, "-m", "portal_app", "demo"], cwd=ROOT, env=environ, stdout=out, stderr=out)
        leaving.callback(seeding.wait, 60)
        with _turn(built.with_suffix(".lock")):
            if built.exists():
                environ |= AS_BUILT | {"REFLEX_WEB_WORKDIR": str(copied_build(data_dir / "web", port))}
                run = [*SERVE, "--port", str(port)]
            process = subprocess.Popen(run, cwd=ROOT, env=environ, stdout=out, stderr=out, start_new_session=True)
            leaving.callback(_stop, process)
            running = Portal(f"http://localhost:{port}", data_dir, log, process, f"sqlite:///{data_dir / 'portal.db'}", built)
            _wait(running)
            if not built.exists():
                built.write_text(running.logged())
        yield running


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    """One process after the other."""
    with lock.open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield
        fcntl.flock(door, fcntl.LOCK_UN)  # not by closing it: what was started inside would hold it further


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """At full counts what asks for `portal_kind` runs before both databases."""
    if "portal_kind" in metafunc.fixturenames:
        kinds = ["sqlite", "postgresql"] if metafunc.config.getoption("--full") else ["sqlite"]
        metafunc.parametrize("portal_kind", kinds, scope="session")


@pytest.fixture(scope="session")
def postgres_portal(portal: Portal, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo of the other portal on PostgreSQL, for clients that need no pages."""
    data_dir, port = tmp_path_factory.mktemp("twin"), _free_port()
    with postgres_database(postgres_url, "template1") as database_url:
        copy_rows(portal.data_dir / "portal.db", database_url)
        environ = (
            {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_"))}
            | {
                "PORTAL_DATA_DIR": str(data_dir),
                "PORTAL_PUBLIC_URL": f"http://localhost:{port}",
                "PORTAL_DEMO_STRIPE_PORT": "0",
                "PORTAL_EMBEDDED_WORKER": "0",
                "DATABASE_URL": database_url,
            }
            | AS_BUILT
        )
        log = data_dir / "log.txt"
        with log.open("wb") as out:
            run = [*SERVE, "--port", str(port)]
            process = subprocess.Popen(run, cwd=ROOT, env=environ, stdout=out, stderr=out, start_new_session=True)
            running = Portal(f"http://localhost:{port}", data_dir, log, process, database_url, portal.built)
            try:
                _wait(running)
                yield running
            finally:
                _stop(process)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests; each person in it has an own, empty context.

    Not for the whole run: while it stands, its event loop keeps every other test of this thread from having one.
    """
    with sync_playwright() as playwright:
        chromium = open_browser(playwright)
        yield chromium
        chromium.close()


def _wait(portal: Portal) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and portal.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{portal.url}/livez", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"Foyer did not start:\n{portal.logged()[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    _, left = psutil.wait_procs(family, timeout=20)
    for one in left:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
