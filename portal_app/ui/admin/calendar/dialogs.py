"""What opens over the calendar: one thing of it, the question where a visit should go, and time off."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.calendar.state import CalendarState as S
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.fields import field, select
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import note
from portal_app.ui.components.links import go
from portal_app.ui.shared.session import may


def dialogs() -> rx.Component:
    """One of them is open at a time."""
    moving = rx.cond(may(Permission.ACCEPT_ORDERS), _moving(), rx.fragment())
    return rx.fragment(_entry(), moving, _off())


def _entry() -> rx.Component:
    facts = rx.el.dl(
        _fact("When", S.entry.when),
        _fact("Who", S.entry.who),
        _fact("Status", S.entry.status),
        _fact("For", S.entry.services),
        _fact("Customer", S.entry.customer),
        _fact("Why", S.entry.reason),
        class_name="facts small",
    )
    verbs = rx.el.div(
        button("Close", kind="soft", on_click=S.close),
        rx.cond(
            (S.entry.kind == "off") & S.entry.is_kept,
            button("Take back", kind="danger", on_click=S.drop_off),
            rx.fragment(),
        ),
        rx.cond(
            may(Permission.ACCEPT_ORDERS),
            rx.cond(S.entry.is_movable, button("Move to…", on_click=S.ask_move), rx.fragment()),
            rx.fragment(),
        ),
        rx.cond(S.entry.number, link_button("Open order", f"/admin/orders/{S.entry.number}", kind="main"), rx.fragment()),
        class_name="row wrap acts",
    )
    why = f"/admin/calendar/why?order={S.entry.number}&purpose={S.entry.purpose}&day={S.entry.day}"
    asks = rx.cond(S.entry.is_movable, rx.el.p(go("Why no slot?", to=why), class_name="small"), rx.fragment())
    town = rx.cond(S.entry.town, rx.el.p(S.entry.town, class_name="quiet"), rx.fragment())
    return dialog(S.entry.title, town, facts, asks, verbs, is_open=S.dialog == "entry", on_dismiss=S.close)


def _fact(name: str, words: rx.Var) -> rx.Component:
    return rx.cond(words, rx.el.div(rx.el.dt(name), rx.el.dd(words)), rx.fragment())


def _moving() -> rx.Component:
    spans = rx.el.dl(
        _fact("From", S.entry.when),
        rx.el.div(rx.el.dt("To"), rx.el.dd(S.move.goal, aria_live="polite", class_name="strong")),
        class_name="facts small",
    )
    form = rx.el.form(
        rx.el.div(
            field("Day", "move_day", key="move-day", type="date", default_value=S.move.day, on_change=S.try_day),
            field(
                "Time",
                "move_time",
                key="move-time",
                type="time",
                step="900",
                default_value=S.move.time,
                on_change=S.try_time,
                error=S.field_errors["move-time"],
            ),
            class_name="pair",
        ),
        select(
            "Photographer", "move_member", S.everybody, key="move-member", default_value=S.move.member, on_change=S.try_member
        ),
        rx.cond(S.move.broken, _override(), rx.fragment()),
        _tell(),
        rx.el.div(
            button("Leave it", kind="soft", on_click=S.close),
            button("Move the visit", kind="main", type="submit"),
            class_name="row wrap acts",
        ),
        on_submit=S.move_it,
        no_validate=True,
        key=S.entry.id + S.dialog,
        class_name="stack",
    )
    return dialog(f"Move {S.entry.title}?", spans, form, is_open=S.dialog == "move", on_dismiss=S.close)


def _tell() -> rx.Component:
    words = rx.el.span(
        rx.el.span("Tell the customer", class_name="strong"),
        rx.el.br(),
        rx.el.span("They get a mail with the new time", class_name="quiet"),
        class_name="small",
    )
    return rx.el.label(rx.el.input(type="checkbox", role="switch", name="tell", default_checked=True), words, class_name="switch")


def _override() -> rx.Component:
    return rx.fragment(
        note(S.move.broken, tone="wait"),
        field(
            "Why it may be so", "override", max_length=200, auto_complete="off", error=S.field_errors["override"],
            hint="Stands on the appointment, for the studio only.",
        ),
    )  # fmt: skip


def _off() -> rx.Component:
    form = rx.el.form(
        select("Who", "member", S.kept, key="off-member", default_value=S.off.member),
        rx.el.div(
            field("From", "from", type="date", default_value=S.off.day, error=S.field_errors["from"]),
            field("At", "from_time", type="time", default_value=S.off.time),
            class_name="pair",
        ),
        rx.el.div(
            field("Until", "until", type="date", default_value=S.off.until_day, error=S.field_errors["until"]),
            field("At", "until_time", type="time", default_value=S.off.until_time),
            class_name="pair",
        ),
        field("Reason", "reason", optional=True, max_length=200, auto_complete="off", hint="Only they and the office read it."),
        rx.el.div(
            button("Leave it", kind="soft", on_click=S.close),
            button("Put in time off", kind="main", type="submit"),
            class_name="row wrap acts",
        ),
        on_submit=S.take_off,
        no_validate=True,
        key=f"{S.off.day}{S.off.time}{S.off.until_day}{S.off.until_time}{S.dialog}",
        class_name="stack",
    )
    words = rx.el.p("Nobody can book them in this time. Visits that stand already do not move.", class_name="quiet")
    return dialog("Time off", words, form, is_open=S.dialog == "off", on_dismiss=S.close)
