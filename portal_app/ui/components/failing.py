"""What people see when something is wrong: no connection, a page that broke, a page that is not there."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.icons import icon
from portal_app.ui.components.links import away
from portal_app.ui.components.words import Child, Words

OFFLINE = "You are offline. What you typed is kept, paying waits; we go on when you are back."


def offline_banner(is_offline: rx.Var[bool]) -> rx.Component:
    """A strip above the page while the connection is lost; it covers nothing."""
    strip = rx.el.div(icon("warning"), rx.el.span(OFFLINE), role="alert", class_name="offline")
    return rx.cond(is_offline, strip, rx.fragment())


def _alone(title: Words, words: Words, *acts: Child, is_titled: bool = False) -> rx.Component:
    return rx.el.main(
        rx.el.title(title) if is_titled else None,
        rx.el.div(
            rx.el.span(class_name="logo", aria_hidden="true"),
            rx.el.h1(title),
            rx.el.p(words, class_name="quiet"),
            rx.el.div(*acts, class_name="row wrap gap-1"),
            class_name="alone",
        ),
        id="main",
        tab_index=-1,
    )


def sorry_page() -> rx.Component:
    """The page broke while it was drawn. Says what is safe and how to go on; no trace, no blame."""
    return _alone(
        "Something broke on our side",
        "What was saved is safe. Load the page again; if it happens once more, tell the studio what you did last.",
        away("Load again", to="", kind="btn main-act"),
        away("Go to the start", to="/", kind="btn"),
        is_titled=True,
    )


def missing_page() -> rx.Component:
    """There is nothing at this address, or not for this person: the two look the same."""
    return _alone(
        "This page does not exist",
        "The address may be mistyped, or the page is not yours to see.",
        away("Go to the start", to="/", kind="btn main-act"),
        away("Sign in", to="/login", kind="btn"),
    )


def missing_part(words: Words = "This does not exist, or it is not yours to see.") -> rx.Component:
    """The same inside the app's frame, for an order or a listing nobody can find."""
    back = away("Go to the start", to="/", kind="btn main-act")
    return rx.el.div(icon("search", size=40, stroke=1), rx.el.h1("Not found"), rx.el.p(words), back, class_name="empty")
