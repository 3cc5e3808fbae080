"""One order at the studio's desk."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.order.answering import asked, who_comes
from portal_app.ui.admin.order.books_parts import add_button, change_button, lock_part, order_dialog
from portal_app.ui.admin.order.charging import charge_button, charge_dialog
from portal_app.ui.admin.order.moving_parts import cancel_button, moving_dialog, visit_buttons
from portal_app.ui.admin.order.place import place_panel
from portal_app.ui.admin.order.state import AdminOrderState as S
from portal_app.ui.components.address import address_title
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.frames import crumb, fact, panel, section, timeline
from portal_app.ui.components.people import person
from portal_app.ui.components.prices import answers, line, lines, minor_line, sum_line, total_line
from portal_app.ui.components.status import status
from portal_app.ui.shared.books_parts import books, books_dialog
from portal_app.ui.shared.invoice_parts import invoice_table
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.session import may
from portal_app.ui.shared.split_parts import split_dialogs, split_section


def page() -> rx.Component:
    """Everything about it, and what to do next."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.div(
                crumb("Orders", "/admin/orders", S.order.number),
                address_title(S.order.street, S.order.town),
                rx.el.p(status(S.order.status), class_name="under"),
            ),
            class_name="head",
        ),
        rx.el.div(
            rx.el.div(
                _visits(),
                _ordered(),
                _payers(),
                books(S.books, "Money of this order"),
                _invoices(),
                _history(),
                _cancel(),
                class_name="stack gap-7",
            ),
            rx.el.aside(asked(), _next(), who_comes(), _customer(), place_panel(), class_name="stack"),
            class_name="cols staff aside-first",
        ),
        rx.cond(may(Permission.ACCEPT_ORDERS), moving_dialog(S.load), rx.fragment()),
        charge_dialog(),
        rx.cond(may(Permission.ACCEPT_ORDERS) & may(Permission.SEE_MONEY), split_dialogs(S.load), rx.fragment()),
        books_dialog(S.load),
        order_dialog(S.load),
    )


def _next() -> rx.Component:
    return panel(
        rx.el.h2("Next", class_name="kick"),
        rx.match(
            S.order.status,
            ("pending", _accept()),
            (
                "accepted",
                link_button("Upload and deliver", f"/admin/deliver/{S.order.number}", kind="main", tall=True, wide=True),
            ),
            ("completed", _delivered()),
            rx.el.p("This order is canceled.", class_name="small quiet"),
        ),
        rx.cond(S.paid, lines(line("Paid", S.paid), line("Due", S.due), small=True), rx.fragment()),
        rx.cond(S.owes, charge_button(S.order.number), rx.fragment()),
        lock_part(S.order.number, S.lock, S.books.due),
    )


def _accept() -> rx.Component:
    waits = rx.el.p("Waits for somebody who accepts orders.", class_name="small quiet")
    accept = rx.el.div(
        rx.el.p("Accepting books the first free photographer and tells the customer.", class_name="small quiet"),
        button("Accept order", kind="main", tall=True, wide=True, on_click=S.accept),
        class_name="stack",
    )
    return rx.cond(may(Permission.ACCEPT_ORDERS), accept, waits)


def _delivered() -> rx.Component:
    return rx.el.div(
        link_button("See the photos", f"/listings/{S.order.listing}", drawing="photo", wide=True),
        link_button("Add or change photos", f"/admin/deliver/{S.order.number}", wide=True),
        class_name="stack gap-2",
    )


def _customer() -> rx.Component:
    return panel(
        rx.el.h2("Customer", class_name="kick"),
        rx.el.p(S.order.customer, class_name="strong"),
        rx.cond(S.order.team, rx.el.p(f"In the team {S.order.team}", class_name="small quiet"), rx.fragment()),
        rx.el.p(rx.el.a(S.order.customer_email, href=f"mailto:{S.order.customer_email}", class_name="link"), class_name="small"),
        rx.cond(
            S.order.customer_phone,
            rx.el.p(rx.el.a(S.order.customer_phone, href=f"tel:{S.order.customer_phone}", class_name="link"), class_name="small"),
            rx.fragment(),
        ),
    )


