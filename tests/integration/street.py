"""The files of a delivered listing over HTTP, and the browsers of everybody who might ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app import entrance, wiring
from portal_app.adapters.disk_store import DiskStore
from portal_app.core.clock import utc_now
from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.delivery import service
from portal_app.domain.identity.models import SignInSession
from portal_app.settings import read_settings
from portal_app.web.api import make_api
from tests.conftest import Cast
from tests.integration.delivered import Shoot, hand_over, photographed


@contextmanager
def served(database: Database, store: DiskStore, folder: Path) -> Iterator[Starlette]:
    """The portal's HTTP routes on this database and store."""
    settings = read_settings({"PORTAL_DATA_DIR": str(folder)})
    with ThreadPoolExecutor(4) as executor:
        wiring.use(wiring.Wiring(settings, database, store, SimpleNamespace(), SimpleNamespace(), executor))
        entrance.forget_studios()
        yield make_api()
        wiring.use(None)
        entrance.forget_studios()


@dataclass(slots=True)
class Street:
    """Browsers of everybody, each with its own cookie, and one delivered listing of Carl's beside another."""

    database: Database
    cast: Cast
    shoot: Shoot
    other: Shoot
    browsers: dict[str, TestClient]
    delivery_id: int

    def photo(self, number: int = 0) -> str:
        return self.shoot.photos[number]


def a_street(api: Starlette, database: Database, cast: Cast, store: DiskStore) -> Street:
    """Delivered and locked, with everybody at their browser."""
    shoot = photographed(database, store, cast.harbor, cast.carl_customer)
    other = photographed(database, store, cast.harbor, cast.carl_customer, photos=1, street="9 Other Lane")
    hand_over(database, cast.olive, other, collect_payment=False)
    delivery_id = hand_over(database, cast.olive, shoot)
    browsers = {
        name: browser(api, database, getattr(cast, name), host)
        for name, host in (
            ("olive", "localhost"), ("pia", "localhost"), ("carl", "localhost"),
            ("omar", "bluebird.localhost"), ("ollie", "bluebird.localhost"),
        )
    }  # fmt: skip
    browsers["nobody"] = TestClient(api, base_url="http://localhost")
    browsers["link"] = with_link(api, database, delivery_id)
    return Street(database, cast, shoot, other, browsers, delivery_id)


def signed_in(database: Database, by: Viewer) -> str:
    """The token of a new session."""
    token, now = new_token(), utc_now()
    with database.unit_of_work() as db:
        db.add(
            SignInSession(
                studio_id=by.studio_id, account_id=by.account_id, token_hash=fingerprint(token),
                created_at=now, seen_at=now, ends_at=now + timedelta(days=1),
            )
        )  # fmt: skip
    return token


def browser(api: Starlette, database: Database, by: Viewer, host: str) -> TestClient:
    """One that is signed in."""
    cookies = {"foyer": signed_in(database, by)}
    return TestClient(api, base_url=f"http://{host}", cookies=cookies, follow_redirects=False)


def with_link(api: Starlette, database: Database, delivery_id: int) -> TestClient:
    """One that opened a secret link."""
    with database.unit_of_work() as db:
        token = service.make_link(db, delivery_id, "carl@coastline.example", now=utc_now())
    client = TestClient(api, base_url="http://localhost", follow_redirects=False)
    assert client.get(f"/l/{token}").status_code == 303
    return client
