"""The studio's order board."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.orders.state import AdminOrdersState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import search_field
from portal_app.ui.components.frames import empty, filter_tabs, page_head
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.order_board import order_table


def page() -> rx.Component:
    """Search, filter, open."""
    return admin_shell(
        page_head(
            rx.el.h1("Orders"),
            search_field(
                "Search orders", placeholder="Address, customer or number", default_value=S.search, on_change=S.find.debounce(200)
            ),
        ),
        filter_tabs("Order status", S.tabs, S.status, S.only),
        rx.cond(S.loaded, _list(), rows_skeleton()),
    )


def _list() -> rx.Component:
    return rx.cond(
        S.rows,
        order_table(S.rows, S.more, S.show_more, lambda card: card.customer, lambda card: card.team),
        rx.cond(
            S.is_filtered,
            empty("search", "Nothing matches.", "Try the street, the customer or the order number.", _clear()),
            empty("orders", "No orders yet.", "They appear here as soon as a customer books."),
        ),
    )


def _clear() -> rx.Component:
    return button("Clear search", on_click=S.clear)
