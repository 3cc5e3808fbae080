"""The history of a listing: both sides read how far mails came, who opened what, which files left, and what was paid."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.smtp_mailer import SmtpMailer
from portal_app.adapters.typst_printer import TypstPrinter
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.db import Database
from portal_app.domain.activity.service import record
from portal_app.domain.delivery.models import AccessLink
from portal_app.domain.delivery.opening import note_link_opened, note_page_seen
from portal_app.domain.delivery.releasing import release
from portal_app.domain.delivery.service import DeliverRequest, deliver, make_link, viewer_by_link
from portal_app.domain.delivery.taking import Item, Taking, begin_download, keep_sent
from portal_app.domain.notifications.evidence import Evidence, evidence_of
from portal_app.domain.notifications.evidence_paper import evidence_paper
from portal_app.domain.notifications.models import Mail
from portal_app.domain.notifications.telling import ANOTHER
from portal_app.jobs.worker import Worker
from portal_app.jobs.works import WORKS
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, hand_over, photographed
from tests.mail_server import smtp_server
from tests.running import wired

pytestmark = pytest.mark.proof("delivery-13")
COPY = "nobody@seller.example"


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def shoot(database: Database, cast: Cast, store: DiskStore) -> Shoot:
    made = photographed(database, store, cast.harbor, cast.carl_customer)
    hand_over(database, cast.olive, made, copy_to=[COPY])
    return made


def read(database: Database, by: Viewer, shoot: Shoot, *, as_customer: bool = False) -> Evidence:
    with database.reading() as db:
        return evidence_of(db, by, shoot.listing, as_customer=as_customer)


def told(found: Evidence) -> list[tuple[str, str]]:
    return [(line.words, line.who) for line in found.lines]


@pytest.fixture
def lived(database: Database, cast: Cast, shoot: Shoot) -> Viewer:
    """Mails went out; Carl and another recipient came and took things; the studio opened it. Returns the other's eyes."""
    with database.unit_of_work() as db:
        for place, (email, state, answer) in enumerate(
            (("carl@coastline.example", "sent", "250 OK from 10.1.2.3"), (COPY, "failed", f"550 5.1.1 <{COPY}> is not here"))
        ):
            db.add(
                Mail(
                    studio_id=cast.harbor, order_id=shoot.order_id, kind="delivered", once_key=f"m{place}", to_email=email,
                    from_name="Harbor Light", subject="Ready", text="", html="", message_id=f"<{place}@x>", state=state, tries=1,
                    last_answer=answer, created_at=NOW, answered_at=NOW + timedelta(seconds=1),
                )
            )  # fmt: skip
        carls, others = (make_link(db, 1, email, now=NOW) for email in ("carl@coastline.example", COPY))
        other = viewer_by_link(db, others, now=NOW)
        assert other
        for place, token in enumerate((carls, carls, others)):
            note_link_opened(db, token, now=NOW + timedelta(minutes=1 + place))
        note_page_seen(db, cast.carl, shoot.listing, now=NOW + timedelta(minutes=5))
        take(db, cast.carl, shoot, "2208 Point Reyes Court.zip", (0, 100), minutes=6)
        take(db, other, shoot, "IMG_0001.JPG", (0, 40), minutes=7, asset=shoot.photos[0])
        release(db, cast.olive, shoot.listing, "The seller is a friend", now=NOW + timedelta(minutes=8))
        details = {"amount_cents": 41250, "currency": "USD"}
        record(db, cast.olive, "payment.received", now=NOW + timedelta(minutes=9), order_id=shoot.order_id, details=details)
    return other


def take(db, by: Viewer, shoot: Shoot, name: str, span: tuple[int, int], *, minutes: int, asset: str = "") -> None:
    taking = Taking(
        shoot.listing_id, name, "original", name, 100, (Item(1, "IMG_0001.JPG", "ab" * 32),), asset, is_whole=not asset
    )
    now = NOW + timedelta(minutes=minutes)
    keep_sent(db, by, begin_download(db, by, taking, 0, now=now), taking, span, now=now)


def test_the_studio_reads_all_of_it(database: Database, cast: Cast, shoot: Shoot, lived: Viewer) -> None:
    found = read(database, cast.olive, shoot)
    assert told(found) == [
        ("Payment of $412.50 arrived", ""),
        ("Opened before it was paid: The seller is a friend", cast.olive.name),
        ("Began to download IMG_0001.JPG, as the photographer made them: 1 KB of 1 KB", COPY),
        ("Downloaded 1 file as a ZIP, as the photographer made them: 1 KB", cast.carl.name),
        ("Saw the listing's page", cast.carl.name),
        ("Opened the link in the mail", COPY),
        ("Opened the link again, 2 times in all", "carl@coastline.example"),
        ("Opened the link in the mail", "carl@coastline.example"),
        ("Delivery mail was refused", COPY),
        ("Delivery mail was taken by the mail server", "carl@coastline.example"),
        ("Delivered 3 photos", cast.olive.name),
    ]
    refused = next(line for line in found.lines if line.is_bad)
    assert refused.detail == f"The mail server said: 550 5.1.1 <{COPY}> is not here"


