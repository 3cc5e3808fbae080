"""Fields of a form: label above, 48 px control, hint or error beneath, joined for those who listen."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from portal_app.ui.components.icons import icon
from portal_app.ui.components.words import Child, Flag, Number, Words, classes


class FocusOn(rx.Component):
    """Takes the focus to the element with the id `target` whenever `turn` changes, also in a list that State made."""

    library = "$/public/foyer.jsx"
    tag = "FocusOn"
    target: rx.Var[str]
    turn: rx.Var[int]


def error_line(sentence: Words, *, id: str = "") -> rx.Component:  # noqa: A002 - the name of the attribute
    """A refusal beside what it is about."""
    return rx.el.p(icon("warning", size=16), rx.el.span(sentence), id=id, class_name="error")


def _beneath(key: Words, hint: Words, error: Words) -> rx.Component:
    quiet = rx.el.p(hint, id=f"{key}-hint", class_name="hint") if _is_there(hint) else rx.fragment()
    if not _is_there(error):
        return quiet
    return rx.cond(error, error_line(error, id=f"{key}-error"), quiet)


def _is_there(words: Words) -> bool:
    return isinstance(words, rx.Var) or bool(words)


def _joined(key: Words, hint: Words, error: Words) -> dict:
    described = f"{key}-hint" if _is_there(hint) else ""
    if not _is_there(error):
        return {"aria_describedby": described} if described else {}
    return {
        "aria_describedby": rx.cond(error, f"{key}-error", described or rx.Var("undefined")),
        "aria_invalid": rx.cond(error, "true", "false"),
    }


def _label(key: Words, label: Words, aside: Child | None, *, optional: bool) -> rx.Component:
    words = (label, rx.el.span(" (optional)", class_name="quiet")) if optional else (label,)
    plain = rx.el.label(*words, html_for=key, class_name="label")
    return rx.el.div(plain, aside, class_name="row between") if aside is not None else plain


def field(
    label: Words,
    name: Words,
    *,
    hint: Words = "",
    error: Words = "",
    aside: Child | None = None,
    optional: bool = False,
    key: Words = "",
    **props,
) -> rx.Component:
    """One line of typing. `error` (a sentence or "") marks it; `aside` stands right of the label (*Forgot it?*).

    Everything else goes to the input: `type`, `auto_complete`, `input_mode`, `default_value`, `on_change`, `required` …
    """
    key = name if isinstance(key, str) and not key else key
    look = classes("in", props.pop("class_name", ""))
    box = rx.el.input(id=key, name=name, class_name=look, **_joined(key, hint, error), **props)
    return rx.el.div(_label(key, label, aside, optional=optional), box, _beneath(key, hint, error), class_name="field")


def text_area(
    label: Words, name: str, *, hint: Words = "", error: Words = "", optional: bool = False, key: Words = "", **props
) -> rx.Component:
    """Several lines of typing."""
    key = name if isinstance(key, str) and not key else key
    props.setdefault("rows", "3")
    box = rx.el.textarea(id=key, name=name, class_name="in", **_joined(key, hint, error), **props)
    return rx.el.div(_label(key, label, None, optional=optional), box, _beneath(key, hint, error), class_name="field")


def select(
    label: Words,
    name: Words,
    choices: Sequence[tuple[str, str]] | rx.Var,
    *,
    hint: Words = "",
    error: Words = "",
    key: Words = "",
    **props,
) -> rx.Component:
    """A native choice of up to twelve; `choices` are (value, words) pairs, plain or a var of pairs."""
    key = name if isinstance(key, str) and not key else key
    if isinstance(choices, rx.Var):
        options = (rx.foreach(choices, lambda pair: rx.el.option(pair[1], value=pair[0])),)
    else:
        options = tuple(rx.el.option(words, value=value) for value, words in choices)
    box = rx.el.select(*options, id=key, name=name, class_name="in", **_joined(key, hint, error), **props)
    return rx.el.div(_label(key, label, None, optional=False), box, _beneath(key, hint, error), class_name="field")


def search_field(label: Words, *, key: str = "q", placeholder: Words = "", **props) -> rx.Component:
    """A search box; give `on_change=State.search.debounce(200)`. The label is heard, not seen."""
    return rx.el.div(
        icon("search"),
        rx.el.label(label, html_for=key, class_name="hide"),
        rx.el.input(
            id=key, type="search", class_name="in", placeholder=placeholder, auto_complete="off", enter_key_hint="search", **props
        ),
        class_name="search find",
    )


def switch(title: Words, consequence: Words, *, checked: Flag, name: str = "", **props) -> rx.Component:
    """On or off, with what follows from it: *Collect $612.00 first* / *Downloads open once it is paid*."""
    return rx.el.label(
        rx.el.input(type="checkbox", role="switch", checked=checked, name=name, **props),
        rx.el.span(
            rx.el.span(title, class_name="strong"), rx.el.br(), rx.el.span(consequence, class_name="quiet"), class_name="small"
        ),
        class_name="switch",
    )


def choice(
    title: Words,
    *,
    name: str,
    value: Words,
    checked: Flag,
    detail: Words = "",
    amount: Words = "",
    many: bool = False,
    **props,
) -> rx.Component:
    """One line of a list to choose from: box, name over detail, amount right. `many` for checkboxes."""
    return rx.el.label(
        rx.el.input(type="checkbox" if many else "radio", name=name, value=value, checked=checked, class_name="check", **props),
        rx.el.span(title, rx.el.br(), rx.el.span(detail, class_name="small quiet"), class_name="grow"),
        rx.el.span(amount, class_name="num strong"),
    )


def count(label: Words, number: Number, *, fewer, more, least: int = 0, most: int = 99, price: Words = "") -> rx.Component:
    """− number + with the price of each beneath its name; the ends of the range are off."""
    return rx.el.div(
        rx.el.span(label, rx.el.br(), rx.el.span(price, class_name="small quiet")),
        rx.el.span(
            _step("–", "One fewer", label, off=number <= least, on_click=fewer),
            rx.el.span(number, class_name="num strong count-n", aria_live="polite"),
            _step("+", "One more", label, off=number >= most, on_click=more),
            class_name="row gap-1",
        ),
        class_name="row between",
    )


def _step(sign: str, says: str, label: Words, *, off: Flag, **props) -> rx.Component:
    return rx.el.button(
        sign, rx.el.span(f"{says}, ", label, class_name="hide"), type="button", disabled=off, class_name="btn square", **props
    )


def segments_of(legend: Words, name: str, choices: rx.Var, *, value: Words, on_change) -> rx.Component:
    """The same under a legend that is seen; `choices` is a var of (value, words) pairs."""

    def one(pair: rx.Var) -> rx.Component:
        box = rx.el.input(type="radio", name=name, value=pair[0], checked=value == pair[0], on_change=on_change(pair[0]))
        return rx.el.label(box, rx.el.span(pair[1]))

    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"), rx.el.div(rx.foreach(choices, one), class_name="seg"), class_name="field"
    )


def segments(legend: Words, name: str, choices: Sequence[tuple[str, str]], *, value: Words, on_change) -> rx.Component:
    """Two to four choices side by side; `on_change` gets the chosen value."""
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="hide"),
        *(
            rx.el.label(
                rx.el.input(type="radio", name=name, value=code, checked=value == code, on_change=on_change(code)),
                rx.el.span(words),
            )
            for code, words in choices
        ),
        class_name="seg",
    )
