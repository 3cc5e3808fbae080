"""`/invitation/[token]`: what one is invited to, and one button. For teams of customers and for the studio's own people."""

from __future__ import annotations

from urllib.parse import quote

import reflex as rx

from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.fields import field
from portal_app.ui.components.links import NativeForm, go
from portal_app.ui.components.words import Child
from portal_app.ui.public.invitation.state import Invited as S
from portal_app.ui.shared.door import door, new_password_field, posted_form, submit, wrong
from portal_app.ui.shared.session import Base

HERE = quote("/invitation/", safe="")


def page() -> rx.Component:
    """One page for every way somebody can stand to it."""
    return rx.cond(
        Base.missing,
        door("This link is not whole", "Part of it got lost on the way. Open it from the mail again."),
        rx.match(
            S.standing,
            ("join", _invited(_accept(submit(f"Join {S.place}")))),
            ("new", _invited(_accept(_name(), _password(), submit(f"Join {S.place}")))),
            ("sign_in", _invited(_first("Sign in", "/login"))),
            ("prove", _invited(_first("Type the code", "/verify"))),
            ("wrong_person", _wrong_person()),
            ("works_here", _invited(rx.el.p(S.what_now))),
            ("ended", _ended()),
            door("Invitation", "One moment."),
        ),
    )


def _invited(*children: Child) -> rx.Component:
    return door(f"Join {S.place}", S.offer, *children)


def _accept(*children: Child) -> rx.Component:
    token = rx.el.input(type="hidden", name="token", value=S.token, read_only=True)
    return posted_form("/api/invitation/accept", token, *children)


def _name() -> rx.Component:
    mailbox = rx.el.p("You sign in with ", rx.el.b(S.address), " from now on.", class_name="small quiet")
    name = field("Your name", "name", auto_complete="name", required=True, default_value=S.typed_name, error=wrong("name"))
    # Password managers keep the address with the password.
    address = rx.el.input(
        type="email", name="email", value=S.address, read_only=True, auto_complete="username", class_name="hide",
        aria_hidden="true", tab_index=-1,
    )  # fmt: skip
    return rx.fragment(mailbox, address, name)


def _password() -> rx.Component:
    return new_password_field("Password", "At least 8 characters. Three or four words make a good one.")


def _first(label: str, path: str) -> rx.Component:
    way = link_button(label, f"{path}?next={HERE}{S.token}", kind="main", tall=True, wide=True)
    return rx.el.div(rx.el.p(S.what_now), way, class_name="stack", style={"--gap": "20px"})


def _wrong_person() -> rx.Component:
    who = rx.el.p("You are signed in as ", rx.el.b(Base.me.email), ". This invitation is for ", rx.el.b(S.address), ".")
    onward = rx.el.input(type="hidden", name="next", value=S.onward, read_only=True)
    leave = NativeForm.create(onward, submit("Sign out and continue"), action="/api/sign-out", method="post")
    stay = rx.el.p(go("Stay signed in", to=rx.cond(Base.me.is_staff, "/admin", "/")), class_name="small")
    return _invited(rx.el.div(who, leave, stay, class_name="stack", style={"--gap": "20px"}))


def _ended() -> rx.Component:
    return door("This invitation does not open", S.what_now, link_button("Sign in", "/login", tall=True, wide=True))
