"""Signing in by a mailed link."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.session import route_argument


class Enter(Door):
    """The page behind a mailed link. Opening it does nothing: mail scanners open links too."""

    token: str = ""

    @public
    async def enter(self) -> rx.event.EventSpec | None:
        """Keep the link's token for the button. Whether it is good, the form finds out."""
        self.token = route_argument(self)
        return self._enter("enter")
