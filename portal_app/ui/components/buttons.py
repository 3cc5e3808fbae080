"""Buttons. One main one a decision; the words are verb, object, amount."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.icons import icon
from portal_app.ui.components.links import away, go
from portal_app.ui.components.words import Child, Flag, Words, classes

KINDS = {"main": "main-act", "plain": "", "soft": "soft", "danger": "danger"}


def button_class(kind: str, *, tall: bool = False, wide: bool = False) -> str:
    """The class names of a button, for anything that should look like one."""
    return classes("btn", KINDS[kind], "tall" if tall else "", "wide" if wide else "")


def _inside(label: Child, drawing: str) -> tuple[Child, ...]:
    return (icon(drawing), label) if drawing else (label,)


def button(
    label: Child,
    *,
    kind: str = "plain",
    drawing: str = "",
    busy: Flag = False,
    busy_label: Words = "",
    disabled: Flag = False,
    tall: bool = False,
    wide: bool = False,
    **props,
) -> rx.Component:
    """A button. `busy` turns its own spinner, keeps it from being pressed twice, and shows `busy_label`."""
    shown = rx.cond(busy, busy_label, label) if busy_label else label
    props.setdefault("type", "button")
    if isinstance(busy, rx.Var) or busy:
        props["aria_busy"] = rx.cond(busy, "true", "false")
    return rx.el.button(
        *_inside(shown, drawing),
        disabled=disabled | busy if isinstance(disabled, rx.Var) or isinstance(busy, rx.Var) else (disabled or busy),
        class_name=classes(button_class(kind, tall=tall, wide=wide), props.pop("class_name", "")),
        **props,
    )


def link_button(
    label: Child, to: Words, *, kind: str = "plain", drawing: str = "", tall: bool = False, wide: bool = False, **props
) -> rx.Component:
    """A link to a page of the app that looks like a button."""
    look = button_class(kind, tall=tall, wide=wide)
    return go(*_inside(label, drawing), to=to, kind=look, **props)


def file_button(
    label: Child, to: Words, *, kind: str = "plain", drawing: str = "download", tall: bool = False, wide: bool = False, **props
) -> rx.Component:
    """A link to a file of the server (download, receipt) that looks like a button."""
    look = button_class(kind, tall=tall, wide=wide)
    return away(*_inside(label, drawing), to=to, kind=look, **props)


def arrows(name: Words, *, is_first: Flag, is_last: Flag, up, down, key: Words = "") -> rx.Component:
    """Earlier and later in a list: two native buttons, the one that would do nothing is off. With a `key` they are
    `up-KEY` and `down-KEY`, so that the moved one can keep the focus."""

    def arrow(way: str, *, off: Flag, on_click) -> rx.Component:
        named = {"id": f"{way}-{key}"} if isinstance(key, rx.Var) or key else {}
        said = rx.el.span(f"Move {way} ", name, class_name="hide")
        return rx.el.button(icon(way), said, type="button", disabled=off, on_click=on_click, class_name="btn square", **named)

    return rx.el.span(
        arrow("up", off=is_first, on_click=up), arrow("down", off=is_last, on_click=down), class_name="row gap-1"
    )  # fmt: skip
