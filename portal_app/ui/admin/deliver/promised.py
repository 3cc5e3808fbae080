"""What the order promises against what is here, and the word of whoever delivers without some of it."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.deliver.cards import Check
from portal_app.ui.admin.deliver.state import DeliverState as S
from portal_app.ui.components.fields import switch
from portal_app.ui.components.icons import icon


def checklist() -> rx.Component:
    """Each kind that was promised; nothing where the order promises nothing."""
    rows = rx.el.ul(rx.foreach(S.checks, _check), class_name="promised")
    return rx.cond(S.checks, rx.el.div(rx.el.h3("What was ordered", id="ordered"), rows, class_name="stack gap-2"), rx.fragment())


def _check(check: rx.Var[Check]) -> rx.Component:
    drawing = rx.cond(check.is_missing, icon("warning", size=16), icon("check", size=16))
    return rx.el.li(drawing, rx.el.span(check.words), class_name=rx.cond(check.is_missing, "short", ""))


def without() -> rx.Component:
    """The switch that lets it go out as it is."""
    words = f"Missing: {S.gaps}. The customer sees what is here"
    on_it = switch("Deliver without what is missing", words, checked=S.with_gaps, on_change=S.choose_gaps)
    return rx.cond(S.gaps, on_it, rx.fragment())
