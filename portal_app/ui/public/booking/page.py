"""Place an order: one step open at a time, the total always in view."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal_app.ui.components.buttons import button
from portal_app.ui.components.floating import StepFocus
from portal_app.ui.components.frames import step, to_next
from portal_app.ui.components.prices import line, lines, minor_line, sum_line, total_line
from portal_app.ui.components.waiting import page_skeleton
from portal_app.ui.components.words import Child
from portal_app.ui.public.booking.parts import address, details, services
from portal_app.ui.public.booking.state import BookingState as S
from portal_app.ui.public.booking.steps import ADDRESS, DETAILS, ONWARD, REVIEW, SERVICES, STEPS, TIME, TITLES
from portal_app.ui.public.booking.when import when
from portal_app.ui.shared.layout import booking_shell


def page() -> rx.Component:
    """The steps, and the summary beside them."""
    return booking_shell(rx.cond(S.loaded, _form(), page_skeleton()), StepFocus.create(at=S.step, marked=S.marked))


def _form() -> rx.Component:
    opened = {ADDRESS: address, SERVICES: services, TIME: when, DETAILS: details, REVIEW: _review}
    steps = (_step(at, name, opened[name]()) for at, name in enumerate(STEPS, 1))
    return rx.el.form(
        rx.el.input(type="hidden", name="step", value=S.step),
        rx.el.div(rx.el.h1("Place an order"), rx.el.ol(*steps, class_name="steps")),
        rx.el.aside(_summary(), class_name="sum2", aria_label="Your order"),
        to_next(rx.cond(S.chosen, S.summary.total, rx.el.span("Nothing chosen yet", class_name="none")), _caption(), _go_on()),
        on_submit=S.go_on,
        class_name="book",
        no_validate=True,
    )


def _step(number: int, name: str, opened: Child) -> rx.Component:
    card = S.steps[name]
    lines_of = rx.fragment(
        rx.cond(card.first, rx.el.p(card.first), rx.fragment()),
        rx.cond(card.second, rx.el.p(card.second, class_name="small quiet"), rx.fragment()),
    )
    return step(
        number, TITLES[name], key=name, state=card.look, folded=lines_of, opened=rx.el.div(opened, class_name="stack step-body"),
        change=S.change(name),
    )  # fmt: skip


def _caption() -> rx.Component:
    return rx.el.span(S.caption)


def _go_on() -> rx.Component:
    words = ONWARD | {REVIEW: rx.cond(S.upfront, "Book and pay", ONWARD[REVIEW])}
    label = rx.match(S.step, *words.items(), ONWARD[ADDRESS])
    press = button(
        label, kind="main", tall=True, type="submit", busy=S.busy, busy_label="One moment", disabled=has_connection_errors
    )
    why = rx.el.p("No connection. What you typed is kept.", class_name="tiny quiet foot-note", role="status")
    return rx.el.div(press, rx.cond(has_connection_errors, why, rx.fragment()), class_name="pay-act")


def _price() -> rx.Component:
    return lines(
        rx.foreach(S.summary.rows, lambda row: line(row.name, row.amount, row.detail)),
        sum_line("Subtotal", S.summary.subtotal),
        rx.foreach(S.summary.charges, lambda row: minor_line(row.name, row.amount)),
        total_line("Total", S.summary.total),
    )


def _summary() -> rx.Component:
    none = rx.el.p("Choose a service or a package, and its price stands here.", class_name="small quiet")
    return rx.el.div(rx.el.h2("Your order"), rx.cond(S.chosen, _price(), none), class_name="panel")


def _review() -> rx.Component:
    hears = rx.cond(
        S.is_guest,
        f"We write to {S.email}.",
        rx.cond(S.for_whom, "We write to whoever the order is for.", f"We write to {S.me.email}."),
    )
    return rx.fragment(rx.el.div(_price(), class_name="narrow"), rx.el.p(S.promise, " ", hears, class_name="small quiet"))
