"""`/enter/[token]`: one button. The link alone signs nobody in, so a mail scanner that opens it uses nothing up."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.links import go
from portal_app.ui.public.enter.state import Enter
from portal_app.ui.shared.door import Door, door, posted_form, submit

OVER = "It was used, replaced by a newer one, or is older than 15 minutes. A new one takes a minute."


def page() -> rx.Component:
    """A question with one answer; a link that does not work anymore says so instead."""
    whose = rx.cond(
        Enter.token, f"As {Enter.name}, {Enter.email}. The link in the mail works once.", "The link in the mail works once."
    )
    asked = door("Sign in", whose, _form(), rx.el.p(_other("Not you? Sign in as somebody else")))
    elsewhere = link_button("Have a new link mailed, or use your password", f"/login{Door.carried}", tall=True, wide=True)
    over = door("This link is over", OVER, elsewhere)
    return rx.cond(Enter.loaded & (Enter.token == ""), over, asked)


def _form() -> rx.Component:
    token = rx.el.input(type="hidden", name="token", value=Enter.token, read_only=True)
    return posted_form("/api/enter/confirm", token, submit("Sign in"))


def _other(words: str) -> rx.Component:
    return go(words, to=f"/login{Door.carried}", kind="link small")
