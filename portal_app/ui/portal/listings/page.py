"""`/listings`: every listing as a card."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.fields import search_field
from portal_app.ui.components.frames import empty, page_head
from portal_app.ui.components.photos import listing_card
from portal_app.ui.components.waiting import cards_skeleton
from portal_app.ui.portal.listings.state import Listings as S
from portal_app.ui.shared.layout import portal_shell
from portal_app.ui.shared.team_choice import team_select


def page() -> rx.Component:
    """Search and the grid."""
    find = search_field("Search listings", placeholder="Address", default_value=S.search, on_change=S.find.debounce(200))
    return portal_shell(
        page_head(rx.el.h1("Listings"), rx.el.div(team_select(S, S.in_team), find, class_name="narrow-by")),
        rx.cond(S.loaded, _grid(), cards_skeleton()),
    )


def _grid() -> rx.Component:
    return rx.cond(
        S.cards,
        rx.fragment(rx.el.div(rx.foreach(S.cards, _card), class_name="listings three"), _more()),
        rx.cond((S.search != "") | (S.team != ""), _nothing(), _none()),
    )


def _card(card: rx.Var) -> rx.Component:
    return listing_card(
        href=card.href,
        street=card.street,
        town=card.town,
        state=card.state,
        cover=card.cover,
        counts=card.counts,
        waiting=card.waiting,
        locked=card.is_locked,
        whose=card.whose,
        note=card.note,
    )


def _more() -> rx.Component:
    older = rx.cond(S.is_more, button("Show 24 more", on_click=S.show_more), rx.fragment())
    return rx.el.div(rx.el.p(S.shown_words, class_name="small quiet num"), older, class_name="row between more")


def _nothing() -> rx.Component:
    act = button("Show all listings", on_click=S.clear)
    words = rx.cond(S.search, f"Nothing matches “{S.search}”", "Nothing in this team yet")
    return empty("search", words, "Try the street or the town.", act)


def _none() -> rx.Component:
    act = link_button("Place your first order", "/place-order", kind="main")
    return empty("photo", "No listings yet", "Your photos appear here as soon as the studio delivers them.", act)
