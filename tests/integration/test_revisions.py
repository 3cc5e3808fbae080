"""A customer asks for a change where they see it, the studio delivers a new version in its place, both compare."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import col, select
from starlette.applications import Starlette

from portal_app import wiring
from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.catalog.models import Service
from portal_app.domain.delivery.revising import (
    Asked,
    AskedPhoto,
    RoundsUsed,
    accept_revision,
    allow_round,
    ask_revision,
    deliver_revision,
    keep_reference,
    reopen_revision,
    start_revision,
)
from portal_app.domain.delivery.revision_models import RevisionRequest, Shape
from portal_app.domain.delivery.revision_steps import Place, RevisionMoved
from portal_app.domain.delivery.revisions import ListingRevisions, revision_at_desk, revision_count, revision_rows, revisions_of
from portal_app.domain.media.alterations import note_beside
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.media.references import unnamed
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import OrderLine
from portal_app.domain.studios.models import Studio
from portal_app.jobs.reactions import mail_revision
from tests.conftest import NOW, Cast
from tests.integration.delivered import add_photo, hand_over, pay, photographed
from tests.integration.street import Street, a_street, browser, served

pytestmark = pytest.mark.proof("delivery-11")
BOX = Place(Shape.BOX, 1000, 2000, 3000, 4000)


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def api(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[Starlette]:
    with served(database, store, tmp_path) as made:
        yield made


@pytest.fixture
def street(api: Starlette, database: Database, cast: Cast, store: DiskStore) -> Street:
    return a_street(api, database, cast, store)


def do(street: Street, verb: Callable[..., Any], by: Viewer, *args: Any) -> Any:
    with street.database.unit_of_work() as db:
        return verb(db, by, *args, now=NOW)


def ask(street: Street, key: str = "k", wish: str = "A bluer sky", photos: int = 1, by: Viewer | None = None) -> str:
    chosen = tuple(AskedPhoto(photo, BOX, "Here") for photo in street.shoot.photos[:photos])
    return do(street, ask_revision, by or street.cast.carl, street.shoot.listing, Asked(key, wish, chosen))


def seen(street: Street, by: Viewer | None = None) -> ListingRevisions:
    with street.database.reading() as db:
        return revisions_of(db, by or street.cast.carl, street.shoot.listing)


def replace(street: Street, store: DiskStore, photo: str, *, state: AssetState = AssetState.READY) -> str:
    """A new version in the place of this one, as intake and rendering leave it."""
    with street.database.unit_of_work() as db:
        old = db.exec(select(Asset).where(Asset.public_id == photo)).one()
        new = add_photo(db, store, street.shoot, street.cast.harbor, place=old.position, state=state, name=old.original_name)
        row = db.exec(select(Asset).where(Asset.public_id == new)).one()
        row.supersedes_id = old.id
        if state == AssetState.READY:
            row.delivered_at, old.state = old.delivered_at, AssetState.REMOVED
        return new


def test_from_asking_to_accepting_with_every_version_in_its_place(street: Street, store: DiskStore) -> None:
    cast, first = street.cast, street.photo(1)
    revision = do(
        street, ask_revision, cast.carl, street.shoot.listing, Asked("k", " A bluer sky ", (AskedPhoto(first, BOX, "Here"),))
    )
    (card,) = seen(street).requests
    (mark,) = card.marks
    assert (card.state, card.wish, card.asked_by, card.number) == ("open", "A bluer sky", "You", 1)
    assert (mark.number, mark.shape, mark.left, mark.top, mark.width, mark.height) == ("02", "box", 10, 20, 30, 40)
    with pytest.raises(RevisionMoved):
        do(street, deliver_revision, cast.olive, revision, "Done")
    do(street, start_revision, cast.pia, revision)
    do(street, start_revision, cast.pia, revision)
    with pytest.raises(NotAllowed):
        do(street, deliver_revision, cast.pia, revision, "Done")
    with pytest.raises(InvalidInput):
        do(street, deliver_revision, cast.olive, revision, " ")
    better = replace(street, store, first)
    do(street, deliver_revision, cast.olive, revision, "")
    (mark,) = seen(street).requests[0].marks
    assert (mark.asset, mark.now, mark.number) == (first, better, "02")
    assert mark.after_url.startswith(f"/files/revision/{revision}/{better}/web?")
    assert [choice.asset for choice in seen(street).photos] == [street.photo(0), better, street.photo(2)]
    with pytest.raises(InvalidInput):
        do(street, reopen_revision, cast.carl, revision, "")
    do(street, reopen_revision, cast.carl, revision, "Less blue")
    do(street, start_revision, cast.olive, revision)
    best = replace(street, store, better)
    do(street, deliver_revision, cast.olive, revision, "Less of it")
    do(street, accept_revision, cast.carl, revision)
    do(street, accept_revision, cast.carl, revision)
    card = seen(street).requests[0]
    assert (card.state, card.again, card.answer, card.marks[0].now) == ("accepted", "Less blue", "Less of it", best)
    assert best in card.marks[0].after_url
    assert first in card.marks[0].before_url
    with street.database.reading() as db:
        told = db.exec(select(Fact.kind).where(col(Fact.kind).startswith("revision.")).order_by(col(Fact.id))).all()
        assert told == [
            f"revision.{step}" for step in ("asked", "started", "delivered", "reopened", "started", "delivered", "accepted")
        ]
        positions = db.exec(select(Asset.position).where(col(Asset.public_id).in_([first, better, best]))).all()
        assert len(set(positions)) == 1


def test_pressed_twice_it_is_one_request_and_in_a_race_too(street: Street) -> None:
    with ThreadPoolExecutor(4) as several:
        names = set(several.map(lambda _: ask(street), range(4)))
    assert len(names) == 1
    assert {ask(street)} == names
    assert len(seen(street).requests) == 1


def test_while_locked_the_pictures_are_marked_and_the_earlier_version_is_theirs_only_in_the_request(
    street: Street, store: DiskStore
) -> None:
    revision, first = ask(street), street.photo()
    do(street, start_revision, street.cast.olive, revision)
    better = replace(street, store, first)
    do(street, deliver_revision, street.cast.olive, revision, "")
    both = [f"/files/revision/{revision}/{photo}" for photo in (first, better)]
    for who in ("carl", "link"):
        for path, photo in zip(both, (first, better), strict=True):
            assert street.browsers[who].get(f"{path}/web").content == street.shoot.files[photo]["web_marked"]
            assert street.browsers[who].get(f"{path}/thumb").content == street.shoot.files[photo]["thumb_marked"]
            for size in ("original", "mls", "small", "web_marked"):
                assert street.browsers[who].get(f"{path}/{size}").status_code == 404
        assert street.browsers[who].get(f"/files/{first}/web").status_code == 404
        assert street.browsers[who].get(f"/files/revision/{revision}/{street.photo(1)}/web").status_code == 404
    for who in ("omar", "ollie", "nobody"):
        assert {street.browsers[who].get(f"{path}/web").status_code for path in both} == {404}
    assert street.browsers["pia"].get(f"{both[0]}/web").content == street.shoot.files[first]["web"]
    pay(street.database, street.shoot, street.cast.harbor)
    assert street.browsers["carl"].get(f"{both[0]}/web").content == street.shoot.files[first]["web"]
    with street.database.unit_of_work() as db:
        db.exec(select(Asset).where(Asset.public_id == better)).one().is_hidden = True
    assert {street.browsers["carl"].get(f"{path}/web").status_code for path in both} == {404}
    assert not any((mark.before_url, mark.after_url) != ("", "") for mark in seen(street).requests[0].marks)


@pytest.mark.parametrize("state", [AssetState.RENDERING, AssetState.FAILED])
def test_nothing_is_delivered_before_the_new_version_is_ready(street: Street, store: DiskStore, state: AssetState) -> None:
    revision = ask(street)
    do(street, start_revision, street.cast.olive, revision)
    replace(street, store, street.photo(), state=state)
    with pytest.raises(Conflict, match="not ready yet"):
        do(street, deliver_revision, street.cast.olive, revision, "Done")


@pytest.mark.parametrize(("who", "refusal"), [("tess", NotFound), ("omar", NotFound), ("ollie", NotFound), ("olive", NotAllowed)])
def test_nobody_else_asks_accepts_or_reads(street: Street, who: str, refusal: type[Exception]) -> None:
    by, revision = getattr(street.cast, who), ask(street)
    for verb, args in (
        (ask_revision, (street.shoot.listing, Asked("x", "Mine"))),
        (accept_revision, (revision,)),
        (reopen_revision, (revision, "Mine")),
    ):
        with pytest.raises(refusal):
            do(street, verb, by, *args)
    if refusal is NotFound:
        with pytest.raises(NotFound):
            seen(street, by)
    for verb in (start_revision, allow_round):
        with pytest.raises(NotFound):
            do(street, verb, street.cast.carl, revision if verb is start_revision else street.shoot.listing)


def test_only_what_was_delivered_and_is_there(street: Street, store: DiskStore, cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        ask(street, wish=" ")
    other = Asked("x", "That one", (AskedPhoto(street.other.photos[0]),))
    with pytest.raises(NotFound):
        do(street, ask_revision, cast.carl, street.shoot.listing, other)
    waiting = photographed(street.database, store, cast.harbor, cast.carl_customer, street="1 Later Lane")
    with pytest.raises(Conflict, match="Nothing was delivered"):
        do(street, ask_revision, cast.carl, waiting.listing, Asked("x", "Early"))


def test_rounds_end_in_words_and_the_studio_gives_one_more(street: Street, cast: Cast) -> None:
    ask(street, "first")
    with street.database.unit_of_work() as db:
        sold = db.exec(select(Service).where(Service.public_id == cast.photos)).one()
        db.add(
            OrderLine(
                studio_id=cast.harbor, order_id=street.shoot.order_id, service_id=sold.id, position=0, name="Photos",
                unit_cents=0, total_cents=0, minutes=0,
            )
        )  # fmt: skip
        sold.revision_rounds = 1
    assert "1 round of changes" in seen(street).refusal
    with pytest.raises(RoundsUsed, match="Ask the studio for one more"):
        ask(street, "second")
    assert ask(street, "first"), "the same request again is no further round"
    with pytest.raises(NotAllowed):
        do(street, allow_round, cast.pia, street.shoot.listing)
    do(street, allow_round, cast.olive, street.shoot.listing)
    with pytest.raises(Conflict, match="left already"):
        do(street, allow_round, cast.olive, street.shoot.listing)
    revision = ask(street, "second")
    with pytest.raises(RoundsUsed):
        ask(street, "third")
    do(street, start_revision, cast.olive, revision)
    do(street, deliver_revision, cast.olive, revision, "Looked")
    do(street, reopen_revision, cast.carl, revision, "Look again")
    assert (seen(street).used, seen(street).allowed) == (2, 2)


def test_who_holds_a_link_asks_too_and_reads_nobody_elses_address(street: Street, cast: Cast) -> None:
    listing_id = street.shoot.listing_id
    link = Viewer(studio_id=cast.harbor, role=Role.LINK, email="assistant@coastline.example", link_id=1, listing_id=listing_id)
    ask(street, "theirs", by=link)
    ask(street, "ours", photos=0)
    assert [card.asked_by for card in seen(street, link).requests] == ["Carl Nakamura", "You"]
    assert [card.asked_by for card in seen(street).requests] == ["You", "Somebody with a link"]
    assert [card.asked_by for card in seen(street, cast.olive).requests] == ["Carl Nakamura", "assistant@coastline.example"]


def test_each_step_is_mailed_once_to_the_other_side(street: Street, cast: Cast) -> None:
    revision = ask(street, photos=0, wish="Brighter <b>rooms</b>")
    do(street, start_revision, cast.olive, revision)
    do(street, deliver_revision, cast.olive, revision, "All brighter")
    do(street, reopen_revision, cast.carl, revision, "The hall")
    with street.database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).email = "desk@harbor.example"
        for _ in range(2):
            for fact in db.exec(select(Fact).where(col(Fact.kind).startswith("revision."))).all():
                mail_revision(db, fact, now=NOW)
    with street.database.reading() as db:
        mails = db.exec(select(Mail).where(col(Mail.kind).startswith("revision")).order_by(col(Mail.id))).all()
        assert [(mail.kind, mail.to_email) for mail in mails] == [
            ("revision_asked", "desk@harbor.example"), ("revision_started", "carl@coastline.example"),
            ("revision_delivered", "carl@coastline.example"), ("revision_reopened", "desk@harbor.example"),
        ]  # fmt: skip
        assert [mail.reply_to for mail in mails if mail.to_email.startswith("desk")] == ["carl@coastline.example"] * 2
        assert f"/listings/revisions/{street.shoot.listing}" in mails[2].text
        assert all("<b>" not in mail.html for mail in mails)


def test_the_desk_counts_what_waits(street: Street, cast: Cast) -> None:
    revision = ask(street)
    with street.database.reading() as db:
        assert (revision_count(db, cast.pia), [row.public_id for row in revision_rows(db, cast.pia)]) == (1, [revision])
        assert revision_at_desk(db, cast.pia, revision).card.asked_by == "Carl Nakamura"
        assert (revision_count(db, cast.omar), revision_rows(db, cast.omar)) == (0, [])
        for stranger, refusal in ((cast.carl, NotFound), (cast.omar, NotFound)):
            with pytest.raises(refusal):
                revision_at_desk(db, stranger, revision)
    do(street, start_revision, cast.olive, revision)
    do(street, deliver_revision, cast.olive, revision, "Done")
    with street.database.reading() as db:
        assert revision_count(db, cast.pia) == 0
        assert [row.state for row in revision_rows(db, cast.pia, are_all=True)] == ["delivered"]


def camera_jpeg(side: int = 400) -> bytes:
    """A picture with a place in it that nobody should learn."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (36.0, 33.0, 0.0)
    made = io.BytesIO()
    Image.effect_noise((side, side), 60).convert("RGB").save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_a_reference_picture_is_for_the_two_sides_and_says_nothing_of_its_camera(
    street: Street, api: Starlette, database: Database, store: DiskStore
) -> None:
    revision, renderer = ask(street), PillowRenderer(workers=1)
    wiring.use(dataclasses.replace(wiring.current(), renderer=renderer))
    form = f"/api/revisions/{street.shoot.listing}/{revision}"
    try:
        for who, content in (("omar", camera_jpeg()), ("nobody", camera_jpeg()), ("olive", camera_jpeg()), ("carl", b"no")):
            street.browsers[who].post(form, files={"reference": ("a.jpg", content, "image/jpeg")}, follow_redirects=False)
            assert reference_of(street) == ""
        answer = street.browsers["carl"].post(form, files={"reference": ("a.jpg", camera_jpeg(), "image/jpeg")})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/listings/revisions/{street.shoot.listing}")
    finally:
        renderer.close()
    with database.reading() as db:
        digest = reference_of(street)
        assert unnamed(db, [digest]) == set(), "the sweep would take it"
    for who in ("carl", "link", "olive", "pia"):
        got = street.browsers[who].get(f"/files/revision/{revision}")
        assert got.headers["content-type"] == "image/jpeg"
        assert "sandbox" in got.headers["content-security-policy"]
        assert not Image.open(io.BytesIO(got.content)).getexif()
    tess = browser(api, database, street.cast.tess, "localhost")
    for stranger in (tess, *(street.browsers[who] for who in ("omar", "ollie", "nobody"))):
        assert stranger.get(f"/files/revision/{revision}").status_code == 404
    do(street, start_revision, street.cast.olive, revision)
    do(street, deliver_revision, street.cast.olive, revision, "Done")
    with pytest.raises(RevisionMoved):
        keep_reference(database.unit_of_work, store, renderer, street.cast.carl, revision, Path(__file__), now=NOW)


def reference_of(street: Street) -> str:
    with street.database.reading() as db:
        return db.exec(select(RevisionRequest.reference_sha256)).one()


def test_a_second_delivery_changes_nothing_of_a_request(street: Street, store: DiskStore, cast: Cast) -> None:
    revision = ask(street)
    with street.database.unit_of_work() as db:
        add_photo(db, store, street.shoot, cast.harbor, place=9)
    hand_over(street.database, cast.olive, street.shoot)
    assert [card.public_id for card in seen(street).requests] == [revision]


def test_the_note_of_an_altered_photo_stands_beside_it_here_too(street: Street) -> None:
    ask(street)
    with street.database.unit_of_work() as db:
        photo = db.exec(select(Asset).where(Asset.public_id == street.photo())).one()
        photo.altered_how, photo.alteration = "sky", "A bluer one"
    assert seen(street).requests[0].marks[0].before_altered == note_beside("sky", "A bluer one") != ""
