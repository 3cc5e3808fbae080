"""Which keys exist, and where their webhooks go: a file beside the stand-in's books, written by the demo's seed."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from portal_app.demo.stripe.books import World
from portal_app.demo.stripe.refusals import Refusal

KEY = re.compile(r"(?:sk|rk)_(test|live)_([A-Za-z0-9]{8,})")


@dataclass(frozen=True, slots=True)
class StandInAccount:
    """A studio at the pretend Stripe. `webhook` is a full address, or a path on the app's own."""

    key: str
    name: str
    webhook: str
    webhook_secret: str


class Accounts:
    """Reads the file again whenever it was written, so a seed may come after the start."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp = 0
        self._known: dict[str, list[StandInAccount]] = {}

    def world_of(self, authorization: str) -> World:
        """The account and mode of a key. Raises Refusal 401."""
        match = KEY.fullmatch(authorization)
        if match is None:
            raise Refusal(401, "invalid_request_error", "Invalid API Key provided: ****")
        account = account_of(authorization)
        return World(account, match[1] == "live", self.name(account))

    def name(self, account: str) -> str:
        """What the hosted page calls the studio."""
        return next((each.name for each in self.of(account)), "Demo studio")

    def of(self, account: str) -> list[StandInAccount]:
        """Every webhook written down for an account."""
        self._refresh()
        return self._known.get(account, [])

    def _refresh(self) -> None:
        if self._path is None or not self._path.exists():
            return
        stamp = self._path.stat().st_mtime_ns
        if stamp != self._stamp:
            self._stamp, self._known = stamp, {}
            for each in read_accounts(self._path):
                self._known.setdefault(account_of(each.key), []).append(each)


def account_of(key: str) -> str:
    """Test and live keys of the same name belong to the same account."""
    return f"acct_{hashlib.sha256(key.split('_', 2)[2].encode()).hexdigest()[:16]}"


def is_live_key(key: str) -> bool:
    return key.split("_")[1] == "live"


def new_account(name: str, webhook: str) -> StandInAccount:
    """Fresh test keys for a studio."""
    return StandInAccount(f"sk_test_{secrets.token_hex(16)}", name, webhook, f"whsec_{secrets.token_hex(20)}")


def read_accounts(path: Path) -> list[StandInAccount]:
    """The accounts in the file; none when there is no file."""
    return [StandInAccount(**each) for each in json.loads(path.read_text())] if path.exists() else []


def write_accounts(path: Path, accounts: list[StandInAccount]) -> None:
    """Replace the file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([asdict(each) for each in accounts], indent=1))
    fresh.replace(path)
