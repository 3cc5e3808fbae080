"""`/verify`: the code from the mail opens earlier orders of this address."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.links import go
from portal_app.ui.shared.door import Door, code_field, door, posted_form, submit


def page() -> rx.Component:
    return door(
        "Check your mail",
        rx.cond(Door.typed_email, f"We sent a code to {Door.typed_email}.", "We sent a code to your address."),
        posted_form("/api/verify", code_field(), submit("Continue")),
        posted_form("/api/verify/resend", submit("Send a new code", kind="plain")),
        rx.el.p(
            "You can go on without it: only earlier orders of this address stay out of sight. ",
            go("Skip for now", to=Door.onward),
            class_name="small",
        ),
    )
