"""Status: a small drawn shape and a word, never a pill. The shape differs, so the color may be missing."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.words import Words

RING = ("circle", {"cx": "7", "cy": "7", "r": "5"})
HALF = ("path", {"d": "M7 2a5 5 0 0 1 0 10z", "class_name": "solid"})
DISC = ("circle", {"cx": "7", "cy": "7", "r": "5.6", "class_name": "solid"})
CROSS = ("path", {"d": "M3 3l8 8M11 3l-8 8"})
TRIANGLE = ("path", {"d": "M2 10.5 7 3l5 7.5z"})
DIAMOND = ("path", {"d": "M7 1 13 7l-6 6-6-6z", "class_name": "solid"})
GEM = ("path", {"d": "M7 1.5 12.500 7 7 12.500 1.500 7z"})
HALF_GEM = ("path", {"d": "M7 1.500 12.500 7 7 12.500z", "class_name": "solid"})
DASHED = ("circle", {"cx": "7", "cy": "7", "r": "5", "stroke_dasharray": "2.6 2.6"})
LATE = ("path", {"d": "M7 2v6M7 11.6h.01", "class_name": "heavy"})
CHECK = ("path", {"d": "M2 7.5 5.5 11 12 3.5", "class_name": "heavy"})

STATES = {
    "pending": ("Pending", (RING,)),
    "accepted": ("Accepted", (RING, HALF)),
    "completed": ("Completed", (DISC,)),
    "canceled": ("Canceled", (CROSS,)),
    "production": ("In production", (TRIANGLE,)),
    "due": ("Payment due", (DIAMOND,)),
    "ready": ("Ready", (CHECK,)),
    "away": ("Put away", (DASHED,)),
    "draft": ("Draft", (DASHED,)),
    "open": ("Open", (GEM,)),
    "partly": ("Partly paid", (GEM, HALF_GEM)),
    "paid": ("Paid", (CHECK,)),
    "overdue": ("Overdue", (LATE,)),
    "void": ("Void", (CROSS,)),
}


def status(state: Words) -> rx.Component:
    """The shape and word of one of `STATES`; a state it does not know draws nothing."""
    if isinstance(state, str):
        return _drawn(state)
    return rx.match(state, *((name, _drawn(name)) for name in STATES), rx.fragment())


def sign(word: str, shapes: tuple, look: str) -> rx.Component:
    """A shape and word that one page alone needs, in the tone of one of `STATES`."""
    return rx.el.span(_shape(shapes), word, class_name=f"status {look}")


def _drawn(state: str) -> rx.Component:
    word, shapes = STATES[state]
    return sign(word, shapes, state)


def _shape(shapes: tuple) -> rx.Component:
    return rx.el.svg(
        *(getattr(rx.el, tag)(**attributes) for tag, attributes in shapes),
        view_box="0 0 14 14",
        width="14",
        height="14",
        aria_hidden="true",
        class_name="i",
    )
