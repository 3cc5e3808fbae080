"""`/payments`: what a customer owes, paid all at once or in any choice; what was paid before."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field
from portal_app.ui.components.frames import empty, note, page_head, section
from portal_app.ui.components.links import go
from portal_app.ui.components.prices import line, lines
from portal_app.ui.portal.payments.state import Payments as S
from portal_app.ui.shared.layout import portal_shell
from portal_app.ui.shared.team_choice import team_select

OFF = "No connection. You can pay as soon as it is back."


def page() -> rx.Component:
    """The bills and their payment beside them; on a phone the payment comes first."""
    papers = go("Invoices and statements", to="/invoices", kind="link small")
    due = rx.el.div(_bills(), _aside(), class_name="cols aside-first")
    nothing = empty("check", "Nothing to pay", "What is due appears here as soon as the studio asks for it.")
    return portal_shell(
        page_head(rx.el.h1("Payments"), papers),
        rx.cond(S.teams, rx.el.div(team_select(S, S.in_team), class_name="row end over"), rx.fragment()),
        rx.cond(S.credit, _credit(), rx.fragment()),
        rx.cond(S.bills, due, nothing),
        section("Paid and given back", _moves(), key="moves"),
        ready=S.loaded,
    )


def _credit() -> rx.Component:
    return rx.el.p("You have ", rx.el.strong(S.credit), " of credit. Use it on an order’s page.", class_name="above")


def _bills() -> rx.Component:
    every = rx.el.button(
        rx.cond(S.picked == S.payable, "Choose none", "Choose all"), type="button", class_name="btn soft", on_click=S.pick_all
    )
    rows = rx.el.ul(rx.foreach(S.bills, _bill), class_name="own bills")
    return section("To pay", rows, key="to-pay", aside=rx.cond(S.payable > 1, every, rx.fragment()), apart=False)


def _bill(bill: rx.Var) -> rx.Component:
    tick = rx.el.input(
        type="checkbox", class_name="check", checked=bill.is_picked, disabled=bill.waits,
        on_change=lambda _: S.pick(bill.key), aria_labelledby=bill.key,
    )  # fmt: skip
    words = rx.el.span(
        rx.el.span(go(bill.title, to=bill.href, kind="plain-link"), id=bill.key),
        rx.cond(bill.detail, rx.el.span(bill.detail, class_name="small quiet"), rx.fragment()),
        class_name="grow",
    )
    return rx.el.li(tick, words, rx.el.span(bill.amount, class_name="num strong"), key=bill.key)


def _aside() -> rx.Component:
    by_hand = "This studio takes payments directly, not by card here. Call or write to them to pay."
    arriving = "A bank is at work on all of it. We say so here when it is done; nothing is charged twice."
    pay = rx.cond(S.takes_cards, _pay(), note(by_hand))
    return rx.el.aside(
        rx.el.h2("Amount due", class_name="small quiet plain-head"),
        rx.el.p(S.total, class_name="big num"),
        rx.el.p(S.for_what, class_name="small quiet"),
        rx.el.div(rx.cond(S.payable, pay, note(arriving, drawing="clock", tone="wait")), class_name="sheet-top"),
        class_name="panel",
    )


def _pay() -> rx.Component:
    amount = rx.el.span(" ", rx.cond(S.typed, S.typed, S.total), class_name="num")
    label = rx.el.span(rx.cond((S.picked == S.payable) & (S.payable > 1) & (S.amount == ""), "Pay all", "Pay"), amount)
    off = has_connection_errors | (S.picked == 0) | S.field_errors["cents"].bool()
    busy = {"busy": S.going, "busy_label": "Opening the payment page"}
    press = button(label, kind="main", tall=True, wide=True, disabled=off, on_click=S.pay, **busy)
    why = rx.cond(has_connection_errors, OFF, rx.cond(S.picked == 0, "Choose what to pay.", ""))
    return rx.el.div(
        rx.cond(S.field_errors["bills"], error_line(S.field_errors["bills"]), rx.fragment()),
        press,
        rx.cond(why, rx.el.p(why, class_name="tiny quiet foot-note", role="status"), rx.fragment()),
        rx.cond(S.may_part, _another_amount(), rx.fragment()),
        rx.cond(S.may_keep, _keep(), rx.fragment()),
        class_name="stack gap-4 pay-act",
    )


def _another_amount() -> rx.Component:
    box = field(
        "Amount", "cents", hint="The oldest bill is paid first.", error=S.field_errors["cents"], input_mode="decimal",
        auto_complete="off", max_length=20, default_value=S.amount, on_change=S.set_amount.debounce(200),
        placeholder="for example 100",
    )  # fmt: skip
    would = lines(rx.foreach(S.parts, lambda one: line(one[0], one[1])), small=True)
    return rx.el.details(
        rx.el.summary("Pay another amount", class_name="link small"),
        box,
        rx.el.div(rx.cond(S.parts, would, rx.fragment()), aria_live="polite"),
        class_name="more-of",
        open=S.amount != "",
    )


def _keep() -> rx.Component:
    under = "The studio may charge it for what you order. Remove it any time under Cards."
    words = rx.el.span("Keep this card", rx.el.br(), rx.el.span(under, class_name="small quiet"))
    tick = rx.el.input(type="checkbox", class_name="check", checked=S.keeps, on_change=lambda _: S.keep_card())
    return rx.el.label(tick, words, class_name="row")


def _moves() -> rx.Component:
    none = empty("card", "No payments yet", "Each one appears here, with a receipt in your mail.")
    return rx.cond(S.moves, lines(rx.foreach(S.moves, _move)), none)


def _move(move: rx.Var) -> rx.Component:
    title = rx.cond(move.href, go(move.title, to=move.href, kind="plain-link"), rx.el.b(move.title, class_name="plain-head"))
    return line(title, move.amount, move.detail)
