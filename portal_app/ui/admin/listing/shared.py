"""The links its customer made to some photos of a listing, for the studio to see and to end."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.listing.state import ListingDesk as S
from portal_app.ui.components.frames import setting
from portal_app.ui.components.made_links import end_question, made_link
from portal_app.ui.shared.session import may

WORDS = (
    "For an assistant, a print shop, a seller: they see some photos without signing in. Only a customer makes and hands on links."
)


def shared_part() -> rx.Component:
    """Nothing where nobody made one, nor for whoever may not end them."""
    rows = rx.el.ul(rx.foreach(S.links, _line), aria_label="Links")
    part = rx.cond(S.links, setting("Links its customer made", WORDS, rows, key="links"), rx.fragment())
    return rx.cond(may(Permission.DELIVER), part, rx.fragment())


def shared_question() -> rx.Component:
    """Before one is ended."""
    asked = end_question(S.ending_label, is_open=S.ending != "", on_keep=S.ask_end("", ""), on_act=S.end_link)
    return rx.cond(may(Permission.DELIVER), asked, rx.fragment())


def _line(line: rx.Var) -> rx.Component:
    return made_link(line, on_end=S.ask_end(line.id, line.label))
