"""`/enter/[token]`: one button. The link alone signs nobody in, so a mail scanner that opens it uses nothing up."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.links import go
from portal_app.ui.public.enter.state import Enter
from portal_app.ui.shared.door import door, posted_form, submit
from portal_app.ui.shared.session import Base


def page() -> rx.Component:
    """A question with one answer; a mangled link says so instead."""
    return rx.cond(
        Base.missing,
        door(
            "This link is not whole",
            "Part of it got lost on the way. Open it from the mail again, or have a new one sent.",
            _other(),
        ),
        door("Sign in", "You asked for this link by mail. It works once.", _form(), _other()),
    )


def _form() -> rx.Component:
    token = rx.el.input(type="hidden", name="token", value=Enter.token, read_only=True)
    return posted_form("/api/enter/confirm", token, submit("Sign in"))


def _other() -> rx.Component:
    return rx.el.p(go("Have a new link sent, or use your password", to="/login"), class_name="small")
