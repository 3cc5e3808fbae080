"""One listing: previews while payment is due, everything once it is there. Also for holders of a secret link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.domain.delivery.files import jpeg_name
from portal_app.domain.delivery.opening import note_page_seen
from portal_app.domain.delivery.pictures import PhotoTile, size_words
from portal_app.domain.delivery.queries import listing_page
from portal_app.domain.delivery.sections import Section
from portal_app.domain.delivery.showing import ListingPage, ToPay
from portal_app.domain.listings.archiving import archive_listing, unarchive_listing
from portal_app.ui.shared.guard import customer, customer_or_link
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_argument, viewer_of

SIZES = ("original", "mls")
MOST_SHARED = 150_000_000  # bytes that a phone is asked to hold at once


@dataclass(frozen=True)
class Page:
    """The page without its photos."""

    street: str = ""
    town: str = ""
    state: str = ""
    is_locked: bool = False
    is_marked: bool = False
    order_number: int = 0
    due: str = ""
    what_words: str = ""
    file_count: int = 0
    picture_count: int = 0
    cover: str = ""
    message: str = ""
    delivered: str = ""
    appointment: str = ""
    zip_url: str = ""
    zip_new_url: str = ""
    zip_new_count: int = 0
    zip_new_pictures: int = 0
    zip_words: str = ""
    zip_mls_url: str = ""
    zip_mls_words: str = ""
    whose: str = ""
    mls_way: str = ""
    history: str = ""
    cover_note: str = ""
    altered: str = ""
    originals_url: str = ""
    share_way: str = ""
    changes_way: str = ""
    archived: str = ""
    kept_until: str = ""
    put_away: str = ""
    restorable: str = ""


@dataclass(frozen=True)
class Bill:
    """An order of this listing that still owes something."""

    number: int
    amount: str
    more: str = ""
    is_on_its_way: bool = False


class OneListing(Base):
    """The listing in the address."""

    place: Page = Page()
    tiles: list[PhotoTile] = []
    sections: list[Section] = []
    shots: list[dict[str, str | bool]] = []
    bills: list[Bill] = []
    size: str = "original"
    picked: list[str] = []
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the listing."""
        return self.place.street or "Listing"

    @rx.var
    def is_arriving(self) -> bool:
        """Whether a bank transfer for it was accepted and has not arrived yet."""
        return any(bill.is_on_its_way for bill in self.bills)

    @rx.var
    def pay_words(self) -> str:
        """The button over a locked photo; empty when there is nothing left to pay here."""
        return next((f"Pay {bill.amount}" for bill in self.bills if not bill.is_on_its_way), "")

    @rx.var
    def due_words(self) -> str:
        """What is still open beside photos that are; the studio reads what its customer meets."""
        if self.me.is_staff and self.place.state == "due":
            return f"{self.place.due} is due. Until it is paid the customer sees previews and cannot download."
        return f"{self.place.due} is on its way." if self.is_arriving else f"{self.place.due} is still due."

    @rx.var
    def picked_words(self) -> str:
        """How heavy the chosen photos are, in the chosen size."""
        weights = [tile.mls_size if self.size == "mls" else tile.size for tile in self.tiles if tile.public_id in self.picked]
        return f"{size_words(sum(weights))}{' as MLS' if self.size == 'mls' else ''}"

    @rx.var
    def picked_url(self) -> str:
        """The ZIP of the chosen photos."""
        base = self.place.zip_mls_url if self.size == "mls" else self.place.zip_url
        return f"{base}{'&' if '?' in base else '?'}photos={','.join(self.picked)}" if base else ""

    @rx.var
    def picked_files(self) -> list[dict[str, str]]:
        """The chosen photos one by one, for a phone."""
        chosen = [tile for tile in self.tiles if tile.public_id in self.picked]
        if self.size == "mls":
            return [{"url": tile.mls_url, "name": jpeg_name(tile.name)} for tile in chosen if tile.mls_url]
        return [{"url": tile.original_url, "name": tile.name} for tile in chosen]

    @rx.var
    def most_shared(self) -> int:
        """How many photos a phone holds at once; none where one of them is too heavy."""
        heaviest = max((tile.mls_size if self.size == "mls" else tile.size for tile in self.tiles), default=1)
        return MOST_SHARED // max(1, heaviest)

    @rx.var
    def changes_way(self) -> str:
        """Where changes are asked for, about the chosen photos when there are some."""
        return self.place.changes_way + (f"?photos={','.join(self.picked)}" if self.picked else "")

    @customer_or_link
    async def load(self) -> None:
        """Read the listing afresh: it was paid, or photos came."""
        await self._read()

    async def _read(self) -> None:
        listing = route_argument(self)
        page = await ask(listing_page, viewer_of(self), listing)
        self.place, self.tiles = _place(page, listing), page.photos
        self.sections = page.sections
        self.picked = [tile.public_id for tile in page.photos if tile.public_id in self.picked]
        self.shots = [_shot(tile, is_locked=page.is_locked) for tile in page.photos]
        self.bills = [_bill(bill, is_one_of_many=len(page.to_pay) > 1) for bill in page.to_pay]
        self.loaded = True

    @customer_or_link
    async def enter(self) -> Any:
        """Somebody came to the page: show it first."""
        await self._read()
        return OneListing.seen

    @customer_or_link
    async def seen(self) -> None:
        """It stands on a screen now, which is written down."""
        await act(note_page_seen, viewer_of(self), route_argument(self), now=utc_now())

    @customer_or_link
    async def choose_size(self, size: str) -> None:
        """Which files *Download all* takes."""
        self.size = size if size in SIZES else "original"

    @customer_or_link
    async def pick(self, photo: str) -> None:
        """Choose a photo, or choose it no longer; chosen ones stand in the order of the page."""
        kept = set(self.picked) ^ {photo}
        self.picked = [tile.public_id for tile in self.tiles if tile.public_id in kept]

    @customer_or_link
    async def clear(self) -> None:
        """Choose none."""
        self.picked = []

    @customer
    async def archive(self) -> None:
        """Out of the list. The second press changes nothing."""
        await act(archive_listing, viewer_of(self), route_argument(self), now=utc_now())
        self._say("It is in the archive, at the end of your listings.")
        await self._read()

    @customer
    async def bring_back(self) -> None:
        """Into the list again."""
        await act(unarchive_listing, viewer_of(self), route_argument(self), now=utc_now())
        self._say("It is back in your listings.")
        await self._read()


