"""Saying which photos of an order's listing are altered, and which is the original of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.delivery.originals import publishing_standing
from portal_app.domain.media.alterations import Alteration
from portal_app.domain.media.altering import AlteredAs, keep_as_original, mark_altered, unmark_altered
from portal_app.domain.media.queries import PhotoCard
from portal_app.domain.media.queries import photos as photos_of
from portal_app.domain.orders.queries import order_page
from portal_app.ui.admin.altered.cards import AlteredRow, Choice, Place, Saying, plain_of, rows_of, saying_of, with_original
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_number, studio_of, viewer_of


class AlteredPhotos(Base):
    """The listing of the order in the address."""

    place: Place = Place()
    rows: list[AlteredRow] = []
    plain: list[Choice] = []
    saying: Saying = Saying()
    loaded: bool = False
    _every: dict[str, PhotoCard] = {}

    @rx.var
    def originals(self) -> list[Choice]:
        """What may be the original of the photo in the dialog: any other that is as it was taken, the chosen one first."""
        others = [choice for choice in self.plain if choice.id != self.saying.id]
        return sorted(others, key=lambda choice: choice.id != self.saying.original)

    @staff(Permission.UPLOAD)
    async def load(self) -> None:
        """Read the photos afresh; also called when one became ready."""
        by = viewer_of(self)
        page = await ask(order_page, by, route_number(self))
        found = await ask(photos_of, by, page.row.listing_id)
        standing = await ask(publishing_standing, by, page.row.listing)
        if self.place.listing != page.row.listing:
            self.saying, self.field_errors = Saying(), {}
        address = f"{studio_of(self).address}{standing.originals_url}" if standing.originals_url else ""
        self.place = Place(
            page.row.number, page.row.street, page.row.town, page.row.listing, standing.originals_url, address
        )  # fmt: skip
        self._every = {photo.public_id: photo for photo in found}
        self.rows, self.plain = rows_of(found, standing), plain_of(found)
        self.loaded = True

    @staff(Permission.UPLOAD)
    async def open(self, photo: str) -> None:
        """Say what was done to this one."""
        chosen = self._every.get(photo)
        self.field_errors = {}
        self.saying = saying_of(chosen, self._every.get(chosen.original)) if chosen else Saying()

    @staff(Permission.UPLOAD)
    async def shut(self) -> None:
        """Leave it as it was."""
        self.saying, self.field_errors = Saying(), {}

    @staff(Permission.UPLOAD)
    async def choose_original(self, photo: str) -> None:
        """This is how it was taken; empty for none yet."""
        self.saying = with_original(self.saying, self._every.get(photo))

    @staff(Permission.UPLOAD)
    async def choose_hides(self, on: bool) -> None:  # noqa: FBT001
        """Whether the original stays off the listing."""
        self.saying = replace(self.saying, hides=on)

    @staff(Permission.UPLOAD)
    async def uploaded(self, name: str) -> None:
        """The original arrived: it is the chosen one, and stays off the listing."""
        kept = await act(keep_as_original, viewer_of(self), self.place.listing, name, now=utc_now())
        await AlteredPhotos.load.fn(self)
        if kept and kept != self.saying.id:
            self.saying = with_original(self.saying, self._every.get(kept))
        else:
            self._say("This file was here already. Choose it among the photos.")

    @staff(Permission.UPLOAD)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """The note stands beside it from now on."""
        how = [each.value for each in Alteration if form.get(f"how-{each.value}")]
        said = AlteredAs(how, str(form.get("words", "")), self.saying.original, self.saying.hides)
        self.field_errors = {}
        try:
            await act(mark_altered, viewer_of(self), self.saying.id, said, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say(f"{self.saying.name} says from now on that it is altered.")
        self.saying = Saying()
        await AlteredPhotos.load.fn(self)
        return None

    @staff(Permission.UPLOAD)
    async def take_back(self, photo: str) -> None:
        """It is as it was taken after all."""
        await act(unmark_altered, viewer_of(self), photo, now=utc_now())
        await AlteredPhotos.load.fn(self)
