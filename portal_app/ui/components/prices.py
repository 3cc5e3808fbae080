"""Price rows: name, grey detail, amount right. Amounts arrive in words, made by `core.money`."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.words import Child, Words


def lines(*rows: Child, small: bool = False) -> rx.Component:
    """The list the rows stand in."""
    return rx.el.dl(*rows, class_name="lines small" if small else "lines")


def line(name: Words, amount: Words, detail: Words = "") -> rx.Component:
    """One thing and what it costs; `detail` in grey beneath the name."""
    grey = rx.el.span(detail) if isinstance(detail, rx.Var) or detail else rx.fragment()
    return rx.el.div(rx.el.dt(name, grey), rx.el.dd(amount))


def minor_line(name: Words, amount: Words) -> rx.Component:
    """A smaller grey row: coupon, travel, tax."""
    return rx.el.div(rx.el.dt(name), rx.el.dd(amount), class_name="minor")


def sum_line(name: Words, amount: Words) -> rx.Component:
    """A subtotal under a hairline."""
    return rx.el.div(rx.el.dt(name), rx.el.dd(amount), class_name="sum")


def total_line(name: Words, amount: Words) -> rx.Component:
    """The total under a hairline, larger."""
    return rx.el.div(rx.el.dt(name), rx.el.dd(amount), class_name="sum total")


def answers(rows: rx.Var) -> rx.Component:
    """What the studio asked while booking, each question above its answer; nothing when nothing was asked."""
    asked = rx.foreach(rows, lambda row: rx.el.div(rx.el.dt(row.prompt), rx.el.dd(row.answer, class_name="pre")))
    return rx.cond(rows, rx.el.dl(asked, class_name="facts asked small"), rx.fragment())
