"""How long the files of a listing are kept: until when, for ever, brought back."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.listing.state import ListingDesk as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import switch
from portal_app.ui.components.frames import note, setting
from portal_app.ui.shared.session import may


def kept_part() -> rx.Component:
    """What holds for the files now, and what may be done about it."""
    keeping = S.keeping
    gone = note(f"Deleted on {keeping.emptied}. Upload and deliver again to fill this listing.", tone="wait")
    back = _if_may(button("Bring the files back", kind="main", on_click=S.restore))
    away = rx.fragment(note(f"Put away on {keeping.put_away}. They can come back until {keeping.restorable}.", tone="wait"), back)
    until = rx.cond(keeping.until, f"Kept until {keeping.until}.", "Kept for ever.")
    always = rx.cond(
        keeping.months > 0,
        _if_may(
            switch("Keep for ever", "The studio’s rule does not count here", checked=keeping.is_for_ever, on_change=S.keep_it)
        ),
        rx.fragment(),
    )
    there = rx.fragment(rx.el.p(until), always)
    now = rx.cond(keeping.emptied, gone, rx.cond(keeping.put_away, away, there))
    words = "How long they can be seen and downloaded. The rule for all listings is under Settings, Delivery."
    return setting("Files", words, rx.el.div(now, class_name="stack"), key="files")


def _if_may(part: rx.Component) -> rx.Component:
    return rx.cond(may(Permission.DELIVER), part, rx.fragment())
