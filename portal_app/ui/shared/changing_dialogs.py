"""The buttons under a visit, and the three dialogs they open."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, select, text_area
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import note
from portal_app.ui.components.holding import countdown
from portal_app.ui.components.links import away
from portal_app.ui.components.words import Words
from portal_app.ui.shared.changing import CANCEL, MOVE, POSTPONE, PROBLEM, VISITS, Changing
from portal_app.ui.shared.changing_cards import WISHES


def visits_part(order: rx.Var, changes: rx.Var, *shown: rx.Component) -> rx.Component:
    """The visits, and under them what may be done to each."""
    buttons = rx.foreach(changes.visits, lambda card: _change_buttons(order, card))
    return rx.el.div(*shown, buttons, class_name="stack", id=VISITS, tab_index=-1)


def _change_buttons(order: rx.Var, card: rx.Var) -> rx.Component:
    """*Change time* and *Postpone* for each visit that is open; *Choose a time* for one that has none."""
    postpone = button("Postpone", kind="soft", on_click=Changing.open(order, POSTPONE, card.purpose))
    return of_visit(
        card,
        button(card.move, on_click=Changing.open(order, MOVE, card.purpose)),
        rx.cond(card.can_postpone, postpone, rx.fragment()),
    )


def of_visit(card: rx.Var, *buttons: rx.Component) -> rx.Component:
    """The buttons of one visit; which one stands over them when there are several."""
    which = rx.cond(card.which, rx.el.p(card.which, class_name="small strong"), rx.fragment())
    return rx.el.div(
        which,
        rx.el.div(*buttons, class_name="row wrap acts"),
        role="group",
        aria_label=rx.cond(card.which, card.which, "This visit"),
    )


def held_words(changes: rx.Var, on_over: Any) -> rx.Component:
    """How long the time is kept while it is not paid, or that it is free again."""
    return rx.cond(
        changes.seconds_left > 0,
        countdown(changes.seconds_left, changes.over, on_over),
        rx.cond(changes.has_lost_time, _under(changes.over), rx.fragment()),
    )


def lost_words(changes: rx.Var, paid: rx.Var) -> rx.Component:
    """Paid, and the time was gone by then."""
    sentence = "Your time was gone when the payment came. Choose another: what you paid counts for it."
    return rx.cond(changes.needs_time & (paid != ""), _under(sentence), rx.fragment())


def none_words(changes: rx.Var) -> rx.Var:
    """Under a visit that has no time: whose turn it is."""
    return rx.cond(changes.needs_time, "Choose another time. If none suits you, call us.", "The studio calls or writes to you.")


def _under(sentence: Words) -> rx.Component:
    return rx.el.div(note(sentence, tone="wait"), class_name="under")


def cancel_part(order: rx.Var, card: rx.Var) -> rx.Component:
    """The last thing on the page: it will not happen."""
    words = rx.el.div(
        rx.el.h3("Will not happen?"), rx.el.p("Canceling gives the photographer’s time back.", class_name="small quiet")
    )
    press = button("Cancel this order", kind="danger", on_click=Changing.open(order, CANCEL, ""))
    return rx.cond(card.can_cancel, rx.el.section(words, press, class_name="cut"), rx.fragment())


def change_dialogs(on_done: Any) -> rx.Component:
    """The open dialog. `on_done` reads the page again after it."""
    box = dialog(
        Changing.asked.title,
        rx.cond(Changing.asked.refused, _refused(), _form(on_done)),
        is_open=Changing.what != "",
        on_dismiss=Changing.shut,
    )
    return rx.el.div(box, on_mount=Changing.shut)  # what was open on another page is not open here


def _refused() -> rx.Component:
    phone = Changing.studio.phone
    call = away("Call ", phone, to=f"tel:{phone}", kind="btn main-act")
    verbs = (button("Close", kind="soft", on_click=Changing.shut), rx.cond(phone, call, rx.fragment()))
    return rx.el.div(
        note(Changing.asked.refused, tone="wait"), rx.el.div(*verbs, class_name="row wrap acts"), class_name="stack"
    )  # fmt: skip


def _form(on_done: Any) -> rx.Component:
    return rx.el.form(
        rx.cond(Changing.asked.consequence, rx.el.p(Changing.asked.consequence, class_name="quiet"), rx.fragment()),
        rx.cond(Changing.asked.late, note(Changing.asked.late, tone="wait"), rx.fragment()),
        rx.cond(Changing.problem, _problem(), rx.fragment()),
        rx.cond(Changing.what == MOVE, _times(), rx.fragment()),
        rx.cond(Changing.what == POSTPONE, select("When would suit you?", "wish", WISHES, key="change-wish"), rx.fragment()),
        rx.cond(Changing.is_firm, _reason(), rx.fragment()),
        rx.el.div(
            button("Keep it", kind="soft", on_click=Changing.shut),
            rx.cond(Changing.what == CANCEL, _act("danger"), _act("main")),
            class_name="row wrap acts stay",
        ),
        on_submit=[Changing.confirm, on_done, Changing.settle],
        no_validate=True,
        class_name="stack",
    )


def _act(kind: str) -> rx.Component:
    is_open = (Changing.what == MOVE) & (Changing.time == "")
    return button(Changing.asked.act, kind=kind, type="submit", busy=Changing.is_working, disabled=is_open)


def _problem() -> rx.Component:
    return rx.el.div(error_line(Changing.problem), role="alert", id=PROBLEM, tab_index=-1)


def _reason() -> rx.Component:
    return text_area(
        "Why?",
        "reason",
        hint="A few words help the studio to plan.",
        error=Changing.field_errors["reason"],
        max_length=500,
        rows="2",
    )


def _times() -> rx.Component:
    earlier = button("Earlier days", kind="soft", on_click=Changing.show_earlier)
    later = button("Later days", kind="soft", on_click=Changing.show_later)
    turns = rx.el.div(rx.cond(Changing.has_earlier, earlier, rx.fragment()), later, class_name="row end turns")
    sentence = "No free time in these four weeks. Look at later days, or call us."
    none = rx.el.div(note(sentence), turns, class_name="stack")
    some = rx.el.div(
        select("Day", "day", Changing.days, key="change-day", value=Changing.day, on_change=Changing.choose_day),
        rx.el.fieldset(
            rx.el.legend("Time", class_name="label"),
            rx.el.div(rx.foreach(Changing.times, _time), class_name="times three"),
            rx.cond(Changing.field_errors["time"], error_line(Changing.field_errors["time"]), rx.fragment()),
        ),
        turns,
        class_name="stack",
    )
    return rx.cond(Changing.days, some, none)


def _time(card: rx.Var) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio", name="time", value=card.value, checked=Changing.time == card.value,
            on_change=Changing.choose_time(card.value),
        ),
        rx.el.span(card.words),
    )  # fmt: skip
