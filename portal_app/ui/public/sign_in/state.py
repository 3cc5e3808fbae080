"""Signing in."""

from __future__ import annotations

from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public


class SignIn(Door):
    """The sign-in page."""

    @public
    async def enter(self) -> None:
        """Show what the form said, if it said something."""
        self._enter("sign-in")
