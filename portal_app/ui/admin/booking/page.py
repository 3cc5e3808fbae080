"""How the studio is booked, in plain groups, with what follows from each rule."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.booking.state import BookingRules as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, select, text_area
from portal_app.ui.components.frames import crumb, page_head, setting
from portal_app.ui.shared.layout import admin_shell

TIMINGS = (
    ("required", "Always: customers choose a time"),
    ("optional", "If they like: else you propose one"),
    ("none", "Never: you arrange times yourself"),
)
STRATEGIES = (
    ("priority", "By priority: whoever stands first in Crew"),
    ("closest", "The closest: whoever drives least"),
    ("round_robin", "In turn: whoever was booked longest ago"),
)
ACCEPTS = (("off", "Wait for your answer"), ("on", "Are accepted at once"))
CONFIRMS = (("off", "Is simply booked"), ("on", "Is asked first and may decline"))
OUTSIDE = (("on", "May send a request you answer"), ("off", "Cannot book"))
FULL = (("on", "May send a request without a time"), ("off", "Have to choose a free time"))
LATE = (("off", "Is refused, with your phone number"), ("on", "Is possible for the late fee"))


def page() -> rx.Component:
    """One form in groups."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        crumb("Settings", "/admin/settings", "Booking"),
        page_head(rx.el.h1("Booking")),
        rx.el.form(
            _times(),
            _distance(),
            _who(),
            _answers(),
            _changes(),
            _money(),
            rx.el.div(button("Save rules", kind="main", tall=True, type="submit"), class_name="section"),
            key=S.began_with,
            on_submit=S.save,
            no_validate=True,
        ),
    )


def _number(label: str, name: str, hint: str, *, whole: bool = True) -> rx.Component:
    return field(
        label,
        name,
        default_value=getattr(S.policy, name),
        input_mode="numeric" if whole else "decimal",
        max_length=8,
        auto_complete="off",
        error=S.field_errors[name],
        hint=hint,
    )


def _choice(label: str, name: str, choices: tuple[tuple[str, str], ...]) -> rx.Component:
    return select(label, name, choices, default_value=getattr(S.policy, name), error=S.field_errors[name])


def _times() -> rx.Component:
    return setting(
        "Times",
        "Which times customers are offered.",
        _choice("A time is chosen", "timing", TIMINGS),
        _number("Minutes between starts", "interval_minutes", "30 offers 9:00, 9:30, 10:00."),
        text_area(
            "Windows of arrival (optional)",
            "windows",
            default_value=S.policy.windows,
            max_length=1000,
            error=S.field_errors["windows"],
            hint="One per line, for example Morning 8:00-12:00. Without any, customers choose exact times.",
        ),
        _number("Notice in hours", "notice_hours", "Nobody books sooner than this before a visit.", whole=False),
        _number("Days ahead", "horizon_days", "Nobody books later than this many days from now."),
        key="times",
    )


def _distance() -> rx.Component:
    return setting(
        "Between visits",
        "What is kept free around each visit.",
        _number("Minutes before", "buffer_before_minutes", "To set up; kept free before each visit."),
        _number("Minutes after", "buffer_after_minutes", "To pack up; kept free after each visit."),
        _number("Road factor in percent", "drive_factor_percent", "130: roads are 1.3 times as long as a straight line."),
        _number("Speed in km/h", "drive_kmh", "Slower means more time between two visits."),
        key="between",
    )


def _who() -> rx.Component:
    return setting(
        "Who comes",
        "When several could, the same rule always gives the same photographer.",
        _choice("Whom you send", "strategy", STRATEGIES),
        _choice("The photographer", "member_confirms", CONFIRMS),
        key="who",
    )


def _answers() -> rx.Component:
    return setting(
        "Requests",
        "What happens when somebody books.",
        _choice("Bookings with a free time", "accepts_by_itself", ACCEPTS),
        _choice("Addresses outside your areas", "outside_is_asked", OUTSIDE),
        _choice("Customers who find no time", "full_is_asked", FULL),
        key="requests",
    )


def _changes() -> rx.Component:
    return setting(
        "Changes by customers",
        "Until when they may change by themselves. You always may.",
        _number("Hours to change", "change_hours", "They change a time until this many hours before it."),
        _number("Hours to cancel", "cancel_hours", "They cancel until this many hours before the visit."),
        _number("Days before (optional)", "cutoff_days", "Also only until the time below, this many days before."),
        field(
            "Until this time of that day", "cutoff_time", default_value=S.policy.cutoff_time, max_length=5,
            auto_complete="off", error=S.field_errors["cutoff_time"], hint="For example 17:00.",
        ),
        _choice("A later change", "late_is_allowed", LATE),
        _number("Late fee", "late_fee", "Shown before they confirm, and added to the order.", whole=False),
        _number("Most changes (optional)", "most_moves", "Of one visit. Empty: as often as they like."),
        key="changes",
    )  # fmt: skip


def _money() -> rx.Component:
    return setting(
        "Paying at booking",
        "The time is kept while they pay, and free again when they do not.",
        _number("Percent at booking", "pay", "0: nothing is paid at booking. 100: everything is.", whole=False),
        _number("Minutes to pay", "hold_minutes", "5 to 60. They see them run down."),
        key="paying",
    )
