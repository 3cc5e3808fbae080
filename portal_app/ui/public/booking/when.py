"""The time step: a month, the times of a day, dusk, or a wish."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.fields import error_line, field, select
from portal_app.ui.components.frames import note, time_choices
from portal_app.ui.components.icons import icon
from portal_app.ui.public.booking.cards import time_choices as half_hours
from portal_app.ui.public.booking.folded import WISHES
from portal_app.ui.public.booking.state import BookingState as S

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TIMES = [("", "Choose a time"), *half_hours()]


def when() -> rx.Component:
    """What fits how this studio is booked."""
    none = note("The studio agrees the time with you once it has your order.")
    offered = rx.fragment(
        rx.cond(S.summary.travel_problem, note(S.summary.travel_problem, tone="wait"), rx.fragment()),
        rx.cond(S.field_errors["starts_at"], error_line(S.field_errors["starts_at"]), rx.fragment()),
        rx.cond(S.may_wish, _wish(), rx.fragment()),
        rx.cond(S.wish == "exact", rx.cond(S.takes, _calendar(), _typed()), _day_of_wish()),
        rx.el.p(f"All times in {S.zone_name}.", class_name="small quiet"),
    )
    return rx.el.div(rx.cond(S.needs_time, offered, none), id="starts_at", tab_index=-1, class_name="stack")


def _wish() -> rx.Component:
    exact = rx.cond(S.takes, "At a time I choose", "On a day I choose")
    options = [rx.el.option(exact, value="exact"), *(rx.el.option(words, value=value) for value, words in WISHES.items())]
    label = rx.el.label("When", html_for="wish", class_name="label")
    box = rx.el.select(*options, id="wish", name="wish", value=S.wish, on_change=S.choose_wish, class_name="in")
    return rx.el.div(label, box, class_name="field")


def _day_of_wish() -> rx.Component:
    return field(
        "Day", "wish_on", optional=True, type="date", min=S.first_day, max=S.last_day, default_value=S.wish_on,
        error=S.field_errors["wish_on"], hint="Leave it empty if any day will do.", on_change=lambda v: S.keep("wish_on", v),
    )  # fmt: skip


def _typed() -> rx.Component:
    day = field(
        "Day", "day", type="date", min=S.first_day, max=S.last_day, default_value=S.day, error=S.field_errors["day"],
        on_change=lambda v: S.keep("day", v),
    )  # fmt: skip
    time = select("Time", "time", TIMES, value=S.time, error=S.field_errors["time"], on_change=lambda v: S.keep("time", v))
    return rx.el.div(day, time, class_name="pair")


def _calendar() -> rx.Component:
    nearest = rx.el.div(time_choices("The nearest free times", "nearest", S.nearest, S.at, S.choose_time), class_name="nearest")
    return rx.fragment(
        rx.cond(S.nearest, nearest, rx.fragment()),
        rx.el.div(_month(), _times(), class_name="when"),
        rx.cond(S.whys, _why(), rx.fragment()),
    )


def _month() -> rx.Component:
    head = rx.el.div(
        rx.el.h3(S.month.title, aria_live="polite"),
        rx.el.span(_turn("earlier", S.month.earlier, -1), _turn("later", S.month.later, 1), class_name="row gap-0"),
        class_name="row between",
    )
    names = (rx.el.th(rx.el.abbr(name[:2], title=name), scope="col") for name in WEEKDAYS)
    grid = rx.el.table(
        rx.el.caption(f"Days in {S.month.title}; a dot means free times", class_name="hide"),
        rx.el.thead(rx.el.tr(*names)),
        rx.el.tbody(rx.foreach(S.month.weeks, lambda week: rx.el.tr(rx.foreach(week, _day)))),
        class_name="month",
    )
    return rx.el.div(head, grid)


def _turn(drawing: str, name: rx.Var, months: int) -> rx.Component:
    return rx.el.button(
        icon(drawing), rx.el.span(rx.cond(name, name, f"No {drawing} month"), class_name="hide"),
        type="button", class_name="btn soft square",
        disabled=name == "", on_click=S.turn(months),
    )  # fmt: skip


def _day(cell: rx.Var) -> rx.Component:
    press = rx.el.button(
        cell.number,
        type="button",
        aria_label=cell.label,
        aria_pressed=rx.cond(S.day == cell.day, "true", "false"),
        disabled=~cell.is_free,
        on_click=S.choose_day(cell.day),
    )
    return rx.el.td(rx.cond(cell.number, press, rx.fragment()))


def _times() -> rx.Component:
    some = rx.fragment(
        time_choices(S.day_title, "at", S.times, S.at, S.choose_time),
        rx.cond(S.dusks, _dusks(), rx.fragment()),
    )
    none = rx.el.p("No free times in this month. Look at the next one.", class_name="quiet")
    return rx.el.div(rx.cond(S.times, some, none))


def _dusks() -> rx.Component:
    return rx.el.div(
        time_choices("Your twilight set, a visit of its own at dusk", "dusk", S.dusks, S.dusk, S.choose_dusk), class_name="dusks"
    )


def _why() -> rx.Component:
    rows = rx.foreach(S.whys, lambda why: rx.el.li(rx.el.b(why.days), " ", why.sentence))
    return rx.el.details(rx.el.summary("Why are some days full?"), rx.el.ul(rows, class_name="small quiet"), class_name="why")
