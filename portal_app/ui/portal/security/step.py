"""The second step on the security page: off, being set up, on, and the spare codes while they are shown."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button, file_button
from portal_app.ui.components.frames import note, setting
from portal_app.ui.components.signing import app_code_field, authenticator
from portal_app.ui.portal.security.state import Security as S
from portal_app.ui.shared.posted import folded, password_field, posted, said, wrong

WORDS = "After your password, a code from an app on your phone: a password that got out opens nothing."
LAST_ONES = 3


def second_step() -> rx.Component:
    """One of its four states."""
    shown = rx.cond(S.codes, _codes(), rx.cond(S.app_since != "", _on(), rx.cond(S.picture != "", _enrolling(), _off())))
    return setting("Second step", WORDS, said("second-step-off"), said("second-step-on"), shown, key="second-step")


def _off() -> rx.Component:
    required = rx.cond(
        S.must, note("Your studio asks everybody for a second step. Your passkey is yours; an app can be another."), rx.fragment()
    )
    begin = rx.cond(S.is_proven, button("Set up an authenticator app", on_click=S.begin_app), rx.fragment())
    return rx.fragment(rx.el.p("Off.", class_name="quiet"), required, begin)


def _enrolling() -> rx.Component:
    form = rx.el.form(
        app_code_field(S.field_errors["code"]),
        rx.el.div(
            button("Cancel", kind="soft", on_click=S.drop_app),
            button("Turn it on", kind="main", type="submit"),
            class_name="row wrap acts",
        ),
        on_submit=S.confirm_app,
        reset_on_submit=False,
        no_validate=True,
        class_name="stack",
    )
    return rx.el.div(authenticator(S.picture, S.key), form, class_name="stack gap-5")


def _on() -> rx.Component:
    fewer = rx.match(
        S.spare, (0, "No recovery code is left."), (1, "One recovery code is left."), f"{S.spare} recovery codes are left."
    )
    left = rx.cond(
        S.spare < LAST_ONES,
        note(fewer, " Make new ones, and keep them where you find them without your phone.", tone="wait"),
        rx.el.p(fewer, class_name="small quiet"),
    )
    off = posted(
        "/api/second-step/off",
        password_field("Your password", "second-step-off-password", error=wrong("second-step-off", "password")),
        button("Turn it off", kind="danger", type="submit"),
    )
    is_open = (S.form == "second-step-off") & (S.wrong_field != "")
    return rx.fragment(
        rx.el.p(S.app_since, class_name="strong"),
        left,
        rx.cond(S.is_proven, button("Make new recovery codes", on_click=S.make_codes), rx.fragment()),
        folded("Turn off the second step", off, is_open=is_open, kind="soft"),
    )


def _codes() -> rx.Component:
    return rx.el.div(
        note(
            "These are shown once. Each lets you in once, on the day your phone is gone. Earlier ones no longer work.",
            tone="wait",
        ),
        rx.el.ul(rx.foreach(S.codes, lambda code: rx.el.li(rx.el.code(code))), class_name="codes", aria_label="Recovery codes"),
        rx.el.div(
            file_button("Save as a file", S.codes_file, download="recovery-codes.txt"),
            button("I have kept them", kind="main", on_click=S.put_codes_away),
            class_name="row wrap acts",
        ),
        class_name="stack",
        role="status",
    )
