"""The customer's own account."""

from __future__ import annotations

from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.session import Base


class Account(Base):
    """What this person may see about themselves is in `me`; nothing else is needed yet."""

    loaded: bool = False

    @customer
    async def load(self) -> None:
        """The page is there once we know who it is."""
        self.loaded = True
