"""The ledger of an order at the desk, what joins the order or leaves it, and the dialog that all of it opens."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.order.books import (
    ADD,
    CREDIT,
    KEEP,
    LOCK,
    METHODS,
    OFF,
    PAYMENT,
    QUANTITY,
    REFUND,
    RELEASE,
    TAKE_BACK,
    UNCREDIT,
    USE,
    OrderBooks,
)
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field, select, switch
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import section
from portal_app.ui.components.tables import table
from portal_app.ui.shared.session import may

SEES = Permission.SEE_MONEY


def books(order: rx.Var, card: rx.Var) -> rx.Component:
    """For those who see money: every entry, what is over or could be used, and what to note."""
    none = rx.el.p("No money has moved yet.", class_name="small quiet")
    heads = (("What", ""), ("Amount", "right"), ("Paid so far", "right made"), ("", "right"))
    rows = table("Money of this order", heads, rx.foreach(card.rows, lambda row: _row(order, row)))
    note = rx.el.div(
        _open("Note a payment", order, PAYMENT, drawing="plus"),
        rx.cond(may(Permission.REFUND), _open("Give credit", order, CREDIT), rx.fragment()),
        class_name="row wrap",
    )
    body = rx.el.div(rx.cond(card.rows, rows, none), _to_do(order, card), note, class_name="stack")
    return rx.cond(may(SEES), section("Money", body, key="money", apart=False), rx.fragment())


def _row(order: rx.Var, row: rx.Var) -> rx.Component:
    refund = _open("Refund", order, REFUND, row.entry, more=row.words)
    back = _open("Take back", order, TAKE_BACK, row.entry, more=row.words)
    return rx.el.tr(
        rx.el.td(
            rx.el.span(row.words, class_name="strong"),
            rx.el.br(),
            rx.el.span(row.caption, class_name="small quiet"),
            rx.cond(row.reference, rx.el.span(rx.el.br(), row.reference, class_name="small quiet code"), rx.fragment()),
            rx.cond(row.is_disputed, rx.el.span(rx.el.br(), "The bank holds this payment.", class_name="small"), rx.fragment()),
        ),
        rx.el.td(row.amount, class_name="right num"),
        rx.el.td(row.after, class_name="right num made quiet"),
        rx.el.td(
            rx.cond(may(Permission.REFUND) & row.refund.bool(), refund, rx.fragment()),
            rx.cond(row.can_take_back, back, rx.fragment()),
            class_name="right",
        ),
    )


def _to_do(order: rx.Var, card: rx.Var) -> rx.Component:
    over = rx.el.p(
        rx.el.strong(card.over), " was paid too much. Refund it, or keep it as the customer’s credit.", class_name="small"
    )
    keep = rx.cond(may(Permission.REFUND), _open("Keep as credit", order, KEEP), rx.fragment())
    credit = rx.el.p("The customer has ", rx.el.strong(card.credit), " of credit.", class_name="small")
    back = rx.cond(may(Permission.REFUND), _open("Take credit back", order, UNCREDIT), rx.fragment())
    use = rx.cond(card.usable, _open(rx.Var.create("Use ") + card.usable, order, USE), rx.fragment())
    return rx.fragment(
        rx.cond(card.over, rx.el.div(over, keep, class_name="row between wrap"), rx.fragment()),
        rx.cond(
            card.credit,
            rx.el.div(credit, rx.el.div(back, use, class_name="row wrap gap-2"), class_name="row between wrap"),
            rx.fragment(),
        ),
    )


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


def _open(words: Any, order: rx.Var, what: str, about: Any = 0, *, more: Any = "", **look: Any) -> rx.Component:
    hidden = rx.el.span(", ", more, class_name="hide") if isinstance(more, rx.Var) else rx.fragment()
    return button(rx.fragment(words, hidden), kind="soft", on_click=OrderBooks.open_books(order, what, about), **look)


def books_dialog(on_done: Any) -> rx.Component:
    """The open dialog; `on_done` reads the page again after it."""
    form = rx.el.form(
        rx.cond(OrderBooks.problem, rx.el.div(error_line(OrderBooks.problem), role="alert"), rx.fragment()),
        rx.cond(OrderBooks.sentence, rx.el.p(OrderBooks.sentence, class_name="quiet"), rx.fragment()),
        rx.match(
            OrderBooks.what,
            (PAYMENT, _payment()),
            (REFUND, rx.el.div(_amount(), _reason("The customer reads it."), class_name="stack")),
            (TAKE_BACK, _reason()),
            (UNCREDIT, rx.el.div(_amount(), _reason("It stands in the customer’s account."), class_name="stack")),
            (CREDIT, rx.el.div(_amount(), _reason("The customer reads it."), class_name="stack")),
            (ADD, _add()),
            (OFF, _money_off()),
            (QUANTITY, rx.el.div(_quantity("0 takes it off."), _tells(), class_name="stack")),
            (RELEASE, _reason()),
            rx.fragment(),
        ),
        rx.el.div(
            button("Leave it", kind="soft", on_click=OrderBooks.shut_books),
            button(_verb(), kind="main", type="submit", busy=OrderBooks.is_working),
            class_name="row wrap acts",
        ),
        on_submit=[OrderBooks.write_books, on_done],
        no_validate=True,
        class_name="stack",
    )
    box = dialog(OrderBooks.heading, form, is_open=OrderBooks.what != "", on_dismiss=OrderBooks.shut_books)
    return rx.cond(may(SEES), rx.el.div(box, on_mount=OrderBooks.shut_books), rx.fragment())


def _verb() -> rx.Component:
    return rx.match(
        OrderBooks.what,
        (PAYMENT, "Note the payment"),
        (REFUND, "Give it back"),
        (TAKE_BACK, "Take it back"),
        (CREDIT, "Give the credit"),
        (UNCREDIT, "Take it back"),
        (USE, "Use the credit"),
        (KEEP, "Keep as credit"),
        (ADD, "Add it"),
        (OFF, "Take it off"),
        (QUANTITY, "Change it"),
        (RELEASE, "Open the photos"),
        "Lock the photos",
    )


def _amount() -> rx.Component:
    return field(
        "Amount", "amount_cents", default_value=OrderBooks.amount, input_mode="decimal", auto_complete="off",
        error=OrderBooks.wrong["amount_cents"],
    )  # fmt: skip


def _reason(hint: str = "It stands in the order’s history.") -> rx.Component:
    return field("Why?", "reason", hint=hint, max_length=200, auto_complete="off", error=OrderBooks.wrong["reason"])


def _payment() -> rx.Component:
    return rx.el.div(
        _amount(),
        select("How it came", "method", METHODS, error=OrderBooks.wrong["method"]),
        field(
            "Note",
            "memo",
            optional=True,
            hint="The customer reads it.",
            max_length=200,
            placeholder="Check 204",
            auto_complete="off",
        ),
        class_name="stack",
    )


def _quantity(hint: str = "") -> rx.Component:
    return field(
        "How many", "quantity", default_value=OrderBooks.amount, input_mode="numeric", hint=hint, auto_complete="off",
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
