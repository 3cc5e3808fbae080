"""Requests for changes, drawn for both sides: what was asked, where, before and after."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.frames import note
from portal_app.ui.components.links import away
from portal_app.ui.components.spots import plate, spotted
from portal_app.ui.components.status import CHECK, DISC, HALF, LATE, RING, sign
from portal_app.ui.components.words import Words
from portal_app.ui.shared.revision_cards import Request, Spot

SIGNS = (
    ("open", sign("Asked", (RING,), "pending")),
    ("in_work", sign("In work", (RING, HALF), "accepted")),
    ("delivered", sign("Delivered", (DISC,), "completed")),
    ("accepted", sign("Accepted", (CHECK,), "ready")),
    ("reopened", sign("Asked again", (LATE,), "overdue")),
)


def head_of(request: rx.Var[Request]) -> rx.Component:
    """Title, state, who and when."""
    return rx.el.div(
        rx.el.h3(request.title),
        rx.el.div(rx.match(request.state, *SIGNS, rx.fragment()), class_name="row wrap"),
        rx.el.p(request.who, class_name="small quiet"),
    )


def words_of(request: rx.Var[Request]) -> rx.Component:
    """What was asked, what was still wrong, and what the studio says."""
    shown = rx.el.p(away("The picture that shows what is meant", to=request.reference, target="_blank", rel="noopener"))
    return rx.el.div(
        rx.el.p(request.wish, class_name="pre"),
        rx.cond(request.reference, shown, rx.fragment()),
        rx.cond(request.again, note(rx.el.span("Asked again: ", class_name="strong"), request.again), rx.fragment()),
        rx.cond(request.answer, note(request.answer, drawing="message"), rx.fragment()),
        class_name="stack gap-3",
    )


def spots_of(spots: rx.Var[list[Spot]], act=None) -> rx.Component:
    """Each photo with the place that is meant, and beside it the new version. `act(spot)` stands beneath."""

    def one(spot: rx.Var[Spot]) -> rx.Component:
        said = rx.el.p(
            rx.el.span(spot.title, class_name="strong"),
            rx.cond(spot.where, rx.el.span(" · ", spot.where, class_name="quiet"), rx.fragment()),
            rx.cond(spot.note, rx.fragment(rx.el.br(), spot.note), rx.fragment()),
            class_name="small",
        )
        making = rx.cond(spot.is_making, rx.el.p("A new version is being made.", class_name="small quiet"), rx.fragment())
        return rx.el.li(said, _pictures(spot), making, act(spot) if act else rx.fragment(), class_name="stack gap-2")

    return rx.el.ul(rx.foreach(spots, one), class_name="stack gap-5")


def _pictures(spot: rx.Var[Spot]) -> rx.Component:
    marks = (spot.shape, spot.left, spot.top, spot.wide, spot.tall)
    before = plate(*spotted(spot.before, f"{spot.title}, before", *marks))
    after = plate(*spotted(spot.after, f"{spot.title}, after", rx.Var.create("whole"), "0%", "0%", "0%", "0%"))
    gone = rx.el.p("This photo is not in the listing anymore.", class_name="small quiet")
    first = _caption(rx.cond(spot.after, "Before", "As delivered"), spot.before_altered)
    return rx.el.div(
        rx.cond(spot.before, rx.el.figure(first, before), gone),
        rx.cond(spot.after, rx.el.figure(_caption("After", spot.after_altered), after), rx.fragment()),
        class_name="compare",
    )


def _caption(words: Words, altered: rx.Var[str]) -> rx.Component:
    """Which version it is, and what was altered in it."""
    return rx.el.figcaption(words, rx.cond(altered, rx.el.span(" · ", altered), rx.fragment()), class_name="tiny quiet")
