"""The studio's order board."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.orders.state import AdminOrdersState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import search_field
from portal_app.ui.components.frames import empty, filter_tabs, page_head
from portal_app.ui.components.tables import ORDER_HEADS, order_row, table
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.shared.layout import admin_shell


def page() -> rx.Component:
    """Search, filter, open."""
    return admin_shell(
        page_head(
            rx.el.h1("Orders"),
            search_field(
                "Search orders", placeholder="Address, customer or number", default_value=S.search, on_change=S.find.debounce(200)
            ),
        ),
        filter_tabs("Order status", S.tabs, S.status, S.filter),
        rx.cond(S.loaded, _list(), rows_skeleton()),
    )


def _list() -> rx.Component:
    return rx.cond(
        S.rows,
        rx.fragment(
            table("Orders, newest first", ORDER_HEADS, rx.foreach(S.rows, _row)),
            rx.cond(S.more, rx.el.div(button("Show 25 more", on_click=S.show_more), class_name="row more"), rx.fragment()),
        ),
        rx.cond(
            S.is_filtered,
            empty("search", "Nothing matches.", "Try the street, the customer or the order number.", _clear()),
            empty("orders", "No orders yet.", "They appear here as soon as a customer books."),
        ),
    )


def _clear() -> rx.Component:
    return button("Clear search", on_click=S.clear)


def _row(card: rx.Var) -> rx.Component:
    return order_row(
        href=card.href,
        cover=card.cover,
        street=card.street,
        town=card.customer,
        state=card.status,
        due=card.due,
        when=card.when,
        total=card.total,
        placed=card.placed,
    )
