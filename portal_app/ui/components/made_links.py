"""Links that customers made to some photos: each with what it opens, how much of it was used, and its end."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.links import hand_on
from portal_app.ui.components.words import Words


@dataclass(frozen=True)
class LinkLine:
    """One link; `address` is empty when it cannot be handed on."""

    id: str
    label: str
    address: str
    words: str
    used: str
    is_open: bool


def made_link(line: rx.Var[LinkLine], *, on_end: rx.event.EventSpec) -> rx.Component:
    """One row."""
    end = button(rx.el.span("End", rx.el.span(" the link ", line.label, class_name="hide")), kind="soft", on_click=on_end)
    said = rx.el.div(
        rx.el.p(line.label, class_name="strong wrap-anywhere"),
        rx.el.p(line.words, class_name="small quiet"),
        rx.el.p(line.used, class_name="small num"),
        rx.cond(line.address, hand_on(line.address, line.label), rx.fragment()),
        rx.cond(line.is_open, end, rx.fragment()),
        class_name="stack gap-2",
    )
    return rx.el.li(said, class_name="handed")


def end_question(label: Words, *, is_open: rx.Var[bool], on_keep: rx.event.EventSpec, on_act: rx.EventHandler) -> rx.Component:
    """What follows, before a link is ended."""
    return confirm(
        f"End the link {label}?",
        "Whoever has it sees and downloads nothing anymore, from now on. A download that is running breaks off.",
        is_open=is_open,
        keep="Keep it",
        on_keep=on_keep,
        act="End the link",
        on_act=on_act,
    )
