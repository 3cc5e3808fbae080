"""Questions in words, and what stands in their editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal_app.core.money import money_typed, money_words
from portal_app.domain.catalog.asking import QuestionRow, TypedQuestion
from portal_app.domain.catalog.models import AnswerKind
from portal_app.domain.catalog.shelf import Shelved


@dataclass(frozen=True)
class QuestionLine:
    """One question in the list."""

    id: str
    prompt: str
    answered: str
    asked: str
    is_asked: bool
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class ChoiceRow:
    """One thing to choose, as typed. `key` stays while the row moves."""

    key: str
    label: str = ""
    price: str = ""


@dataclass(frozen=True)
class EditQuestion:
    """What the editor begins with. `key` changes whenever it opens."""

    id: str = ""
    key: str = ""
    title: str = ""
    prompt: str = ""
    hint: str = ""
    price: str = ""
    service: str = ""
    need: str = "no"
    use: str = "on"
    services: list[tuple[str, str]] = field(default_factory=list)


def question_lines(rows: Sequence[QuestionRow], currency: str) -> list[QuestionLine]:
    """The list, in the order customers are asked."""
    return [
        QuestionLine(
            id=row.public_id,
            prompt=row.prompt,
            answered=_answered(row, currency),
            asked=_asked(row),
            is_asked=row.is_active,
            is_first=place == 0,
            is_last=place == len(rows) - 1,
        )
        for place, row in enumerate(rows)
    ]


def edit_question(row: QuestionRow | None, key: str, shelf: Sequence[Shelved], currency: str) -> EditQuestion:
    """The editor of a question, or of a new one."""
    own = row.service if row else ""
    services = [("", "With every order")] + [
        (each.public_id, f"Only with {each.name}") for each in shelf if each.public_id == own or not each.is_archived
    ]
    if row is None:
        return EditQuestion(key=key, title="New question", services=services)
    return EditQuestion(
        id=row.public_id,
        key=key,
        title=row.prompt,
        prompt=row.prompt,
        hint=row.hint,
        price=money_typed(row.price_cents, currency) if row.price_cents else "",
        service=row.service,
        need="yes" if row.is_required else "no",
        use="on" if row.is_active else "off",
        services=services,
    )


def choice_rows(row: QuestionRow | None, keys: Sequence[str], currency: str) -> list[ChoiceRow]:
    """What can be chosen, as it is typed; two empty rows to begin with. Each takes a key of its own."""
    given = iter(keys)
    kept = row.choices if row else ()
    rows = [ChoiceRow(next(given), label, money_typed(cents, currency) if cents else "") for label, cents in kept]
    return rows or [ChoiceRow(next(given)), ChoiceRow(next(given))]


def taken(rows: Sequence[ChoiceRow], form: Mapping[str, Any]) -> list[ChoiceRow]:
    """The rows as they stand in the form, also the one that still has the focus."""
    return [
        replace(
            row,
            label=str(form.get(f"choice-{place}", row.label))[:200],
            price=str(form.get(f"choice_price-{place}", row.price))[:40],
        )
        for place, row in enumerate(rows)
    ]


def typed_question(form: Mapping[str, Any], kind: str, rows: Sequence[ChoiceRow]) -> TypedQuestion:
    """The form as the verb reads it."""
    text = {name: str(form.get(name, "")) for name in ("prompt", "hint", "price", "service")}
    return TypedQuestion(
        kind=kind,
        choices=tuple((row.label, row.price) for row in rows),
        is_required=form.get("need") == "yes",
        is_active=form.get("use") != "off",
        **text,
    )


def _answered(row: QuestionRow, currency: str) -> str:
    """`A number, each adds $45.00`, `One of: Blue, Dusk (adds $9.00)`."""
    adds = money_words(row.price_cents, currency)
    if row.kind == AnswerKind.NUMBER:
        return f"A number, each adds {adds}" if row.price_cents else "A number"
    if row.kind == AnswerKind.YES_NO:
        return f"Yes or no, yes adds {adds}" if row.price_cents else "Yes or no"
    if row.kind == AnswerKind.CHOICE:
        named = (f"{label} (adds {money_words(cents, currency)})" if cents else label for label, cents in row.choices)
        return f"One of: {', '.join(named)}"
    return "A line of words"


def _asked(row: QuestionRow) -> str:
    said = (
        "" if row.is_active else "Not asked",
        f"Only with {row.service_name}" if row.service else "With every order",
        "an answer is needed" if row.is_required else "",
    )
    return " · ".join(filter(None, said))
