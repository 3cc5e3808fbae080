"""`/admin/listings`: every listing as a card."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.listings.state import StudioListings as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import search_field
from portal_app.ui.components.frames import empty, filter_tabs, page_head
from portal_app.ui.components.photos import listing_card
from portal_app.ui.components.waiting import cards_skeleton
from portal_app.ui.shared.layout import admin_shell


def page() -> rx.Component:
    """Search, the two lists, the grid."""
    find = search_field("Search listings", placeholder="Address", default_value=S.search, on_change=S.find.debounce(200))
    return admin_shell(
        page_head(rx.el.h1("Listings"), find),
        filter_tabs("Which listings", S.tabs, S.shelf, S.only),
        rx.el.div(rx.cond(S.loaded, _grid(), cards_skeleton()), class_name="sheet-top"),
    )


def _grid() -> rx.Component:
    more = rx.cond(S.is_more, button("Show 24 more", on_click=S.show_more), rx.fragment())
    cards = rx.el.div(rx.foreach(S.cards, _card), class_name="listings three")
    return rx.cond(
        S.cards, rx.fragment(cards, rx.el.div(more, class_name="row more end")), rx.cond(S.search, _nothing(), _none())
    )


def _card(card: rx.Var) -> rx.Component:
    return listing_card(
        href=card.href, street=card.street, town=card.town, state=card.state, cover=card.cover, counts=card.counts,
        waiting=card.waiting,
    )  # fmt: skip


def _nothing() -> rx.Component:
    return empty(
        "search", f"Nothing matches “{S.search}”", "Try the street or the town.", button("Clear search", on_click=S.clear)
    )


def _none() -> rx.Component:
    archived = empty("photo", "Nothing in the archive", "What you archive leaves the lists and waits here.")
    return rx.cond(S.shelf, archived, empty("photo", "No listings yet", "The first order that is placed opens one."))
