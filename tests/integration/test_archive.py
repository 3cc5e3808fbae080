"""A listing leaves the lists and comes back; nothing else about it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery.queries import listing_cards, listing_count, listing_page
from portal_app.domain.delivery.service import make_link, viewer_by_link
from portal_app.domain.listings.archiving import archive_listing, unarchive_listing
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, hand_over, photographed

pytestmark = pytest.mark.proof("delivery-10")


@pytest.fixture
def shoot(database: Database, cast: Cast, tmp_path: Path) -> Shoot:
    return photographed(database, DiskStore(tmp_path / "store"), cast.harbor, cast.carl_customer, photos=1)


def do(database: Database, verb, by: Viewer, shoot: Shoot) -> None:
    with database.unit_of_work() as db:
        verb(db, by, shoot.listing, now=NOW)


def lists(database: Database, by: Viewer) -> tuple[list[str], list[str]]:
    """What stands in the list, and what in the archive; the counts agree."""
    with database.reading() as db:
        found = tuple([card.public_id for card in listing_cards(db, by, archived=archived)] for archived in (False, True))
        assert tuple(listing_count(db, by, archived=archived) for archived in (False, True)) == tuple(map(len, found))
        return found


@pytest.mark.parametrize("who", ["olive", "carl"])
def test_it_leaves_both_lists_and_comes_back_as_it_was(database: Database, cast: Cast, shoot: Shoot, who: str) -> None:
    delivery_id, by = hand_over(database, cast.olive, shoot, collect_payment=False), getattr(cast, who)
    with database.unit_of_work() as db:
        link = viewer_by_link(db, make_link(db, delivery_id, "carl@coastline.example", now=NOW), now=NOW)
    for _ in range(2):
        do(database, archive_listing, by, shoot)
    assert lists(database, cast.olive) == lists(database, cast.carl) == ([], [shoot.listing])
    with database.reading() as db:
        for each in (cast.olive, cast.carl, link):
            page = listing_page(db, each, shoot.listing)
            assert (page.photo_count, bool(page.zip_url), bool(page.archived_words)) == (1, True, True)
    for _ in range(2):
        do(database, unarchive_listing, by, shoot)
    assert lists(database, cast.olive) == lists(database, cast.carl) == ([shoot.listing], [])
    with database.reading() as db:
        told = db.exec(select(Fact.kind).where(Fact.kind.in_(["listing.archived", "listing.brought_back"])).order_by(Fact.id))
        assert told.all() == ["listing.archived", "listing.brought_back"]
        with pytest.raises(NotFound):
            archive_listing(db, link, shoot.listing, now=NOW)


@pytest.mark.parametrize(("who", "refusal"), [("tess", NotFound), ("omar", NotFound), ("pia", NotAllowed)])
def test_nobody_else_does(database: Database, cast: Cast, shoot: Shoot, who: str, refusal: type) -> None:
    for verb in (archive_listing, unarchive_listing):
        with pytest.raises(refusal):
            do(database, verb, getattr(cast, who), shoot)
    assert lists(database, cast.olive) == ([shoot.listing], [])
