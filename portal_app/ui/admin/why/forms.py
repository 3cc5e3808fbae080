"""What is asked: an order, or services at a place."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.why.state import WhyState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field
from portal_app.ui.components.frames import panel
from portal_app.ui.components.links import go


def asked() -> rx.Component:
    """What the answer is about, and the forms to ask for something else."""
    other = rx.el.details(
        rx.el.summary("Ask for something else", class_name="btn"), _forms(), class_name="more-of", key=S.answer.asked
    )
    return rx.el.aside(rx.cond(S.answer.title, rx.fragment(_words(), other), _forms()), class_name="stack")


def _words() -> rx.Component:
    order = rx.fragment(
        rx.el.p(go(f"Order {S.number}", to=f"/admin/orders/{S.number}"), class_name="strong"),
        rx.el.p(S.street, class_name="small"),
    )
    chosen = rx.foreach(S.choices, lambda card: rx.cond(card.is_on, rx.el.p(card.words, class_name="strong"), rx.fragment()))
    return panel(
        rx.el.h2("Asked", class_name="kick"),
        rx.cond(S.number, order, chosen),
        rx.el.p(S.answer.asked, class_name="small quiet"),
    )


def _forms() -> rx.Component:
    order = rx.el.form(
        field("Order number", "order", input_mode="numeric", auto_complete="off", max_length=9, default_value=S.number,
              error=S.field_errors["order"]),
        button("Ask for this order", type="submit"),
        on_submit=S.ask_order, no_validate=True, class_name="stack",
    )  # fmt: skip
    services = rx.el.form(
        _services(),
        field("Size of the property", "area", optional=True, input_mode="numeric", auto_complete="off", max_length=12,
              default_value=S.size, error=S.field_errors["area"]),
        field("Town or ZIP code", "place", optional=True, auto_complete="off", max_length=160, default_value=S.place,
              hint="Counts areas, drives and the sunset.", error=S.field_errors["place"]),
        button("Ask for these", type="submit"),
        on_submit=S.ask_services, no_validate=True, class_name="stack",
    )  # fmt: skip
    return rx.el.div(order, rx.el.hr(class_name="rule"), services, class_name="stack")


def _services() -> rx.Component:
    wrong = rx.el.div(error_line(S.field_errors["services"]), id="services", tab_index=-1)
    boxes = rx.el.div(rx.foreach(S.choices, _box), class_name="boxes")
    return rx.el.fieldset(
        rx.el.legend("Or what somebody would order", class_name="label"),
        rx.cond(S.field_errors["services"], wrong, rx.fragment()),
        boxes,
        class_name="field",
    )


def _box(card: rx.Var) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=card.name, default_checked=card.is_on, class_name="check"),
        rx.el.span(card.words),
        key=card.name,
    )
