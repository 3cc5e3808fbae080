"""What floats: dialogs and passing notes."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.words import Child, Flag, Words


class Modal(rx.Component):
    """A native dialog opened from State; Escape and the veil dismiss it, focus returns."""

    library = "$/public/foyer.jsx"
    tag = "Modal"
    open: rx.Var[bool]
    label: rx.Var[str]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


class Toasts(rx.Component):
    """Passing notes, read aloud politely; `items` are dicts id, text, kind ("good" or "bad")."""

    library = "$/public/foyer.jsx"
    tag = "Toasts"
    items: rx.Var[list[dict[str, Any]]]
    on_done: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class StepFocus(rx.Component):
    """When another step opens, its heading comes into view and takes the focus; `marked`, the id of what is wrong, goes first."""

    library = "$/public/foyer.jsx"
    tag = "StepFocus"
    at: rx.Var[str]
    marked: rx.Var[str]


class LeaveGuard(rx.Component):
    """The browser asks before the tab goes while `active`."""

    library = "$/public/foyer.jsx"
    tag = "LeaveGuard"
    active: rx.Var[bool]


def toasts(items: rx.Var, on_done) -> rx.Component:
    """The region of passing notes; one on every page."""
    return Toasts.create(items=items, on_done=on_done)


def dialog(title: Words, *children: Child, is_open: Flag, on_dismiss, broad: bool = False) -> rx.Component:
    """A dialog with a title and whatever it asks for."""
    return Modal.create(
        rx.el.h2(title),
        *children,
        open=is_open,
        label=title,
        on_dismiss=on_dismiss,
        class_name="dialog broad" if broad else "dialog",
    )


def confirm(
    question: Words,
    consequence: Child,
    *,
    is_open: Flag,
    keep: Words,
    on_keep,
    act: Words,
    on_act,
    busy: Flag = False,
    busy_label: Words = "",
    kind: str = "danger",
) -> rx.Component:
    """A question, its consequence with amounts, two verbs: the safe one first in order and focus."""
    verbs = rx.el.div(
        button(keep, kind="soft", on_click=on_keep),
        button(act, kind=kind, on_click=on_act, busy=busy, busy_label=busy_label),
        class_name="row wrap acts",
    )
    return dialog(question, rx.el.p(consequence, class_name="quiet"), verbs, is_open=is_open, on_dismiss=on_keep)
