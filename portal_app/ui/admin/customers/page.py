"""The studio's customers."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.customers.state import CustomersState as S
from portal_app.ui.components.frames import empty, page_head
from portal_app.ui.components.people import face
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.shared.layout import admin_shell


def page() -> rx.Component:
    """Who ordered or signed up, newest first."""
    return admin_shell(page_head(rx.el.h1("Customers")), rx.cond(S.loaded, _list(), rows_skeleton()))


def _list() -> rx.Component:
    return rx.cond(
        S.rows,
        rx.el.ul(rx.foreach(S.rows, _row), class_name="people"),
        empty("customers", "No customers yet.", "They appear here when they sign up or order."),
    )


def _row(card: rx.Var) -> rx.Component:
    return rx.el.li(
        face(card.initials),
        rx.el.div(
            rx.el.p(card.name, class_name="strong"),
            rx.el.p(rx.el.a(card.email, href=f"mailto:{card.email}", class_name="link"), class_name="small"),
            class_name="grow",
        ),
        rx.el.div(
            rx.el.p(card.caption, class_name="small"), rx.el.p(f"since {card.since}", class_name="tiny quiet"), class_name="right"
        ),
        class_name="someone",
    )
