"""A new password."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public


class Reset(Door):
    """The page that asks for an address first, then for the mailed code and a new password."""

    @public
    async def enter(self) -> rx.event.EventSpec | None:
        """Show what the form said, if it said something."""
        return self._enter("reset", fields=("email", "code", "password"))
