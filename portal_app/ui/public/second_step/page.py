"""`/second-step`: a code after the password, a spare one for the day the phone is gone, or setting up what is required."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.fields import field
from portal_app.ui.components.links import NativeForm
from portal_app.ui.components.signing import add_passkey_button, app_code_field, authenticator, passkey_button
from portal_app.ui.public.second_step.state import SecondStep as S
from portal_app.ui.shared.door import door, posted_form, submit, wrong
from portal_app.ui.shared.layout import sign_out
from portal_app.ui.shared.session import Base


def page() -> rx.Component:
    """One of three: a code is asked for, a second step must be set up, or nothing waits here."""
    return rx.cond(
        S.loaded,
        rx.match(S.waits, ("second_step", _asked()), ("set_up", _set_up()), _nothing()),
        door("One more step", "Looking up what your sign-in waits for.", rx.el.div(aria_busy="true", class_name="skeleton")),
    )


def _asked() -> rx.Component:
    lead = rx.cond(S.has_app, "Type the code that your authenticator app shows now.", "Show that it is you with your passkey.")
    by_code = rx.fragment(_code_form(), _spare())
    other = rx.cond(S.has_passkey, passkey_button("Use a passkey"), rx.fragment())
    return door("One more step", lead, rx.cond(S.has_app, by_code, rx.fragment()), other, _leave())


def _code_form() -> rx.Component:
    return posted_form("/api/second-step", app_code_field(wrong("code")), submit("Continue"))


def _spare() -> rx.Component:
    form = posted_form(
        "/api/second-step",
        field(
            "Recovery code",
            "code",
            key="spare",
            hint="Like abcd-efgh-jkmn. Each works once.",
            auto_complete="off",
            auto_capitalize="none",
            spell_check=False,
            max_length=20,
            required=True,
        ),
        submit("Use this code", kind="plain"),
    )
    return rx.el.details(rx.el.summary("Your phone is not at hand?", class_name="link small"), form, class_name="more-of")


def _set_up() -> rx.Component:
    lead = rx.el.span(rx.el.b(Base.studio.name), " asks everybody who works there for a second step. It takes a minute.")
    return door("Set up your second step", lead, rx.cond(S.is_proven, _ways(), _again()))


def _ways() -> rx.Component:
    """The quick way first: a passkey needs no app and no typing later."""
    app = rx.el.section(
        rx.el.h2("With an authenticator app", class_name="small strong"),
        authenticator(S.picture, S.key),
        posted_form("/api/second-step/set-up", app_code_field(wrong("code")), submit("Turn it on")),
        class_name="stack",
    )
    key = rx.el.section(
        rx.el.h2("Or with a passkey", class_name="small strong"),
        rx.el.p("Your finger, your face or the PIN of this device: nothing to type, also next time.", class_name="small quiet"),
        add_passkey_button("Add a passkey", wide=True),
        class_name="stack",
    )
    return rx.el.div(app, key, _leave(), class_name="stack gap-5 steps-in")


def _again() -> rx.Component:
    words = "You signed in a while ago. Sign in once more, then set it up."
    again = NativeForm.create(submit("Sign in again"), action="/api/sign-out", method="post", class_name="stack")
    return rx.fragment(rx.el.p(words, class_name="small quiet back"), again)


def _leave() -> rx.Component:
    return rx.el.div(
        rx.el.span("Signing in as ", rx.el.b(S.person), ". "), sign_out("link small"), class_name="small quiet leave"
    )


def _nothing() -> rx.Component:
    words = "No sign-in waits in this browser: it was finished, or it took longer than an hour."
    return door("One more step", words, rx.el.p(link_button("Sign in", "/login", kind="main", tall=True), class_name="back"))
