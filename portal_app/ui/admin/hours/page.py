"""`/admin/crew/[member]`: the hours of one member."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.hours.forms import base_form, booking_form, day_form, off_form
from portal_app.ui.admin.hours.state import HoursState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import FocusOn, error_line
from portal_app.ui.components.frames import crumb, page_head, section
from portal_app.ui.components.words import Words
from portal_app.ui.shared.layout import admin_shell


def page() -> rx.Component:
    """The week, the days that differ, time off, and how they are booked."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    title = rx.cond(S.is_me, "Your hours", f"Hours of {S.name}")
    head = page_head(
        rx.fragment(crumb("Crew and hours", "/admin/crew", S.name), rx.el.h1(title)),
        under=rx.el.p(S.zone, class_name="small quiet"),
    )
    aside = rx.el.aside(rx.cond(S.may_book, booking_form(), rx.fragment()), base_form(), class_name="stack gap-5")
    return rx.fragment(
        head,
        rx.el.div(rx.el.div(_week(), _days(), _offs(), class_name="stack gap-7"), aside, class_name="cols staff"),
    )


def _week() -> rx.Component:
    rows = rx.el.ul(rx.foreach(S.week, _day), class_name="week", key=S.edition.to_string())
    save = button("Save the week", kind="main", tall=True, on_click=S.save_week)
    seen = FocusOn.create(target=S.focus_on, turn=S.focus_turn)
    return section("Every week", rows, seen, rx.el.div(save, class_name="more"), key="week", apart=False)


def _day(day: rx.Var) -> rx.Component:
    verbs = rx.el.div(
        _verb("Add hours", day.name, S.add_span(day.weekday, False)),
        _verb("Add twilight hours", day.name, S.add_span(day.weekday, True)),
        rx.cond(day.visits, _verb("Copy to Monday – Friday", day.name, S.copy_day(day.weekday)), rx.fragment()),
        class_name="row wrap gap-1",
    )
    spans = rx.el.div(
        rx.foreach(day.visits, lambda span: _span(day, span, twilight=False)),
        rx.foreach(day.twilight, lambda span: _span(day, span, twilight=True)),
        _wrong(f"day-{day.weekday}"),
        _wrong(f"day-{day.weekday}-twilight"),
        verbs,
        class_name="spans",
    )
    return rx.el.li(rx.el.span(day.name, class_name="label"), spans, key=day.name)


def _verb(words: str, day: rx.Var, event) -> rx.Component:
    return button(rx.fragment(words, rx.el.span(", ", day, class_name="hide")), kind="soft", on_click=event)


def _wrong(key: Words) -> rx.Component:
    error = rx.el.div(error_line(S.field_errors[key]), id=key, tab_index=-1)
    return rx.cond(S.field_errors[key], error, rx.fragment())


def _span(day: rx.Var, span: rx.Var, *, twilight: bool) -> rx.Component:
    kind = "Twilight" if twilight else "Visits"
    ends = ("from", span.starts, S.type_start), ("until", span.ends, S.type_end)
    fields = (
        rx.el.input(
            type="time",
            step="900",
            default_value=value,
            aria_label=f"{day.name}, {kind.lower()} {word}",
            on_change=lambda time, typed=typed: typed(day.weekday, span.place, twilight, time),
            class_name="in",
        )
        for word, value, typed in ends
    )
    first, last = fields
    drop = button(
        rx.fragment("Remove", rx.el.span(f" {kind.lower()} hours, ", day.name, class_name="hide")),
        kind="soft",
        on_click=S.drop_span(day.weekday, span.place, twilight),
    )
    said = rx.el.span("Twilight", class_name="small quiet") if twilight else None
    return rx.el.div(first, rx.el.span("–", aria_hidden="true"), last, said, drop, class_name="span")


def _days() -> rx.Component:
    return section(
        "Days that differ", _lines(S.days, "Every day is like its weekday.", S.clear_day, "Remove"), day_form(), key="days"
    )


def _offs() -> rx.Component:
    return section("Time off", _lines(S.offs, "No time off from today on.", S.drop_off, "Take back"), off_form(), key="offs")


def _lines(lines: rx.Var, none: str, event, verb: str) -> rx.Component:
    def one(line: rx.Var) -> rx.Component:
        words = rx.el.div(rx.el.p(line.words), rx.el.p(line.detail, class_name="small quiet"))
        act = button(rx.fragment(verb, rx.el.span(": ", line.words, class_name="hide")), kind="soft", on_click=event(line.key))
        return rx.el.li(words, act, key=line.key)

    shown = rx.el.ul(rx.foreach(lines, one), class_name="days")
    return rx.cond(lines, shown, rx.el.p(none, class_name="small quiet"))
