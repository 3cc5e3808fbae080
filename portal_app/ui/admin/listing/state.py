"""One listing at the desk."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.viewer import Permission
from portal_app.domain.delivery.queries import listing_page
from portal_app.domain.listings.archiving import archive_listing, unarchive_listing
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_argument, viewer_of


@dataclass(frozen=True)
class Place:
    """The listing as its head says it."""

    id: str = ""
    street: str = ""
    town: str = ""
    state: str = ""
    what: str = ""
    order: int = 0
    archived: str = ""


class ListingDesk(Base):
    """The listing in the address."""

    place: Place = Place()
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the listing."""
        return self.place.street or "Listing"

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Read it afresh; also called when something changed."""
        page = await ask(listing_page, viewer_of(self), route_argument(self))
        self.place = Place(
            page.public_id, page.street, page.town, page.state, page.what_words, page.order_number, page.archived_words
        )
        self.loaded = True

    @staff(Permission.DELIVER)
    async def archive(self) -> None:
        """Out of the lists. The second press changes nothing."""
        await act(archive_listing, viewer_of(self), self.place.id, now=utc_now())
        self._say("It is in the archive. Its addresses open as before.")
        await ListingDesk.load.fn(self)

    @staff(Permission.DELIVER)
    async def bring_back(self) -> None:
        """Into the lists again."""
        await act(unarchive_listing, viewer_of(self), self.place.id, now=utc_now())
        self._say("It is back in the lists.")
        await ListingDesk.load.fn(self)
