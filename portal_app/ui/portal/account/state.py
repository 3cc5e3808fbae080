"""One's own account, a customer's or a member's."""

from __future__ import annotations

from portal_app.ui.shared.guard import person
from portal_app.ui.shared.session import Base


class Account(Base):
    """What this person may see about themselves is in `me`; nothing else is needed yet."""

    loaded: bool = False

    @person
    async def load(self) -> None:
        """The page is there once we know who it is."""
        self.loaded = True
