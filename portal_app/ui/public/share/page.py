"""`/pay/[token]`: one payer's part of an order, for whoever has its secret address."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.address import address_title
from portal_app.ui.components.frames import empty, note, page_head, section
from portal_app.ui.components.links import away
from portal_app.ui.components.prices import line, lines, total_line
from portal_app.ui.public.share.state import PayersPage as S
from portal_app.ui.shared.layout import link_shell
from portal_app.ui.shared.paying import Paying, pay_press


def page() -> rx.Component:
    """What it is for, and the money beside it; or why there is nothing to pay."""
    return link_shell(rx.cond(S.share.number, _share(), _unknown()), ready=S.loaded)


def _unknown() -> rx.Component:
    start = away("Go to the start", to="/", kind="btn main-act")
    return rx.fragment(
        page_head(rx.el.h1("Nothing to pay here")), empty("document", "This link is not in use", S.share.lead, start)
    )


def _share() -> rx.Component:
    title = rx.fragment(
        rx.el.p("Order ", S.share.number, class_name="small quiet crumb"), address_title(S.share.street, S.share.town)
    )
    who = rx.el.p(S.share.ordered_by, " ordered it and shares the price with you.", class_name="small quiet")
    mine = rx.el.p("Your part of what you ordered. Others pay the rest.", class_name="small quiet")
    return rx.fragment(
        page_head(title, under=rx.cond(S.share.name == S.share.ordered_by, mine, who)),
        rx.el.div(rx.el.div(_sums(), _good(), class_name="stack gap-7"), _money(), class_name="cols aside-first"),
    )


def _sums() -> rx.Component:
    rows = lines(
        line("Your part", S.share.part),
        rx.cond(S.share.paid, line("Paid", S.share.paid), rx.fragment()),
        rx.cond(S.share.due, total_line("Still to pay", S.share.due), rx.fragment()),
    )
    return rx.cond(S.share.is_over, rx.fragment(), section("What you pay", rows, key="sums", apart=False))


def _good() -> rx.Component:
    call = rx.cond(
        S.studio.phone,
        rx.el.p("Something unclear? Call ", away(S.studio.phone, to=f"tel:{S.studio.phone}"), ".", class_name="small"),
        rx.fragment(),
    )
    kept = rx.el.p(
        "Whoever has the address of this page can pay your part, and sees nothing else of the order.", class_name="small quiet"
    )
    return section("Good to know", rx.el.div(call, kept, class_name="stack gap-3"), key="good", apart=False)


def _money() -> rx.Component:
    sentence = "Your payment is on its way. We say so here when it arrives; nothing is charged twice."
    arriving = rx.el.div(note(sentence, drawing="clock", tone="wait"), class_name="under")
    pay = rx.el.div(
        pay_press(S.share.due, Paying.pay_share(S.share.id), busy=Paying.going_to == S.share.id, tall=True, wide=True),
        class_name="sheet-top",
    )
    due = rx.fragment(
        rx.el.p("Your part", class_name="small quiet"),
        rx.el.p(S.share.due, class_name="big num"),
        rx.el.p(S.share.lead, class_name="small quiet"),
        rx.cond(S.share.is_on_its_way, arriving, pay),
    )
    nothing = rx.fragment(
        rx.cond(
            S.share.is_over,
            rx.fragment(),
            rx.fragment(rx.el.p("Your part", class_name="small quiet"), rx.el.p(S.share.part, class_name="big num")),
        ),
        rx.el.p(S.share.lead, class_name="small"),
        rx.cond(S.share.is_on_its_way, arriving, rx.fragment()),
    )
    return rx.el.aside(rx.el.h2("Payment", class_name="hide"), rx.cond(S.share.due, due, nothing), class_name="panel")
