"""The studio's customers."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.customers.state import CustomersState as S
from portal_app.ui.components.frames import empty, note, page_head
from portal_app.ui.components.links import NativeForm
from portal_app.ui.components.people import face
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.session import may


def page() -> rx.Component:
    """Who ordered or signed up, newest first."""
    refused = rx.cond(S.refusal, rx.el.div(note(S.refusal, tone="wait"), role="status", class_name="above"), rx.fragment())
    return admin_shell(page_head(rx.el.h1("Customers")), refused, rx.cond(S.loaded, _list(), rows_skeleton()))


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
            rx.cond(card.teams, rx.el.p(card.teams, class_name="tiny quiet"), rx.fragment()),
            class_name="grow",
        ),
        rx.el.div(
            rx.el.p(card.caption, class_name="small"), rx.el.p(f"since {card.since}", class_name="tiny quiet"), class_name="right"
        ),
        rx.cond(may(Permission.VIEW_AS) & card.has_account, _view_as(card), rx.fragment()),
        class_name="someone",
    )


def _view_as(card: rx.Var) -> rx.Component:
    return NativeForm.create(
        rx.el.input(type="hidden", name="customer", value=card.id, read_only=True),
        rx.el.button("View as", rx.el.span(" ", card.name, class_name="hide"), type="submit", class_name="btn"),
        action="/api/view-as",
        method="post",
        class_name="view-as",
    )
