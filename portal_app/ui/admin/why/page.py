"""`/admin/calendar/why`: every start of a day, and what keeps whom from it."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.why.forms import asked
from portal_app.ui.admin.why.state import WhyState as S
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.fields import field, segments_of
from portal_app.ui.components.frames import crumb, empty, note, page_head, section
from portal_app.ui.components.prices import line, lines, total_line
from portal_app.ui.shared.layout import admin_shell

NO_DUSK = "The sun does not set there on this day."
NO_PLACE = "A twilight visit begins with the sun: say where the property is."


def page() -> rx.Component:
    """What is asked, the day in numbers, and its starts."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    head = page_head(
        rx.fragment(crumb("Calendar", "/admin/calendar", "Why no slot?"), rx.el.h1("Why no slot?")),
        under=rx.el.p("Every start of a day, and what keeps whom from it.", class_name="quiet"),
    )
    nothing = empty("clock", "Nothing is asked yet.", "Name an order, or choose what somebody would order.")
    answer = rx.el.div(rx.cond(S.answer.title, _answer(), nothing), class_name="stack gap-6")
    return rx.fragment(head, rx.el.div(answer, asked(), class_name="cols staff aside-first"))


def _answer() -> rx.Component:
    return rx.fragment(
        _day(),
        rx.match(
            S.answer.lack,
            ("hours", empty(
                "clock", "Nobody has hours yet.", "Without any, customers send a wish, and you choose the time by hand.",
                link_button("Crew and hours", "/admin/crew"),
            )),
            ("sunset", empty("pin", "No sunset to go by.", rx.cond(S.answer.has_place, NO_DUSK, NO_PLACE))),
            rx.fragment(_numbers(), _starts()),
        ),
    )  # fmt: skip


def _day() -> rx.Component:
    steps = rx.el.div(
        _step("earlier", "The day before", -1),
        field("Day", "day", type="date", value=S.day, on_change=S.pick_day, error=S.field_errors["day"]),
        _step("later", "The day after", 1),
        class_name="day-steps",
    )
    visits = segments_of("Visit", "purpose", S.purposes, value=S.purpose, on_change=S.pick_purpose)
    return rx.el.div(steps, rx.cond(S.purposes, visits, rx.fragment()), class_name="stack")


def _step(drawing: str, says: str, days: int) -> rx.Component:
    return button(rx.el.span(says, class_name="hide"), drawing=drawing, class_name="square", on_click=S.move_day(days))


def _numbers() -> rx.Component:
    told = note(rx.el.span("Customers read: ", class_name="strong"), S.answer.sentence)
    unknown = note("Nobody knows where this is, so areas and drives keep nobody here.", tone="wait")
    counts = lines(
        rx.foreach(S.answer.counts, lambda card: line(card.words, card.count)),
        total_line(S.answer.sum_words, S.answer.total),
    )
    return section(
        S.answer.title,
        rx.el.div(told, rx.cond(S.answer.has_place, rx.fragment(), unknown), counts, class_name="stack"),
        key="numbers",
        apart=False,
    )


def _starts() -> rx.Component:
    rows = rx.el.ul(rx.foreach(S.answer.starts, _start), class_name="starts", key=S.day + S.purpose)
    return section("Every start", rows, aside=rx.el.p(S.zone, class_name="small quiet"), key="starts", apart=False)


def _start(card: rx.Var) -> rx.Component:
    named = rx.el.span(
        rx.el.span(card.when, class_name="strong num"),
        rx.cond(card.window, rx.el.span(card.window, class_name="small quiet"), rx.fragment()),
    )
    verdict = rx.el.span(card.verdict, class_name=rx.cond(card.is_free, "free", "quiet"))
    members = rx.el.dl(
        rx.foreach(
            card.members,
            lambda each: rx.el.div(rx.el.dt(each.name), rx.el.dd(each.words, class_name=rx.cond(each.is_free, "free", "quiet"))),
        ),
        class_name="small",
    )
    every = rx.cond(card.starts, rx.el.p(card.starts, class_name="small quiet"), rx.fragment())
    return rx.el.li(rx.el.details(rx.el.summary(named, verdict), members, every))
