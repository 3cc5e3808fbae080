"""`/orders/[number]`: appointment, lines and total, history; the money beside them."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.address import address_title
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.frames import crumb, fact, note, page_head, panel, section, timeline
from portal_app.ui.components.people import person
from portal_app.ui.components.prices import answers, line, lines, minor_line, sum_line, total_line
from portal_app.ui.components.status import status
from portal_app.ui.portal.order.state import OneOrder as S
from portal_app.ui.shared.changing_dialogs import cancel_part, change_dialogs, held_words, lost_words, none_words, visits_part
from portal_app.ui.shared.invoice_parts import invoice_table
from portal_app.ui.shared.layout import portal_shell
from portal_app.ui.shared.paying import pay_button, tip_choice
from portal_app.ui.shared.split_parts import split_dialogs, split_section


def page() -> rx.Component:
    """Head, then the order in two columns; on a phone the money comes first."""
    title = rx.fragment(crumb("Orders", "/orders", S.order.number), address_title(S.order.street, S.order.town))
    body = rx.el.div(
        _visits(),
        _lines(),
        split_section(S.order.number, S.split),
        _payments(),
        _invoices(),
        _history(),
        cancel_part(S.order.number, S.changes),
        class_name="stack gap-7",
    )
    return portal_shell(
        page_head(title, under=rx.el.div(status(S.order.status), _whose(), class_name="row wrap")),
        rx.el.div(body, _money(), class_name="cols aside-first"),
        change_dialogs(S.load),
        split_dialogs(S.load),
        ready=S.loaded,
    )


def _whose() -> rx.Component:
    return rx.cond(S.order.whose, rx.el.span(S.order.whose, class_name="small quiet"), rx.fragment())


def _visits() -> rx.Component:
    none = panel(
        rx.el.h2("Time to be confirmed"),
        rx.cond(S.order.wish, rx.el.p(f"Your wish: {S.order.wish}", class_name="quiet"), rx.fragment()),
        rx.el.p(none_words(S.changes), class_name="quiet"),
        rx.el.hr(class_name="rule"),
        _facts(),
    )
    visits = rx.cond(S.order.visits, rx.el.div(rx.foreach(S.order.visits, _visit), class_name="stack"), none)
    return visits_part(S.order.number, S.changes, visits)


def _visit(visit: rx.Var) -> rx.Component:
    when = rx.el.div(rx.el.h2(visit.day), rx.el.p(f"{visit.hours}, {visit.zone}", class_name="quiet"))
    who = rx.cond(visit.photographer, person(visit.initials, visit.photographer, "Your photographer"), rx.fragment())
    caption = rx.cond(visit.caption, rx.el.p(visit.caption, class_name="small under"), rx.fragment())
    return panel(rx.el.div(when, who, class_name="row between wrap"), caption, rx.el.hr(class_name="rule"), _facts())


def _facts() -> rx.Component:
    return rx.fragment(_about(), answers(S.order.answers))


def _about() -> rx.Component:
    return rx.el.dl(
        _fact("For", S.order.services),
        _fact("Size", S.order.area),
        _fact("Access", S.order.entry),
        _fact("Note", S.order.access_notes),
        class_name="facts small",
    )


def _fact(name: str, words: rx.Var) -> rx.Component:
    return rx.cond(words, rx.el.div(rx.el.dt(name), rx.el.dd(words, class_name="pre")), rx.fragment())


def _lines() -> rx.Component:
    rows = lines(
        rx.foreach(S.order.lines, lambda row: line(row.name, row.amount, row.detail)),
        sum_line("Subtotal", S.order.subtotal),
        rx.foreach(S.order.charges, lambda row: minor_line(row.name, row.amount)),
        total_line("Total", S.order.total),
    )
    return section("What you ordered", rows, key="ordered", apart=False)


def _invoices() -> rx.Component:
    rows = section("Invoices", invoice_table("Invoices of this order", S.invoices), key="invoices", apart=False)
    return rx.cond(S.invoices, rows, rx.fragment())


def _payments() -> rx.Component:
    """What was paid, given back or credited; nothing while nothing was."""
    rows = rx.foreach(S.books.rows, lambda row: line(row.words, row.amount, row.caption))
    return rx.cond(S.books.rows, section("Payments", lines(rows), key="payments", apart=False), rx.fragment())


def _history() -> rx.Component:
    facts = rx.foreach(S.order.history, lambda one: fact(one.title, one.caption, now=one.is_latest))
    return section("History", timeline(facts), key="history", apart=False)


def _money() -> rx.Component:
    photos = rx.cond(
        S.order.status == "completed",
        link_button("See the photos", f"/listings/{S.order.listing}", drawing="photo", wide=True, class_name="sheet-top"),
        rx.fragment(),
    )
    return rx.el.aside(
        rx.el.h2("Payment", class_name="hide"), rx.cond(S.money.due, _due(), _nothing_due()), photos, class_name="panel"
    )


def _due() -> rx.Component:
    sentence = "Your payment is on its way. We say so here when it arrives; nothing is charged twice."
    arriving = rx.el.div(note(sentence, drawing="clock", tone="wait"), class_name="under")
    words = rx.Var.create("Use ") + S.books.usable + " of credit"
    credit = rx.el.div(button(words, wide=True, on_click=S.pay_from_credit), class_name="sheet-top")
    disputed = "Your bank is looking into a payment of this order. While it decides you need not pay again."
    held = rx.el.div(note(disputed, drawing="clock", tone="wait"), class_name="under")
    press = rx.el.div(
        pay_button(S.order.number, S.money.due, wide=True), tip_choice(S.order.number), class_name="sheet-top stack gap-2"
    )
    anyway = rx.el.div(pay_button(S.order.number, S.money.due, kind="plain", wide=True), class_name="sheet-top")
    pay = rx.fragment(
        rx.cond(S.books.is_disputed, rx.fragment(held, anyway), press), rx.cond(S.books.usable, credit, rx.fragment())
    )
    return rx.fragment(
        rx.el.p("Amount due", class_name="small quiet"),
        rx.el.p(S.money.due, class_name="big num"),
        rx.cond(S.books.is_disputed, rx.fragment(), rx.el.p(S.money.note, class_name="small quiet")),
        held_words(S.changes, S.load),
        rx.cond(S.money.is_on_its_way, arriving, rx.cond(S.changes.has_lost_time, rx.fragment(), pay)),
    )


def _nothing_due() -> rx.Component:
    return rx.fragment(
        rx.el.p("Total", class_name="small quiet"),
        rx.el.p(S.order.total, class_name="big num"),
        rx.el.p(S.money.note, class_name="small quiet"),
        lost_words(S.changes, S.money.paid),
    )
