"""The worker process: one JSON request a line on its input, one JSON answer a line on its output.

It runs at low priority with a limit on memory and, per photo, on processor time. When its input closes (the server
stopped, or was killed) it ends at once, even in the middle of a photo: no process is ever left over.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal_app.adapters import file_work, fit_work, jpeg_check, logo_work, photo_work
from portal_app.domain.media.renderer import BadPhoto, FitRequest, Fitted, Mark, MarkPlace, RenderRequest

MEMORY = 384 << 20
SECONDS_PER_PHOTO = 15
GENTLE = 10


def main() -> None:
    """Serve requests until the input closes; Ctrl-C is for whoever holds the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    os.nice(GENTLE)
    _limit(resource.RLIMIT_DATA, MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        answers.write(json.dumps(answer(json.loads(requests.get()))) + "\n")


def _listen(requests: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _limit(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """`{"facts":…}`, `{"sizes":…}`, both, `{"fitted":…}`, `{"bad": sentence}` or `{"failed": reason}`."""
    _allow_seconds(SECONDS_PER_PHOTO)
    source = Path(request["source"])
    try:
        if request["verb"] == "inspect":
            return {"facts": _plain(file_work.inspect(source))}
        into = Path(request["into"])
        if request["verb"] == "fit":
            return {"fitted": _fitted(fit_work.fit(FitRequest(source, into, **request["box"])))}
        if request["verb"] == "redraw_logo":
            return {"sizes": [_plain(logo_work.redraw_logo(source, into))]}
        wanted = RenderRequest(source, into, _mark(request["mark"]))
        if request["verb"] == "remark":
            return {"sizes": [_plain(size) for size in photo_work.remark(wanted)]}
        result = file_work.render(wanted)
        return {"facts": _plain(result.facts), "sizes": [_plain(size) for size in result.sizes]}
    except BadPhoto as problem:
        return {"bad": problem.sentence}
    except MemoryError:
        return {"bad": jpeg_check.TOO_HEAVY}
    except Exception as error:  # anything else is ours to mend: the work is tried again and logged
        return {"failed": f"{type(error).__name__}: {error}"}


def _allow_seconds(seconds: int) -> None:
    """Processor seconds from now; the kernel ends the process when they are used up."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)


def _mark(said: dict[str, Any]) -> Mark:
    logo = Path(said["logo"]) if said["logo"] else None
    return Mark(said["text"], logo, MarkPlace(said["place"]), said["opacity"])


def _fitted(fitted: Fitted) -> dict[str, Any]:
    return {**asdict(fitted), "made": _plain(fitted.made) if fitted.made else None}


def _plain(value: Any) -> dict[str, Any]:
    return {key: str(item) if key in {"path", "captured_at"} and item else item for key, item in asdict(value).items()}
