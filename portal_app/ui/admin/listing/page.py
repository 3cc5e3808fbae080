"""`/admin/listings/[listing]`: where it stands, and what becomes of it."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.listing.files import kept_part
from portal_app.ui.admin.listing.moving import transfer_part, transfer_question
from portal_app.ui.admin.listing.shared import shared_part, shared_question
from portal_app.ui.admin.listing.state import ListingDesk as S
from portal_app.ui.components.address import address_title
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.frames import crumb, note, page_head, setting
from portal_app.ui.components.status import status
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.session import may


def page() -> rx.Component:
    """Head, ways on, and one part for each thing that can be decided."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    here = S.place
    under = rx.el.div(status(here.state), rx.el.span(here.what, class_name="small quiet"), class_name="row wrap")
    head = page_head(
        rx.el.div(crumb("Listings", "/admin/listings", here.street), address_title(here.street, here.town)), under=under
    )
    return rx.fragment(
        head, _ways(), kept_part(), shared_part(), _archive(), transfer_part(), transfer_question(), shared_question()
    )


def _ways() -> rx.Component:
    order = rx.fragment(
        link_button("Open the order", f"/admin/orders/{S.place.order}"),
        rx.cond(may(Permission.UPLOAD), link_button("Upload and deliver", f"/admin/deliver/{S.place.order}"), rx.fragment()),
    )
    return rx.el.div(
        link_button("See it as delivered", f"/listings/{S.place.id}", drawing="photo"),
        rx.cond(S.place.order, order, rx.fragment()),
        class_name="row wrap",
    )


def _archive() -> rx.Component:
    words = "It leaves the studio’s lists and its customer’s. Nothing is deleted, links and downloads work as before."
    filed = rx.fragment(
        note(f"In the archive since {S.place.archived}."),
        _if_may(button("Bring it back", on_click=S.bring_back)),
    )
    away = _if_may(button("Move to the archive", on_click=S.archive))
    return setting("Archive", words, rx.el.div(rx.cond(S.place.archived, filed, away), class_name="stack"), key="archive")


def _if_may(part: rx.Component) -> rx.Component:
    return rx.cond(may(Permission.DELIVER), part, rx.fragment())
