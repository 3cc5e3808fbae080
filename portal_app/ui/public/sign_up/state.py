"""Signing up."""

from __future__ import annotations

from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public


class SignUp(Door):
    """The sign-up page."""

    @public
    async def enter(self) -> None:
        """Show what the form said, if it said something."""
        self._enter("sign-up")
