"""Starting the stand-in beside the app, and opening a studio's account at it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from sqlmodel import Session

from portal_app.adapters.secret_box import SecretBox
from portal_app.adapters.stripe_keys import seal_keys
from portal_app.core.tokens import new_token
from portal_app.demo.stripe.accounts import new_account, read_accounts, write_accounts
from portal_app.domain.billing.keys import connect_stripe
from portal_app.domain.billing.models import Mode
from portal_app.settings import Settings

START_SECONDS = 10


def stand_in_folder(settings: Settings) -> Path:
    """Where the stand-in keeps its books and reads its accounts."""
    return settings.data_dir / "stripe"


def start_stand_in(settings: Settings) -> subprocess.Popen[bytes]:
    """A child process that answers on the demo port and ends with this one. Raises RuntimeError if it does not start.

    The child dies with the thread that starts it: call this from one that lives as long as the app, such as the main one.
    """
    port = settings.demo_stripe_port
    process = subprocess.Popen(
        [
            sys.executable, "-m", "portal_app.demo.stripe", "--port", str(port), "--app", settings.public_url,
            "--folder", str(stand_in_folder(settings)), "--parent", str(os.getpid()),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    _wait(process, f"http://127.0.0.1:{port}/healthz", stand_in_folder(settings))
    return process


def stop_stand_in(process: subprocess.Popen[bytes]) -> None:
    """End it and wait for it."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def open_account(db: Session, settings: Settings, studio_id: int, studio_name: str) -> None:
    """Fresh test keys for a studio: sealed in its row, and written where the stand-in finds them."""
    endpoint_token, path = new_token(), stand_in_folder(settings) / "accounts.json"
    account = new_account(studio_name, f"/webhooks/stripe/{endpoint_token}")
    key, secret = seal_keys(SecretBox(settings.secret_key), studio_id, Mode.TEST, account.key, account.webhook_secret)
    last4 = account.key[-4:], account.webhook_secret[-4:]
    connect_stripe(
        db, studio_id, Mode.TEST, endpoint_token=endpoint_token, secret_key_box=key, webhook_secret_box=secret, last4=last4
    )  # fmt: skip
    write_accounts(path, [*read_accounts(path), account])


def _wait(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    """Until it answers. Beside another process of the same app, the other one's stand-in is as good."""
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        answers = _asked(url)
        if answers.get("folder") == str(folder) and (answers["pid"] == process.pid or process.poll() is not None):
            return
        time.sleep(0.05)
    stop_stand_in(process)
    raise RuntimeError("The pretend Stripe did not start: is its port taken? Set PORTAL_DEMO_STRIPE_PORT.")


def _asked(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return {}
