"""The studio writes what it asks while booking. Orders keep each question and its answer in the words of their day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.models import AnswerKind, Question, QuestionChoice, Service
from portal_app.domain.catalog.ordering import put_elsewhere
from portal_app.domain.catalog.shelf import require_settings
from portal_app.domain.catalog.typed import read_cents, read_name
from portal_app.domain.studios.models import Studio

MOST, MOST_CHOICES = 30, 20
LONGEST_PROMPT, LONGEST_HINT, LONGEST_CHOICE = 120, 200, 80


@dataclass(frozen=True, slots=True)
class TypedQuestion:
    """A question as typed: `service` is a public id, empty for every order; `choices` are (label, amount) as typed."""

    prompt: str
    kind: str
    hint: str = ""
    price: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    service: str = ""
    is_required: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question as the studio edits it, also one it does not ask anymore; `choices` are (label, minor units)."""

    public_id: str
    prompt: str
    kind: str
    hint: str
    price_cents: int
    choices: tuple[tuple[str, int], ...]
    service: str
    service_name: str
    is_required: bool
    is_active: bool


def written_questions(db: Session, by: Viewer) -> list[QuestionRow]:
    """Every question in the order it is asked. Two statements. Raises NotAllowed."""
    require_settings(by)
    asked = select(Question, Service.public_id, Service.name).outerjoin(Service, col(Service.id) == col(Question.service_id))
    mine = asked.where(Question.studio_id == by.studio_id).order_by(col(Question.position), col(Question.id))
    rows = db.execute(mine).all()
    choices: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for choice in _choices(db, [question for question, *_ in rows]):
        choices[choice.question_id].append((choice.label, choice.price_cents))
    return [
        QuestionRow(
            public_id=each.public_id,
            prompt=each.prompt,
            kind=each.kind,
            hint=each.hint,
            price_cents=each.price_cents,
            choices=tuple(choices[each.id or 0]),
            service=service or "",
            service_name=name or "",
            is_required=each.is_required,
            is_active=each.is_active,
        )
        for each, service, name in rows
    ]


def save_question(db: Session, by: Viewer, public_id: str, typed: TypedQuestion, *, now: datetime) -> str:
    """Write a question, or change it; an empty id means a new one, asked last. Returns its public id.

    Raises NotAllowed, NotFound, and InvalidInput naming the field of TypedQuestion, or `choice-0`, `choice_price-0` for the
    first choice.
    """
    studio, known = _locked(db, by)
    if public_id:
        question = _named(known, public_id)
    elif len(known) < MOST:
        question = Question(studio_id=by.studio_id, public_id=new_public_id(), prompt="", position=_after(known))
    else:
        raise InvalidInput("prompt", f"{MOST} questions are more than anybody answers. Remove one first.")
    prompt = read_name(typed.prompt, "prompt", LONGEST_PROMPT, called="the question")
    kind = _kind(typed.kind)
    choices = _read_choices(typed.choices, studio.currency) if kind == AnswerKind.CHOICE else []
    question.prompt, question.kind = prompt, kind
    question.hint = read_name(typed.hint, "hint", LONGEST_HINT, called="the hint") if typed.hint.strip() else ""
    has_price = kind in {AnswerKind.NUMBER, AnswerKind.YES_NO}
    question.price_cents = read_cents(typed.price, "price", studio.currency) if has_price else 0
    question.service_id = _service(db, by, typed.service)
    question.is_required, question.is_active = typed.is_required, typed.is_active
    db.add(question)
    db.flush()
    _write_choices(db, question, choices)
    record(db, by, "question.changed" if public_id else "question.added", now=now, details={"name": prompt})
    return question.public_id


