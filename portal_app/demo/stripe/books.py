"""What the stand-in remembers, in one small SQLite file that survives its restart."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal_app.demo.stripe.refusals import missing

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS object (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, live INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS object_kind ON object (account, live, kind);
CREATE TABLE IF NOT EXISTS answer (
  account TEXT NOT NULL, live INTEGER NOT NULL, key TEXT NOT NULL, asked TEXT NOT NULL, status INTEGER NOT NULL,
  body TEXT NOT NULL, PRIMARY KEY (account, live, key));
"""
LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class World:
    """One account in one mode: nothing is seen from another one."""

    account: str
    is_live: bool
    name: str = "Demo studio"


class Books:
    """Objects and saved answers, each within its world."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.executescript(SCHEMA)
        self.lock = threading.RLock()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Several writes that happen together."""
        with self.lock:
            self._db.execute("SAVEPOINT change")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK TO change")
                raise
            finally:
                self._db.execute("RELEASE change")

    def put(self, world: World, body: dict[str, Any]) -> dict[str, Any]:
        """Keep an object as it is now."""
        with self.lock:
            self._db.execute(
                "INSERT INTO object VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (body["id"], world.account, world.is_live, body["object"], json.dumps(body), body["created"]),
            )
        return body

    def get(self, world: World, kind: str, name: str) -> dict[str, Any]:
        """Raises Refusal 404 for an object of another world, too."""
        with self.lock:
            row = self._db.execute(
                "SELECT body FROM object WHERE id = ? AND account = ? AND live = ? AND kind = ?",
                (name, world.account, world.is_live, kind),
            ).fetchone()
        if row is None:
            raise missing(kind, name)
        return json.loads(row[0])

    def all(self, world: World, kind: str) -> list[dict[str, Any]]:
        """Newest first."""
        with self.lock:
            rows = self._db.execute(
                "SELECT body FROM object WHERE account = ? AND live = ? AND kind = ? ORDER BY rowid DESC",
                (world.account, world.is_live, kind),
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def everywhere(self, kind: str, containing: str = "") -> list[tuple[World, dict[str, Any]]]:
        """Objects of a kind in every world, oldest first: all, or those whose JSON has these words in it."""
        wanted = "SELECT account, live, body FROM object WHERE kind = ? AND instr(body, ?) ORDER BY rowid"
        with self.lock:
            rows = self._db.execute(wanted, (kind, containing)).fetchall()
        return [(World(account, bool(live)), json.loads(body)) for account, live, body in rows]

    def find(self, kind: str, name: str) -> tuple[World, dict[str, Any]] | None:
        """An object by its name alone: only for the hosted page, whose address is the secret."""
        with self.lock:
            row = self._db.execute("SELECT account, live, body FROM object WHERE id = ? AND kind = ?", (name, kind)).fetchone()
        return (World(row[0], bool(row[1])), json.loads(row[2])) if row else None

    def answer(self, world: World, key: str) -> tuple[str, int, str] | None:
        """What was asked under an idempotency key, and what was answered."""
        with self.lock:
            return self._db.execute(
                "SELECT asked, status, body FROM answer WHERE account = ? AND live = ? AND key = ?",
                (world.account, world.is_live, key),
            ).fetchone()

    def save_answer(self, world: World, key: str, asked: str, status: int, body: str) -> None:
        """Keep an answer for as long as the books are kept."""
        with self.lock:
            self._db.execute(
                "INSERT OR IGNORE INTO answer VALUES (?,?,?,?,?,?)", (world.account, world.is_live, key, asked, status, body)
            )


def shown(about: Any) -> Any:
    """An object without what only this server keeps."""
    if isinstance(about, list):
        return [shown(each) for each in about]
    if not isinstance(about, dict):
        return about
    return {key: shown(value) for key, value in about.items() if not key.startswith("hidden_")}


def new_id(prefix: str, length: int = 24) -> str:
    """`pi_3Nw…`"""
    return f"{prefix}_{''.join(secrets.choice(LETTERS) for _ in range(length))}"
