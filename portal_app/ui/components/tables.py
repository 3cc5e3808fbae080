"""A table that becomes cards below 768 px; the row's link covers the row, so it is one stop."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from portal_app.ui.components.address import address
from portal_app.ui.components.links import go
from portal_app.ui.components.photos import thumb
from portal_app.ui.components.status import status
from portal_app.ui.components.words import Child, Flag, Words


def table(caption: Words, heads: Sequence[tuple[str, Words]], *rows: Child) -> rx.Component:
    """`heads` are (words, class) pairs; class "right" for amounts, "when" and "made" leave on a phone."""
    cells = (rx.el.th(words, scope="col", class_name=look) for words, look in heads)
    return rx.el.table(
        rx.el.caption(caption, class_name="hide"),
        rx.el.thead(rx.el.tr(*cells)),
        rx.el.tbody(*rows),
        class_name="table",
    )


def order_heads(*, with_totals: Flag) -> tuple[tuple[str, Words], ...]:
    """Of a table of orders; without the totals for somebody who does not see money, to whom none are sent."""
    look = rx.cond(with_totals, "right", "gone")
    return (("Property", ""), ("Status", ""), ("Appointment", "when"), ("Total", look), ("Placed", "made right"))


def order_row(
    *,
    href: Words,
    cover: Words,
    street: Words,
    town: Words,
    whose: Words,
    state: Words,
    due: Words,
    when: Words,
    total: Words,
    placed: Words,
) -> rx.Component:
    """One order in the table under `order_heads`; `due` like *$412.50 due* or "", `whose` like *Tess, Coastline* or ""."""
    place = address(street, town, rx.cond(whose, rx.el.span(whose, class_name="whose"), rx.fragment()))
    return rx.el.tr(
        rx.el.td(go(thumb(cover), place, to=href, kind="place")),
        rx.el.td(status(state), rx.cond(due, rx.el.span(" ", due, class_name="duenote"), rx.fragment())),
        rx.el.td(when, class_name="when num"),
        rx.el.td(total, class_name=rx.cond(total, "right num strong", "gone")),
        rx.el.td(placed, class_name="made right num quiet"),
    )
