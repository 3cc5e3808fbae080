"""Signing in."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.stepping import waiting_here


class SignIn(Door):
    """The sign-in page."""

    @public
    async def enter(self) -> rx.event.EventSpec | None:
        """Show what the form said, if it said something."""
        said = self._enter("sign-in", "enter", fields=("email", "password"))
        return rx.redirect(f"/second-step{self.carried}") if await waiting_here(self) else said
