"""The studio's mark and people's faces (initials; there are no avatars)."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.links import go
from portal_app.ui.components.words import Words


def mark(to: Words = "/") -> rx.Component:
    """The studio's mark and name, both from its brand sheet, so they stand there before the first event."""
    where = rx.el.span(" start page", class_name="hide")
    return go(rx.el.span(class_name="logo", aria_hidden="true"), rx.el.span(class_name="studio-name"), where, to=to, kind="mark")


def face(initials: Words) -> rx.Component:
    """Initials in a disc, beside a name that is written out."""
    return rx.el.span(initials, class_name="face", aria_hidden="true")


def person(initials: Words, name: Words, caption: Words) -> rx.Component:
    """A face, a name and what the person is here."""
    return rx.el.span(
        face(initials),
        rx.el.span(name, rx.el.br(), rx.el.span(caption, class_name="quiet"), class_name="small"),
        class_name="row",
    )
