"""Where the property of an order is, and how the studio corrects it."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.order.state import AdminOrderState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.components.frames import panel
from portal_app.ui.shared.session import may


def place_panel() -> rx.Component:
    """The place in words, with a way to correct it for whoever plans."""
    form = rx.el.form(
        field(
            "Town, ZIP code or two numbers",
            "place",
            max_length=160,
            auto_complete="off",
            error=S.field_errors["place"],
            hint="36.617, -121.922 is exact: copy it from a map.",
        ),
        rx.el.div(
            button("Save place", type="submit"),
            button("Leave it", kind="soft", on_click=S.correct_place(False)),
            class_name="row wrap",
        ),
        on_submit=S.save_place,
        no_validate=True,
        class_name="stack",
    )
    correct = button("Correct the place", kind="soft", on_click=S.correct_place(True))
    return panel(
        rx.el.h2("On the map", class_name="kick"),
        rx.el.p(S.place, class_name="small on-map"),
        rx.cond(may(Permission.ACCEPT_ORDERS), rx.cond(S.is_correcting, form, correct), rx.fragment()),
    )
