"""An invitation, as whoever opened its link stands to it."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.domain.customers.accepting import REFUSALS, Reception, Standing, ended_words, reception
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import is_anybody, route_argument, studio_of, viewer_of


class Invited(Door):
    """The page behind a mailed invitation. Opening it does nothing: mail scanners open links too."""

    token: str = ""
    standing: str = ""
    place: str = ""
    offer: str = ""
    address: str = ""
    what_now: str = ""

    @public
    async def enter(self) -> rx.event.EventSpec | None:
        """Say what it is, and what this person can do about it."""
        self.token = route_argument(self)
        by = viewer_of(self) if is_anybody(self) else None
        found: Reception = await ask(reception, studio_of(self).id, by, self.token, now=utc_now())
        told = self._enter("invitation", fields=("name", "password"))
        self.onward = f"/invitation/{self.token}"
        self.standing, self.address = str(found.standing), found.email
        self.place = found.team or self.studio.name
        self.offer = _offer(found, self.studio.name)
        self.what_now = REFUSALS.get(found.standing, "")
        self.typed_name = self.typed_name or found.name
        if found.standing is Standing.ENDED:
            self.what_now, self.sentence = ended_words(found.invited_by), ""
        return told


def _offer(found: Reception, studio: str) -> str:
    """`Carl Nakamura invites you to join Coastline at Harbor Light.`"""
    if found.team:
        as_whom = ", as one of its admins" if found.role == "admin" else ""
        return f"{found.invited_by} invites you to join {found.team} at {studio}{as_whom}."
    article = "an" if found.role[:1] in "aeo" else "a"
    return f"{found.invited_by} invites you to work at {studio} as {article} {found.role}."
