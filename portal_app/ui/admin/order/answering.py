"""Who comes and why, and the answer of a photographer who was asked: yes, or no with a reason."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.order.state import AdminOrderState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import text_area
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import panel


def asked() -> rx.Component:
    """One panel for each visit that waits for an answer this person may give."""
    return rx.fragment(rx.foreach(S.asked, _one), _decline())


def who_comes() -> rx.Component:
    """Why these photographers, and what was set aside for it."""
    return rx.cond(
        S.assigned,
        panel(rx.el.h2("Who comes", class_name="kick"), rx.foreach(S.assigned, _assigned)),
        rx.fragment(),
    )


def _assigned(card: rx.Var) -> rx.Component:
    return rx.el.div(
        rx.el.p(card.who, class_name="strong"),
        rx.cond(card.because, rx.el.p(card.because, class_name="small quiet"), rx.fragment()),
        rx.cond(card.overrides, rx.el.p("Set aside: ", card.overrides, class_name="small"), rx.fragment()),
    )


def _one(card: rx.Var) -> rx.Component:
    return panel(
        rx.el.h2("Waits for an answer", class_name="kick"),
        rx.el.div(
            rx.el.div(rx.el.p(card.who, class_name="strong"), rx.el.p(card.when, class_name="small quiet")),
            rx.el.div(
                button("Confirm", kind="main", on_click=S.confirm_visit(card.purpose)),
                button("Decline", kind="soft", on_click=S.ask_decline(card.purpose)),
                class_name="row wrap acts",
            ),
            class_name="stack",
        ),
    )


def _decline() -> rx.Component:
    return dialog(
        "Decline this visit?",
        rx.el.p("Whoever is free then is asked instead. If nobody is, the order waits for a new time.", class_name="quiet"),
        rx.el.form(
            text_area("Why", "reason", error=S.field_errors["reason"], rows="2"),
            rx.el.div(
                button("Keep it", kind="soft", on_click=S.ask_decline("")),
                button("Decline the visit", kind="danger", type="submit"),
                class_name="row wrap acts",
            ),
            on_submit=S.decline_visit,
            class_name="stack",
        ),
        is_open=S.declining != "",
        on_dismiss=S.ask_decline(""),
    )
