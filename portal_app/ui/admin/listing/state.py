"""One listing at the desk."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.delivery.keeping import Keeping, keep_for_ever, restore_files
from portal_app.domain.delivery.queries import listing_page
from portal_app.domain.delivery.shared_links import links_made
from portal_app.domain.delivery.sharing import end_shared_link
from portal_app.domain.delivery.transferring import takers, transfer_listing
from portal_app.domain.listings.archiving import archive_listing, unarchive_listing
from portal_app.ui.components.made_links import LinkLine
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.made_links import link_line
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_argument, studio_of, viewer_of


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


@dataclass(frozen=True)
class TakerCard:
    """Somebody who could have it."""

    id: str
    name: str
    caption: str


class ListingDesk(Base):
    """The listing in the address."""

    place: Place = Place()
    keeping: Keeping = Keeping()
    links: list[LinkLine] = []
    ending: str = ""
    ending_label: str = ""
    found: list[TakerCard] = []
    looked_for: str = ""
    taker: str = ""
    searches: int = 0
    asking: bool = False
    loaded: bool = False

    @rx.var
    def taker_name(self) -> str:
        """Who is chosen."""
        return next((each.name for each in self.found if each.id == self.taker), "")

    @rx.var
    def title(self) -> str:
        """The browser's title follows the listing."""
        return self.place.street or "Listing"

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Read it afresh; also called when something changed."""
        by, listing = viewer_of(self), route_argument(self)
        page = await ask(listing_page, by, listing)
        made = await ask(links_made, by, listing, wiring.current().seal, now=utc_now())
        self.links = [link_line(card, studio_of(self).address) for card in made]
        if page.public_id != self.place.id:
            self._search_anew()
        self.place = Place(
            page.public_id, page.street, page.town, page.state, page.what_words, page.order_number, page.archived_words
        )
        self.keeping = page.keeping
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

    @staff(Permission.DELIVER)
    async def ask_end(self, shared_link: str, label: str) -> None:
        """Open the question before a customer's link is ended; empty closes it."""
        self.ending, self.ending_label = shared_link, label[:120]

    @staff(Permission.DELIVER)
    async def end_link(self) -> None:
        """It opens nothing from now on. A second press finds nothing asked."""
        ended, self.ending = self.ending, ""
        if ended:
            await act(end_shared_link, viewer_of(self), ended, now=utc_now())
            self._say("Ended. It opens nothing anymore.")
        await ListingDesk.load.fn(self)

    @staff(Permission.ACCEPT_ORDERS)
    async def look_for(self, search: str) -> None:
        """Who could have it, by name or address."""
        self.looked_for, self.taker, self.field_errors = search[:100], "", {}
        found = await ask(takers, viewer_of(self), self.place.id, self.looked_for)
        self.found = [TakerCard(str(each.id), each.name, ", ".join(filter(None, (each.email, each.team)))) for each in found]

    @staff(Permission.ACCEPT_ORDERS)
    async def choose_taker(self, taker: str) -> None:
        """This one."""
        self.taker = taker[:20]

    @staff(Permission.ACCEPT_ORDERS)
    async def ask_first(self, is_open: bool) -> None:  # noqa: FBT001
        """Open or close the question before it moves."""
        self.asking = is_open and bool(self.taker)

    @staff(Permission.ACCEPT_ORDERS)
    async def transfer(self) -> rx.event.EventSpec | None:
        """It is theirs now. A second press finds nobody chosen."""
        taker, name, self.asking = self.taker, self.taker_name, False
        if not taker.isdigit():
            return None
        try:
            await act(transfer_listing, viewer_of(self), self.place.id, int(taker), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._search_anew()
        self._say(f"It is with {name} now, with everything that was ordered and paid.")
        await ListingDesk.load.fn(self)
        return None

    def _search_anew(self) -> None:
        """Nothing is typed, found, chosen or asked; the box is drawn anew, since what stands in it is the browser's."""
        self.found, self.looked_for, self.taker, self.asking, self.field_errors = [], "", "", False, {}
        self.ending = self.ending_label = ""
        self.searches += 1

    @staff(Permission.DELIVER)
    async def keep_it(self, on: bool) -> None:  # noqa: FBT001
        """For ever, or as long as the rule says."""
        await act(keep_for_ever, viewer_of(self), self.place.id, is_on=on, now=utc_now())
        await ListingDesk.load.fn(self)

    @staff(Permission.DELIVER)
    async def restore(self) -> None:
        """What was put away is there again. The second press changes nothing."""
        await act(restore_files, viewer_of(self), self.place.id, now=utc_now())
        self._say("The files are back. Links and downloads work again.")
        await ListingDesk.load.fn(self)
