"""A customer's orders: newest first, found by address or number, filtered by status."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.order_board import filters, read_counts, read_page
from portal_app.ui.shared.order_cards import STATUS_WORDS, OrderCard
from portal_app.ui.shared.session import viewer_of
from portal_app.ui.shared.team_choice import TeamChoice


class Orders(TeamChoice):
    """The table, a page at a time."""

    rows: list[OrderCard] = []
    counts: dict[str, int] = {}
    search: str = ""
    status: str = ""
    more: str = ""
    loaded: bool = False

    @rx.var
    def tabs(self) -> list[tuple[str, str, str]]:
        """Value, words and count of every filter."""
        return filters(self.counts)

    @rx.var
    def is_filtered(self) -> bool:
        """Whether an empty list may be the filter's doing."""
        return bool(self.search or self.status or self.team)

    @customer
    async def load(self) -> None:
        """As many rows as are shown, with the filters as they stand; also called when something changed."""
        await self._read_teams()
        self.counts = await read_counts(viewer_of(self), self.team)
        self.rows, self.more = await self._page("", len(self.rows))
        self.loaded = True

    @customer
    async def find(self, search: str) -> None:
        """Search by street, town or number."""
        self.search = search[:100]
        await self._read()

    @customer
    async def only(self, status: str) -> None:
        """One status; empty shows all."""
        self.status = status if status in STATUS_WORDS else ""
        await self._read()

    @customer
    async def in_team(self, team: str) -> None:
        """One team's; empty shows all."""
        self._choose(team)
        self.counts = await read_counts(viewer_of(self), self.team)
        await self._read()

    @customer
    async def clear(self) -> None:
        """All orders again."""
        self.search = self.status = self.team = ""
        self.counts = await read_counts(viewer_of(self))
        await self._read()

    @customer
    async def show_more(self) -> None:
        """The next page below."""
        rows, self.more = await self._page(self.more)
        self.rows = [*self.rows, *rows]

    async def _read(self) -> None:
        self.rows, self.more = await self._page("")

    async def _page(self, after: str, least: int = 0) -> tuple[list[OrderCard], str]:
        asked = {"status": self.status, "search": self.search, "team": self.team, "after": after, "least": least}
        return await read_page(viewer_of(self), zone=self.studio.zone, **asked)
