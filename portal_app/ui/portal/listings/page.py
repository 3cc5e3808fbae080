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
        rx.cond(S.loaded, rx.fragment(_grid(), _archive()), cards_skeleton()),
    )


def _grid() -> rx.Component:
    return rx.cond(
        S.cards,
        rx.fragment(rx.el.div(rx.foreach(S.cards, _card), class_name="listings three"), _more()),
        rx.cond((S.search != "") | (S.team != "") | S.in_archive | (S.archived > 0), _nothing(), _none()),
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


def _archive() -> rx.Component:
    """The way to what was put out of the list, and back."""
    go_in = button(f"Archive, {S.archived}", kind="soft", on_click=S.look_in_archive(True))
    out = button("Back to the listings", kind="soft", on_click=S.look_in_archive(False))
    return rx.cond(S.in_archive, out, rx.cond(S.archived > 0, go_in, rx.fragment()))


def _nothing() -> rx.Component:
    act = button("Show all listings", on_click=S.clear)
    here = rx.cond(
        S.team, "Nothing in this team yet", rx.cond(S.in_archive, "The archive is empty", "Everything is in the archive")
    )
    words = rx.cond(S.search, f"Nothing matches “{S.search}”", here)
    return empty("search", words, "Try the street or the town.", act)


def _none() -> rx.Component:
    act = link_button("Place your first order", "/place-order", kind="main")
    return empty("photo", "No listings yet", "Your photos appear here as soon as the studio delivers them.", act)
