"""A customer's listings: newest first, found by address."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.delivery.queries import listing_cards, listing_count
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.listing_cards import Card, card_of
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import viewer_of
from portal_app.ui.shared.team_choice import TeamChoice

PAGE = 24


class Listings(TeamChoice):
    """The grid, and how much of it is shown."""

    cards: list[Card] = []
    total: int = 0
    search: str = ""
    archived: int = 0
    in_archive: bool = False
    loaded: bool = False

    @rx.var
    def shown_words(self) -> str:
        """`1–24 of 46`"""
        return f"1–{len(self.cards)} of {self.total}"

    @rx.var
    def is_more(self) -> bool:
        """Whether older ones are not shown yet."""
        return len(self.cards) < self.total

    @customer
    async def load(self) -> None:
        """The newest ones, as many as were shown; also called when something changed."""
        await self._read_teams()
        await self._read(max(PAGE, len(self.cards)))
        self.loaded = True

    @customer
    async def find(self, search: str) -> None:
        """Only those whose address matches."""
        self.search = search[:100]
        await self._read(PAGE)

    @customer
    async def in_team(self, team: str) -> None:
        """One team's; empty shows all."""
        self._choose(team)
        await self._read(PAGE)

    @customer
    async def look_in_archive(self, on: bool) -> None:  # noqa: FBT001
        """What is in the archive, or everything else."""
        self.in_archive = on
        await self._read(PAGE)

    @customer
    async def clear(self) -> None:
        """All of them again."""
        self.search = self.team = ""
        await self._read(PAGE)

    @customer
    async def show_more(self) -> None:
        """Older ones below."""
        await self._read(len(self.cards) + PAGE)

    async def _read(self, limit: int) -> None:
        by = viewer_of(self)
        asked = {"search": self.search, "team": self.team}
        self.archived = await ask(listing_count, by, **asked, archived=True)
        found = await ask(listing_cards, by, **asked, archived=self.in_archive, limit=min(limit, 500))
        self.total = self.archived if self.in_archive else await ask(listing_count, by, **asked)
        self.cards = [card_of(listing) for listing in found]
