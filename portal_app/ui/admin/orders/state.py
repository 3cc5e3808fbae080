"""All orders of the studio: search, filter, open."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.domain.billing.queries import due
from portal_app.domain.delivery.queries import cover_urls
from portal_app.domain.orders.queries import OrderRow, order_rows, status_counts
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.order_cards import STATUS_WORDS, OrderCard, order_card
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, viewer_of


class AdminOrdersState(Base):
    """The board: newest first, a page at a time."""

    rows: list[OrderCard] = []
    counts: dict[str, int] = {}
    search: str = ""
    status: str = ""
    more: str = ""
    loaded: bool = False

    @rx.var
    def tabs(self) -> list[list[str]]:
        """Value, words and count of every filter."""
        names = {"": "All"} | STATUS_WORDS
        return [[status, words, str(self.counts.get(status or "all", 0))] for status, words in names.items()]

    @rx.var
    def is_filtered(self) -> bool:
        """Whether an empty list may be the filter's doing."""
        return bool(self.search or self.status)

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """The first page, with the filters as they stand; also called when something changed."""
        self.counts = {str(status): count for status, count in (await ask(status_counts, viewer_of(self))).items()}
        self.counts["all"] = sum(self.counts.values())
        self.rows, self.more = await self._page("")
        self.loaded = True

    @staff(Permission.SEE_ORDERS)
    async def find(self, search: str) -> None:
        """Search by street, town, customer or number."""
        self.search = search[:100]
        self.rows, self.more = await self._page("")

    @staff(Permission.SEE_ORDERS)
    async def filter(self, status: str) -> None:
        """Only one status; empty shows all."""
        self.status = status if status in STATUS_WORDS else ""
        self.rows, self.more = await self._page("")

    @staff(Permission.SEE_ORDERS)
    async def clear(self) -> None:
        """All orders again."""
        self.search = self.status = ""
        self.rows, self.more = await self._page("")

    @staff(Permission.SEE_ORDERS)
    async def show_more(self) -> None:
        """The next page below."""
        rows, self.more = await self._page(self.more)
        self.rows = [*self.rows, *rows]

    async def _page(self, after: str) -> tuple[list[OrderCard], str]:
        by = viewer_of(self)
        found = await ask(order_rows, by, status=self.status, search=self.search, after=after)
        owed = await ask(due, [row.id for row in found.rows])
        covers = await ask(cover_urls, by, [row.listing_id for row in found.rows])
        return [self._card(row, owed, covers) for row in found.rows], found.more

    def _card(self, row: OrderRow, owed: dict[int, int], covers: dict[int, str]) -> OrderCard:
        return order_card(
            row,
            zone=self.studio.zone,
            base="/admin/orders",
            due_cents=owed.get(row.id, 0),
            cover=covers.get(row.listing_id, ""),
        )
