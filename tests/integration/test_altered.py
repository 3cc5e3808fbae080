"""An altered photo is tied to its original: the note beside it in every ZIP, the public page, and what is not published."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from sqlmodel import select
from starlette.applications import Starlette

from portal_app.adapters.disk_store import DiskStore
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery import queries
from portal_app.domain.delivery.disclosing import ALTERED
from portal_app.domain.delivery.originals import Unpaired, publishing_standing
from portal_app.domain.delivery.policies import save_delivery_policy
from portal_app.domain.media.altering import AlteredAs, carry_over, mark_altered, unmark_altered
from portal_app.domain.media.arranging import remove_photo, restore_photo
from portal_app.domain.media.linking import show_asset
from portal_app.domain.media.models import Asset, AssetState, OriginalsPage
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, add_photo, hand_over, pay, photographed, set_policy
from tests.integration.street import Street, a_street, served

pytestmark = pytest.mark.proof("delivery-12")

STAGED = AlteredAs(["staged"], "The sofa is not there.")


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def api(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[Starlette]:
    with served(database, store, tmp_path) as made:
        yield made


@pytest.fixture
def street(api: Starlette, database: Database, cast: Cast, store: DiskStore) -> Street:
    """Its first photo is staged from its second."""
    made = a_street(api, database, cast, store)
    mark(database, cast, made.photo(0), "staged", original=made.photo(1))
    return made


def mark(database: Database, cast: Cast, photo: str, *how: str, words: str = "", original: str = "", hides: bool = False) -> None:
    with database.unit_of_work() as db:
        mark_altered(db, cast.pia, photo, AlteredAs(how, words, original, hides), now=NOW)


def rows(database: Database, listing_id: int) -> dict[str, Asset]:
    with database.reading() as db:
        found = {row.public_id: row for row in db.exec(select(Asset).where(Asset.listing_id == listing_id))}
        db.expunge_all()
        return found


def address_of(street: Street) -> str:
    with street.database.reading() as db:
        made = db.exec(select(OriginalsPage.public_id).where(OriginalsPage.listing_id == street.shoot.listing_id)).one()
        return f"/originals/{made}"


def opened(street: Street, address: str) -> dict[str, bytes]:
    answer = street.browsers["carl"].get(address)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as made:
        return {name: made.read(name) for name in made.namelist()}


# -- saying it


def test_it_is_said_changed_and_taken_back_and_each_is_a_fact(database: Database, cast: Cast, store: DiskStore) -> None:
    shoot = photographed(database, store, cast.harbor, cast.carl_customer)
    first, second, third = shoot.photos
    mark(database, cast, first, "sky", "staged", "made up", original=second)
    mark(database, cast, first, "sky", words="  The  wires too ", original=third, hides=True)
    altered = rows(database, shoot.listing_id)
    assert (altered[first].altered_how, altered[first].alteration) == ("sky", "The wires too")
    assert altered[first].altered_of_id == altered[third].id
    assert [altered[each].is_hidden for each in shoot.photos] == [False, False, True]
    with database.unit_of_work() as db:
        unmark_altered(db, cast.pia, first, now=NOW)
        unmark_altered(db, cast.pia, first, now=NOW)
    again = rows(database, shoot.listing_id)[first]
    assert (again.altered_how, again.alteration, again.altered_of_id) == ("", "", None)
    with database.reading() as db:
        told = db.exec(
            select(Fact).where(Fact.listing_id == shoot.listing_id, Fact.kind.contains("marked")).order_by(Fact.id)
        ).all()
        assert [(fact.kind, fact.details.get("how"), fact.details.get("original")) for fact in told] == [
            ("asset.marked_altered", "Virtually staged, sky replaced", "IMG_0002.JPG"),
            ("asset.marked_altered", "Sky replaced. The wires too", "IMG_0003.JPG"),
            ("asset.unmarked_altered", None, None),
        ]
        assert len(db.exec(select(OriginalsPage)).all()) == 1


def test_what_cannot_be_said_is_refused_beside_its_field(database: Database, cast: Cast, store: DiskStore) -> None:
    shoot = photographed(database, store, cast.harbor, cast.carl_customer)
    elsewhere = photographed(database, store, cast.harbor, cast.carl_customer, photos=1)
    first, second, third = shoot.photos
    mark(database, cast, second, "sky", original=third)

    def refused(field: str, photo: str, said: AlteredAs) -> None:
        with pytest.raises(InvalidInput) as wrong, database.unit_of_work() as db:
            mark_altered(db, cast.pia, photo, said, now=NOW)
        assert wrong.value.field == field

    refused("how", first, AlteredAs([]))
    refused("how", first, AlteredAs(["made up"]))
    refused("words", first, AlteredAs(["other"]))
    for original in (first, second, elsewhere.photos[0], "nothing"):
        refused("original", first, AlteredAs(["sky"], original=original))
    refused("how", third, AlteredAs(["sky"]))


@pytest.mark.parametrize(("who", "refusal"), [("carl", NotFound), ("omar", NotFound), ("ollie", NotFound), ("tess", NotFound)])
def test_only_the_studio_says_it(database: Database, cast: Cast, store: DiskStore, who: str, refusal: type) -> None:
    shoot = photographed(database, store, cast.harbor, cast.carl_customer, photos=1)
    for verb in (
        lambda db, by: mark_altered(db, by, shoot.photos[0], STAGED, now=NOW),
        lambda db, by: unmark_altered(db, by, shoot.photos[0], now=NOW),
    ):
        with pytest.raises((refusal, NotAllowed)), database.unit_of_work() as db:
            verb(db, getattr(cast, who))
    with pytest.raises(NotFound), database.reading() as db:
        publishing_standing(db, getattr(cast, who), shoot.listing)


def test_a_new_file_in_its_place_keeps_the_note_and_the_tie(database: Database, cast: Cast, store: DiskStore) -> None:
    shoot = photographed(database, store, cast.harbor, cast.carl_customer)
    first, second, _ = shoot.photos
    mark(database, cast, first, "sky", original=second, hides=True)
    with database.unit_of_work() as db:
        better, unaltered = (
            db.exec(select(Asset).where(Asset.public_id == add_photo(db, store, shoot, cast.harbor))).one() for _ in "12"
        )
        old = {row.public_id: row for row in db.exec(select(Asset).where(Asset.listing_id == shoot.listing_id))}
        carry_over(db, old[second], unaltered)
        db.flush()
        carry_over(db, old[first], better)
        assert (better.altered_how, better.altered_of_id, better.is_hidden) == ("sky", unaltered.id, False)
        assert (unaltered.altered_how, unaltered.is_hidden) == ("", True)


# -- publishing


def deliver_fails(database: Database, cast: Cast, shoot: Shoot) -> str:
    with pytest.raises(Unpaired) as refusal:
        hand_over(database, cast.olive, shoot)
    return refusal.value.sentence


def test_an_altered_photo_without_its_original_is_not_handed_over_where_the_rule_asks(
    database: Database, cast: Cast, store: DiskStore
) -> None:
    """Harbor Light has no rule of its own: this property is in California."""
    shoot = photographed(database, store, cast.harbor, cast.carl_customer)
    first, second, third = shoot.photos
    mark(database, cast, first, "sky")
    mark(database, cast, third, "grounds")
    said = deliver_fails(database, cast, shoot)
    assert said == "IMG_0001.JPG is altered and has no original beside it. Choose its original. 1 more like this."
    assert all(row.delivered_at is None for row in rows(database, shoot.listing_id).values())
    for photo in (first, third):
        mark(database, cast, photo, "sky", original=second, hides=True)
    with database.unit_of_work() as db:
        assert publishing_standing(db, cast.pia, shoot.listing).problems == []
        remove_photo(db, cast.pia, second, now=NOW)
    assert "was taken out" in deliver_fails(database, cast, shoot)
    with database.unit_of_work() as db:
        restore_photo(db, cast.pia, second, now=NOW)
    hand_over(database, cast.olive, shoot)
    assert [bool(rows(database, shoot.listing_id)[photo].delivered_at) for photo in shoot.photos] == [True, False, True]


def test_what_is_hidden_keeps_nothing_back_and_neither_does_a_studio_without_the_rule(
    database: Database, cast: Cast, store: DiskStore
) -> None:
    shoot = photographed(database, store, cast.harbor, cast.carl_customer)
    mark(database, cast, shoot.photos[0], "sky")
    with database.unit_of_work() as db:
        show_asset(db, cast.pia, shoot.photos[0], is_shown=False, now=NOW)
        assert publishing_standing(db, cast.pia, shoot.listing).problems == []
        show_asset(db, cast.pia, shoot.photos[0], is_shown=True, now=NOW)
        assert [one.public_id for one in publishing_standing(db, cast.pia, shoot.listing).problems] == [shoot.photos[0]]
        with pytest.raises(InvalidInput):
            save_delivery_policy(db, cast.olive, {"naming": "original", "altered_rule": "maybe"}, now=NOW)
        save_delivery_policy(db, cast.olive, {"naming": "original", "altered_rule": "never"}, now=NOW)
    hand_over(database, cast.olive, shoot)


# -- wherever it appears


def test_the_note_stands_beside_it_on_the_listings_page_and_its_card(street: Street) -> None:
    with street.database.reading() as db:
        page = queries.listing_page(db, street.cast.carl, street.shoot.listing)
        card = next(each for each in queries.listing_cards(db, street.cast.carl) if each.public_id == page.public_id)
    assert [tile.note for tile in page.photos] == ["Altered: Virtually staged", "", ""]
    assert page.photos[0].alt == "Altered: Virtually staged. Photo 1"
    assert (page.altered_count, page.originals_url, card.cover_note) == (1, address_of(street), "Altered: Virtually staged")


def test_every_zip_and_every_file_says_it(street: Street) -> None:
    pay(street.database, street.shoot, street.cast.harbor)
    listing = street.shoot.listing
    made = opened(street, f"/files/zip/{listing}")
    assert list(made) == ["IMG_0001 (altered).JPG", "IMG_0002.JPG", "IMG_0003.JPG", ALTERED, "SHA256SUMS.txt"]
    told = made[ALTERED].decode()
    assert "IMG_0001 (altered).JPG\n  Virtually staged\n  Original: IMG_0002.JPG" in told
    assert f"http://localhost:3000{address_of(street)}" in told
    assert (
        "Original"
        not in opened(street, f"/files/zip/{listing}?size=mls&photos={street.photo(0)}")[ALTERED].decode().split("Say so")[0]
    )
    assert ALTERED not in opened(street, f"/files/zip/{listing}?photos={street.photo(2)}")
    one = street.browsers["carl"].get(f"/files/{street.photo(0)}/mls?download=1")
    assert "IMG_0001 (altered).jpg" in one.headers["content-disposition"]


# -- the public page


def pictures_on(street: Street) -> list[tuple[int, bytes]]:
    """What anybody gets who asks for each photo of the listing there."""
    nobody, address = street.browsers["nobody"], address_of(street)
    answers = [nobody.get(f"{address}/{photo}") for photo in street.shoot.photos]
    return [(answer.status_code, answer.content) for answer in answers]


@pytest.mark.proof("delivery-15")
def test_everybody_sees_the_pair_as_far_as_the_gate_is_open(street: Street) -> None:
    nobody, files = street.browsers["nobody"], street.shoot.files
    page = nobody.get(address_of(street))
    assert (page.status_code, page.headers["x-robots-tag"]) == (200, "noindex")
    assert "<b>Altered:</b> Virtually staged" in page.text
    assert "2208 Point Reyes Court" in page.text
    picture = nobody.get(f"{address_of(street)}/{street.photo(0)}")
    assert "IMG_" not in f"{picture.headers}{page.text}"
    assert not [secret for secret in ("Carl", "Nakamura", "coastline", "412") if secret in page.text]
    marked, clean = ([files[street.photo(place)][size] for place in (0, 1)] for size in ("web_marked", "web"))
    assert [content for status, content in pictures_on(street) if status == 200] == marked
    set_policy(street.database, street.delivery_id, collect_payment=True, watermark=False)
    assert [status for status, _ in pictures_on(street)] == [404, 404, 404]
    assert "not published yet" in nobody.get(address_of(street)).text
    pay(street.database, street.shoot, street.cast.harbor)
    assert [content for status, content in pictures_on(street) if status == 200] == clean
    assert pictures_on(street)[2][0] == 404


def test_an_original_that_the_listing_does_not_show_stands_there_and_nothing_else_hidden_does(street: Street) -> None:
    pay(street.database, street.shoot, street.cast.harbor)
    mark(street.database, street.cast, street.photo(0), "staged", original=street.photo(1), hides=True)
    assert [status for status, _ in pictures_on(street)] == [200, 200, 404]
    assert street.browsers["carl"].get(f"/files/{street.photo(1)}/web").status_code == 404
    assert len(opened(street, f"/files/zip/{street.shoot.listing}")) == 4
    with street.database.unit_of_work() as db:
        show_asset(db, street.cast.pia, street.photo(0), is_shown=False, now=NOW)
    assert [status for status, _ in pictures_on(street)] == [404, 404, 404]
    with street.database.unit_of_work() as db:
        show_asset(db, street.cast.pia, street.photo(0), is_shown=True, now=NOW)
        original = db.exec(select(Asset).where(Asset.public_id == street.photo(1))).one()
        original.state = AssetState.REMOVED
    assert [status for status, _ in pictures_on(street)] == [200, 404, 404]
    assert "The original is not here yet." in street.browsers["nobody"].get(address_of(street)).text


def test_the_address_is_one_studios_and_cannot_be_guessed(street: Street) -> None:
    address = address_of(street)
    assert len(address) > len("/originals/") + 15
    for browser, asked in (
        ("omar", address),
        ("nobody", "/originals/abcdefghjkmnpqrs"),
        ("nobody", f"{address}/{street.other.photos[0]}"),
    ):
        assert street.browsers[browser].get(asked).status_code == 404
        assert street.browsers[browser].get(f"{asked}/qr.png").status_code == 404


def test_the_square_code_leads_there(street: Street) -> None:
    address = address_of(street)
    made = street.browsers["nobody"].get(f"{address}/qr.png?download=1")
    assert "attachment" in made.headers["content-disposition"]
    picture = Image.open(io.BytesIO(made.content)).convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [f"http://localhost:3000{address}"]
    drawn = street.browsers["nobody"].get(f"{address}/qr.svg")
    assert (drawn.headers["content-type"], b"<svg" in drawn.content) == ("image/svg+xml", True)
