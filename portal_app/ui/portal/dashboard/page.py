"""`/`: the customer's home."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.address import address
from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.frames import empty, section
from portal_app.ui.components.links import go
from portal_app.ui.components.people import person
from portal_app.ui.components.photos import listing_card
from portal_app.ui.components.prices import line, lines
from portal_app.ui.portal.dashboard.state import Dashboard as S
from portal_app.ui.shared.layout import portal_shell
from portal_app.ui.shared.paying import pay_button
from portal_app.ui.shared.team_choice import team_select

MOST_OWED = 3


def page() -> rx.Component:
    """Next appointment and amount due, then the newest listings."""
    return portal_shell(
        rx.el.h1("Home", class_name="hide"),
        rx.cond(S.teams, rx.el.div(team_select(S, S.in_team), class_name="row end over"), rx.fragment()),
        rx.el.div(rx.cond(S.coming.number, _next(), _free()), rx.cond(S.amount_due, _due(), rx.fragment()), class_name="lead2"),
        section("Newest listings", _listings(), key="newest", aside=_all()),
        ready=S.loaded,
    )


def _next() -> rx.Component:
    visit = S.coming.visit
    who = rx.cond(visit.photographer, person(visit.initials, visit.photographer, "Your photographer"), rx.fragment())
    whose = rx.cond(S.coming.whose, rx.el.span(S.coming.whose, class_name="whose"), rx.fragment())
    caption = rx.cond(visit.caption, rx.el.p(visit.caption, class_name="small quiet under"), rx.fragment())
    return rx.el.section(
        rx.el.h2("Your next appointment", class_name="kick", id="next"),
        rx.el.p(S.coming.day, rx.el.span(visit.hours), class_name="day40"),
        rx.el.div(address(S.coming.street, S.coming.town, whose), who, class_name="row wrap between"),
        caption,
        rx.el.div(link_button("View order", f"/orders/{S.coming.number}"), class_name="row wrap acts0"),
        aria_labelledby="next",
    )


def _free() -> rx.Component:
    act = link_button("Place order", "/place-order", kind="main", drawing="plus")
    return rx.el.section(
        rx.el.h2("Your next appointment", class_name="kick", id="next"),
        rx.el.p("Nothing booked", rx.el.span("Booking takes two minutes"), class_name="day40"),
        rx.el.div(act, class_name="row wrap acts0"),
        aria_labelledby="next",
    )


def _due() -> rx.Component:
    rows = rx.foreach(
        S.owing[:MOST_OWED],
        lambda one: line(go(one.street, to=f"/orders/{one.number}", kind="plain-link"), one.amount, one.detail),
    )
    return rx.el.section(
        rx.el.h2("Amount due", class_name="kick", id="due"),
        rx.el.p(S.amount_due, class_name="big num"),
        rx.el.p(S.orders_words, class_name="small quiet"),
        lines(rows, small=True),
        rx.cond(S.to_pay.number, _pay_oldest(), rx.fragment()),
        rx.cond(S.owing.length() > 1, _several(), rx.fragment()),
        class_name="panel due",
        aria_labelledby="due",
    )


def _pay_oldest() -> rx.Component:
    what_for = rx.el.p(f"For {S.to_pay.street}", class_name="tiny quiet foot-note")
    return rx.el.div(
        pay_button(S.to_pay.number, S.to_pay.amount, wide=True),
        rx.cond(S.owing.length() > 1, what_for, rx.fragment()),
        class_name="under",
    )


def _several() -> rx.Component:
    return rx.el.p(go("Pay all of them, or some", to="/payments", kind="link small"), class_name="foot-note")


def _all() -> rx.Component:
    words = rx.cond(S.total == 1, "Open listings", f"All {S.total} listings")
    return rx.cond(S.total > 0, go(words, to="/listings", kind="link small"), rx.fragment())


def _listings() -> rx.Component:
    none = empty("photo", "No listings yet", "Your photos appear here as soon as the studio delivers them.")
    few = rx.el.div(rx.foreach(S.newest, _card), class_name="listings three")
    return rx.cond(S.total == 0, none, rx.cond((S.newest.length() < 3) | (S.newest[0].cover == ""), few, _mosaic()))


def _mosaic() -> rx.Component:
    first = rx.el.div(_card(S.newest[0], large=True), class_name="one")
    rest = rx.el.div(rx.foreach(S.newest[3:], _card), class_name="listings three")
    return rx.fragment(rx.el.div(first, _card(S.newest[1]), _card(S.newest[2]), class_name="mosaic"), rest)


def _card(card: rx.Var, *, large: bool = False) -> rx.Component:
    return listing_card(
        href=card.href,
        street=card.street,
        town=card.town,
        state=card.state,
        cover=card.cover_large if large else card.cover,
        counts=card.counts,
        waiting=card.waiting,
        locked=card.is_locked,
        whose=card.whose,
        note=card.note,
    )