def _visits() -> rx.Component:
    none = panel(
        rx.el.h2("No time yet"),
        rx.cond(S.order.wish, rx.el.p(f"Wished: {S.order.wish}", class_name="quiet"), rx.fragment()),
        rx.el.hr(class_name="rule"),
        *_about(),
    )
    change = rx.cond(
        may(Permission.ACCEPT_ORDERS),
        rx.foreach(S.changes.visits, lambda card: visit_buttons(S.order.number, card)),
        rx.fragment(),
    )
    visits = rx.cond(S.order.visits, rx.el.div(rx.foreach(S.order.visits, _visit), class_name="stack"), none)
    is_open = (S.order.status == "pending") | ((S.order.status == "accepted") & ~S.order.visits.length().bool())
    why = link_button("Why no slot?", f"/admin/calendar/why?order={S.order.number}", kind="soft")
    return rx.el.div(visits, rx.el.div(change, rx.cond(is_open, why, rx.fragment()), class_name="row wrap"), class_name="stack")


def _visit(card: rx.Var) -> rx.Component:
    who = rx.cond(
        card.photographer,
        person(card.initials, card.photographer, "Photographer"),
        rx.el.p("Nobody assigned yet", class_name="small quiet"),
    )
    return panel(
        rx.el.div(
            rx.el.div(rx.el.h2(card.day), rx.el.p(f"{card.hours}, {card.zone}", class_name="quiet")),
            who,
            class_name="row between wrap",
        ),
        rx.el.hr(class_name="rule"),
        *_about(),
    )


def _about() -> tuple[rx.Component, ...]:
    return (
        rx.el.dl(
            rx.el.div(rx.el.dt("For"), rx.el.dd(S.order.services)),
            rx.cond(S.order.area, rx.el.div(rx.el.dt("Size"), rx.el.dd(S.order.area)), rx.fragment()),
            rx.cond(S.order.entry, rx.el.div(rx.el.dt("Access"), rx.el.dd(S.order.entry)), rx.fragment()),
            rx.cond(
                S.order.access_notes,
                rx.el.div(rx.el.dt("Note"), rx.el.dd(S.order.access_notes, class_name="pre")),
                rx.fragment(),
            ),
            class_name="facts small",
        ),
        answers(S.order.answers),
    )


def _ordered() -> rx.Component:
    return section(
        "What was ordered",
        lines(
            rx.foreach(S.order.lines, _line),
            rx.cond(S.order.total, _sums(), rx.fragment()),
        ),
        key="ordered",
        aside=add_button(S.order.number, S.order.status),
        apart=False,
    )


def _line(row: rx.Var) -> rx.Component:
    change = change_button(S.order.number, S.order.status, row)
    return line(row.name, rx.el.span(row.amount, change, class_name="row"), row.detail)


def _invoices() -> rx.Component:
    """For those who see money: what was asked for on paper, and one more."""
    none = rx.el.p("No invoice yet. One says what the order costs and keeps it.", class_name="small quiet")
    rows = rx.cond(S.invoices, invoice_table("Invoices of this order", S.invoices), none)
    write = button("Write invoice", drawing="document", on_click=S.write_invoice)
    return rx.cond(may(Permission.SEE_MONEY), section("Invoices", rows, key="invoices", aside=write, apart=False), rx.fragment())


def _payers() -> rx.Component:
    """For those who work on orders and see money: who pays it."""
    sees = may(Permission.ACCEPT_ORDERS) & may(Permission.SEE_MONEY)
    return rx.cond(sees, split_section(S.order.number, S.split), rx.fragment())


def _sums() -> rx.Component:
    return rx.fragment(
        sum_line("Subtotal", S.order.subtotal),
        rx.foreach(S.order.charges, lambda row: minor_line(row.name, row.amount)),
        total_line("Total", S.order.total),
    )


def _history() -> rx.Component:
    rows = rx.foreach(S.order.history, lambda card: fact(card.title, card.caption, now=card.is_latest))
    return section("History", timeline(rows), key="history", apart=False)


def _cancel() -> rx.Component:
    open_one = (S.order.status == "pending") | (S.order.status == "accepted")
    return rx.cond(
        open_one & may(Permission.ACCEPT_ORDERS),
        rx.el.section(
            rx.el.div(
                rx.el.h3("Will not happen?"), rx.el.p("Canceling gives the photographer's time back.", class_name="small quiet")
            ),
            cancel_button(S.order.number),
            class_name="cut",
        ),
        rx.fragment(),
    )