def test_its_customer_reads_the_same_without_other_peoples_data(
    database: Database, cast: Cast, shoot: Shoot, lived: Viewer
) -> None:
    found = read(database, cast.carl, shoot)
    words = [line.words for line in found.lines]
    assert len(words) == 11
    assert [who for _, who in told(found) if who == ANOTHER] == [ANOTHER] * 3
    assert {"A payment arrived", "Opened before it was paid"} <= set(words)
    assert [line.detail for line in found.lines if line.is_bad] == ["The mail server said: 550 5.1.1"]
    for secret in (COPY, "seller.example", "friend", "412", "10.1.2.3", cast.olive.name):
        assert secret not in repr(found)
    in_the_studio = read(database, cast.olive, shoot, as_customer=True)
    assert [line.words for line in in_the_studio.lines] == words
    assert COPY not in repr(in_the_studio)


def test_the_holder_of_a_link_reads_their_own(database: Database, cast: Cast, shoot: Shoot, lived: Viewer) -> None:
    found = read(database, lived, shoot)
    assert {who for _, who in told(found)} == {"you", "Harbor Light", ""}
    assert "carl" not in repr(found.lines).lower()
    assert any(COPY in line.detail for line in found.lines)


def test_whose_it_is_not_finds_nothing(database: Database, cast: Cast, shoot: Shoot, lived: Viewer) -> None:
    blind = replace(cast.olive, withheld=frozenset({Permission.DELIVER}), role=cast.pia.role)
    for stranger in (cast.omar, cast.ollie, cast.tess, cast.pia, blind):
        with pytest.raises(NotFound):
            read(database, stranger, shoot)


def test_as_many_statements_for_hundreds(database: Database, cast: Cast, shoot: Shoot, lived: Viewer) -> None:
    few = statements(database, cast.olive, shoot)
    with database.unit_of_work() as db:
        for place in range(40):
            email = f"r{place}@x.example"
            note_link_opened(db, make_link(db, 1, email, now=NOW), now=NOW)
    assert len(read(database, cast.olive, shoot).lines) > 40
    assert statements(database, cast.olive, shoot) == few
    assert few <= 16


def statements(database: Database, by: Viewer, shoot: Shoot) -> int:
    seen: list[str] = []

    def note(conn, cursor, statement, *more) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        read(database, by, shoot)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)


@pytest.fixture(scope="module")
def printer() -> TypstPrinter:
    return TypstPrinter()


def test_on_paper_each_side_has_its_own(
    database: Database, cast: Cast, shoot: Shoot, lived: Viewer, printer: TypstPrinter
) -> None:
    pages = {}
    for name, by, as_customer in (("studio", cast.olive, False), ("handed on", cast.olive, True), ("carl", cast.carl, False)):
        with database.reading() as db:
            paper = evidence_paper(db, by, shoot.listing, NOW + timedelta(hours=1), as_customer=as_customer)
        pages[name] = words_of(printer.pdf(paper))
    for text in pages.values():
        assert "Delivery history" in text
        assert "550 5.1.1" in text
        assert "2208 Point Reyes Court" in text
    assert COPY in pages["studio"]
    for name in ("handed on", "carl"):
        assert COPY not in pages[name]
        assert "412.50" not in pages[name]
        assert ANOTHER in pages[name]


def words_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


@pytest.mark.alone
def test_a_mail_that_the_server_refuses_stands_in_the_history_within_ten_seconds(
    database: Database, cast: Cast, store: DiskStore, tmp_path: Path
) -> None:
    """Through the real worker, and a real mail server that says no."""
    made = photographed(database, store, cast.harbor, cast.carl_customer)
    with smtp_server() as (url, taken), wired(database, tmp_path, mailer=SmtpMailer(url)) as wiring:
        worker = Worker(wiring, WORKS, slots=2)
        running = threading.Thread(target=worker.run)
        running.start()
        try:
            began = time.monotonic()
            with database.unit_of_work() as db:
                deliver(db, cast.olive, made.number, DeliverRequest(copy_to=[COPY]), now=utc_now())
            lines = waited(database, cast.olive, made)
            took = time.monotonic() - began
        finally:
            worker.stop()
            running.join(20)
    assert took < 10
    assert [(line.words, line.who, line.detail) for line in lines] == [
        ("Delivery mail was refused", COPY, "The mail server said: 550 5.1.1 No such person here"),
        ("Delivery mail was taken by the mail server", cast.carl.name, "The mail server said: 250 taken as 7F3A"),
    ]
    assert len(taken) == 1
    theirs = [line for line in read(database, cast.carl, made).lines if line.is_bad]
    assert [(line.who, line.detail) for line in theirs] == [(ANOTHER, "The mail server said: 550 5.1.1")]


def waited(database: Database, by: Viewer, shoot: Shoot) -> list:
    """The two mails, when both have their answer; at most twelve seconds."""
    ends = time.monotonic() + 12
    while True:
        mails = [line for line in read(database, by, shoot).lines if line.about == "mail"]
        if sum("said" in line.detail for line in mails) == 2 or time.monotonic() > ends:
            return sorted(mails, key=lambda line: line.words)
        time.sleep(0.1)


def test_links_are_kept_apart_from_whoever_they_were_mailed_to(database: Database, cast: Cast, shoot: Shoot) -> None:
    """A link that was closed still says who opened it."""
    with database.unit_of_work() as db:
        note_link_opened(db, make_link(db, 1, "Carl@Coastline.example", now=NOW), now=NOW)
        for link in db.exec(select(AccessLink)):
            link.revoked_at = utc_now()
    assert ("Opened the link in the mail", "you") in told(read(database, cast.carl, shoot))
