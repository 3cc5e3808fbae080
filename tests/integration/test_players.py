"""The page around a player over HTTP: it names one other site, belongs to our own pages alone, and waits for the payment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.adapters.disk_store import DiskStore
from portal_app.db import Database
from portal_app.domain.delivery.service import DeliverRequest, deliver
from portal_app.domain.media.linking import add_link
from tests.conftest import NOW, Cast
from tests.integration.delivered import set_policy
from tests.integration.street import Street, a_street, served

pytestmark = [pytest.mark.proof("delivery-02"), pytest.mark.proof("delivery-15")]


@pytest.fixture
def street(database: Database, cast: Cast, tmp_path: Path) -> Iterator[Street]:
    store = DiskStore(tmp_path / "store")
    with served(database, store, tmp_path) as api:
        yield a_street(api, database, cast, store)


def test_a_player_is_framed_for_who_may_see_it_and_told_to_nobody_else(street: Street) -> None:
    with street.database.unit_of_work() as db:
        tour = add_link(
            db, street.cast.olive, street.shoot.listing, "https://my.matterport.com/show/?m=UudGrvdrYZD", "<b>Hall", now=NOW
        )
        delivery_id = deliver(db, street.cast.olive, street.shoot.number, DeliverRequest(), now=NOW).delivery_id
    locked = street.browsers["carl"].get(f"/files/embed/{tour}")
    assert (locked.status_code, "matterport" in locked.text) == (403, False)
    set_policy(street.database, delivery_id, collect_payment=False, watermark=False)
    answer = street.browsers["carl"].get(f"/files/embed/{tour}")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "frame-src https://my.matterport.com;" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert (answer.headers["x-frame-options"], answer.headers["cache-control"]) == ("SAMEORIGIN", "private, no-store")
    assert "<b>" not in answer.text
    assert 'src="https://my.matterport.com/show/?m=UudGrvdrYZD"' in answer.text
    for stranger in ("omar", "ollie", "nobody"):
        unseen = street.browsers[stranger].get(f"/files/embed/{tour}")
        assert (unseen.status_code, "matterport" in unseen.text) == (404, False)
    assert street.browsers["carl"].get(f"/files/embed/{street.photo()}").status_code == 404
    assert street.browsers["carl"].get(f"/files/{tour}/original").status_code == 404
