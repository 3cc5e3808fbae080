"""The forms of one member's hours: a day that differs, time off, how they are booked, where their day starts."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.hours.state import HoursState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.components.words import Child


def day_form() -> rx.Component:
    """A day off, or other hours for once."""
    return _unfolding(
        "Change one day",
        field("Day", "day", type="date", error=S.field_errors["day"], hint="Without hours it is a day off."),
        _pair(_time("From", "starts"), _time("Until", "ends")),
        _pair(_time("And from", "starts2"), _time("Until", "ends2")),
        _pair(_time("Twilight from", "starts_twilight"), _time("Until", "ends_twilight")),
        button("Save this day", type="submit"),
        on_submit=S.save_day,
    )


def off_form() -> rx.Component:
    """From one day and time until another."""
    return _unfolding(
        "Put in time off",
        _pair(
            field("From", "from", type="date", error=S.field_errors["from"]),
            field("At", "from_time", type="time", default_value="00:00"),
        ),
        _pair(
            field("Until", "until", type="date", error=S.field_errors["until"]),
            field("At", "until_time", type="time", default_value="23:59"),
        ),
        field("Reason", "reason", optional=True, max_length=200, auto_complete="off", hint="Only they and the office read it."),
        button("Put in time off", type="submit"),
        on_submit=S.take_off,
    )


def booking_form() -> rx.Component:
    """What the office decides about a member."""
    return rx.el.form(
        rx.el.h2("Booking", class_name="kick"),
        rx.el.label(
            rx.el.input(type="checkbox", role="switch", name="is_bookable", default_checked=S.is_bookable),
            rx.el.span(
                rx.el.span("Bookable", class_name="strong"),
                rx.el.br(),
                rx.el.span("New visits may go to them", class_name="quiet"),
                class_name="small",
            ),
            class_name="switch",
        ),
        field(
            "Priority", "priority", input_mode="numeric", default_value=S.priority, max_length=3,
            error=S.field_errors["priority"], hint="The lowest number is thought of first.",
        ),
        button("Save", type="submit"),
        on_submit=S.save_booking,
        no_validate=True,
        key=f"booking{S.sent}",
        class_name="panel stack",
    )  # fmt: skip


def base_form() -> rx.Component:
    """Where drives of the day are counted from."""
    return rx.el.form(
        rx.el.h2("Start of the day", class_name="kick"),
        field(
            "Town or postcode", "base", default_value=S.base, max_length=200, auto_complete="off", optional=True,
            error=S.field_errors["base"], hint="For example Monterey, CA 93940. Drives are counted from here.",
        ),
        button("Save", type="submit"),
        on_submit=S.save_base,
        no_validate=True,
        key=f"base{S.sent}",
        class_name="panel stack",
    )  # fmt: skip


def _time(label: str, name: str) -> rx.Component:
    return field(label, name, type="time", step="900", optional=name != "starts" and name != "ends")


def _pair(*fields: Child) -> rx.Component:
    return rx.el.div(*fields, class_name="pair")


def _unfolding(title: str, *children: Child, on_submit) -> rx.Component:
    """A form that stands folded under its list."""
    form = rx.el.form(*children, on_submit=on_submit, no_validate=True, key=f"{title}{S.sent}", class_name="stack")
    return rx.el.details(rx.el.summary(title, class_name="btn"), form, class_name="unfolds")
