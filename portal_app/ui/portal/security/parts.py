"""What the sections of the security page share: posted forms, folds, rows, and showing once more who one is."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.components.frames import note, setting
from portal_app.ui.components.links import NativeForm
from portal_app.ui.components.words import Child, Words
from portal_app.ui.portal.security.state import Security as S


def prove() -> rx.Component:
    """Somebody who signed in a while ago reads along; to change something they type their password."""
    form = posted(
        "/api/prove",
        password_field("Your password", "prove-again", error=wrong("prove", "again")),
        button("Go on", kind="main", type="submit"),
    )
    words = (
        "You signed in a while ago. To change a passkey or the second step, type your password. "
        "Signed in with a passkey? Sign out and in again."
    )
    return setting("Is it still you?", words, said("prove"), form, key="prove")


def password_field(label: str, key: str, *, error: Words) -> rx.Component:
    """The password they have."""
    return field(
        label, "password", key=key, type="password", auto_complete="current-password", required=True, error=error
    )  # fmt: skip


def posted(action: str, *children: Child) -> rx.Component:
    """A form the browser posts itself."""
    return NativeForm.create(*children, action=action, method="post", class_name="stack")


def folded(title: str, form: rx.Component, *, is_open: rx.Var | bool, kind: str = "") -> rx.Component:
    """A form behind its own button."""
    summary = rx.el.summary(title, class_name=f"btn {kind}".strip())
    return rx.el.details(summary, form, open=is_open, class_name="more-of")


def wrong(form: str, name: str) -> rx.Var:
    """The sentence beside a field, or nothing."""
    return rx.cond((S.form == form) & (S.wrong_field == name), S.sentence, "")


def said(form: str) -> rx.Component:
    """What a form said that belongs to no field."""
    general = (S.form == form) & (S.sentence != "") & (S.wrong_field == "")
    return rx.el.div(rx.cond(general, note(S.sentence, tone="wait"), rx.fragment()), role="status")


def listed(drawing: rx.Component, name: Words, words: Words, act: Child) -> rx.Component:
    """One thing of one's own: drawing, name over words, what can be done with it."""
    named = rx.el.span(rx.el.span(name, class_name="strong"), rx.el.span(words, class_name="small quiet"), class_name="grow")
    return rx.el.li(drawing, named, act)
