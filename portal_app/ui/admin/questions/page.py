"""What customers are asked while booking: the list in its order, and the editor of one question."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.questions.state import Questions as S
from portal_app.ui.components.buttons import arrows, button
from portal_app.ui.components.fields import FocusOn, error_line, field, select
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import crumb, empty, page_head
from portal_app.ui.components.icons import icon
from portal_app.ui.shared.layout import admin_shell

KINDS = (
    ("text", "A line of words"),
    ("number", "A number"),
    ("yes_no", "Yes or no"),
    ("choice", "One of several"),
)
NEEDS = (("no", "May stay empty"), ("yes", "Needs an answer"))
USES = (("on", "Asked"), ("off", "Not asked"))


def page() -> rx.Component:
    """List or editor."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    add = button("New question", kind="main", drawing="plus", on_click=S.open_editor(""), id="new-question")
    return rx.fragment(
        crumb("Settings", "/admin/settings", "Questions"),
        page_head(
            rx.el.h1("Questions"),
            rx.cond(S.edit.key, rx.fragment(), add),
            under=rx.el.p("Asked at the details step of booking, in this order.", class_name="quiet"),
        ),
        rx.el.p(S.said, role="status", class_name="hide"),
        FocusOn.create(target=S.focus_on, turn=S.focus_turn),
        rx.cond(S.edit.key, _editor(), _list()),
        confirm(
            rx.cond(S.edit.title, f"Remove “{S.edit.title}”?", "Remove this question?"),
            "Nobody is asked from now on. Placed orders keep their answers and their price.",
            is_open=S.asking,
            keep="Keep it",
            on_keep=S.ask_first(False),
            act="Remove",
            on_act=S.remove(S.edit.id),
        ),
    )


def _list() -> rx.Component:
    nothing = empty(
        "message",
        "No questions yet.",
        "Ask what a photographer must know, or what adds to the price: rooms to stage, keys to fetch.",
    )
    return rx.cond(S.questions, rx.el.ul(rx.foreach(S.questions, _question), class_name="people areas"), nothing)


def _question(card: rx.Var) -> rx.Component:
    def named(words: str) -> rx.Component:
        return rx.fragment(words, rx.el.span(" ", card.prompt, class_name="hide"))

    return rx.el.li(
        rx.el.div(
            rx.el.p(card.prompt, class_name=rx.cond(card.is_asked, "strong", "strong quiet")),
            rx.el.p(card.answered, class_name="small"),
            rx.el.p(card.asked, class_name="small quiet"),
        ),
        rx.el.div(
            arrows(
                card.prompt,
                is_first=card.is_first,
                is_last=card.is_last,
                up=S.sort(card.id, -1),
                down=S.sort(card.id, 1),
                key=card.id,
            ),
            button(named("Edit"), on_click=S.open_editor(card.id)),
            button(named("Duplicate"), kind="soft", on_click=S.duplicate(card.id)),
            class_name="row wrap gap-1",
        ),
        key=card.id,
    )


def _typed(label: str, name: str, hint: str = "", **props) -> rx.Component:
    began = {"default_value": getattr(S.edit, name), "auto_complete": "off", "error": S.field_errors[name]}
    return field(label, name, hint=hint, **(began | props))


def _editor() -> rx.Component:
    """A form that begins with what is saved; `key` makes it a new one whenever it opens."""
    return rx.el.form(
        rx.el.h2(S.edit.title),
        _typed("Question", "prompt", "As customers read it, for example: How many rooms shall we stage?", max_length=120),
        _typed("What helps to answer it", "hint", "Stands beneath the field.", optional=True, max_length=200),
        select(
            "It is answered by", "kind", KINDS, value=S.kind, on_change=S.choose_kind, error=S.field_errors["kind"],
        ),
        rx.match(
            S.kind,
            ("number", _price("Each adds to the price")),
            ("yes_no", _price("Yes adds to the price")),
            ("choice", _choices()),
            rx.fragment(),
        ),
        select("It is asked", "service", S.edit.services, default_value=S.edit.service, error=S.field_errors["service"]),
        rx.el.div(
            select("Answer", "need", NEEDS, default_value=S.edit.need),
            select("Use", "use", USES, default_value=S.edit.use),
            class_name="pair",
        ),
        rx.el.div(
            button("Save question", kind="main", tall=True, type="submit"),
            button("Back to the list", kind="soft", on_click=S.close_editor),
            rx.cond(S.edit.id, button("Remove", kind="danger", on_click=S.ask_first(True)), rx.fragment()),
            class_name="row wrap",
        ),
        on_submit=S.save,
        no_validate=True,
        key=S.edit.key,
        class_name="panel stack",
    )  # fmt: skip


def _price(label: str) -> rx.Component:
    return _typed(
        f"{label}, {S.studio.currency}", "price", "Empty: the answer costs nothing.", optional=True, input_mode="decimal",
        max_length=12, class_name="narrow",
    )  # fmt: skip


def _choices() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("What can be chosen, and what it adds", class_name="label"),
        rx.el.ol(rx.foreach(S.choices, _choice), class_name="choices"),
        button("Add a choice", kind="soft", drawing="plus", on_click=S.add_choice),
        class_name="field",
    )


def _choice(row: rx.Var, at: rx.Var) -> rx.Component:
    wrong = rx.cond(S.field_errors[f"choice-{at}"], S.field_errors[f"choice-{at}"], S.field_errors[f"choice_price-{at}"])

    def cell(label: rx.Var | str, name: str, field_name: str, **props) -> rx.Component:
        key = f"{name}-{at}"
        return rx.el.div(
            rx.el.label(label, html_for=key, class_name="tiny quiet"),
            rx.el.input(
                id=key,
                name=key,
                default_value=getattr(row, field_name),
                auto_complete="off",
                aria_invalid=rx.cond(S.field_errors[key], "true", "false"),
                aria_describedby=rx.cond(S.field_errors[key], f"choice-{at}-error", rx.Var("undefined")),
                on_blur=lambda typed: S.keep_choice(at, field_name, typed),
                **({"class_name": "in"} | props),
            ),
            class_name="cell",
        )

    drop = rx.el.button(
        icon("close"), rx.el.span("Remove ", row.label, class_name="hide"), type="button", class_name="btn soft square",
        on_click=S.drop_choice(at), disabled=S.choices.length() <= 1,
    )  # fmt: skip
    return rx.el.li(
        cell(f"Choice {at + 1}", "choice", "label", max_length=80),
        cell(f"Adds, {S.studio.currency}", "choice_price", "price", input_mode="decimal", max_length=12, class_name="in num"),
        rx.el.div(
            arrows(
                row.label,
                is_first=at == 0,
                is_last=at == S.choices.length() - 1,
                up=S.sort_choice(at, -1),
                down=S.sort_choice(at, 1),
                key=row.key,
            ),
            drop,
            class_name="row gap-1",
        ),
        rx.cond(wrong, error_line(wrong, id=f"choice-{at}-error"), rx.fragment()),
        key=row.key,
    )
