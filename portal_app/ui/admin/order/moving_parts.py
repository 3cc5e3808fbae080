"""The buttons under a visit at the desk, and the dialog they open."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.ui.admin.order.moving import CANCEL, MOVE, POSTPONE, MovingVisit
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field, select, switch, text_area
from portal_app.ui.components.floating import dialog
from portal_app.ui.shared.changing_dialogs import of_visit


def visit_buttons(order: rx.Var, card: rx.Var) -> rx.Component:
    """*Move or assign* and *Postpone*; *Choose a time* while there is none."""
    postpone = button("Postpone", kind="soft", on_click=MovingVisit.open(order, POSTPONE, card.purpose))
    words = rx.cond(card.when, "Move or assign", "Choose a time")
    return of_visit(
        card,
        button(words, on_click=MovingVisit.open(order, MOVE, card.purpose)),
        rx.cond(card.can_postpone, postpone, rx.fragment()),
    )


def cancel_button(order: rx.Var) -> rx.Component:
    """The last thing on the page."""
    return button("Cancel this order", kind="danger", on_click=MovingVisit.open(order, CANCEL, ""))


def moving_dialog(on_done: Any) -> rx.Component:
    """The open dialog; `on_done` reads the page again after it."""
    form = rx.el.form(
        rx.cond(MovingVisit.problem, rx.el.div(error_line(MovingVisit.problem), role="alert"), rx.fragment()),
        rx.cond(MovingVisit.what == MOVE, _when(), rx.fragment()),
        rx.cond(MovingVisit.what == CANCEL, _canceled(), rx.fragment()),
        text_area("Why?", "reason", hint="It stands in the order’s history.", optional=True, max_length=500, rows="2"),
        switch(
            "Tell the customer", "A mail says what changed. Off: it only stands on the order.", checked=rx.Var("undefined"),
            name="tells", default_checked=True,
        ),
        rx.el.div(
            button("Keep it as it is", kind="soft", on_click=MovingVisit.shut),
            button(
                rx.match(
                    MovingVisit.what,
                    (MOVE, "Set the time"),
                    (POSTPONE, "Postpone it"),
                    "Cancel the order",
                ),
                kind="main", type="submit", busy=MovingVisit.is_working,
            ),
            class_name="row wrap acts",
        ),
        on_submit=[MovingVisit.confirm, on_done],
        no_validate=True,
        class_name="stack",
    )  # fmt: skip
    box = dialog(MovingVisit.heading, form, is_open=MovingVisit.what != "", on_dismiss=MovingVisit.shut)
    return rx.el.div(box, on_mount=MovingVisit.shut)  # what was open on another page is not open here


def _when() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            field("Day", "day", type="date", default_value=MovingVisit.day, error=MovingVisit.field_errors["day"]),
            field("Time", "time", key="visit-time", type="time", default_value=MovingVisit.time),
            class_name="pair",
        ),
        select("Photographer", "member", MovingVisit.members),
        field(
            "Override the booking rules", "override", optional=True,
            hint="With a reason, hours, notice and buffers do not count. It stays visible on the visit.",
        ),
        class_name="stack",
    )  # fmt: skip


def _canceled() -> rx.Component:
    words = "It becomes Canceled for the customer too, its time is free again, and nothing is due. "
    return rx.el.p(words, MovingVisit.paid, class_name="quiet")
