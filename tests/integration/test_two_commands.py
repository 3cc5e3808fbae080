"""`make run` and `make test` are all anybody needs: targets, pins, and a clone that serves."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof("main-job-01")
ROOT = Path(__file__).resolve().parents[2]


def dry(target: str) -> str:
    return subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True).stdout


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
    clone, port, stripe_port = tmp_path / "clone", free_port(), free_port()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    path = f"{os.path.dirname(shutil.which('make') or '')}:/usr/local/bin:/usr/bin:/bin"
    environ = {"PATH": path, "HOME": str(tmp_path), "PORTAL_DEMO_STRIPE_PORT": str(stripe_port)}
    environ |= {
        name: value for name, value in os.environ.items() if "proxy" in name.lower() or name.startswith(("PIP_", "NPM_", "SSL_"))
    }
    environ |= {
        "REFLEX_FRONTEND_PORT": str(port),
        "REFLEX_BACKEND_PORT": str(port),
        "PORTAL_PUBLIC_URL": f"http://localhost:{port}",
    }
    log = (tmp_path / "log").open("w")
    begun = time.monotonic()
    running = subprocess.Popen(["make", "run"], cwd=clone, env=environ, stdout=log, stderr=log, start_new_session=True)
    try:
        page = first_page(f"http://localhost:{port}/login", running, begun + 300)
        took = time.monotonic() - begun
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(30)
    said = (tmp_path / "log").read_text()
    assert page, said[-3000:]
    assert "harbor-demo-1" in said
    assert not full or took <= 90, f"{took:.0f} s"
    left = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True).stdout
    assert left == ""


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
