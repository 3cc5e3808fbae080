"""One's own account, a customer's or a member's: profile, address, copies, look, the way out."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.domain.customers.copies import own_copies, set_own_copies
from portal_app.domain.customers.profile import Profile, change_profile, own_profile
from portal_app.domain.customers.readdressing import cancel_new_email, pending_email
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import customer, person
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import viewer_of


class Account(Door):
    """What somebody may see and say about themselves."""

    name: str = ""
    phone: str = ""
    company: str = ""
    copies: str = ""
    pending: str = ""
    loaded: bool = False

    @person
    async def load(self) -> rx.event.EventSpec | None:
        """Show what is known, and what a form said."""
        by = viewer_of(self)
        own = await ask(own_profile, by)
        self.name, self.phone, self.company = own.name, own.phone, own.company
        self.copies = "\n".join(await ask(own_copies, by))
        self.pending = await ask(pending_email, by, now=utc_now())
        self.loaded = True
        flash = self._hear("email", "close", fields=("email", "password", "code", "word"))
        return rx.set_focus(f"{flash.form}-{flash.field}") if self.wrong_field else None

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

    @customer
    async def save_copies(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save who gets copies, one address a line."""
        self.copies = str(form.get("copies", ""))[:2000]
        try:
            await act(set_own_copies, viewer_of(self), self.copies.replace(",", " ").split(), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("Saved. Codes and warnings still come to you alone.")
        return None

    @person
    async def keep_email(self) -> None:
        """Think better of another address: its code stops working."""
        await act(cancel_new_email, viewer_of(self), now=utc_now())
        self.pending = self.sentence = ""
