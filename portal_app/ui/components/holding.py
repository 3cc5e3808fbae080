"""A time that is kept for the minutes paying takes, counting down in words."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.words import Number, Words


class Countdown(rx.Component):
    """Seconds that run down in the browser; the server's own clock decides when they are over."""

    library = "$/public/foyer.jsx"
    tag = "Countdown"
    seconds: rx.Var[int]
    before: rx.Var[str]
    over: rx.Var[str]
    on_over: rx.EventHandler[rx.event.no_args_event_spec]


def countdown(seconds: Number, over: Words, on_over) -> rx.Component:
    """*Your time is kept for 14 min 32 s*, then `over`; said aloud as it falls to 5 minutes and to 1."""
    return Countdown.create(
        seconds=seconds, before="Your time is kept for", over=over, on_over=on_over, class_name="small count-down"
    )
