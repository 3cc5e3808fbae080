"""The studio writes what it asks while booking; customers are asked in its order, and their answers stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.catalog import asking
from portal_app.domain.catalog.asking import (
    QuestionRow,
    TypedQuestion,
    duplicate_question,
    move_question,
    remove_question,
    save_question,
    written_questions,
)
from portal_app.domain.catalog.models import Question, QuestionChoice
from portal_app.domain.catalog.queries import questions
from portal_app.domain.catalog.questions import asked_of
from portal_app.domain.orders.placing import Basket, OrderRequest, estimate, place_order
from portal_app.domain.orders.queries import order_page
from portal_app.ui.admin.audit.sentences import PLAIN
from portal_app.ui.admin.questions.cards import question_lines
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("booking-01")

ROOMS = TypedQuestion("  Rooms to   stage? ", "number", "Count the bath.", "45")
KEYS = TypedQuestion("Shall we fetch the keys?", "yes_no", price="20", is_required=True)
SKY = TypedQuestion("The sky", "choice", choices=(("As it is", ""), (" ", ""), ("Blue", "9.50")))
WHO = TypedQuestion("Who is there?", "text", price="99")

REFUSED = [
    ("prompt", {"prompt": " "}),
    ("prompt", {"prompt": "x" * 121}),
    ("kind", {"kind": "maybe"}),
    ("hint", {"hint": "x" * 201}),
    ("price", {"price": "much"}),
    ("price", {"price": "-1"}),
    ("service", {"service": "photos-bluebird"}),
    ("choice-0", {"kind": "choice"}),
    ("choice-0", {"kind": "choice", "choices": (("One", ""), ("", ""))}),
    ("choice-0", {"kind": "choice", "choices": tuple((str(n), "") for n in range(21))}),
    ("choice-1", {"kind": "choice", "choices": (("One", ""), ("", "5"))}),
    ("choice-1", {"kind": "choice", "choices": (("One", ""), ("one ", "5"))}),
    ("choice_price-1", {"kind": "choice", "choices": (("One", ""), ("Two", "five"))}),
]


def do(database: Database, verb, by, *args):
    with database.unit_of_work() as db:
        return verb(db, by, *args, now=NOW)


def write(database: Database, cast: Cast, *typed: TypedQuestion) -> list[str]:
    return [do(database, save_question, cast.olive, "", each) for each in typed]


def rows(database: Database, cast: Cast) -> list[QuestionRow]:
    with database.reading() as db:
        return written_questions(db, cast.olive)


def test_what_is_written_is_asked_priced_and_kept(database: Database, cast: Cast) -> None:
    rooms, keys, sky, who = write(database, cast, replace(ROOMS, service=cast.photos), KEYS, SKY, WHO)
    assert [(row.prompt, row.price_cents, row.choices) for row in rows(database, cast)] == [
        ("Rooms to stage?", 4500, ()),
        ("Shall we fetch the keys?", 2000, ()),
        ("The sky", 0, (("As it is", 0), ("Blue", 950))),
        ("Who is there?", 0, ()),
    ]
    with database.reading() as db:
        asked = questions(db, cast.carl)
        assert [each.public_id for each in asked] == [rooms, keys, sky, who]
        assert [each.public_id for each in asked_of(asked, [])] == [keys, sky, who]
        answers = {rooms: "2", keys: "yes", sky: "Blue", who: "Ann"}
        plain, priced = (estimate(db, cast.carl, Basket({cast.photos: 1}, 2940, a), now=NOW) for a in ({}, answers))
        assert priced.subtotal_cents - plain.subtotal_cents == 9000 + 2000 + 950
    request = OrderRequest("k1", "1 Plain St", "Carmel", "2940", (cast.photos,), datetime(2026, 11, 26, 9, 30), answers=answers)
    number = do(database, place_order, cast.carl, request)
    for each in (rooms, keys, sky, who):
        do(database, remove_question, cast.olive, each)
    with database.reading() as db:
        assert (db.exec(select(Question)).all(), db.exec(select(QuestionChoice)).all()) == ([], [])
        kept = order_page(db, cast.carl, number).answers
        assert [(each.prompt, each.answer) for each in kept][:2] == [
            ("Rooms to stage?", "2"),
            ("Shall we fetch the keys?", "Yes"),
        ]


def test_a_question_changes_whole_and_leaves_no_choice_behind(database: Database, cast: Cast) -> None:
    (sky,) = write(database, cast, SKY)
    assert do(database, save_question, cast.olive, sky, replace(ROOMS, is_active=False, service=cast.essentials)) == sky
    (row,) = rows(database, cast)
    assert (row.kind, row.choices, row.service, row.service_name) == ("number", (), cast.essentials, "Essentials")
    (line,) = question_lines([row], "USD")
    assert (line.answered, line.asked) == ("A number, each adds $45.00", "Not asked · Only with Essentials")
    with database.reading() as db:
        assert questions(db, cast.carl) == []


@pytest.mark.parametrize(("field", "change"), REFUSED)
def test_what_does_not_fit_is_refused_beside_its_field(database: Database, cast: Cast, field: str, change: dict) -> None:
    with pytest.raises(InvalidInput) as refused:
        write(database, cast, replace(ROOMS, **change))
    assert refused.value.field == field
    assert rows(database, cast) == []


def test_questions_are_sorted_and_copied_in_the_order_customers_are_asked(database: Database, cast: Cast) -> None:
    rooms, keys, sky = write(database, cast, ROOMS, KEYS, SKY)
    assert do(database, move_question, cast.olive, sky, -9) == (1, 3)
    copy = do(database, duplicate_question, cast.olive, sky)
    assert [row.public_id for row in rows(database, cast)] == [sky, copy, rooms, keys]
    with database.reading() as db:
        assert [each.public_id for each in questions(db, cast.carl)] == [sky, rooms, keys]
        assert {fact.kind for fact in db.exec(select(Fact)) if fact.kind.startswith("question.")} <= PLAIN.keys()
    first, second = rows(database, cast)[:2]
    assert replace(second, public_id=sky, is_active=True) == first
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: do(database, move_question, cast.olive, each, 1), [sky, copy, rooms, keys] * 2))
    with database.reading() as db:
        assert sorted(db.exec(select(Question.position))) == [0, 1, 2, 3]


def test_no_more_are_written_than_anybody_answers(database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST", 2)
    rooms, _ = write(database, cast, ROOMS, KEYS)
    for verb, args in ((save_question, ("", SKY)), (duplicate_question, (rooms,))):
        with pytest.raises(InvalidInput, match="Remove one first"):
            do(database, verb, cast.olive, *args)


def test_only_whom_the_owner_let_reads_and_writes_them(database: Database, cast: Cast) -> None:
    (rooms,) = write(database, cast, ROOMS)
    before = rows(database, cast)
    verbs = (
        (save_question, (rooms, KEYS)),
        (duplicate_question, (rooms,)),
        (move_question, (rooms, 1)),
        (remove_question, (rooms,)),
    )
    for by in (cast.pia, cast.carl, cast.omar, cast.ollie, replace(cast.olive, behind="Olive", behind_account_id=1)):
        for verb, args in verbs:
            with pytest.raises((NotAllowed, NotFound)):
                do(database, verb, by, *args)
    with pytest.raises(NotAllowed), database.reading() as db:
        written_questions(db, cast.carl)
    assert rows(database, cast) == before


def test_fifty_questions_cost_two_statements(database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST", 50)
    write(database, cast, *(replace(SKY, prompt=f"Sky {n}") for n in range(50)))
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with database.reading() as db:
        assert len(written_questions(db, cast.olive)) == 50
    assert len([statement for statement in asked if statement.lstrip().startswith("SELECT")]) == 2
