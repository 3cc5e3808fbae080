"""The studio's listings: newest first, found by address; the archive is a list of its own."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.domain.delivery.queries import listing_cards, listing_count
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.listing_cards import Card, card_of
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, viewer_of

PAGE, MOST = 24, 500
ARCHIVE = "archive"


class StudioListings(Base):
    """The grid, and how much of it is shown."""

    cards: list[Card] = []
    counts: list[int] = [0, 0]
    search: str = ""
    shelf: str = ""
    loaded: bool = False

    @rx.var
    def tabs(self) -> list[tuple[str, str, str]]:
        """Value, words and count of both lists."""
        return [("", "Listings", str(self.counts[0])), (ARCHIVE, "Archive", str(self.counts[1]))]

    @rx.var
    def is_more(self) -> bool:
        """Whether older ones are not shown yet."""
        return len(self.cards) < self.counts[self.shelf == ARCHIVE]

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """As many as were shown; also called when something changed."""
        await self._read(max(PAGE, len(self.cards)))
        self.loaded = True

    @staff(Permission.SEE_ORDERS)
    async def find(self, search: str) -> None:
        """Only those whose address matches."""
        self.search = search[:100]
        await self._read(PAGE)

    @staff(Permission.SEE_ORDERS)
    async def only(self, shelf: str) -> None:
        """What is in the lists, or what is in the archive."""
        self.shelf = ARCHIVE if shelf == ARCHIVE else ""
        await self._read(PAGE)

    @staff(Permission.SEE_ORDERS)
    async def clear(self) -> None:
        """All of them again."""
        self.search = ""
        await self._read(PAGE)

    @staff(Permission.SEE_ORDERS)
    async def show_more(self) -> None:
        """Older ones below."""
        await self._read(len(self.cards) + PAGE)

    async def _read(self, limit: int) -> None:
        by, asked = viewer_of(self), {"search": self.search}
        self.counts = [await ask(listing_count, by, **asked, archived=archived) for archived in (False, True)]
        found = await ask(listing_cards, by, **asked, archived=self.shelf == ARCHIVE, limit=min(limit, MOST))
        self.cards = [card_of(listing, at="/admin/listings") for listing in found]
