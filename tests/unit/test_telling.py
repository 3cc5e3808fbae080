"""What each reader hears of a listing's history: the table of `telling.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal_app.domain.notifications.evidence_paper import _row
from portal_app.domain.notifications.telling import (
    ANOTHER,
    FACTS,
    About,
    Line,
    MailSeen,
    Person,
    Reader,
    TakenSeen,
    answer_words,
    fact_line,
    mail_line,
    opening_lines,
    taken_line,
    who_words,
)
from portal_app.ui.admin.audit.sentences import MADE, PLAIN
from tests.conftest import NOW

pytestmark = pytest.mark.proof("delivery-13")

STUDIO = Reader(is_studio=True, sees_money=True, studio="Harbor Light")
CARL = Reader(
    studio="Harbor Light", emails=frozenset({"carl@x.example", "tess@x.example"}), accounts=frozenset({1, 2}), me=1,
    my_email="carl@x.example",
)  # fmt: skip
LINK = Reader(studio="Harbor Light", emails=frozenset({"copy@x.example"}), my_email="copy@x.example", others=False)

AS_CARL = Person("Carl Nakamura", "carl@x.example", 1)
TESS = Person("Tess Abernathy", "tess@x.example", 2)
MAILED = Person("Carl Nakamura", "Carl@x.example")
COPY = Person("", "copy@x.example")
SEEN = Person("Carl Nakamura", "carl@x.example", 1, behind="Olive Hart")


@pytest.mark.parametrize(
    ("reader", "person", "words"),
    [
        (STUDIO, AS_CARL, "Carl Nakamura"),
        (STUDIO, COPY, "copy@x.example"),
        (STUDIO, SEEN, "Olive Hart, looking as Carl Nakamura"),
        (CARL, AS_CARL, "you"),
        (CARL, MAILED, "you"),
        (CARL, TESS, "Tess Abernathy"),
        (CARL, COPY, ANOTHER),
        (CARL, Person("Sam", "carl@x.example", 9), ANOTHER),
        (CARL, SEEN, "Harbor Light, looking as you"),
        (LINK, COPY, "you"),
        (LINK, AS_CARL, ANOTHER),
    ],
)
def test_who_it_was(reader: Reader, person: Person, words: str) -> None:
    assert who_words(reader, person) == words


@pytest.mark.parametrize(
    ("reader", "own", "answer", "words"),
    [
        (STUDIO, True, "550 5.1.1 <sam@y.example> from 10.0.0.7 unknown", "550 5.1.1 <sam@y.example> from 10.0.0.7 unknown"),
        (CARL, True, "550 5.1.1 <carl@x.example>: no such user", "550 5.1.1 <carl@x.example>: no such user"),
        (CARL, True, "550 5.7.1 sam@y.example wrote from 203.0.113.9", "550 5.7.1 … wrote from …"),
        (CARL, True, "554 5.7.1 [2001:db8::17] is blocked", "554 5.7.1 […] is blocked"),
        (CARL, True, "Sent again after an interrupted try; it may have arrived twice. 250 OK", "Sent again after an interrupted try; it may have arrived twice. 250 OK"),
        (CARL, True, "ConnectionRefusedError: [Errno 111] 10.0.0.7:25", ""),
        (CARL, False, "250 2.0.0 Ok: queued as 7F3A for copy@x.example", "250 2.0.0"),
        (CARL, False, "550 No such person", "550"),
        (LINK, False, "MailDelayed", ""),
    ],
)  # fmt: skip
def test_an_answer_is_read_without_other_peoples_data(reader: Reader, answer: str, words: str, *, own: bool) -> None:
    assert answer_words(reader, answer, own=own) == words


def mail(kind: str, person: Person, state: str, answer: str = "", tries: int = 1) -> MailSeen:
    return MailSeen(kind, person, state, answer, tries, NOW, NOW + timedelta(seconds=2))


@pytest.mark.parametrize(
    ("reader", "kind", "person", "state", "answer", "line"),
    [
        (CARL, "delivered", MAILED, "sent", "250 OK", ("Delivery mail was taken by the mail server", "you", "The mail server said: 250 OK", False)),
        (CARL, "delivered", COPY, "failed", "550 5.1.1 No copy@x.example", ("Delivery mail was refused", ANOTHER, "The mail server said: 550 5.1.1", True)),
        (STUDIO, "delivered", COPY, "failed", "550 5.1.1 No", ("Delivery mail was refused", "copy@x.example", "The mail server said: 550 5.1.1 No", True)),
        (CARL, "delivered", MAILED, "waiting", "451 Later", ("Delivery mail was not taken yet and is tried again", "you", "The mail server said: 451 Later", True)),
        (CARL, "receipt", COPY, "sent", "250 OK", None),
        (STUDIO, "receipt", COPY, "sent", "250 OK", ("Receipt was taken by the mail server", "copy@x.example", "The mail server said: 250 OK", False)),
        (LINK, "delivered", COPY, "sent", "250 OK", ("Delivery mail was taken by the mail server", "you", "The mail server said: 250 OK", False)),
        (LINK, "delivered", MAILED, "sent", "250 OK", None),
        (STUDIO, "order_arrived", MAILED, "sent", "250 OK", None),
    ],
)  # fmt: skip
def test_how_far_a_mail_came(reader: Reader, kind: str, person: Person, state: str, answer: str, line: tuple | None) -> None:
    told = mail_line(reader, mail(kind, person, state, answer))
    assert (told and (told.words, told.who, told.detail, told.is_bad)) == line


def test_a_mail_that_nobody_tried_yet_only_waits() -> None:
    told = mail_line(STUDIO, replace(mail("delivered", MAILED, "waiting", tries=0), answered_at=None))
    assert told
    assert (told.words, told.at, told.is_bad) == ("Delivery mail waits to be sent", NOW, False)


def test_an_opening_is_its_first_time_and_its_latest() -> None:
    later = NOW + timedelta(hours=2)
    lines = opening_lines(CARL, "link", MAILED, NOW, later, 4)
    assert [(line.words, line.at) for line in lines] == [
        ("Opened the link in the mail", NOW), ("Opened the link again, 4 times in all", later),
    ]  # fmt: skip
    assert [line.words for line in opening_lines(CARL, "page", COPY, NOW, NOW, 1)] == ["Saw the listing's page"]
    assert opening_lines(LINK, "page", AS_CARL, NOW, NOW, 1) == []


def test_a_download_says_what_in_which_size_and_how_much_of_it() -> None:
    names = tuple(f"IMG_{n}.JPG" for n in range(1, 6))
    whole = TakenSeen(AS_CARL, "x.zip", "mls", True, names, "", 32_000_000, 32_000_000, NOW, NOW, NOW)
    told = taken_line(CARL, whole)
    assert told
    assert told.words == "Downloaded 5 files as a ZIP, MLS size: 32.0 MB"
    assert told.detail == "IMG_1.JPG, IMG_2.JPG, IMG_3.JPG and 2 more"
    cut = taken_line(
        STUDIO, replace(whole, bytes_sent=12_000_000, finished_at=None, is_archive=False, name="a.jpg", sha256="ab" * 32)
    )
    assert cut
    assert (cut.words, cut.detail) == (
        "Began to download a.jpg, MLS size: 12.0 MB of 32.0 MB",
        f"SHA-256 {' '.join(['ab' * 8] * 4)}",
    )
    assert taken_line(LINK, whole) is None


@pytest.mark.parametrize(
    ("reader", "kind", "details", "words", "who"),
    [
        (STUDIO, "payment.received", {"amount_cents": 41250, "currency": "USD"}, "Payment of $412.50 arrived", ""),
        (
            replace(STUDIO, sees_money=False),
            "payment.received",
            {"amount_cents": 41250, "currency": "USD"},
            "Payment arrived",
            "",
        ),
        (CARL, "payment.received", {"amount_cents": 41250, "currency": "USD"}, "A payment arrived", ""),
        (STUDIO, "listing.released", {"reason": "{name} asked"}, "Opened before it was paid: {name} asked", "Olive"),
        (CARL, "listing.released", {"reason": "A friend"}, "Opened before it was paid", "Harbor Light"),
        (CARL, "listing.delivered", {"new_words": "29 photos"}, "Delivered 29 photos", "Harbor Light"),
        (CARL, "delivery.failed", {"reason": "x"}, None, None),
        (CARL, "asset.hidden", {"name": "a.jpg"}, None, None),
        (STUDIO, "order.placed", {}, None, None),
        (CARL, "revision.delivered", {"number": 2}, "Delivered change 2", "Harbor Light"),
        (CARL, "revision.asked", {"number": 2}, None, None),
        (STUDIO, "listing.transferred", {"before": "Carl", "after": "Ngozi"}, "Moved from Carl to Ngozi", "Olive"),
        (CARL, "listing.transferred", {"before": "Ngozi", "after": "Carl"}, None, None),
        (
            CARL,
            "listing.put_away",
            {"until": "23 Dec 2026"},
            "Put the files away; they can come back until 23 Dec 2026",
            "Harbor Light",
        ),
    ],
)
def test_what_happened(reader: Reader, kind: str, details: dict, words: str | None, who: str | None) -> None:
    told = fact_line(reader, kind, NOW, Person("Olive", account_id=7), details)
    assert (told and told.words, told and told.who) == (words, who)


def test_a_link_that_a_customer_made_is_told_to_the_studio_and_their_team() -> None:
    for actor, theirs in (
        (AS_CARL, ("Made a link to 3 of the photos: Print shop", "you")),
        (replace(AS_CARL, account_id=9), None),
    ):
        facts = [
            fact_line(reader, "shared_link.made", NOW, actor, {"photo_count": 3, "label": "Print shop"})
            for reader in (STUDIO, CARL, LINK)
        ]
        assert [told and (told.words, told.who) for told in facts] == [
            ("Made a link to 3 of the photos: Print shop", "Carl Nakamura"), theirs, None,
        ]  # fmt: skip
    taker = Person(account_id=2, by_link="Print shop")
    assert [who_words(reader, taker) for reader in (STUDIO, CARL, LINK)] == [*["somebody by the link “Print shop”"] * 2, ANOTHER]
    assert who_words(CARL, replace(taker, account_id=9)) == ANOTHER


def test_every_fact_that_is_told_is_one_that_happens() -> None:
    assert set(FACTS) <= PLAIN.keys() | MADE.keys()


def test_on_paper_a_long_name_leaves_room_for_what_they_did() -> None:
    long = "somebody.with.a.very.long.name@an-even-longer-company-name.example"
    rows = [_row(Line(NOW, About.OPENED, "Opened the link", who, "twice"), "UTC") for who in ("Tess", long)]
    when = "23 Nov 2026, 5:00:00 pm"
    assert [row.cells for row in rows] == [("Opened the link", "Tess", when), ("Opened the link", "", when)]
    assert [row.detail for row in rows] == ["twice", f"{long}. twice"]
