"""Place an order: one column, the total always in view."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import choice, error_line, field, select, text_area
from portal_app.ui.components.frames import to_next
from portal_app.ui.components.prices import line, lines, minor_line, sum_line, total_line
from portal_app.ui.components.waiting import page_skeleton
from portal_app.ui.portal.booking.cards import time_choices
from portal_app.ui.portal.booking.state import BookingState as S
from portal_app.ui.shared.layout import booking_shell

TIMES = [("", "Choose a time"), *((time.value, time.label) for time in time_choices())]


def page() -> rx.Component:
    """Address, services, time, access, and the summary beside them."""
    return booking_shell(rx.cond(S.loaded, _form(), page_skeleton()))


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.h1("Place an order"),
            rx.cond(S.for_whom, _for_whom(), rx.fragment()),
            rx.el.ol(_address(), _services(), _time(), _access(), class_name="steps"),
        ),
        rx.el.aside(_summary(), class_name="sum2", aria_label="Your order"),
        to_next(
            rx.cond(S.chosen, S.summary.total, "Nothing chosen yet"),
            S.summary.duration,
            button("Place order", kind="main", tall=True, type="submit", disabled=S.is_placing),
        ),
        on_submit=S.place,
        class_name="book",
        no_validate=True,
    )


def _for_whom() -> rx.Component:
    return rx.el.div(
        select(
            "For",
            "on_behalf_of",
            S.for_whom,
            hint="The admins of a team see its orders and may pay them.",
            error=S.field_errors["on_behalf_of"],
            value=S.on_behalf_of,
            on_change=lambda value: S.keep("on_behalf_of", value),
        ),
        class_name="for-whom",
    )


def _step(number: int, title: str, *children: rx.Component) -> rx.Component:
    return rx.el.li(
        rx.el.span(str(number), class_name="n"),
        rx.el.h2(title),
        rx.el.div(*children, class_name="stack step-body"),
        class_name="step",
    )


def _typed(label: str, name: str, *, error: str = "", **props) -> rx.Component:
    return field(
        label,
        name,
        error=S.field_errors[error or name],
        default_value=getattr(S, name),
        on_blur=lambda typed: S.keep(name, typed),
        **props,
    )


def _address() -> rx.Component:
    return _step(
        1,
        "Property",
        _typed("Street and number", "street", auto_complete="street-address", max_length=160),
        _typed("Town, state and ZIP", "town", auto_complete="address-level2", max_length=160),
        _typed(
            "Size",
            "area",
            optional=True,
            hint=f"In {S.studio.area_unit}. Prices follow it; without a size the largest price is shown.",
            input_mode="numeric",
            auto_complete="off",
            placeholder="for example 3000",
        ),
    )


def _services() -> rx.Component:
    return _step(
        2,
        "Services",
        rx.cond(S.field_errors["services"], error_line(S.field_errors["services"]), rx.fragment()),
        rx.el.div(
            _shelf("Packages", S.packages),
            _shelf("Services", S.services),
            _shelf("Add-ons", S.add_ons),
            id="services",
            tab_index=-1,
            class_name="stack",
        ),
    )


def _shelf(title: str, offers: rx.Var) -> rx.Component:
    group = rx.el.fieldset(rx.el.legend(title, class_name="label"), rx.foreach(offers, _offer), class_name="offers")
    return rx.cond(offers, group, rx.fragment())


def _offer(card: rx.Var) -> rx.Component:
    amount = rx.el.span(card.price, rx.cond(card.saving, rx.el.span(card.saving, class_name="saving"), rx.fragment()))
    return choice(
        card.name,
        name="services",
        value=card.id,
        checked=card.is_chosen,
        detail=card.detail,
        amount=amount,
        many=True,
        on_change=S.toggle(card.id).stop_propagation,
    )


def _time() -> rx.Component:
    return _step(
        3,
        "Time",
        rx.el.div(
            _typed("Day", "day", key="starts_at", error="starts_at", type="date", min=S.first_day, max=S.last_day),
            select("Time", "time", TIMES, default_value=S.time, on_change=lambda value: S.keep("time", value)),
            class_name="pair",
        ),
        rx.el.p(
            f"In {S.zone_name}. The studio confirms the time or calls you. Nothing is charged today.", class_name="small quiet"
        ),
    )


def _access() -> rx.Component:
    return _step(
        4,
        "Access and wishes",
        text_area(
            "Notes for the photographer",
            "notes",
            optional=True,
            hint="How to get in, who is there, what must be in the pictures.",
            default_value=S.notes,
            on_blur=lambda typed: S.keep("notes", typed),
            max_length=2000,
        ),
        rx.el.p(
            "Ordered by ", rx.el.span(S.me.name, class_name="strong"), ", ", S.me.email,
            rx.cond(S.for_whom, ". We write to whoever the order is for.", ". We write to this address."),
            class_name="small quiet",
        ),
    )  # fmt: skip


def _summary() -> rx.Component:
    rows = lines(
        rx.foreach(S.summary.rows, lambda row: line(row.name, row.amount, row.detail)),
        sum_line("Subtotal", S.summary.subtotal),
        rx.foreach(S.summary.charges, lambda row: minor_line(row.name, row.amount)),
        total_line("Total", S.summary.total),
    )
    none = rx.el.p("Choose a service or a package, and its price stands here.", class_name="small quiet")
    return rx.el.div(rx.el.h2("Your order"), rx.cond(S.chosen, rows, none), class_name="panel")
