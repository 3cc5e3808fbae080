"""The ledger of a bill at the desk, and the dialog for its money: the same on the page of an order and of an invoice."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field, select
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import section
from portal_app.ui.components.tables import table
from portal_app.ui.components.words import Words
from portal_app.ui.shared.books import CREDIT, KEEP, METHODS, PAYMENT, REFUND, TAKE_BACK, UNCREDIT, USE, BillBooks
from portal_app.ui.shared.session import may

SEES = Permission.SEE_MONEY


def books(card: rx.Var, caption: str) -> rx.Component:
    """For those who see money: every entry, what is over or could be used, and what to note."""
    none = rx.el.p("No money has moved yet.", class_name="small quiet")
    heads = (("What", ""), ("Amount", "right"), ("Paid so far", "right made"), ("", "right"))
    rows = table(caption, heads, rx.foreach(card.rows, lambda row: _row(card.bill, row)))
    note = rx.el.div(
        _open("Note a payment", card.bill, PAYMENT, drawing="plus"),
        rx.cond(may(Permission.REFUND), _open("Give credit", card.bill, CREDIT), rx.fragment()),
        class_name="row wrap",
    )
    body = rx.el.div(rx.cond(card.rows, rows, none), _to_do(card), note, class_name="stack")
    return rx.cond(may(SEES), section("Money", body, key="money", apart=False), rx.fragment())


def _row(bill: rx.Var, row: rx.Var) -> rx.Component:
    refund = _open("Refund", bill, REFUND, row.entry, more=row.words)
    back = _open("Take back", bill, TAKE_BACK, row.entry, more=row.words)
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


def _to_do(card: rx.Var) -> rx.Component:
    over = rx.el.p(
        rx.el.strong(card.over), " was paid too much. Refund it, or keep it as the customer’s credit.", class_name="small"
    )
    keep = rx.cond(may(Permission.REFUND), _open("Keep as credit", card.bill, KEEP), rx.fragment())
    credit = rx.el.p("The customer has ", rx.el.strong(card.credit), " of credit.", class_name="small")
    back = rx.cond(may(Permission.REFUND), _open("Take credit back", card.bill, UNCREDIT), rx.fragment())
    use = rx.cond(card.usable, _open(rx.Var.create("Use ") + card.usable, card.bill, USE), rx.fragment())
    return rx.fragment(
        rx.cond(card.over, rx.el.div(over, keep, class_name="row between wrap"), rx.fragment()),
        rx.cond(
            card.credit,
            rx.el.div(credit, rx.el.div(back, use, class_name="row wrap gap-2"), class_name="row between wrap"),
            rx.fragment(),
        ),
    )


def _open(words: Any, bill: rx.Var, what: str, about: Any = 0, *, more: Any = "", **look: Any) -> rx.Component:
    return opener(words, BillBooks.open_books(bill, what, about), more=more, **look)


def opener(words: Any, on_click: Any, *, more: Any = "", **look: Any) -> rx.Component:
    """A quiet button that opens a dialog; `more` says about what, for those who hear the page."""
    hidden = rx.el.span(", ", more, class_name="hide") if isinstance(more, rx.Var) else rx.fragment()
    return button(rx.fragment(words, hidden), kind="soft", on_click=on_click, **look)


def books_dialog(on_done: Any) -> rx.Component:
    """The open dialog; `on_done` reads the page again after it."""
    asked = rx.match(
        BillBooks.what,
        (PAYMENT, _payment()),
        (REFUND, rx.el.div(_amount(), _reason("The customer reads it."), class_name="stack")),
        (TAKE_BACK, _reason("It stands beside the entry.")),
        (UNCREDIT, rx.el.div(_amount(), _reason("It stands in the customer’s account."), class_name="stack")),
        (CREDIT, rx.el.div(_amount(), _reason("The customer reads it."), class_name="stack")),
        rx.fragment(),
    )
    return asking(BillBooks, asked, _verb(), BillBooks.shut_books, [BillBooks.write_books, on_done])


def asking(state: Any, asked: rx.Component, verb: Words, on_shut: Any, on_submit: list[Any]) -> rx.Component:
    """A dialog that stays open while something is wrong with it, for those who see money."""
    form = rx.el.form(
        rx.cond(state.problem, rx.el.div(error_line(state.problem), role="alert"), rx.fragment()),
        rx.cond(state.sentence, rx.el.p(state.sentence, class_name="quiet"), rx.fragment()),
        asked,
        rx.el.div(
            button("Leave it", kind="soft", on_click=on_shut),
            button(verb, kind="main", type="submit", busy=state.is_working),
            class_name="row wrap acts",
        ),
        on_submit=on_submit,
        no_validate=True,
        class_name="stack",
    )
    box = dialog(state.heading, form, is_open=state.what != "", on_dismiss=on_shut)
    return rx.cond(may(SEES), rx.el.div(box, on_mount=on_shut), rx.fragment())


def _verb() -> rx.Component:
    return rx.match(
        BillBooks.what,
        (PAYMENT, "Note the payment"),
        (REFUND, "Give it back"),
        (CREDIT, "Give the credit"),
        (USE, "Use the credit"),
        (KEEP, "Keep as credit"),
        "Take it back",
    )


def _amount() -> rx.Component:
    return field(
        "Amount", "amount_cents", default_value=BillBooks.amount, input_mode="decimal", auto_complete="off",
        error=BillBooks.wrong["amount_cents"],
    )  # fmt: skip


def _reason(hint: str) -> rx.Component:
    return field("Why?", "reason", hint=hint, max_length=200, auto_complete="off", error=BillBooks.wrong["reason"])


def _payment() -> rx.Component:
    return rx.el.div(
        _amount(),
        select("How it came", "method", METHODS, error=BillBooks.wrong["method"]),
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
