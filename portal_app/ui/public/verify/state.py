"""Proving a mailbox."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public


class Verify(Door):
    """The page that takes the mailed code."""

    @public
    async def enter(self) -> rx.event.EventSpec | None:
        """Show what the form said, and where the code went; who is proven already goes on."""
        focus = self._enter("verify", fields=("code",))
        if self.me.is_verified:
            return rx.redirect(self.onward)
        self.typed_email = self.typed_email or self.me.email
        return focus
