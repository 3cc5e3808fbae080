"""`/login`: prerendered with its form; the browser posts it, so password managers and slow networks are fine."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.fields import field
from portal_app.ui.components.links import go
from portal_app.ui.shared.door import door, email_field, posted_form, submit, wrong


def page() -> rx.Component:
    return door(
        "Sign in",
        "Your listings, orders and payments in one place.",
        posted_form("/api/sign-in", email_field(), _password(), submit("Sign in")),
        rx.el.p("First time here? ", go("Create an account", to="/sign-up"), class_name="small"),
    )


def _password() -> rx.Component:
    return field(
        "Password",
        "password",
        type="password",
        auto_complete="current-password",
        required=True,
        aside=go("Forgot it?", to="/reset", kind="link small"),
        error=wrong("password"),
    )
