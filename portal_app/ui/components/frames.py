"""What holds things together: heads, sections, panels, notes, tabs, timelines, empty states, skeletons."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.icons import icon
from portal_app.ui.components.links import go
from portal_app.ui.components.words import Child, Flag, Words


def page_head(title: Child, *aside: Child, under: Child | None = None) -> rx.Component:
    """The head of a page: its h1, what stands under it, and what may be done with it at the right."""
    first = rx.el.div(title, rx.el.div(under, class_name="under") if under is not None else None)
    return rx.el.div(first, *aside, class_name="head")


def crumb(label: Words, to: Words, here: Words) -> rx.Component:
    """Where this page hangs: *Orders / 1042*."""
    return rx.el.p(go(label, to=to), " / ", here, class_name="small quiet crumb")


def section(title: Words, *children: Child, key: str, aside: Child | None = None, apart: bool = True) -> rx.Component:
    """A named part of a page; `key` joins title and section for those who listen."""
    head = rx.el.div(rx.el.h2(title, id=key), aside, class_name="head")
    return rx.el.section(head, *children, aria_labelledby=key, class_name="section" if apart else "")


def setting(title: Words, words: Child, *children: Child, key: str) -> rx.Component:
    """One thing that can be set: what it is and what follows from it at the left, the form at the right. A hairline between."""
    said = rx.el.div(rx.el.h2(title, id=key), rx.el.p(words, class_name="small quiet"), class_name="said")
    return rx.el.section(said, rx.el.div(*children, class_name="set"), aria_labelledby=key, class_name="setting")


def way(drawing: str, title: Words, words: Words, to: Words) -> rx.Component:
    """A line that leads to a page of its own: drawing, name over detail, an arrow."""
    named = rx.el.span(rx.el.span(title, class_name="strong"), rx.el.span(words, class_name="small quiet"), class_name="grow")
    return rx.el.li(go(icon(drawing), named, icon("later"), to=to, kind="way"))


def panel(*children: Child, **props) -> rx.Component:
    """Things that belong together and can be acted on. Never a box in a box."""
    return rx.el.div(*children, class_name="panel", **props)


def note(*children: Child, tone: str = "", drawing: str = "") -> rx.Component:
    """A sentence worth stopping for; `tone` is "", "wait" or "bad"."""
    shape = drawing or ("warning" if tone else "clock")
    return rx.el.p(icon(shape), rx.el.span(*children), class_name=f"note {tone}".strip())


def filter_tabs(label: Words, tabs: rx.Var, chosen: Words, on_choose) -> rx.Component:
    """Tabs that filter a list: `tabs` is a var of (value, words, count) triples, `on_choose(value)` an event."""

    def one(tab: rx.Var) -> rx.Component:
        return rx.el.button(
            tab[1],
            rx.el.span(tab[2], class_name="count"),
            type="button",
            aria_pressed=rx.cond(chosen == tab[0], "true", "false"),
            on_click=on_choose(tab[0]),
        )

    return rx.el.div(rx.foreach(tabs, one), role="group", aria_label=label, class_name="tabs")


def fact(words: Words, when: Words, *, now: Flag = False) -> rx.Component:
    """One line of a history: what happened, then when and by whom."""
    look = rx.cond(now, "now", "") if isinstance(now, rx.Var) else ("now" if now else "")
    return rx.el.li(rx.el.p(words), rx.el.p(when), class_name=look)


def timeline(*facts: Child) -> rx.Component:
    """Facts, newest first."""
    return rx.el.ol(*facts, class_name="timeline")


def empty(drawing: str, fact_words: Words, fills: Words, act: Child | None = None) -> rx.Component:
    """An empty list: a drawing, the fact, what fills it, one action."""
    return rx.el.div(icon(drawing, size=40, stroke=1), rx.el.h3(fact_words), rx.el.p(fills), act, class_name="empty")


def step(number: int, title: Words, *, key: str, state: Words, folded: Child, opened: Child, change=None) -> rx.Component:
    """One step. `state` is "done", "now" or "later": done folds to two lines with *Change*, later is grey with what comes.

    `key` names its heading, `step-…`, which takes the focus when the step opens.
    """
    return rx.match(
        state,
        ("done", _done_step(title, folded, change)),
        ("now", rx.el.li(_number(number), _step_head(title, key), opened, class_name="step", aria_current="step")),
        rx.el.li(_number(number), rx.el.h2(title, class_name="quiet"), folded, class_name="step"),
    )


def _step_head(title: Words, key: str) -> rx.Component:
    return rx.el.h2(title, id=f"step-{key}", tab_index=-1)


def _number(number: int) -> rx.Component:
    return rx.el.span(str(number), class_name="n")


def _done_step(title: Words, folded: Child, change) -> rx.Component:
    again = rx.el.button(
        "Change", rx.el.span(" ", title, class_name="hide"), type="button", class_name="btn soft", on_click=change
    )
    return rx.el.li(
        rx.el.span(icon("check", size=16, stroke=2), class_name="n"),
        rx.el.div(rx.el.div(rx.el.h2(title), folded, class_name="grow"), again if change else None, class_name="row between"),
        class_name="step done",
    )


def time_choices(legend: Words, name: str, times: rx.Var, chosen: Words, on_choose) -> rx.Component:
    """Times as native radios: `times` is a var of (value, words) pairs, `on_choose(value)` an event."""

    def one(time: rx.Var) -> rx.Component:
        box = rx.el.input(type="radio", name=name, value=time[0], checked=chosen == time[0], on_change=on_choose(time[0]))
        return rx.el.label(box, rx.el.span(time[1]))

    return rx.el.fieldset(rx.el.legend(legend, class_name="label"), rx.el.div(rx.foreach(times, one), class_name="times"))


def to_next(amount: Words, caption: Words, act: Child) -> rx.Component:
    """The bar of a longer task: total and time at the left, the one action at the right, above a phone's thumb."""
    said = rx.el.div(rx.el.p(amount, class_name="strong num"), rx.el.p(caption, class_name="tiny quiet"))
    return rx.el.div(said, act, class_name="next-bar")
