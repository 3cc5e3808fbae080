"""What the sections of the security page share: rows, and showing once more who one is."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.frames import setting
from portal_app.ui.components.words import Child, Words
from portal_app.ui.shared.posted import password_field, posted, said, wrong


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


def listed(drawing: rx.Component, name: Words, words: Words, act: Child) -> rx.Component:
    """One thing of one's own: drawing, name over words, what can be done with it."""
    named = rx.el.span(rx.el.span(name, class_name="strong"), rx.el.span(words, class_name="small quiet"), class_name="grow")
    return rx.el.li(drawing, named, act)
