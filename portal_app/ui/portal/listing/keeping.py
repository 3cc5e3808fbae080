"""What becomes of a listing: out of the lists and back, as one quiet line at its end."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.portal.listing.state import OneListing as S
from portal_app.ui.shared.session import Base


def kept() -> rx.Component:
    """Its customer archives it; holders of a link see nothing of this."""
    back = rx.fragment(f"In the archive since {S.place.archived}.", button("Bring it back", kind="soft", on_click=S.bring_back))
    line = rx.cond(S.place.archived, back, button("Move to the archive", kind="soft", on_click=S.archive))
    return rx.cond(Base.me.is_customer, rx.el.div(line, class_name="row wrap small quiet section"), rx.fragment())
