"""How files are handed over, as it is chosen."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.delivery.policies import own_delivery_policy, save_delivery_policy
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of


class DeliverySettings(Base):
    """One form; what was chosen stays in it until it is saved."""

    naming: str = ""
    altered_rule: str = ""
    keep_months: str = ""
    loaded: bool = False

    @staff(Permission.SETTINGS)
    async def load(self) -> None:
        """Read it afresh."""
        policy = await ask(own_delivery_policy, viewer_of(self))
        self.naming, self.altered_rule = policy.naming, policy.altered_rule
        self.keep_months = str(policy.keep_months)
        self.loaded = True

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save it."""
        self.field_errors = {}
        typed = {name: str(value) for name, value in form.items()}
        try:
            await act(save_delivery_policy, viewer_of(self), typed, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("Saved. What is delivered and downloaded from now on follows it.")
        return None