def duplicate_question(db: Session, by: Viewer, public_id: str, *, now: datetime) -> str:
    """The same once more beneath it, not asked yet: for another service, say. Returns the public id of the copy.

    Raises NotAllowed, NotFound; InvalidInput when there are as many as fit.
    """
    _, known = _locked(db, by)
    original = _named(known, public_id)
    if len(known) >= MOST:
        raise InvalidInput("prompt", f"{MOST} questions are more than anybody answers. Remove one first.")
    kept = ("service_id", "prompt", "hint", "kind", "price_cents", "is_required")
    copy = Question(
        studio_id=by.studio_id, public_id=new_public_id(), is_active=False, **{name: getattr(original, name) for name in kept}
    )
    db.add(copy)
    db.flush()
    _write_choices(db, copy, [(each.label, each.price_cents) for each in _choices(db, [original])])
    place = known.index(original) + 1
    for position, each in enumerate([*known[:place], copy, *known[place:]]):
        each.position = position
    record(db, by, "question.duplicated", now=now, details={"name": copy.prompt})
    return copy.public_id


def move_question(db: Session, by: Viewer, public_id: str, by_places: int, *, now: datetime) -> tuple[int, int]:
    """Asked earlier (below 0) or later. Returns where it stands now, from 1, and of how many. Raises NotAllowed, NotFound."""
    _, known = _locked(db, by)
    question = _named(known, public_id)
    place = put_elsewhere(known, question, by_places)
    record(db, by, "question.moved", now=now, details={"name": question.prompt})
    return place, len(known)


def remove_question(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Forget a question; orders keep their answers. Raises NotAllowed, NotFound."""
    question = _named(_locked(db, by)[1], public_id)
    db.execute(delete(QuestionChoice).where(col(QuestionChoice.question_id) == question.id))
    db.delete(question)
    record(db, by, "question.removed", now=now, details={"name": question.prompt})


def _locked(db: Session, by: Viewer) -> tuple[Studio, list[Question]]:
    """The studio and its questions in their order; one change of them at a time."""
    require_settings(by)
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    mine = select(Question).where(Question.studio_id == by.studio_id).order_by(col(Question.position), col(Question.id))
    return studio, list(db.exec(mine.execution_options(populate_existing=True)))


def _named(known: Sequence[Question], public_id: str) -> Question:
    found = next((each for each in known if each.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def _after(known: Sequence[Question]) -> int:
    return max((each.position for each in known), default=-1) + 1


def _kind(typed: str) -> AnswerKind:
    if typed not in set(AnswerKind):
        raise InvalidInput("kind", "Choose how this is answered.")
    return AnswerKind(typed)


def _service(db: Session, by: Viewer, public_id: str) -> int | None:
    if not public_id:
        return None
    with db.no_autoflush:
        found = db.exec(select(Service.id).where(Service.studio_id == by.studio_id, Service.public_id == public_id)).first()
    if found is None:
        raise InvalidInput("service", "This service is no longer there. Choose another.")
    return found


def _read_choices(typed: Sequence[tuple[str, str]], currency: str) -> list[tuple[str, int]]:
    """What can be chosen, in order; rows left empty are passed over."""
    read: list[tuple[str, int]] = []
    for place, (label, amount) in enumerate(typed):
        if not label.strip() and not amount.strip():
            continue
        words = read_name(label, f"choice-{place}", LONGEST_CHOICE, called="the choice")
        if words.casefold() in {known.casefold() for known, _ in read}:
            raise InvalidInput(f"choice-{place}", "This choice stands here already.")
        read.append((words, read_cents(amount, f"choice_price-{place}", currency)))
    if not 2 <= len(read) <= MOST_CHOICES:
        raise InvalidInput("choice-0", f"Write 2 to {MOST_CHOICES} things to choose from.")
    return read


def _write_choices(db: Session, question: Question, choices: Sequence[tuple[str, int]]) -> None:
    db.execute(delete(QuestionChoice).where(col(QuestionChoice.question_id) == question.id))
    db.add_all(
        QuestionChoice(question_id=question.id or 0, label=label, price_cents=cents, position=place)
        for place, (label, cents) in enumerate(choices)
    )
    db.flush()


def _choices(db: Session, questions: Sequence[Question]) -> list[QuestionChoice]:
    asked = select(QuestionChoice).where(col(QuestionChoice.question_id).in_([question.id for question in questions]))
    return list(db.exec(asked.order_by(col(QuestionChoice.position), col(QuestionChoice.id))))
