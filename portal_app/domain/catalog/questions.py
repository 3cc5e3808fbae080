"""What a studio asks while booking, and what an answer adds to the price. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from portal_app.core.errors import InvalidInput
from portal_app.domain.catalog.models import AnswerKind
from portal_app.domain.catalog.pricing import Extra

LONGEST, MOST = 1000, 999


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. With a service it is asked only when that is chosen; `choices` are (label, minor units)."""

    public_id: str
    service_id: int | None
    prompt: str
    hint: str
    kind: str
    price_cents: int
    is_required: bool
    choices: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, its answer in words, and what that adds."""

    prompt: str
    words: str
    extra: Extra | None = None

    @property
    def price_cents(self) -> int:
        return self.extra.unit_cents * self.extra.quantity if self.extra else 0


def answer_field(question: str) -> str:
    """The name of the field of a question, by its public id."""
    return f"answer_{question}"


def asked_of(questions: Sequence[Asked], service_ids: Collection[int]) -> list[Asked]:
    """Those that are asked when these services are chosen, by themselves or inside a package."""
    return [each for each in questions if each.service_id is None or each.service_id in service_ids]


def read_answers(questions: Sequence[Asked], typed: Mapping[str, str]) -> list[Answer]:
    """Every answer given, typed by the question's public id. Raises InvalidInput beside the first that does not fit."""
    found: list[Answer] = []
    for asked in questions:
        text = re.sub(r"[^\S\n]+", " ", typed.get(asked.public_id, "")).strip()
        if text:
            found.append(_read(asked, text))
        elif asked.is_required:
            raise InvalidInput(answer_field(asked.public_id), "The studio needs an answer to this.")
    return found


def read_what_fits(questions: Sequence[Asked], typed: Mapping[str, str]) -> list[Answer]:
    """The same while the customer is still typing: what does not fit is left out."""
    found: list[Answer] = []
    for asked in questions:
        try:
            found += read_answers([asked], typed)
        except InvalidInput:
            continue
    return found


def _read(asked: Asked, text: str) -> Answer:
    refused = InvalidInput(answer_field(asked.public_id), _REFUSALS[AnswerKind(asked.kind)])
    if asked.kind == AnswerKind.YES_NO:
        if text.lower() not in {"yes", "no"}:
            raise refused
        is_yes = text.lower() == "yes"
        return Answer(asked.prompt, "Yes" if is_yes else "No", _extra(asked, "", asked.price_cents, 1 if is_yes else 0))
    if asked.kind == AnswerKind.NUMBER:
        if not (text.isascii() and text.isdigit() and int(text[:9]) <= MOST and len(text) < 9):
            raise refused
        return Answer(asked.prompt, str(int(text)), _extra(asked, "", asked.price_cents, int(text)))
    if asked.kind == AnswerKind.CHOICE:
        cents = dict(reversed(asked.choices)).get(text)
        if cents is None:
            raise refused
        return Answer(asked.prompt, text, _extra(asked, text, cents, 1))
    if len(text) > LONGEST:
        raise refused
    return Answer(asked.prompt, text)


_REFUSALS = {
    AnswerKind.TEXT: "Keep this under 1,000 letters; anything more fits in the notes.",
    AnswerKind.NUMBER: f"Type a whole number from 0 to {MOST}.",
    AnswerKind.YES_NO: "Choose yes or no.",
    AnswerKind.CHOICE: "Choose one of these; the list may have changed.",
}


def _extra(asked: Asked, detail: str, cents: int, quantity: int) -> Extra | None:
    return Extra(asked.prompt, detail, quantity, cents, asked.service_id) if cents and quantity else None
