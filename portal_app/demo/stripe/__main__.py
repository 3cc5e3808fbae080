"""`python -m portal_app.demo.stripe --port 3900 --app http://localhost:3000 --folder .data/demo/stripe`"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from pathlib import Path

from portal_app.demo.stripe.later import sweep
from portal_app.demo.stripe.stand_in import StandIn
from portal_app.demo.stripe.wire import Server, serve

PR_SET_PDEATHSIG = 1
BIND_TRIES = 12
BANK_SECONDS = 20


def main() -> None:
    """Serve until stopped."""
    asked = _arguments()
    if asked.parent:
        die_with(asked.parent)
    stand_in = StandIn(
        own_base=asked.public or f"http://{asked.host}:{asked.port}",
        app_base=asked.app,
        folder=asked.folder,
        bank_seconds=None if asked.controls else BANK_SECONDS,
    )
    stand_in.courier.resume()
    stand_in.keep_sweeping(sweep)
    server = _bound(stand_in, asked)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"The pretend Stripe answers at {stand_in.own_base}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)
    server.server_close()


def die_with(parent: int) -> None:
    """End when the parent ends, even when it was killed (Linux; elsewhere the parent ends us)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def _bound(stand_in: StandIn, asked: argparse.Namespace) -> Server:
    """Right after a restart, the one before may still hold the port for a moment."""
    for _ in range(BIND_TRIES):
        try:
            return serve(stand_in, asked.host, asked.port, has_controls=asked.controls)
        except OSError:
            time.sleep(0.25)
    sys.exit(f"Port {asked.port} is taken.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal_app.demo.stripe", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", choices=["127.0.0.1", "::1", "localhost"])
    parser.add_argument("--public", default="", help="the address a browser reaches it by")
    parser.add_argument("--app", "--webhook", default="http://localhost:3000", help="where webhook paths begin")
    parser.add_argument("--folder", type=Path, default=None, help="where it keeps its books; in memory without one")
    parser.add_argument("--controls", action="store_true", help="open the routes that tests make trouble with")
    parser.add_argument("--parent", type=int, default=0, help="end with this process")
    return parser.parse_args()


if __name__ == "__main__":
    main()