def _place(page: ListingPage, listing: str) -> Page:
    return Page(
        street=page.street,
        town=page.town,
        state=page.state,
        is_locked=page.is_locked,
        is_marked=page.is_marked,
        order_number=page.order_number,
        due=page.due_words if page.due_cents else "",
        what_words=page.what_words,
        file_count=page.file_count,
        picture_count=page.picture_count,
        cover=page.cover_url,
        message=page.message,
        delivered=page.delivered_words,
        appointment=page.appointment_words,
        zip_url=page.zip_url,
        zip_new_url=page.zip_new_url,
        zip_new_count=page.zip_new_count,
        zip_new_pictures=page.zip_new_pictures,
        zip_words=page.zip_words,
        zip_mls_url=page.zip_mls_url,
        zip_mls_words=page.zip_mls_words,
        whose=page.whose,
        mls_way=f"/listings/mls/{listing}",
        history=f"/listings/history/{listing}",
        cover_note=next((tile.note for tile in page.photos if tile.is_cover), ""),
        altered=_altered_words(page.altered_count),
        originals_url=page.originals_url,
        share_way=f"/listings/share/{listing}",
        changes_way=f"/listings/revisions/{listing}",
        archived=page.archived_words,
        kept_until=page.keeping.until,
        put_away=page.keeping.put_away,
        restorable=page.keeping.restorable,
    )


def _altered_words(count: int) -> str:
    return f"{count} photo{' is' if count == 1 else 's are'} digitally altered" if count else ""


def _shot(tile: PhotoTile, *, is_locked: bool) -> dict[str, str | bool]:
    return {
        "url": tile.web_url,
        "alt": tile.alt,
        "name": " · ".join(filter(None, (tile.number, tile.words or tile.name, tile.note))),
        "download": tile.original_url,
        "file": tile.name,
        "locked": is_locked,
    }


def _bill(bill: ToPay, *, is_one_of_many: bool) -> Bill:
    more = f" for order {bill.order_number}" if is_one_of_many else ""
    return Bill(bill.order_number, bill.due_words, more, bill.is_on_its_way)
