"""The ways from the deliver screen to its altered photos."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.deliver.state import DeliverState as S
from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.links import go


def way_to_altered() -> rx.Component:
    """Beneath the photos: where it is said of one that it is altered."""
    return rx.el.p(
        go("Altered photos and their originals", to=f"/admin/deliver/altered/{S.order.number}"), class_name="small under"
    )


def unpaired_way() -> rx.Component:
    """Beside what keeps the delivery back: the way to give an altered photo its original."""
    way = link_button("Choose the original", f"/admin/deliver/altered/{S.order.number}", wide=True)
    return rx.cond(S.order.unpaired, way, rx.fragment())
