"""A person of the studio opens what waits for its payment, and closes it again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery.gate import Sight
from portal_app.domain.delivery.queries import gate_of
from portal_app.domain.delivery.releasing import NothingDelivered, lock_again, release
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, hand_over, photographed

pytestmark = pytest.mark.proof("payments-02")


@pytest.fixture
def shoot(database: Database, cast: Cast, tmp_path: Path) -> Shoot:
    return photographed(database, DiskStore(tmp_path / "store"), cast.harbor, cast.carl_customer, photos=1)


def sight(database: Database, shoot: Shoot) -> Sight:
    with database.reading() as db:
        return gate_of(db, shoot.listing_id).sight


def do(database: Database, verb, by, shoot: Shoot, *args) -> None:
    with database.unit_of_work() as db:
        verb(db, by, shoot.listing, *args, now=NOW)


def test_it_opens_with_a_reason_and_once_and_the_next_delivery_decides_anew(database: Database, cast: Cast, shoot: Shoot) -> None:
    with pytest.raises(NothingDelivered):
        do(database, release, cast.olive, shoot, "A good customer")
    hand_over(database, cast.olive, shoot)
    assert sight(database, shoot) is Sight.MARKED
    with pytest.raises(InvalidInput):
        do(database, release, cast.olive, shoot, " ")
    do(database, release, cast.olive, shoot, "A good customer")
    do(database, release, cast.olive, shoot, "Twice")
    assert sight(database, shoot) is Sight.OPEN
    do(database, lock_again, cast.olive, shoot)
    do(database, lock_again, cast.olive, shoot)
    assert sight(database, shoot) is Sight.MARKED
    with database.reading() as db:
        told = db.exec(select(Fact).where(Fact.kind.startswith("listing.")).order_by(Fact.id)).all()
        assert [(fact.kind, fact.details.get("reason")) for fact in told] == [
            ("listing.delivered", None), ("listing.released", "A good customer"), ("listing.locked_again", None),
        ]  # fmt: skip


@pytest.mark.parametrize(("who", "refusal"), [("carl", NotFound), ("omar", NotFound), ("tess", NotFound), ("pia", NotAllowed)])
def test_only_who_delivers(database: Database, cast: Cast, shoot: Shoot, who: str, refusal: type) -> None:
    hand_over(database, cast.olive, shoot)
    for verb, args in ((release, ("Please",)), (lock_again, ())):
        with pytest.raises(refusal):
            do(database, verb, getattr(cast, who), shoot, *args)
    assert sight(database, shoot) is Sight.MARKED
