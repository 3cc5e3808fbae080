"""`/account/security`: password, passkeys, second step, and where one is signed in. For customers and staff alike."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.components.floating import confirm, dialog
from portal_app.ui.components.frames import crumb, note, page_head, setting
from portal_app.ui.components.icons import icon
from portal_app.ui.components.signing import add_passkey_button
from portal_app.ui.portal.security.parts import listed, prove
from portal_app.ui.portal.security.state import Security as S
from portal_app.ui.portal.security.step import second_step
from portal_app.ui.shared.layout import person_shell
from portal_app.ui.shared.posted import posted, said, wrong
from portal_app.ui.shared.session import Base

THEIRS = "You are looking through somebody else’s eyes. How they sign in is theirs alone, to see and to change."


def page() -> rx.Component:
    """What proves who they are first, where they are signed in last."""
    return person_shell(
        crumb("Account", "/account", "Security"),
        page_head(rx.el.h1("Security")),
        rx.cond(Base.me.behind != "", note(THEIRS, drawing="lock"), _own()),
        ready=S.loaded,
    )


def _own() -> rx.Component:
    return rx.fragment(
        rx.cond(S.is_proven, rx.fragment(), prove()),
        _password(),
        _passkeys(),
        rx.cond(Base.me.is_staff | (S.app_since != ""), second_step(), rx.fragment()),
        _browsers(),
        _naming(),
        _removing(),
    )


def _password() -> rx.Component:
    form = posted(
        "/api/account/password",
        field(
            "Current password",
            "current",
            key="password-current",
            type="password",
            auto_complete="current-password",
            required=True,
            error=wrong("password", "current"),
        ),
        field(
            "New password",
            "password",
            key="password-password",
            type="password",
            auto_complete="new-password",
            min_length=8,
            max_length=128,
            required=True,
            hint="At least 8 characters. Three or four words make a good one.",
            error=wrong("password", "password"),
        ),
        button("Change password", kind="main", type="submit"),
    )
    words = "Every other browser is signed out when you change it."
    return setting("Password", words, said("password"), form, key="password")


def _passkeys() -> rx.Component:
    words = "Sign in with your finger, your face or the PIN of a device. Nothing to remember, and nobody can ask you for it."
    none = rx.el.p("No passkey yet.", class_name="quiet")
    some = rx.el.ul(rx.foreach(S.keys, _key), class_name="own")
    add = rx.cond(
        Base.me.is_verified,
        rx.cond(S.is_proven, add_passkey_button("Add a passkey", on_done=S.reread), rx.fragment()),
        note("Type the code we mailed you first. Then you can add a passkey.", drawing="mail"),
    )
    return setting("Passkeys", words, rx.cond(S.keys, some, none), add, key="passkeys")


def _key(card: rx.Var) -> rx.Component:
    acts = rx.el.div(
        _quiet("Rename", card.name, on_click=S.ask_name(card.id)),
        rx.cond(S.is_proven, _quiet("Remove", card.name, on_click=S.ask_removal(card.id)), rx.fragment()),
        class_name="acts",
    )
    return listed(icon("key"), card.name, card.words, acts)


def _browsers() -> rx.Component:
    words = "Sign out what you do not know, then change your password."
    others = rx.cond(
        S.browsers.length() > 1, button("Sign out everywhere else", kind="danger", on_click=S.end_others), rx.fragment()
    )
    rows = rx.el.ul(rx.foreach(S.browsers, _browser), class_name="own")
    return setting("Where you are signed in", words, rows, others, key="browsers")


def _browser(card: rx.Var) -> rx.Component:
    this = rx.el.span("This browser", class_name="small strong this-one")
    act = rx.cond(card.is_this, this, _quiet("Sign out", card.device, on_click=S.end_session(card.id)))
    return listed(icon("globe"), card.device, card.words, act)


def _quiet(label: str, what: rx.Var, **props) -> rx.Component:
    return button(rx.fragment(label, rx.el.span(" ", what, class_name="hide")), kind="soft", **props)


def _naming() -> rx.Component:
    form = rx.el.form(
        field(
            "Name",
            "name",
            default_value=S.chosen,
            max_length=60,
            required=True,
            auto_complete="off",
            hint="For example Blue phone, or Office computer.",
            error=S.field_errors["name"],
        ),
        rx.el.div(
            button("Cancel", kind="soft", on_click=S.put_away),
            button("Save name", kind="main", type="submit"),
            class_name="row wrap acts",
        ),
        on_submit=S.save_name,
        no_validate=True,
        class_name="stack",
    )
    return dialog("What do you call this passkey?", form, is_open=S.naming > 0, on_dismiss=S.put_away)


def _removing() -> rx.Component:
    return confirm(
        "Remove this passkey?",
        rx.fragment(rx.el.b(S.chosen), " signs you in no longer. Remove it from the device too, or it goes on offering it."),
        is_open=S.removing > 0,
        keep="Keep it",
        on_keep=S.put_away,
        act="Remove passkey",
        on_act=S.remove,
    )
