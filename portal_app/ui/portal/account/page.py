"""`/account`: who is signed in, what they say about themselves, the color of the screens, and the way out."""

from __future__ import annotations

import reflex as rx
from reflex.style import color_mode, set_color_mode

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, segments
from portal_app.ui.components.frames import page_head, setting, way
from portal_app.ui.components.people import face
from portal_app.ui.portal.account.parts import address, copies, danger
from portal_app.ui.portal.account.state import Account as S
from portal_app.ui.shared.layout import person_shell, sign_out
from portal_app.ui.shared.session import Base

MODES = (("system", "As this device"), ("light", "Light"), ("dark", "Dark"))


def page() -> rx.Component:
    """Person, profile, address, copies, look; the end of it last."""
    return person_shell(
        page_head(rx.el.h1("Account")),
        _person(),
        _ways(),
        rx.el.fieldset(
            _profile(),
            address(),
            rx.cond(Base.me.is_customer, copies(), rx.fragment()),
            # Whoever looks through a customer's eyes reads along: the verbs would refuse them.
            disabled=Base.me.behind != "",
        ),
        _look(),
        rx.cond(Base.me.is_customer & (Base.me.behind == ""), danger(), rx.fragment()),
        ready=S.loaded,
    )


def _person() -> rx.Component:
    words = rx.el.div(
        rx.el.p(Base.me.name, class_name="strong"), rx.el.p(Base.me.caption, class_name="quiet"), class_name="grow at-least"
    )
    return rx.el.div(face(Base.me.initials), words, sign_out("btn"), class_name="row wrap panel")


def _ways() -> rx.Component:
    security = way("lock", "Security", "Password, passkeys, and where you are signed in.", "/account/security")
    cards = way("card", "Cards", "Cards on file, and which one goes first.", "/account/cards")
    teams = way("customers", "Teams", "Whose orders you share, and who shares yours.", "/account/teams")
    return rx.el.ul(
        rx.cond(Base.me.behind == "", security, rx.fragment()),
        rx.cond(Base.me.is_customer, rx.fragment(cards, teams), rx.fragment()),
        class_name="ways",
    )


def _profile() -> rx.Component:
    reached = rx.fragment(
        _typed("Phone", "phone", type="tel", auto_complete="tel", optional=True, hint="The photographer calls it on the day."),
        _typed("Company", "company", auto_complete="organization", optional=True),
    )
    form = rx.el.form(
        _typed("Your name", "name", auto_complete="name", required=True),
        rx.cond(Base.me.is_customer, reached, rx.fragment()),
        button("Save profile", kind="main", type="submit"),
        on_submit=S.save,
        reset_on_submit=False,
        no_validate=True,
        class_name="stack",
    )
    return setting("Profile", "Who you are to the people you work with here.", form, key="profile")


def _typed(label: str, name: str, **props) -> rx.Component:
    return field(label, name, default_value=getattr(S, name), error=S.field_errors[name], **props)


def _look() -> rx.Component:
    choice = segments("Light or dark", "mode", MODES, value=color_mode, on_change=set_color_mode)
    return setting("Light or dark", "Kept in this browser.", choice, key="look")
