"""The shelf: its order, what is on sale, and how a customer sees it."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.viewer import Permission
from portal_app.domain.catalog.queries import offers
from portal_app.domain.catalog.shelf import shelf
from portal_app.domain.catalog.shelving import bring_back, move_category, move_service, put_on_sale
from portal_app.domain.catalog.tiers import read_number
from portal_app.domain.scheduling.skills import duplicate_with_crew
from portal_app.ui.admin.catalog.cards import FiledCard, KindCard, SeenGroup, filed_cards, kind_cards, seen_groups
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of
from portal_app.ui.shared.sorting import stands_elsewhere


class CatalogState(Base):
    """Everything that is sold or could be; `said` is what a move did, for those who listen."""

    kinds: list[KindCard] = []
    archived: list[FiledCard] = []
    is_empty: bool = False
    said: str = ""
    focus_on: str = ""
    focus_turn: int = 0
    previewing: bool = False
    size: str = ""
    seen: list[SeenGroup] = []
    loaded: bool = False

    @staff(Permission.SETTINGS)
    async def load(self) -> None:
        """Read the shelf afresh; also called when something changed."""
        found = await ask(shelf, viewer_of(self))
        self.kinds, self.archived = kind_cards(found, self.studio.currency), filed_cards(found)
        self.is_empty = not any(kind.groups for kind in self.kinds)
        if self.previewing:
            await self._look()
        self.loaded = True

    @staff(Permission.SETTINGS)
    async def move(self, service: str, by_places: int) -> None:
        """One place earlier or later; the moved one keeps the focus."""
        place, of = await act(move_service, viewer_of(self), service, by_places, now=utc_now())
        await CatalogState.load.fn(self)
        stands_elsewhere(self, self._name_of(service), service, by_places, place, of)

    @staff(Permission.SETTINGS)
    async def move_group(self, kind: str, category: str, by_places: int) -> None:
        """A whole category, among those of its kind."""
        await act(move_category, viewer_of(self), kind, category, by_places, now=utc_now())
        await CatalogState.load.fn(self)
        groups = next((each.groups for each in self.kinds if each.kind == kind), [])
        place = next((place for place, group in enumerate(groups, 1) if group.category == category), 1)
        self.said = f"{category or 'What has no category'} is now {place} of {len(groups)}."

    @staff(Permission.SETTINGS)
    async def switch(self, service: str, is_on: bool) -> None:  # noqa: FBT001
        """On sale or not. Orders that have it keep it."""
        try:
            await act(put_on_sale, viewer_of(self), service, is_active=is_on, now=utc_now())
        finally:
            await CatalogState.load.fn(self)
        self.said = f"{self._name_of(service)} is {'on sale' if is_on else 'off sale'}."

    @staff(Permission.SETTINGS)
    async def duplicate(self, service: str) -> rx.event.EventSpec:
        """A copy beneath it, opened so that it can be made different."""
        copied = await act(duplicate_with_crew, viewer_of(self), service, now=utc_now())
        self._say("This is the copy. It is not on sale until you say so.")
        return rx.redirect(f"/admin/catalog/{copied}")

    @staff(Permission.SETTINGS)
    async def bring_back(self, service: str) -> None:
        """Out of the archive, off sale; the focus goes where it stands now."""
        await act(bring_back, viewer_of(self), service, now=utc_now())
        await CatalogState.load.fn(self)
        self._say(f"{self._name_of(service)} is back. It is not on sale until you say so.")
        self.focus_on, self.focus_turn = f"good-{service}", self.focus_turn + 1

    @staff(Permission.SETTINGS)
    async def preview(self, is_open: bool) -> None:  # noqa: FBT001
        """Show or put away what customers see."""
        self.previewing = is_open
        if is_open:
            await self._look()

    @staff(Permission.SETTINGS)
    async def look(self, area: str) -> None:
        """The same for a property of this size."""
        self.size = area[:20]
        await self._look()

    async def _look(self) -> None:
        found = await ask(offers, viewer_of(self))
        self.seen = seen_groups(found, read_number(self.size), self.studio.currency, self.studio.area_unit)

    def _name_of(self, service: str) -> str:
        goods = (good for kind in self.kinds for group in kind.groups for good in group.goods)
        return next((good.name for good in goods if good.id == service), "It")
