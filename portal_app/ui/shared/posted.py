"""Posted forms on a page with several of them: whose answer is shown, beside which field, and what is folded away.

The page's State stands under `Door` and sets `form`; a field's element is called after its form and itself.
"""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.fields import field
from portal_app.ui.components.links import NativeForm
from portal_app.ui.components.words import Child, Words
from portal_app.ui.shared.door import Door, told


def posted(action: str, *children: Child) -> rx.Component:
    """A form the browser posts itself."""
    return NativeForm.create(*children, action=action, method="post", class_name="stack")


def folded(title: Words, form: rx.Component, *, is_open: rx.Var | bool, kind: str = "") -> rx.Component:
    """A form behind its own button."""
    summary = rx.el.summary(title, class_name=f"btn {kind}".strip())
    return rx.el.details(summary, form, open=is_open, class_name="more-of")


def password_field(label: str, key: str, *, error: Words) -> rx.Component:
    """The password they have."""
    return field(
        label, "password", key=key, type="password", auto_complete="current-password", required=True, error=error
    )  # fmt: skip


def wrong(form: str, name: str) -> rx.Var:
    """The sentence beside a field, or nothing."""
    return rx.cond((Door.form == form) & (Door.wrong_field == name), Door.sentence, "")


def said(form: str) -> rx.Component:
    """What a form said that belongs to no field."""
    return told((Door.form == form) & (Door.sentence != "") & (Door.wrong_field == ""))
