"""`/sign-up`: name, email, password; the mailbox is proven on the next page."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.fields import field
from portal_app.ui.components.links import go
from portal_app.ui.shared.door import Door, door, email_field, new_password_field, posted_form, submit, wrong


def page() -> rx.Component:
    return door(
        "Create an account",
        "You can place an order at once.",
        posted_form(
            "/api/sign-up",
            field("Your name", "name", auto_complete="name", required=True, default_value=Door.typed_name, error=wrong("name")),
            email_field(hint="We mail a code here, so that nobody else sees your orders."),
            field(
                "Phone",
                "phone",
                type="tel",
                auto_complete="tel",
                optional=True,
                default_value=Door.typed_phone,
                error=wrong("phone"),
            ),
            new_password_field("Password", "At least 8 characters. Three or four words make a good one."),
            submit("Create account"),
        ),
        rx.el.p("Been here before? ", go("Sign in", to=f"/login{Door.carried}"), class_name="small"),
    )
