"""Proving a mailbox."""

from __future__ import annotations

from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public


class Verify(Door):
    """The page that takes the mailed code."""

    @public
    async def enter(self) -> None:
        """Show what the form said, and where the code went."""
        self._enter("verify")
        self.typed_email = self.typed_email or self.me.email
