"""`make run` and `make test` are all anybody needs: targets, pins, and a clone that serves."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.proof("main-job-01")
ROOT = Path(__file__).resolve().parents[2]


def dry(target: str) -> str:
    """What `make` would do, asked from outside any other make."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", "-n", target], cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout


def test_run_seeds_and_serves_the_production_build() -> None:
    said = dry("run")
    assert said.index("portal_app demo") < said.index("reflex run --env prod")


def test_everything_comes_from_pinned_requirements() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().split():
            assert re.fullmatch(r"-r|requirements\.txt|[\w.-]+(\[[\w,]+\])?==[\w.]+", line), line
    assert "requirements-dev.txt" in (ROOT / "Makefile").read_text()


def test_continuous_integration_is_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().strip().endswith("make --no-print-directory test")
    assert "pytest" in dry("test").strip().splitlines()[-1], "it closes with pytest's own line"


def test_the_browser_is_installed_only_when_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    script = [shutil.which("bash") or "bash", str(ROOT / "tests" / "chromium.sh")]
    found = subprocess.run(script, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    assert found.stdout == ""
    assert "DPkg::Lock::Timeout=300" in (ROOT / "tests" / "chromium.sh").read_text()


def test_everything_a_run_writes_is_ignored() -> None:
    written = [".web/x", ".data/demo/portal.db-wal", ".states/x", ".venv/x", "uploaded_files/x", "assets/external/x", ".env"]
    done = subprocess.run(["git", "check-ignore", *written], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == written
    tracked = subprocess.run(["git", "ls-files", "reflex.lock"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(tracked.split()) == {"reflex.lock/bun.lock", "reflex.lock/package.json"}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_clone_runs_by_one_command_and_stays_clean(tmp_path: Path, full: bool) -> None:
    """A fresh clone, no environment of ours: first page within 90 s at full counts; nothing left running, nothing changed."""
    clone, port = cloned(tmp_path), free_port()
    environ = plain_environ(tmp_path, port)
    begun = time.monotonic()
    with running(["make", "run"], clone, environ) as (process, log):
        page = first_page(f"http://localhost:{port}/login", process, begun + 300)
        took = time.monotonic() - begun
    said = log.read_text()
    assert page, said[-3000:]
    assert "harbor-demo-1" in said
    assert not full or took <= 90, f"{took:.0f} s"
    assert status_of(clone) == ""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_plain_reflex_run_serves_routes_and_studio_hosts_and_reloads(tmp_path: Path) -> None:
    """Development: pages come from Vite on one port, the app's own routes through it, and a changed file is taken up."""
    clone, port, app_port = cloned(tmp_path), free_port(), free_port()
    environ = plain_environ(tmp_path, port) | {"REFLEX_BACKEND_PORT": str(app_port), "PORTAL_ENV": "development"}
    environ |= {"PORTAL_DEMO_STRIPE_PORT": "0", "PORTAL_DATA_DIR": str(tmp_path / "data")}
    for slug in ("harbor", "bluebird"):
        open_studio(clone, environ, slug)
    with running([sys.executable, "-m", "reflex", "run"], clone, environ) as (process, log):
        assert first_page(f"http://localhost:{port}/livez", process, time.monotonic() + 200), log.read_text()[-3000:]
        assert text_of(port, "/livez") == "alive"
        assert first_page(f"http://localhost:{port}/login", process, time.monotonic() + 60)
        for slug in ("harbor", "bluebird"):
            assert f'"{slug.title()}"' in text_of(port, "/brand.css", f"{slug}.localhost")
        health = clone / "portal_app" / "web" / "health.py"
        kept = health.read_text()
        health.write_text(kept.replace('"alive"', '"alive again"'))
        ends = time.monotonic() + 60
        while text_of(port, "/livez") != "alive again":
            assert time.monotonic() < ends, log.read_text()[-3000:]
            time.sleep(0.3)
        health.write_text(kept)
    assert status_of(clone) == ""


def cloned(folder: Path) -> Path:
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "clone")], check=True)
    return folder / "clone"


def status_of(clone: Path) -> str:
    return subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True).stdout


def plain_environ(home: Path, port: int) -> dict[str, str]:
    """What a fresh account has, with ports of our own."""
    path = f"{os.path.dirname(shutil.which('make') or '')}:/usr/local/bin:/usr/bin:/bin"
    kept = {
        name: value for name, value in os.environ.items() if "proxy" in name.lower() or name.startswith(("PIP_", "NPM_", "SSL_"))
    }
    return kept | {
        "PATH": path,
        "HOME": str(home),
        "PORTAL_DEMO_STRIPE_PORT": str(free_port()),
        "REFLEX_FRONTEND_PORT": str(port),
        "REFLEX_BACKEND_PORT": str(port),
        "PORTAL_PUBLIC_URL": f"http://localhost:{port}",
    }


@contextmanager
def running(command: list[str], clone: Path, environ: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The command as in a terminal, then Ctrl-C; whatever still runs in the clone after it is a fault."""
    log = clone.parent / "log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=clone, env=environ, stdout=out, stderr=out, start_new_session=True)
    try:
        yield process, log
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        ends = time.monotonic() + 30
        while (left := living_in(clone)) and time.monotonic() < ends:
            time.sleep(0.2)
        for one in left:
            one.kill()
        process.wait(10)
    assert not left, left


def living_in(clone: Path) -> list[psutil.Process]:
    """Processes that work in the clone."""
    living = []
    for one in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(one.cwd()).is_relative_to(clone) and one.status() != psutil.STATUS_ZOMBIE:
                living.append(one)
    return living


def open_studio(clone: Path, environ: dict[str, str], slug: str) -> None:
    words = ["create-studio", slug, slug.title(), "--host", f"{slug}.localhost"]
    words += ["--owner-name", "Ann Lee", "--owner-email", f"ann@{slug}.example"]
    run = [sys.executable, "-m", "portal_app", *words]
    subprocess.run(run, cwd=clone, env=environ, input="three quiet words\n", text=True, capture_output=True, check=True)


def text_of(port: int, path: str, host: str = "localhost") -> str:
    """What the development server answers; nothing while the app behind it restarts."""
    asked = urllib.request.Request(f"http://localhost:{port}{path}", headers={"Host": f"{host}:{port}"})
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def first_page(url: str, running: subprocess.Popen[bytes], ends: float) -> bool:
    while time.monotonic() < ends and running.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    return False


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]
