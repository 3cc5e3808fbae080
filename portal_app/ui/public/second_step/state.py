"""The second step after a password: a code, or setting one up. Nobody is signed in yet; the cookie's session says whose it is."""

from __future__ import annotations

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.domain.identity.enrolling import begin_app
from portal_app.domain.identity.models import Waits
from portal_app.domain.identity.stepping import Waiting
from portal_app.ui.components.signing import picture_of
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.run import act
from portal_app.ui.shared.session import is_anybody, viewer_of
from portal_app.ui.shared.stepping import waiting_here


class SecondStep(Door):
    """`waits` is a word of `Waits`, empty when no session of this browser waits."""

    loaded: bool = False
    waits: str = ""
    person: str = ""
    has_app: bool = False
    has_passkey: bool = False
    is_proven: bool = False
    picture: str = ""
    key: str = ""
    _shown_to: int = 0

    @public
    async def load(self) -> rx.event.EventSpec | None:
        """Show what is waited for. Whoever waits for nothing goes home."""
        found = await waiting_here(self)
        self._take(found)
        if found and found.waits_for is Waits.SET_UP and found.is_proven:
            await self._draw(found)
        self.loaded = True
        if found is None and is_anybody(self):
            return rx.redirect("/admin" if viewer_of(self).is_staff else "/")
        return self._enter("second-step", fields=("code",))

    def _take(self, found: Waiting | None) -> None:
        self.waits = str(found.waits_for) if found else ""
        self.person = found.by.email if found else ""
        self.has_app, self.has_passkey = bool(found and found.has_app), bool(found and found.has_passkey)
        self.is_proven = bool(found and found.is_proven)
        if found is None or found.session_id != self._shown_to:
            self.picture, self.key, self._shown_to = "", "", 0

    async def _draw(self, found: Waiting) -> None:
        """Once for each session: a page that comes back from an app on the same phone still shows what was scanned."""
        if self._shown_to == found.session_id:
            return
        made = await act(begin_app, wiring.current().seal, found.by, now=utc_now())
        self.picture, self.key, self._shown_to = picture_of(made.address), made.key, found.session_id
