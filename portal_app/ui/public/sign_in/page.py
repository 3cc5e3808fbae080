"""`/login`: prerendered with its form; the browser posts it, so password managers and slow networks are fine."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.fields import field
from portal_app.ui.components.links import go
from portal_app.ui.components.signing import passkey_button
from portal_app.ui.shared.door import Door, door, email_field, posted_form, submit, wrong

MAILED = (
    "If a customer signs in here with that address, a link is on its way to it. It opens once, within 15 minutes. "
    "Look among unwanted mail too."
)


def page() -> rx.Component:
    """A password, or a link by mail: two buttons of one form, so that the address is typed once. Or a passkey."""
    return rx.cond(
        Door.step == "mailed",
        door("Check your mail", MAILED, rx.el.p(go("Back to sign in", to="/login"), class_name="small")),
        door("Sign in", "Your listings, orders and payments in one place.", _form(), _first_time()),
    )


def _form() -> rx.Component:
    by_mail = submit("Mail me a sign-in link", kind="plain", form_action="/api/enter", form_no_validate=True)
    form = posted_form("/api/sign-in", email_field(auto_complete="username webauthn"), _password(), submit("Sign in"), by_mail)
    return rx.fragment(form, passkey_button(offers=True))


def _first_time() -> rx.Component:
    return rx.el.p("First time here? ", go("Create an account", to=f"/sign-up{Door.carried}"), class_name="small")


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
