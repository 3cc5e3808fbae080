"""The parts of the account page that decide how somebody is reached: address, copies, and deleting it all."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, text_area
from portal_app.ui.components.frames import setting
from portal_app.ui.components.links import NativeForm, go
from portal_app.ui.portal.account.state import Account as S
from portal_app.ui.shared.posted import folded, password_field, posted, said, wrong
from portal_app.ui.shared.session import Base

STAYS = (
    "Your name, your address and every way to sign in are deleted, and you leave your teams. Orders, invoices and "
    "delivered photos stay with the studio, which has to keep its books."
)


def address() -> rx.Component:
    """The address somebody signs in with: proven or not, another one on its way, and how to change it."""
    return setting(
        "Email",
        "You sign in with it, and mails about your orders go there.",
        said("email"),
        rx.el.p(rx.el.span(Base.me.email, class_name="strong"), rx.el.br(), _proven(), class_name="at"),
        rx.cond(S.pending, _pending(), rx.fragment()),
        _another_address(),
        key="address",
    )


def _proven() -> rx.Component:
    return rx.cond(
        Base.me.is_verified,
        rx.el.span("Proven: the code we mailed there was typed here.", class_name="quiet small"),
        go("Type the code we mailed", to="/verify", kind="link small"),
    )


def _pending() -> rx.Component:
    typed = posted(
        "/api/account/email/confirm",
        field(
            "Code from the mail",
            "code",
            key="email-code",
            auto_complete="one-time-code",
            input_mode="numeric",
            max_length=12,
            required=True,
            class_name="code-in",
            hint=f"We mailed a code to {S.pending}. Until you type it, nothing changes.",
            error=wrong("email", "code"),
        ),
        button("Confirm the new address", kind="main", type="submit"),
    )
    again = NativeForm.create(
        button("Send a new code", kind="soft", type="submit"), action="/api/account/email/resend", method="post"
    )
    keep = button(f"Keep {Base.me.email}", kind="soft", on_click=S.keep_email)
    return rx.el.div(typed, rx.el.div(again, keep, class_name="acts"), class_name="stack")


def _another_address() -> rx.Component:
    form = posted(
        "/api/account/email",
        field(
            "New email",
            "email",
            key="email-email",
            type="email",
            auto_complete="email",
            auto_capitalize="none",
            spell_check=False,
            required=True,
            default_value=S.typed_email,
            error=wrong("email", "email"),
        ),
        password_field("Your password", "email-password", error=wrong("email", "password")),
        button("Mail a code to it", kind="main", type="submit"),
    )
    is_open = (S.form == "email") & ((S.wrong_field == "email") | (S.wrong_field == "password"))
    return folded("Change address", form, is_open=is_open)


def copies() -> rx.Component:
    """Who else reads along."""
    form = rx.el.form(
        text_area(
            "Their addresses",
            "copies",
            hint="One a line, at most five.",
            error=S.field_errors["copies"],
            default_value=S.copies,
            auto_capitalize="none",
            spell_check=False,
        ),
        button("Save copies", type="submit"),
        on_submit=S.save_copies,
        no_validate=True,
        class_name="stack",
    )
    words = "An assistant or a colleague gets every mail about your orders too. Codes and warnings come to you alone."
    first = go("Type the code we mailed first", to="/verify", kind="link small")
    return setting("Copies", words, rx.cond(Base.me.is_verified, form, first), key="copying")


def danger() -> rx.Component:
    """The end of an account, behind a fold, a password and a word."""
    form = posted(
        "/api/account/close",
        rx.el.p(STAYS, class_name="small"),
        password_field("Your password", "close-password", error=wrong("close", "password")),
        field(
            "Type delete",
            "word",
            key="close-word",
            auto_complete="off",
            auto_capitalize="none",
            spell_check=False,
            required=True,
            error=wrong("close", "word"),
        ),
        button("Delete my account", kind="danger", type="submit"),
    )
    opened = folded("Delete account", form, is_open=S.form == "close", kind="danger")
    return setting("Delete account", "There is no way back.", said("close"), opened, key="danger")
