"""The world and the app in front of it, once for each database."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from portal_app import entrance, wiring
from portal_app.domain.identity import passwords
from portal_app.settings import read_settings
from portal_app.web.api import make_api
from portal_app.web.hardening import Hardening
from tests.conftest import fresh_database
from tests.integration.matrix.desk import Desk
from tests.integration.matrix.rewinding import Rewinding
from tests.integration.matrix.shelf import Easel, Matrixed, Shelf
from tests.integration.matrix.world import World, build


@dataclass(frozen=True, slots=True)
class House:
    """Everything a question needs."""

    world: World
    database: Rewinding
    desk: Desk
    files: dict[str, str]


@pytest.fixture(scope="module")
def house(database_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[House]:
    """The house on each database."""
    with _open(database_kind, tmp_path_factory.mktemp("matrix"), request) as opened:
        yield opened


@pytest.fixture(scope="module")
def one_house(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[House]:
    """The house for what no database decides."""
    with _open("sqlite", tmp_path_factory.mktemp("hazards"), request) as opened:
        yield opened


@contextmanager
def _open(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """Production settings over the world, every question taken back."""
    from portal_app.portal_app import app

    # The same hash at a thousandth of its cost: what is asked here is who may, not how long it takes.
    patched, shelf = pytest.MonkeyPatch(), Shelf()
    patched.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with fresh_database(kind, folder, request) as database:
        world, files = build(database, shelf)
        url = database.url.render_as_string(hide_password=False)
        database.close()
        rewinding = Rewinding(url)
        rewinding.remember()
        with ThreadPoolExecutor(4) as threads:
            wiring.use(Matrixed(_settings(folder), rewinding, shelf, Easel(), SimpleNamespace(), threads))
            entrance.forget_studios()
            yield House(world, rewinding, Desk(app, Hardening(make_api(), build=folder, pages=())), files)
            wiring.use(None)
            entrance.forget_studios()
        rewinding.close()
    patched.undo()


def _settings(folder: Path):
    return read_settings(
        {
            "PORTAL_ENV": "production", "PORTAL_DATA_DIR": str(folder), "PORTAL_PUBLIC_URL": "https://localhost",
            "PORTAL_SMTP_URL": "smtp://localhost", "PORTAL_MAIL_FROM": "studio@x.example",
            "PORTAL_SECRET_KEY": base64.urlsafe_b64encode(b"q" * 32).decode(),
        }
    )  # fmt: skip
