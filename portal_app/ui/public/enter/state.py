"""Signing in by a mailed link."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.domain.customers.entering import link_card
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import route_argument, studio_of


class Enter(Door):
    """The page behind a mailed link. Opening it does nothing: mail scanners open links too."""

    token: str = ""
    name: str = ""
    email: str = ""
    loaded: bool = False

    @public
    async def enter(self) -> rx.event.EventSpec | None:
        """Show whose link this is, while it works, and keep its token for the button."""
        self.token = self.name = self.email = ""
        self.loaded = True
        token = route_argument(self)
        card = await ask(link_card, studio_of(self).id, token, now=utc_now())
        if card:
            self.token, self.name, self.email = token, card.name, card.email
        return self._enter("enter")
