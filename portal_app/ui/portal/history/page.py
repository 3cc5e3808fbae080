"""`/listings/history/[listing]`: what both sides can rely on, newest first, and its PDF."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.components.buttons import button, file_button
from portal_app.ui.components.fields import segments
from portal_app.ui.components.frames import crumb, empty, filter_tabs, page_head, timeline
from portal_app.ui.portal.history.state import ListingHistory as S
from portal_app.ui.portal.history.state import Moment
from portal_app.ui.shared.layout import listing_shell
from portal_app.ui.shared.session import may

SIDES = (("studio", "What you see"), ("customer", "What the customer sees"))


def page() -> rx.Component:
    """One list for both sides; the studio can look at either."""
    under = f"Mails, links, files and payments of this listing. Times are {S.head.zone}."
    return listing_shell(
        crumb(S.head.street, S.head.listing, "History"),
        page_head(rx.el.h1("Delivery history"), _papers(), under=rx.el.p(under, class_name="quiet")),
        rx.el.div(
            rx.cond(may(Permission.DELIVER), _sides(), rx.fragment()),
            filter_tabs("Show only", S.tabs, S.about, S.choose_about),
            rx.cond(S.moments, _lines(), empty("clock", "Nothing here yet.", "What happens is written here as it happens.")),
            class_name="stack gap-5",
        ),
        ready=S.loaded,
    )


def _sides() -> rx.Component:
    choice = segments("Whose view", "side", SIDES, value=S.side, on_change=S.choose_side)
    return rx.el.div(choice, class_name="row wrap")


def _papers() -> rx.Component:
    own = file_button("PDF", S.head.paper, download=True)
    theirs = file_button("PDF for the customer", S.head.customers_paper, kind="soft", download=True)
    return rx.el.div(rx.cond(may(Permission.DELIVER), theirs, rx.fragment()), own, class_name="acts")


def _lines() -> rx.Component:
    more = rx.cond(S.more_words, button(S.more_words, on_click=S.show_more), rx.fragment())
    return rx.el.div(timeline(rx.foreach(S.moments, _line)), rx.el.div(more), class_name="stack gap-4")


def _line(line: rx.Var[Moment]) -> rx.Component:
    detail = rx.cond(line.detail, rx.el.p(line.detail), rx.fragment())
    return rx.el.li(rx.el.p(line.words), detail, rx.el.p(line.caption), class_name=line.look)
