"""`/orders`: the table that becomes cards on a phone."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.fields import search_field
from portal_app.ui.components.frames import empty, filter_tabs, page_head
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.portal.orders.state import Orders as S
from portal_app.ui.shared.layout import portal_shell
from portal_app.ui.shared.order_board import order_table
from portal_app.ui.shared.team_choice import team_select


def page() -> rx.Component:
    """Search, filter, open."""
    find = search_field(
        "Search orders", placeholder="Address or order number", default_value=S.search, on_change=S.find.debounce(200)
    )
    return portal_shell(
        page_head(rx.el.h1("Orders"), rx.el.div(team_select(S, S.in_team), find, class_name="narrow-by")),
        filter_tabs("Status", S.tabs, S.status, S.only),
        rx.cond(S.loaded, _list(), rows_skeleton()),
    )


def _list() -> rx.Component:
    rows = order_table(S.rows, S.more, S.show_more, lambda card: card.town, lambda card: card.whose)
    return rx.cond(S.rows, rows, rx.cond(S.is_filtered, _nothing(), _none()))


def _nothing() -> rx.Component:
    words = rx.cond(
        S.search, f"Nothing matches “{S.search}”", rx.cond(S.status, "Nothing in this status", "Nothing in this team")
    )
    return empty("search", words, "Try the street or the order number.", button("Show all orders", on_click=S.clear))


def _none() -> rx.Component:
    act = link_button("Place order", "/place-order", kind="main")
    return empty("orders", "No orders yet", "Booking takes about two minutes.", act)
