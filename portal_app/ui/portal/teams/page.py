"""`/account/teams`: one's teams, those that ask, and a new one."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.components.frames import crumb, page_head, setting, way
from portal_app.ui.portal.teams.state import Teams as S
from portal_app.ui.shared.layout import portal_shell


def page() -> rx.Component:
    """Lists first, then what can be set."""
    head = page_head(rx.fragment(crumb("Account", "/account", "Teams"), rx.el.h1("Teams")))
    return portal_shell(head, _asked(), _mine(), _start(), ready=S.loaded)


def _asked() -> rx.Component:
    rows = rx.el.ul(rx.foreach(S.asked, _asking), class_name="asking")
    return rx.cond(S.asked, rx.el.section(rx.el.h2("Waiting for you", id="asked"), rows, aria_labelledby="asked"), rx.fragment())


def _asking(card: rx.Var) -> rx.Component:
    said = rx.el.div(
        rx.el.p(card.team, class_name="strong"), rx.el.p(card.words, class_name="small quiet"), class_name="grow at-least"
    )
    press = button(rx.el.span("Join ", card.team), kind="main", on_click=S.join(card.id))
    return rx.el.li(said, press, class_name="row wrap panel")


def _mine() -> rx.Component:
    lines = rx.el.ul(rx.foreach(S.mine, lambda line: way("customers", line.name, line.words, line.href)), class_name="ways")
    none = rx.el.p("You are in no team. Whoever leads one asks you by mail, or you start one here.", class_name="quiet")
    return rx.cond(S.mine, lines, none)


def _start() -> rx.Component:
    form = rx.el.form(
        field(
            "Name of the team",
            "name",
            hint="For example the name of your office.",
            error=S.field_errors["name"],
            max_length=80,
            required=True,
            auto_complete="organization",
        ),
        button("Start team", type="submit"),
        on_submit=S.start,
        reset_on_submit=False,
        no_validate=True,
        class_name="stack",
    )
    words = "You lead it: you see, order and pay for everybody in it. They see what is their own."
    return setting("Start a team", words, form, key="start")
