"""What is asked while booking, and the question that is edited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.catalog.asking import (
    MOST_CHOICES,
    duplicate_question,
    move_question,
    remove_question,
    save_question,
    written_questions,
)
from portal_app.domain.catalog.models import AnswerKind
from portal_app.domain.catalog.shelf import shelf
from portal_app.ui.admin.questions.cards import (
    ChoiceRow,
    EditQuestion,
    QuestionLine,
    choice_rows,
    edit_question,
    question_lines,
    taken,
    typed_question,
)
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of
from portal_app.ui.shared.sorting import stands_elsewhere

CELLS = {"label": "choice", "price": "choice_price"}


class Questions(Base):
    """The list, or the editor in its place."""

    questions: list[QuestionLine] = []
    edit: EditQuestion = EditQuestion()
    kind: str = AnswerKind.TEXT
    choices: list[ChoiceRow] = []
    asking: bool = False
    said: str = ""
    focus_on: str = ""
    focus_turn: int = 0
    loaded: bool = False

    @staff(Permission.SETTINGS)
    async def load(self) -> None:
        """Read every question afresh; also called when something changed. An open editor keeps what is typed."""
        self.questions = question_lines(await ask(written_questions, viewer_of(self)), self.studio.currency)
        self.loaded = True

    @staff(Permission.SETTINGS)
    async def open_editor(self, question: str) -> rx.event.EventSpec | None:
        """Edit a question; an empty id begins a new one."""
        await self._open(question)
        return rx.set_focus("prompt")

    @staff(Permission.SETTINGS)
    async def close_editor(self) -> rx.event.EventSpec | None:
        """Back to the list; nothing is saved."""
        self.edit, self.field_errors = EditQuestion(), {}
        return rx.set_focus("new-question")

    @staff(Permission.SETTINGS)
    async def choose_kind(self, kind: str) -> None:
        """What the editor asks for follows how the question is answered."""
        if kind in set(AnswerKind):
            self.kind, self.field_errors = kind, {}

    @staff(Permission.SETTINGS)
    async def keep_choice(self, row: int, field: str, value: str) -> None:
        """Keep one cell of a choice."""
        if field in CELLS and 0 <= row < len(self.choices):
            kept = replace(self.choices[row], **{field: value[:200]})
            self.choices = [kept if place == row else each for place, each in enumerate(self.choices)]

    @staff(Permission.SETTINGS)
    async def add_choice(self) -> None:
        """One more row beneath."""
        if len(self.choices) < MOST_CHOICES:
            self.choices = [*self.choices, ChoiceRow(_key())]
            self._focus(f"choice-{len(self.choices) - 1}")

    @staff(Permission.SETTINGS)
    async def drop_choice(self, row: int) -> None:
        """Without this row; the next one takes the focus."""
        if 0 <= row < len(self.choices) and len(self.choices) > 1:
            self.choices = [each for place, each in enumerate(self.choices) if place != row]
            self.field_errors = {}
            self._focus(f"choice-{min(row, len(self.choices) - 1)}")

    @staff(Permission.SETTINGS)
    async def sort_choice(self, row: int, by_places: int) -> None:
        """One row earlier or later; it keeps the focus."""
        there = row + by_places
        if not (0 <= row < len(self.choices) and 0 <= there < len(self.choices)):
            return
        rows = list(self.choices)
        moving = rows.pop(row)
        rows.insert(there, moving)
        self.choices, self.field_errors = rows, {}
        stands_elsewhere(self, moving.label or "It", moving.key, by_places, there + 1, len(rows))

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save what the editor holds."""
        self.field_errors = {}
        self.choices = taken(self.choices, form)
        try:
            typed = typed_question(form, self.kind, self.choices)
            await act(save_question, viewer_of(self), self.edit.id, typed, now=utc_now())
        except InvalidInput as wrong:
            self.field_errors = {wrong.field: wrong.sentence}
            self._focus(wrong.field)
            return None
        self._say("The question is saved. Placed orders keep their answers.")
        return await self._listed()

    @staff(Permission.SETTINGS)
    async def duplicate(self, question: str) -> rx.event.EventSpec | None:
        """A copy beneath it, opened so that it can be made different."""
        copied = await act(duplicate_question, viewer_of(self), question, now=utc_now())
        await Questions.load.fn(self)
        await self._open(copied)
        self._say("This is the copy. It is not asked until you say so.")
        return rx.set_focus("prompt")

    @staff(Permission.SETTINGS)
    async def sort(self, question: str, by_places: int) -> None:
        """Asked one place earlier or later; it keeps the focus."""
        place, of = await act(move_question, viewer_of(self), question, by_places, now=utc_now())
        await Questions.load.fn(self)
        name = next((each.prompt for each in self.questions if each.id == question), "It")
        stands_elsewhere(self, name, question, by_places, place, of)

    @staff(Permission.SETTINGS)
    async def ask_first(self, is_open: bool) -> None:  # noqa: FBT001
        """Open or close the question before removing."""
        self.asking = is_open

    @staff(Permission.SETTINGS)
    async def remove(self, question: str) -> rx.event.EventSpec | None:
        """Forget a question; orders keep their answers."""
        self.asking = False
        await act(remove_question, viewer_of(self), question, now=utc_now())
        self._say("The question is removed. Placed orders keep their answers.")
        return await self._listed()

    async def _open(self, question: str) -> None:
        by = viewer_of(self)
        row = {each.public_id: each for each in await ask(written_questions, by)}.get(question)
        self.field_errors = {}
        self.kind = row.kind if row else AnswerKind.TEXT
        keys = [_key() for _ in range(max(2, len(row.choices) if row else 0))]
        self.choices = choice_rows(row, keys, self.studio.currency)
        self.edit = edit_question(row, _key(), await ask(shelf, by), self.studio.currency)

    async def _listed(self) -> rx.event.EventSpec | None:
        """The list again, at the button that begins another."""
        self.edit = EditQuestion()
        await Questions.load.fn(self)
        return rx.set_focus("new-question")

    def _focus(self, field: str) -> None:
        self.focus_on, self.focus_turn = field, self.focus_turn + 1


def _key() -> str:
    return uuid4().hex[:8]
