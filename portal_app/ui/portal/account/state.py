"""One's own account, a customer's or a member's: profile, address, look, the way out."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.domain.customers.profile import Profile, change_profile, own_profile
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import person
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import viewer_of


class Account(Door):
    """What somebody may see and say about themselves."""

    name: str = ""
    phone: str = ""
    company: str = ""
    is_saving: bool = False
    loaded: bool = False

    @person
    async def load(self) -> rx.event.EventSpec | None:
        """Show what is known, and what a form said."""
        own = await ask(own_profile, viewer_of(self))
        self.name, self.phone, self.company = own.name, own.phone, own.company
        self.loaded = True
        return self._enter("email", fields=("email", "password", "code"))

    @person
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save the profile; the page then shows the person under their new name."""
        self.name, self.phone, self.company = (str(form.get(field, ""))[:300] for field in ("name", "phone", "company"))
        try:
            await act(change_profile, viewer_of(self), Profile(self.name, self.phone, self.company), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("Saved. Your next order carries it." if self.me.is_customer else "Saved.")
        return Account.load
