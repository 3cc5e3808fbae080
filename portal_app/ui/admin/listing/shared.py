"""The links its customer made to some photos of a listing, for the studio to see and to end."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.listing.state import ListingDesk as S
from portal_app.ui.components.frames import setting
from portal_app.ui.components.made_links import end_question, made_link

WORDS = (
    "For an assistant, a print shop, a seller: they see some photos without signing in. Only a customer makes and hands on links."
)


def shared_part() -> rx.Component:
    """Nothing where nobody made one."""
    rows = rx.el.ul(rx.foreach(S.links, _line), aria_label="Links")
    return rx.cond(S.links, setting("Links its customer made", WORDS, rows, key="links"), rx.fragment())


def shared_question() -> rx.Component:
    """Before one is ended."""
    return end_question(S.ending_label, is_open=S.ending != "", on_keep=S.ask_end("", ""), on_act=S.end_link)


def _line(line: rx.Var) -> rx.Component:
    return made_link(line, on_end=S.ask_end(line.id, line.label))
