"""What becomes of a listing: until when its files are there, out of the lists and back, as one quiet line at its end."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.frames import empty
from portal_app.ui.components.links import away
from portal_app.ui.portal.listing.state import OneListing as S
from portal_app.ui.shared.session import Base


def kept() -> rx.Component:
    """Its customer archives it; holders of a link see nothing of this."""
    back = rx.fragment(f"In the archive since {S.place.archived}.", button("Bring it back", kind="soft", on_click=S.bring_back))
    line = rx.cond(S.place.archived, back, button("Move to the archive", kind="soft", on_click=S.archive))
    acts = rx.cond(Base.me.is_customer, line, rx.fragment())
    until = rx.cond(S.place.kept_until, f"Files are kept until {S.place.kept_until}.", "")
    return rx.el.div(rx.el.span(until), acts, class_name="row wrap between small quiet section")


def put_away() -> rx.Component:
    """Where the photos were: when they went, and until when they can come back."""
    words = rx.cond(
        S.place.restorable,
        f"Their time was over. The studio can bring them back until {S.place.restorable}: ask them.",
        "Their time was over, and they were deleted. Ask the studio whether it still has them.",
    )
    studio = Base.studio
    write = rx.cond(studio.email, away(f"Write to {studio.name}", to=f"mailto:{studio.email}", kind="btn"), rx.fragment())
    return empty("photo", f"The files were put away on {S.place.put_away}", words, write)
