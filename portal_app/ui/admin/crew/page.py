"""`/admin/crew`: who goes to properties, and when each of them works."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.crew.state import CrewState as S
from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.frames import page_head
from portal_app.ui.components.people import face
from portal_app.ui.shared.layout import admin_shell


def page() -> rx.Component:
    """The crew, the first to be thought of first."""
    head = page_head(
        rx.el.h1("Crew and hours"),
        link_button("Open calendar", "/admin/calendar", drawing="calendar"),
        under=rx.el.p("Bookings offer times in these hours. Without any, customers send a wish instead.", class_name="quiet"),
    )
    return admin_shell(head, rx.el.ul(rx.foreach(S.crew, _member), class_name="people", aria_label="Crew"), ready=S.loaded)


def _member(card: rx.Var) -> rx.Component:
    words = rx.el.div(
        rx.el.p(card.name, class_name="strong"),
        rx.foreach(card.week, lambda line: rx.el.p(line, class_name="small")),
        rx.cond(card.caption, rx.el.p(card.caption, class_name="small quiet"), rx.fragment()),
        class_name="grow",
    )
    change = link_button(rx.fragment("Hours", rx.el.span(" of ", card.name, class_name="hide")), card.href)
    return rx.el.li(face(card.initials), words, rx.cond(card.href, change, rx.fragment()), key=card.name)
