"""Links of one's own to some photos of the listing in the address: making them, what was used, ending them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.domain.delivery.shared_links import ShareTile, sharing_page
from portal_app.domain.delivery.sharing import ShareRequest, end_shared_link, share_photos
from portal_app.ui.components.made_links import LinkLine
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.made_links import link_line
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_argument, studio_of, viewer_of

TYPED = ("label", "size", "ends_on", "most")


class Sharing(Base):
    """The form starts with every photo chosen."""

    street: str = ""
    way_back: str = ""
    is_locked: bool = False
    tiles: list[ShareTile] = []
    picked: list[str] = []
    links: list[LinkLine] = []
    usual_end: str = ""
    last_end: str = ""
    made_so_far: int = 0
    ending: str = ""
    ending_label: str = ""
    loaded: bool = False

    @rx.var
    def picked_words(self) -> str:
        """How many of how many."""
        return f"{len(self.picked):,} of {len(self.tiles):,} photos chosen"

    @customer
    async def load(self) -> None:
        """Read the listing afresh; every photo is chosen, nothing is asked."""
        self.ending = self.ending_label = ""
        await self._read()
        self.picked = [tile.public_id for tile in self.tiles]
        self.loaded = True

    @customer
    async def renew(self) -> None:
        """Somebody used a link, or photos came: what was chosen stays."""
        await self._read()
        there = {tile.public_id for tile in self.tiles}
        self.picked = [photo for photo in self.picked if photo in there]

    @customer
    async def pick(self, photo: str) -> None:
        """Choose a photo, or choose it no longer."""
        kept = set(self.picked) ^ {photo}
        self.picked = [tile.public_id for tile in self.tiles if tile.public_id in kept]

    @customer
    async def pick_all(self, every: bool) -> None:  # noqa: FBT001 (an event's argument)
        """Choose all, or none."""
        self.picked = [tile.public_id for tile in self.tiles] if every else []

    @customer
    async def share(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Make the link; it stands first in the list then."""
        request = ShareRequest(self.picked, **{name: str(form.get(name, ""))[:120] for name in TYPED})
        seal, listing = wiring.current().seal, route_argument(self)
        try:
            await act(share_photos, viewer_of(self), listing, request, seal, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.made_so_far += 1
        self.field_errors = {}
        self._say("The link is made. Copy it and hand it on.")
        await self._read()
        return rx.set_focus("links")

    @customer
    async def ask_end(self, shared_link: str, label: str) -> None:
        """Open the question before a link is ended; empty closes it."""
        self.ending, self.ending_label = shared_link, label[:120]

    @customer
    async def end(self) -> None:
        """It opens nothing from now on."""
        ended, self.ending = self.ending, ""
        await act(end_shared_link, viewer_of(self), ended, now=utc_now())
        self._say("Ended. It opens nothing anymore.")
        await self._read()

    async def _read(self) -> None:
        listing, seal = route_argument(self), wiring.current().seal
        found = await ask(sharing_page, viewer_of(self), listing, seal, now=utc_now())
        self.street, self.is_locked, self.way_back = found.street, found.is_locked, f"/listings/{listing}"
        self.tiles, self.usual_end, self.last_end = found.photos, found.usual_end, found.last_end
        here = studio_of(self).address
        self.links = [link_line(card, here) for card in found.links]
