"""`/admin/calendar`: days, weeks, months and a list of where everybody is."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.calendar.dialogs import dialogs
from portal_app.ui.admin.calendar.state import CalendarState as S
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.calendar import calendar, toggle
from portal_app.ui.components.frames import page_head
from portal_app.ui.components.links import go
from portal_app.ui.shared.layout import admin_shell


def page() -> rx.Component:
    """The calendar, whose things are in it, and its dialogs."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    off = rx.cond(S.kept, button("Time off", drawing="plus", on_click=S.ask_off), rx.fragment())
    head = page_head(
        rx.el.h1("Calendar"),
        rx.el.div(link_button("Crew and hours", "/admin/crew"), off, class_name="row wrap"),
        under=rx.el.p(S.zone, " · ", go("Why no slot?", to="/admin/calendar/why"), class_name="small quiet"),
    )
    return rx.fragment(head, _members(), _days(), dialogs())


def _members() -> rx.Component:
    def one(card: rx.Var) -> rx.Component:
        return toggle(card.name, on=card.is_on, on_click=S.toggle(card.id))

    return rx.el.div(rx.foreach(S.members, one), role="group", aria_label="Show", class_name="chips")


def _days() -> rx.Component:
    return calendar(
        S.events,
        now=S.now_wall,
        first_hour=S.first_hour,
        last_hour=S.last_hour,
        on_range=S.show,
        on_open=S.open,
        on_move=S.drag,
        on_select=S.select,
        empty="Nothing in these days.",
    )
