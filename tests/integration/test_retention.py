"""The files of a listing through their time: told, put away, brought back, deleted by the sweep alone."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery.gate import PutAway, Sight, Size
from portal_app.domain.delivery.keeping import FilesGone, keep_for_ever, restore_files, take_step, to_look_at
from portal_app.domain.delivery.policies import save_delivery_policy
from portal_app.domain.delivery.queries import archive_to_serve, file_to_serve, gate_of, listing_page
from portal_app.domain.delivery.revision_models import RevisionRequest
from portal_app.domain.delivery.service import make_link, viewer_by_link
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset
from portal_app.domain.media.references import unnamed
from portal_app.domain.media.sweeping import sweep_store
from portal_app.domain.notifications.models import Mail
from portal_app.domain.studios.models import Studio
from portal_app.jobs import reactions
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, add_photo, hand_over, photographed

pytestmark = pytest.mark.proof("delivery-10")

FIRST, SECOND, OVER = timedelta(days=151), timedelta(days=174), timedelta(days=185)
GONE = OVER + timedelta(days=32)


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def shoot(database: Database, cast: Cast, store: DiskStore) -> Shoot:
    """Delivered now, by a studio that keeps files for six months."""
    shoot = photographed(database, store, cast.harbor, cast.carl_customer, photos=1)
    hand_over(database, cast.olive, shoot, collect_payment=False)
    keep(database, cast, "6")
    return shoot


def keep(database: Database, cast: Cast, months: str) -> None:
    with database.unit_of_work() as db:
        save_delivery_policy(db, cast.olive, {"naming": "original", "keep_months": months}, now=NOW)


def passes(database: Database, after: timedelta) -> None:
    """The worker looks, twice."""
    for _ in range(2):
        with database.reading() as db:
            listings = to_look_at(db, now=NOW + after)
        for listing_id in listings:
            with database.unit_of_work() as db:
                take_step(db, listing_id, now=NOW + after)


def told(database: Database) -> list[str]:
    kinds = ("listing.ends_soon", "listing.put_away", "listing.restored", "listing.emptied")
    with database.reading() as db:
        return [kind.split(".")[1] for kind in db.exec(select(Fact.kind).where(Fact.kind.in_(kinds)).order_by(Fact.id))]


def row(database: Database, shoot: Shoot) -> Listing:
    with database.reading() as db:
        listing = db.get_one(Listing, shoot.listing_id)
        db.expunge(listing)
        return listing


def test_what_came_in_since_is_not_deleted_with_it(database: Database, cast: Cast, shoot: Shoot, store: DiskStore) -> None:
    for after in (FIRST, SECOND, OVER):
        passes(database, after)
    with database.unit_of_work() as db:
        fresh = add_photo(db, store, shoot, cast.harbor, place=2)
        asset = db.exec(select(Asset).where(Asset.public_id == fresh)).one()
        asset.received_at = NOW + OVER + timedelta(days=3)
    passes(database, GONE)
    with database.reading() as db:
        files = {asset.public_id: asset.sha256 for asset in db.exec(select(Asset).where(Asset.listing_id == shoot.listing_id))}
    assert files[fresh]
    assert files[shoot.photos[0]] == ""


def test_told_twice_then_put_away_for_everybody_outside_then_brought_back(database: Database, cast: Cast, shoot: Shoot) -> None:
    with database.unit_of_work() as db:
        token = make_link(db, 1, "carl@coastline.example", now=NOW + OVER - timedelta(days=9))
    passes(database, FIRST - timedelta(days=2))
    assert told(database) == []
    with database.reading() as db:
        assert listing_page(db, cast.carl, shoot.listing).keeping.until == "23 May 2027"
    for after in (FIRST, SECOND, OVER):
        passes(database, after)
    assert told(database) == ["ends_soon", "ends_soon", "put_away"]
    with database.reading() as db:
        link = viewer_by_link(db, token, now=NOW + OVER)
        assert link is not None
        assert gate_of(db, shoot.listing_id).sight is Sight.AWAY
        for by in (cast.carl, link):
            page = listing_page(db, by, shoot.listing)
            assert (page.state, page.photos, page.zip_url, page.cover_url) == ("away", [], "", "")
            assert page.keeping.restorable
            for size in Size:
                with pytest.raises(PutAway):
                    file_to_serve(db, by, shoot.photos[0], size)
            with pytest.raises(PutAway):
                archive_to_serve(db, by, shoot.listing, Size.ORIGINAL)
        assert file_to_serve(db, cast.olive, shoot.photos[0], Size.ORIGINAL).size
    for _ in range(2):
        with database.unit_of_work() as db:
            restore_files(db, cast.olive, shoot.listing, now=NOW + OVER)
    passes(database, OVER + timedelta(days=1))
    assert told(database)[3:] == ["restored"]
    with database.reading() as db:
        assert file_to_serve(db, cast.carl, shoot.photos[0], Size.ORIGINAL).size
        assert listing_page(db, cast.carl, shoot.listing).keeping.until == "27 Nov 2027"


def test_after_thirty_days_the_sweep_deletes_and_only_what_nobody_else_names(
    database: Database, cast: Cast, store: DiskStore, shoot: Shoot
) -> None:
    with database.unit_of_work() as db:
        other = photographed_again(db, store, cast, shoot)
        reference = asked_with_a_picture(db, store, cast, shoot)
    files = {kept.sha256 for kept in store.everything()}
    for after in (FIRST, SECOND, OVER, GONE - timedelta(days=2)):
        passes(database, after)
    with database.reading() as db:
        assert unnamed(db, sorted(files)) == set()
    passes(database, GONE)
    assert told(database)[2:] == ["put_away", "emptied"]
    with database.reading() as db:
        free = unnamed(db, sorted(files))
        assert 0 < len(free) < len(files)
        assert other not in free
        assert reference in free, "a picture that came with a request goes too"
        page = listing_page(db, cast.carl, shoot.listing)
        assert (page.state, page.keeping.restorable, bool(page.keeping.emptied)) == ("away", "", True)
    assert {kept.sha256 for kept in store.everything()} == files, "nothing but the sweep deletes"
    sweep_store(database.unit_of_work, database.reading, store, now=datetime.now(NOW.tzinfo) + timedelta(days=2))
    assert {kept.sha256 for kept in store.everything()} == files - free
    with pytest.raises(FilesGone), database.unit_of_work() as db:
        restore_files(db, cast.olive, shoot.listing, now=NOW + GONE)
    with database.unit_of_work() as db:
        add_photo(db, store, shoot, cast.harbor, place=2)
    hand_over(database, cast.olive, shoot, collect_payment=False)
    with database.reading() as db:
        assert listing_page(db, cast.carl, shoot.listing).photo_count == 1, "a new delivery fills it again"


def asked_with_a_picture(db, store: DiskStore, cast: Cast, shoot: Shoot) -> str:
    """A request for a change with a reference picture; returns its file."""
    picture = b"a sky as it should be"
    sha256 = hashlib.sha256(picture).hexdigest()
    store.add_bytes(picture, sha256)
    who = {"asked_by": "Carl", "asked_email": "carl@coastline.example", "asked_account_id": cast.carl.account_id}
    db.add(RevisionRequest(
        public_id="bluer", studio_id=cast.harbor, listing_id=shoot.listing_id, order_id=shoot.order_id, number=1, request_key="bluer",
        wish="Bluer", asked_at=NOW, changed_at=NOW, reference_sha256=sha256, reference_size=len(picture), **who,
    ))  # fmt: skip
    return sha256


def photographed_again(db, store: DiskStore, cast: Cast, shoot: Shoot) -> str:
    """Another listing that has the same original; returns its file."""
    listing = Listing(
        studio_id=cast.harbor, customer_id=cast.carl_customer, public_id="second", street="2", town="Carmel", created_at=NOW
    )
    db.add(listing)
    db.flush()
    first = db.exec(select(Asset).where(Asset.listing_id == shoot.listing_id)).one()
    same = first.model_dump(exclude={"id", "public_id", "listing_id"})
    db.add(Asset(**same, public_id="same", listing_id=listing.id))
    return first.sha256


def test_for_ever_a_longer_rule_and_what_waits_for_payment(
    database: Database, cast: Cast, shoot: Shoot, store: DiskStore
) -> None:
    passes(database, FIRST)
    with database.unit_of_work() as db:
        keep_for_ever(db, cast.olive, shoot.listing, is_on=True, now=NOW)
    for after in (SECOND, OVER, GONE):
        passes(database, after)
    assert told(database) == ["ends_soon"]
    assert row(database, shoot).warned_at is None
    with database.unit_of_work() as db:
        keep_for_ever(db, cast.olive, shoot.listing, is_on=False, now=NOW)
    passes(database, GONE)
    passes(database, GONE + timedelta(days=10))
    assert told(database) == ["ends_soon", "ends_soon"], "thirty days from here, however long ago"
    keep(database, cast, "0")
    passes(database, GONE + timedelta(days=90))
    assert row(database, shoot).warned_at is None
    locked = photographed(database, store, cast.harbor, cast.carl_customer, photos=1, street="9 Locked Lane")
    hand_over(database, cast.olive, locked)
    keep(database, cast, "6")
    with database.unit_of_work() as db:
        keep_for_ever(db, cast.olive, shoot.listing, is_on=True, now=NOW)
    for after in (FIRST, SECOND, OVER, GONE):
        passes(database, after)
    assert row(database, locked).warned_at is None


def test_the_day_is_the_studios(database: Database, cast: Cast, shoot: Shoot) -> None:
    """The last day ends at midnight of the studio's zone, not of UTC."""
    with database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).zone = "America/Los_Angeles"
    for after in (FIRST, SECOND):
        passes(database, after)
    midnight = datetime(2027, 5, 24, 7, 0, tzinfo=NOW.tzinfo) - NOW
    passes(database, midnight - timedelta(minutes=1))
    assert row(database, shoot).put_away_at is None
    passes(database, midnight)
    assert row(database, shoot).put_away_at is not None


