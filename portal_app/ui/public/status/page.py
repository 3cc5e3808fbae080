"""`/status/[token]`: where a guest's order stands, for whoever has its secret address."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.address import address_title
from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.frames import note, page_head, panel, section
from portal_app.ui.components.links import away
from portal_app.ui.components.people import person
from portal_app.ui.components.prices import line, lines, minor_line, sum_line, total_line
from portal_app.ui.components.status import status
from portal_app.ui.public.status.state import OrderStatusPage as S
from portal_app.ui.shared.changing_dialogs import cancel_part, change_dialogs, held_words, lost_words, none_words, visits_part
from portal_app.ui.shared.layout import link_shell
from portal_app.ui.shared.paying import pay_button


def page() -> rx.Component:
    """Head, the visit and what was ordered; the money beside them."""
    number = rx.el.p("Order ", S.order.number, class_name="small quiet crumb")
    title = rx.fragment(number, address_title(S.order.street, S.order.town))
    body = rx.el.div(_visits(), _lines(), _keep(), cancel_part(S.order.number, S.changes), class_name="stack gap-7")
    return link_shell(
        page_head(
            title,
            under=rx.el.div(status(S.order.status), rx.el.span(S.order.lead, class_name="small quiet"), class_name="row wrap"),
        ),
        rx.el.div(body, _money(), class_name="cols aside-first"),
        change_dialogs(S.load),
        ready=S.loaded,
    )


def _visits() -> rx.Component:
    none = panel(rx.el.h2("Time to be confirmed"), rx.el.p(none_words(S.changes), class_name="quiet"))
    visits = rx.cond(S.order.visits, rx.el.div(rx.foreach(S.order.visits, _visit), class_name="stack"), none)
    return visits_part(S.order.number, S.changes, visits)


def _visit(visit: rx.Var) -> rx.Component:
    when = rx.el.div(rx.el.h2(visit.day), rx.el.p(f"{visit.hours}, {visit.zone}", class_name="quiet"))
    who = rx.cond(visit.photographer, person(visit.initials, visit.photographer, "Your photographer"), rx.fragment())
    caption = rx.cond(visit.caption, rx.el.p(visit.caption, class_name="small under"), rx.fragment())
    return panel(rx.el.div(when, who, class_name="row between wrap"), caption)


def _lines() -> rx.Component:
    rows = lines(
        rx.foreach(S.order.lines, lambda row: line(row.name, row.amount, row.detail)),
        sum_line("Subtotal", S.order.subtotal),
        rx.foreach(S.order.charges, lambda row: minor_line(row.name, row.amount)),
        total_line("Total", S.order.total),
    )
    return section("What you ordered", rows, key="ordered", apart=False)


def _keep() -> rx.Component:
    call = rx.cond(
        S.studio.phone,
        rx.el.p(
            "Something to change? Call ",
            away(S.studio.phone, to=f"tel:{S.studio.phone}"),
            " or answer the mail.",
            class_name="small",
        ),
        rx.el.p("Something to change? Answer the mail.", class_name="small"),
    )
    kept = rx.el.p(
        "Whoever has the address of this page sees it. It is in the mail we sent you, so you find it again.",
        class_name="small quiet",
    )
    account = link_button("Create an account", "/sign-up", kind="soft")
    sees = rx.el.p("With an account of the same mail address you see all your orders in one place.", class_name="small quiet")
    return section("Good to know", rx.el.div(call, kept, sees, account, class_name="stack gap-3"), key="good", apart=False)


def _money() -> rx.Component:
    sentence = "Your payment is on its way. We say so here when it arrives; nothing is charged twice."
    arriving = rx.el.div(note(sentence, drawing="clock", tone="wait"), class_name="under")
    pay = rx.el.div(pay_button(S.order.number, S.money.due, wide=True), class_name="sheet-top")
    due = rx.fragment(
        rx.el.p("Amount due", class_name="small quiet"),
        rx.el.p(S.money.due, class_name="big num"),
        rx.el.p(S.money.note, class_name="small quiet"),
        held_words(S.changes, S.load),
        rx.cond(S.money.is_on_its_way, arriving, rx.cond(S.changes.has_lost_time, rx.fragment(), pay)),
    )
    nothing = rx.fragment(
        rx.el.p("Total", class_name="small quiet"),
        rx.el.p(S.order.total, class_name="big num"),
        rx.el.p(S.money.note, class_name="small quiet"),
        lost_words(S.changes, S.money.paid),
    )
    return rx.el.aside(rx.el.h2("Payment", class_name="hide"), rx.cond(S.money.due, due, nothing), class_name="panel")
