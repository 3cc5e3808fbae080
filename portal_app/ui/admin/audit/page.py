"""The audit log."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.audit.sentences import GROUPS
from portal_app.ui.admin.audit.state import AuditState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, search_field, select
from portal_app.ui.components.frames import empty, page_head
from portal_app.ui.components.links import go
from portal_app.ui.components.tables import table
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.shared.layout import admin_shell

HEADS = (("When", ""), ("Who", ""), ("What", ""), ("About", ""))
KINDS = (("", "Everything"), *((group, words) for group, (words, _) in GROUPS.items()))


def page() -> rx.Component:
    """Look for it, read it, follow it."""
    return admin_shell(
        page_head(
            rx.el.h1("Audit log"),
            search_field(
                "Search the log", placeholder="Name, email or order number", default_value=S.text, on_change=S.find.debounce(250)
            ),
            under=rx.el.p(
                "Everything that happened here, in the studio’s own time. Nothing in it can be changed.", class_name="quiet"
            ),
        ),
        _filters(),
        rx.cond(S.loaded, _list(), rows_skeleton()),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        select("Who", "who", S.people, value=S.who, on_change=S.only_of),
        select("What", "what", KINDS, value=S.group, on_change=S.only_about),
        field("From", "from", type="date", default_value=S.start, on_change=S.since),
        field("To", "to", type="date", default_value=S.end, on_change=S.until),
        key=S.cleared.to_string(),
        role="group",
        aria_label="Filters",
        class_name="sieve",
    )


def _list() -> rx.Component:
    more = rx.el.div(button("Show 50 more", on_click=S.show_more), class_name="row more end")
    nothing = rx.cond(
        S.is_filtered,
        empty("search", "Nothing matches.", "Try fewer words, or another day.", button("Clear filters", on_click=S.clear)),
        empty("clock", "Nothing happened yet.", "Sign-ins, orders and changes appear here by themselves."),
    )
    rows = table("What happened, newest first", HEADS, rx.foreach(S.rows, _row))
    return rx.cond(S.rows, rx.el.div(rows, rx.cond(S.more, more, rx.fragment()), class_name="log"), nothing)


def _row(card: rx.Var) -> rx.Component:
    return rx.el.tr(
        rx.el.td(card.day, rx.el.br(), rx.el.span(card.time, class_name="quiet"), class_name="num"),
        rx.el.td(_who(card)),
        rx.el.td(card.what),
        rx.el.td(_about(card)),
        key=card.id,
    )


def _who(card: rx.Var) -> rx.Component:
    beneath = rx.cond(card.behind, rx.el.span("as ", card.behind), rx.el.span(card.role))
    return rx.fragment(rx.el.span(card.who, class_name="strong"), rx.el.br(), rx.el.span(beneath, class_name="quiet"))


def _about(card: rx.Var) -> rx.Component:
    return rx.el.ul(
        rx.cond(card.order, rx.el.li(go(card.order, to=card.order_href)), rx.fragment()),
        rx.cond(card.listing, rx.el.li(go(card.listing, to=card.listing_href)), rx.fragment()),
        rx.cond(card.customer, rx.el.li(go(card.customer, to="/admin/customers")), rx.fragment()),
    )