def test_both_sides_get_a_mail_once(database: Database, cast: Cast, shoot: Shoot) -> None:
    with database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).email = "studio@harborlight.example"
    passes(database, FIRST)
    with database.unit_of_work() as db:
        fact = db.exec(select(Fact).where(Fact.kind == "listing.ends_soon")).one()
        for _ in range(2):
            reactions.mail_keeping(db, fact, now=NOW + FIRST)
    with database.reading() as db:
        mails = db.exec(select(Mail).where(Mail.kind == "keeping").order_by(Mail.id)).all()
        assert [mail.to_email for mail in mails] == ["carl@coastline.example", "studio@harborlight.example"]
        assert all("Files are kept until" in mail.text for mail in mails)
        assert "/l/" in mails[0].text
        assert f"/admin/listings/{shoot.listing}" in mails[1].text


@pytest.mark.parametrize(("who", "refusal"), [("carl", NotFound), ("omar", NotFound), ("pia", NotAllowed)])
def test_only_who_delivers(database: Database, cast: Cast, shoot: Shoot, who: str, refusal: type) -> None:
    by: Viewer = getattr(cast, who)
    with pytest.raises(refusal), database.unit_of_work() as db:
        restore_files(db, by, shoot.listing, now=NOW)
    with pytest.raises(refusal), database.unit_of_work() as db:
        keep_for_ever(db, by, shoot.listing, is_on=True, now=NOW)
    with pytest.raises(InvalidInput):
        keep(database, cast, "7")
