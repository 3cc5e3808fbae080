"""The `Renderer` port on Pillow, in worker processes of our own.

Separate processes contain crashes, memory and processor time of a hostile file, and use every core. They are started
when first needed, in the process that needs them, with an empty environment: no secret is in reach of a decoder.
"""

from __future__ import annotations

import json
import queue
import select
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import portal_app
from portal_app.adapters import jpeg_check
from portal_app.adapters.watermark import missing_letters
from portal_app.core.errors import Unavailable
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.renderer import BadPhoto, FitRequest, Fitted, PhotoFacts, Rendered, RenderRequest, RenderResult

ROOT = str(Path(portal_app.__file__).resolve().parent.parent)
START = "import sys; sys.path.insert(0, sys.argv[1]); from portal_app.adapters.photo_worker import main; main()"
PATIENCE = 120.0
DEATHS_TO_BLAME_THE_PHOTO = 3


class PillowRenderer:
    """`workers` photos at a time; more callers wait their turn. Safe to call from several threads."""

    def __init__(self, workers: int = 2) -> None:
        self._free: queue.LifoQueue[subprocess.Popen[bytes] | None] = queue.LifoQueue()
        self._all: set[subprocess.Popen[bytes]] = set()
        self._deaths: dict[str, int] = {}
        self._lock = threading.Lock()
        self._is_closed = False
        for _ in range(workers):
            self._free.put(None)

    def inspect(self, source: Path) -> PhotoFacts:
        """Check header and limits without decoding everything. Raises BadPhoto, or Unavailable when a worker died."""
        return _facts(self._ask({"verb": "inspect", "source": str(source)})["facts"])

    def render(self, request: RenderRequest) -> RenderResult:
        """Make every size. Raises BadPhoto for a file that cannot be used, Unavailable when a worker died."""
        said = self._ask(_wanted("render", request))
        return RenderResult(_facts(said["facts"]), [_rendered(size) for size in said["sizes"]])

    def remark(self, request: RenderRequest) -> list[Rendered]:
        """Only the marked sizes, from a clean web size as `source`. Raises BadPhoto, Unavailable."""
        return [_rendered(size) for size in self._ask(_wanted("remark", request))["sizes"]]

    def fit(self, request: FitRequest) -> Fitted:
        """One photo inside a box, under a number of bytes. Raises BadPhoto, Unavailable."""
        box = {name: getattr(request, name) for name in ("width", "height", "most_bytes", "least_quality", "pads")}
        asked = {"verb": "fit", "source": str(request.source), "into": str(request.into), "box": box}
        said = self._ask(asked)["fitted"]
        return Fitted(**{**said, "made": _rendered(said["made"]) if said["made"] else None})

    def redraw_logo(self, source: Path, into: Path) -> Rendered:
        """A PNG written anew, as it will be drawn. Raises BadPhoto in words, Unavailable."""
        return _rendered(self._ask({"verb": "redraw_logo", "source": str(source), "into": str(into)})["sizes"][0])

    def missing_letters(self, text: str) -> str:
        """Which letters of a watermark's text cannot be drawn. The font is ours, so this needs no worker."""
        return missing_letters(text)

    def close(self) -> None:
        """End every worker; photos under way come back as Unavailable."""
        with self._lock:
            self._is_closed = True
            workers = list(self._all)
        for worker in workers:
            worker.kill()
            worker.wait()
        self._close_idle()

    def _close_idle(self) -> None:
        """The pipes of those nobody waits for; whoever waits for one hears that it ended, and closes it."""
        idle = []
        with suppress(queue.Empty):
            while True:
                idle.append(self._free.get_nowait())
        for worker in idle:
            self._retire(worker)
            self._free.put(None)

    def pids(self) -> list[int]:
        """The worker processes that run now."""
        with self._lock:
            return [worker.pid for worker in self._all]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        worker = self._free.get()
        try:
            if worker is None or worker.poll() is not None:
                worker = self._replace(worker)
            said = _exchange(worker, request)
            if said is None:
                self._bury(worker, request["source"])
        except BaseException:
            worker = self._retire(worker)
            raise
        finally:
            self._free.put(worker)
        return self._read(said, request["source"])

    def _read(self, said: dict[str, Any], source: str) -> dict[str, Any]:
        self._deaths.pop(source, None)
        if "bad" in said:
            raise BadPhoto(said["bad"])
        if "failed" in said:
            raise Unavailable(f"A photo could not be prepared ({said['failed']}). It will be tried again.")
        return said

    def _replace(self, dead: subprocess.Popen[bytes] | None) -> subprocess.Popen[bytes]:
        self._retire(dead)
        worker = subprocess.Popen(
            [sys.executable, "-c", START, ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"LANG": "C.UTF-8"},
        )
        with self._lock:
            self._all.add(worker)
            is_closed = self._is_closed
        if is_closed:
            self._retire(worker)
            raise Unavailable("Foyer is stopping. The photo will be prepared when it runs again.")
        return worker

    def _retire(self, worker: subprocess.Popen[bytes] | None) -> None:
        if worker is not None:
            with self._lock:
                self._all.discard(worker)
            _end(worker)

    def _bury(self, worker: subprocess.Popen[bytes], source: str) -> None:
        """Why did it die? Out of processor time, or again and again over one photo: the photo's fault. Else: try again."""
        _end(worker)
        deaths = self._deaths[source] = self._deaths.get(source, 0) + 1
        if worker.returncode == -signal.SIGXCPU or deaths >= DEATHS_TO_BLAME_THE_PHOTO:
            self._deaths.pop(source, None)
            raise BadPhoto(jpeg_check.SLOW)
        raise Unavailable("The worker preparing this photo stopped. It will be tried again.")


def _wanted(verb: str, request: RenderRequest) -> dict[str, Any]:
    mark = request.mark
    said = {"text": mark.text, "logo": str(mark.logo or ""), "place": mark.place, "opacity": mark.opacity}
    return {"verb": verb, "source": str(request.source), "into": str(request.into), "mark": said}


def _exchange(worker: subprocess.Popen[bytes], request: dict[str, Any]) -> dict[str, Any] | None:
    """One question, one answer; None when the worker died or fell silent."""
    try:
        worker.stdin.write(json.dumps(request).encode() + b"\n")
        worker.stdin.flush()
        waiting = select.poll()
        waiting.register(worker.stdout, select.POLLIN | select.POLLHUP)
        line = worker.stdout.readline() if waiting.poll(PATIENCE * 1000) else b""
    except (OSError, ValueError):
        return None
    return json.loads(line) if line.endswith(b"\n") else None


def _end(worker: subprocess.Popen[bytes]) -> None:
    try:
        worker.wait(0.2)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        with suppress(OSError):
            pipe.close()


def _facts(said: dict[str, Any]) -> PhotoFacts:
    at = said["captured_at"]
    return PhotoFacts(**{**said, "kind": AssetKind(said["kind"]), "captured_at": datetime.fromisoformat(at) if at else None})


def _rendered(said: dict[str, Any]) -> Rendered:
    return Rendered(**{**said, "path": Path(said["path"])})
