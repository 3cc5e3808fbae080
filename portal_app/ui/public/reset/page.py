"""`/reset`: an address, then the code that was mailed there and a new password."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.links import go
from portal_app.ui.shared.door import Door, code_field, door, email_field, new_password_field, posted_form, submit


def page() -> rx.Component:
    back = rx.el.p(go("Back to sign in", to="/login"), class_name="small")
    mailed = "If this address has an account here, a code is on its way to it."
    return rx.cond(
        Door.step == "code",
        door("Choose a new password", mailed, _with_code(), back),
        door("Reset your password", "We mail a code to your address.", _ask(), back),
    )


def _ask() -> rx.Component:
    return posted_form("/api/reset", email_field(), submit("Send the code"))


def _with_code() -> rx.Component:
    return posted_form(
        "/api/reset/confirm",
        email_field(),
        code_field(),
        new_password_field("New password", "At least 8 characters. Every other device is signed out."),
        submit("Save and sign in"),
    )
