"""What joins an order or leaves it, the lock of its photos, and the dialog that all of it opens."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.order.books import ADD, LOCK, OFF, QUANTITY, RELEASE, OrderBooks
from portal_app.ui.components.fields import field, select, switch
from portal_app.ui.shared.books_parts import SEES, asking, opener
from portal_app.ui.shared.session import may


def add_button(order: rx.Var, status: rx.Var) -> rx.Component:
    """Beside what was ordered, once the order is accepted."""
    is_open = (status == "accepted") | (status == "completed")
    may_change = may(Permission.ACCEPT_ORDERS) & may(SEES)
    both = rx.el.div(
        _open("Add an item", order, ADD, drawing="plus"), _open("Take money off", order, OFF), class_name="row wrap gap-2"
    )
    return rx.cond(is_open & may_change, both, rx.fragment())


def change_button(order: rx.Var, status: rx.Var, line: rx.Var) -> rx.Component:
    """On each line of it."""
    is_open = (status == "accepted") | (status == "completed")
    change = _open("Change", order, QUANTITY, line.position, more=line.name)
    return rx.cond(is_open & may(Permission.ACCEPT_ORDERS) & may(SEES), change, rx.fragment())


def lock_part(order: rx.Var, lock: rx.Var, due: rx.Var) -> rx.Component:
    """Delivered photos that wait for money are opened by a person, and closed again."""
    opens = _open("Open them anyway", order, RELEASE)
    closes = _open("Wait for the payment again", order, LOCK)
    words = rx.el.p(
        rx.cond(lock == "open", "You opened the photos before they are paid.", "The photos wait for the payment."),
        class_name="small quiet",
    )
    part = rx.el.div(words, rx.cond(lock == "open", closes, opens), class_name="stack gap-2 sheet-top")
    matters = (lock == "locked") | ((lock == "open") & due.bool())
    return rx.cond(matters & may(SEES) & may(Permission.DELIVER), part, rx.fragment())


def _open(words: str, order: rx.Var, what: str, place: Any = 0, **look: Any) -> rx.Component:
    return opener(words, OrderBooks.open_order(order, what, place), **look)


def order_dialog(on_done: Any) -> rx.Component:
    """The open dialog; `on_done` reads the page again after it."""
    asked = rx.match(
        OrderBooks.what,
        (ADD, _add()),
        (OFF, _money_off()),
        (QUANTITY, rx.el.div(_quantity("0 takes it off."), _tells(), class_name="stack")),
        (RELEASE, _reason()),
        rx.fragment(),
    )
    return asking(OrderBooks, asked, _verb(), OrderBooks.shut_order, [OrderBooks.change_order, on_done])


def _verb() -> rx.Component:
    return rx.match(
        OrderBooks.what,
        (ADD, "Add it"),
        (OFF, "Take it off"),
        (QUANTITY, "Change it"),
        (RELEASE, "Open the photos"),
        "Lock the photos",
    )


def _reason() -> rx.Component:
    return field(
        "Why?", "reason", hint="It stands in the order’s history.", max_length=200, auto_complete="off",
        error=OrderBooks.wrong["reason"],
    )  # fmt: skip


def _quantity(hint: str = "") -> rx.Component:
    return field(
        "How many", "quantity", default_value=OrderBooks.quantity, input_mode="numeric", hint=hint, auto_complete="off",
        error=OrderBooks.wrong["quantity"],
    )  # fmt: skip


def _add() -> rx.Component:
    own = rx.el.div(
        field("In your words", "name", max_length=80, error=OrderBooks.wrong["name"]),
        field("Price of one", "price", input_mode="decimal", auto_complete="off", error=OrderBooks.wrong["price"]),
        switch("Taxed", "With the studio’s usual taxes.", checked=rx.Var("undefined"), name="taxed", default_checked=True),
        class_name="stack",
    )
    return rx.el.div(
        select(
            "What", "offer", OrderBooks.offers, on_change=OrderBooks.choose_offer, error=OrderBooks.wrong["offer"], key="offer"
        ),
        rx.cond(OrderBooks.is_own, own, rx.fragment()),
        _quantity(),
        rx.el.p(
            "The visit keeps its time. If the photos are paid and delivered, they wait for the rest.", class_name="small quiet"
        ),
        _tells(),
        class_name="stack",
    )


def _money_off() -> rx.Component:
    return rx.el.div(
        field(
            "How much", "price", hint="Before tax; the tax goes down with it.", input_mode="decimal", auto_complete="off",
            error=OrderBooks.wrong["price"],
        ),
        field("Why?", "name", hint="It stands on the order.", max_length=80, auto_complete="off", error=OrderBooks.wrong["name"]),
        rx.el.p("What was paid beyond the new price can be refunded, or kept as credit.", class_name="small quiet"),
        _tells(),
        class_name="stack",
    )  # fmt: skip


def _tells() -> rx.Component:
    return switch(
        "Tell the customer", "A mail says what changed and what it costs now.", checked=rx.Var("undefined"), name="tells",
        default_checked=True,
    )  # fmt: skip
