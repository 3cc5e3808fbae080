"""Today: requests to answer, listings to deliver, who is where."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.today.state import TodayState as S
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import empty, page_head, section
from portal_app.ui.components.links import go
from portal_app.ui.components.photos import listing_card
from portal_app.ui.components.prices import line, lines
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.session import may


def page() -> rx.Component:
    """The studio's first page."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        page_head(rx.el.h1(S.heading), under=rx.el.p(S.summary, class_name="quiet")),
        rx.el.div(
            rx.el.div(_waiting(), _agenda(), class_name="stack gap-7"),
            rx.el.aside(_collect(), _lately(), class_name="stack gap-6"),
            class_name="cols staff",
        ),
        rx.cond(may(Permission.ACCEPT_ORDERS), _decline_question(), rx.fragment()),
    )


def _waiting() -> rx.Component:
    nothing = empty("check", "Nothing waits for you.", "New requests appear here at once.")
    rows = rx.el.ul(
        _money(), _changes(), rx.foreach(S.requests, _request), rx.foreach(S.to_deliver, _delivery), class_name="wait"
    )
    some = S.money | S.changes | S.requests | S.to_deliver
    return section("Waiting for you", rx.cond(some, rows, nothing), key="waiting", apart=False)


def _money() -> rx.Component:
    what = rx.el.div(
        rx.el.b("Payments"),
        rx.el.span(S.money, " to look at: money without a bill, a refund that came to nothing, or a dispute"),
        class_name="address",
    )
    row = rx.el.li(what, rx.el.div(link_button("Look at payments", "/admin/payments"), class_name="row"))
    return rx.cond(S.money, row, rx.fragment())


def _changes() -> rx.Component:
    what = rx.el.div(rx.el.b("Changes"), rx.el.span(S.changes, " of customers to work on"), class_name="address")
    row = rx.el.li(what, rx.el.div(link_button("Look at changes", "/admin/revisions"), class_name="row"))
    return rx.cond(S.changes, row, rx.fragment())


def _request(card: rx.Var) -> rx.Component:
    return rx.el.li(
        _what(card),
        rx.cond(
            may(Permission.ACCEPT_ORDERS),
            rx.el.div(
                button("Decline", on_click=S.ask_decline(card.number)),
                button("Accept", kind="main", on_click=S.accept(card.number)),
                class_name="row",
            ),
            link_button("Open order", f"/admin/orders/{card.number}"),
        ),
    )


def _delivery(card: rx.Var) -> rx.Component:
    return rx.el.li(
        _what(card),
        rx.el.div(link_button("Upload and deliver", f"/admin/deliver/{card.number}"), class_name="row"),
    )


def _what(card: rx.Var) -> rx.Component:
    return rx.el.div(
        rx.el.b(go(card.street, to=f"/admin/orders/{card.number}", kind="plain-link")),
        rx.el.span(card.caption),
        rx.el.span(card.ask, class_name="ask0"),
        class_name="address",
    )


def _collect() -> rx.Component:
    rows = rx.foreach(
        S.collect.oldest,
        lambda one: line(go(one.street, to=f"/admin/orders/{one.number}", kind="plain-link"), one.amount, one.detail),
    )
    panel = rx.el.section(
        rx.el.h2("To be collected", class_name="kick", id="collect"),
        rx.el.p(S.collect.total, class_name="big num"),
        rx.el.p(S.collect.caption, class_name="small quiet"),
        lines(rows, small=True),
        link_button("Open orders", "/admin/orders", wide=True),
        class_name="panel due",
        aria_labelledby="collect",
    )
    return rx.cond(S.collect.total, panel, rx.fragment())


def _lately() -> rx.Component:
    card = listing_card(
        href=S.lately.href,
        street=S.lately.street,
        town=S.lately.town,
        state=S.lately.state,
        cover=S.lately.cover_large,
        counts=S.lately.counts,
        note=S.lately.note,
    )
    shown = rx.el.section(rx.el.h2("Delivered lately", class_name="kick", id="lately"), card, aria_labelledby="lately")
    return rx.cond(S.lately.href, shown, rx.fragment())


def _agenda() -> rx.Component:
    rows = rx.el.ol(rx.foreach(S.visits, _visit), class_name="agenda")
    none = rx.el.p("No appointments today.", class_name="small quiet")
    return section("Who is where", rx.cond(S.visits, rows, none), key="agenda", apart=False)


def _visit(card: rx.Var) -> rx.Component:
    return rx.el.li(
        rx.el.span(card.at, class_name="small num"),
        rx.el.span(
            rx.el.b(go(card.street, to=f"/admin/orders/{card.number}", kind="plain-link")),
            rx.el.span(card.caption),
            class_name="address",
        ),
    )


def _decline_question() -> rx.Component:
    return confirm(
        "Decline this request?",
        "The order becomes Canceled and its wished time is given back. Nothing was charged.",
        is_open=S.declining != 0,
        keep="Keep it",
        on_keep=S.ask_decline(0),
        act="Decline",
        on_act=S.decline,
    )
