"""Signing up."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public


class SignUp(Door):
    """The sign-up page."""

    @public
    async def enter(self) -> rx.event.EventSpec | None:
        """Show what the form said, if it said something."""
        return self._enter("sign-up", fields=("name", "email", "phone", "password"))
