"""`/account`: who is signed in, the color of the screens, and the way out."""

from __future__ import annotations

import reflex as rx
from reflex.style import color_mode, set_color_mode

from portal_app.ui.components.fields import segments
from portal_app.ui.components.frames import page_head, section
from portal_app.ui.components.links import go
from portal_app.ui.components.people import face
from portal_app.ui.portal.account.state import Account as S
from portal_app.ui.shared.layout import person_shell, sign_out
from portal_app.ui.shared.session import Base

MODES = (("system", "As this device"), ("light", "Light"), ("dark", "Dark"))


def page() -> rx.Component:
    """Person, look, sign-out."""
    return person_shell(page_head(rx.el.h1("Account")), _person(), _look(), ready=S.loaded)


def _person() -> rx.Component:
    proven = rx.cond(
        Base.me.is_verified,
        rx.el.span("Address proven", class_name="quiet small"),
        go("Type the code we mailed", to="/verify", kind="link small"),
    )
    words = rx.el.div(
        rx.el.p(Base.me.name, class_name="strong"), rx.el.p(Base.me.email, class_name="quiet"), proven, class_name="grow at-least"
    )
    return rx.el.div(face(Base.me.initials), words, sign_out("btn"), class_name="row wrap panel")


def _look() -> rx.Component:
    choice = segments("Light or dark", "mode", MODES, value=color_mode, on_change=set_color_mode)
    return section("Light or dark", choice, key="look")
