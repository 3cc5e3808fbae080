"""Skeletons: the final shape in well, shown after 150 ms, the same size as what comes."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.words import Child


def bar(width: str = "60%", height: str = "14px") -> rx.Component:
    """One line of text to come."""
    return rx.el.div(class_name="skeleton text", style={"width": width, "height": height, "marginTop": "10px"})


def waiting(*shapes: Child, label: str = "Loading", look: str = "") -> rx.Component:
    """A region that is loading."""
    return rx.el.div(*shapes, role="status", aria_busy="true", aria_label=label, class_name=f"waiting {look}".strip())


def card_skeleton() -> rx.Component:
    """A listing card to come."""
    return rx.el.div(rx.el.div(class_name="photo skeleton"), bar("72%", "16px"), bar("48%", "12px"))


def cards_skeleton(cards: int = 6) -> rx.Component:
    """A grid of listing cards to come."""
    return waiting(*(card_skeleton() for _ in range(cards)), label="Loading listings", look="listings three")


def rows_skeleton(rows: int = 6) -> rx.Component:
    """A table to come: the height of real rows."""

    def row() -> rx.Component:
        words = rx.el.div(bar("52%", "16px"), bar("34%", "12px"), class_name="grow")
        return rx.el.div(rx.el.div(class_name="thumb photo skeleton"), words, class_name="row row-skeleton")

    return waiting(*(row() for _ in range(rows)), label="Loading the list")


def page_skeleton() -> rx.Component:
    """A page to come: title, a panel, some lines."""
    return waiting(
        rx.el.div(class_name="skeleton title"),
        bar("180px"),
        rx.el.div(class_name="skeleton box", style={"marginTop": "32px"}),
        bar("80%"),
        bar("64%"),
        bar("72%"),
        label="Loading the page",
    )


def skeleton_page() -> rx.Component:
    """What stands in the HTML of a page whose address carries a number, until the app is there."""
    rail = rx.el.header(
        rx.el.span(rx.el.span(class_name="logo", aria_hidden="true"), rx.el.span(class_name="studio-name"), class_name="mark"),
        class_name="rail",
    )
    top = rx.el.header(
        rx.el.span(rx.el.span(class_name="logo", aria_hidden="true"), rx.el.span(class_name="studio-name"), class_name="mark"),
        class_name="top",
    )
    return rx.el.div(top, rail, rx.el.main(page_skeleton(), class_name="main"), class_name="frame")
