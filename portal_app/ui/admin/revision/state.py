"""One request for changes at the desk: begun, worked on photo by photo, delivered."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.delivery.revising import allow_round, deliver_revision, start_revision
from portal_app.domain.delivery.revisions import revision_at_desk
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.revision_cards import Request, request_of, rounds_words
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_argument, viewer_of


class DeskRevisionState(Base):
    """The request in the address."""

    request: Request = Request()
    listing: str = ""
    street: str = ""
    order_number: int = 0
    rounds: str = ""
    are_used: bool = False
    answer: str = ""
    loaded: bool = False
    _id: str = ""

    @rx.var
    def title(self) -> str:
        """The browser's title follows the request."""
        return f"{self.request.title}, {self.street}" if self.street else "Change"

    @staff(Permission.UPLOAD)
    async def load(self) -> None:
        """Read it afresh; also called when a new version is ready. What is typed stays."""
        revision = route_argument(self)
        found = await ask(revision_at_desk, viewer_of(self), revision)
        if revision != self._id:
            self._id, self.answer, self.field_errors = revision, "", {}
        self.request = request_of(found.card)
        self.listing, self.street, self.order_number = found.listing, found.street, found.order_number
        self.rounds = rounds_words(found.used, found.allowed)
        self.are_used = found.allowed is not None and found.used >= found.allowed
        self.loaded = True

    @staff(Permission.UPLOAD)
    async def start(self) -> None:
        """Somebody works on it now."""
        await act(start_revision, viewer_of(self), self._id, now=utc_now())
        await DeskRevisionState.load.fn(self)

    @staff(Permission.UPLOAD)
    async def uploaded(self, name: str) -> None:
        """A new version arrived: show that it is being made."""
        await DeskRevisionState.load.fn(self)

    @staff(Permission.DELIVER)
    async def keep(self, value: str) -> None:
        """Keep what was typed."""
        self.answer = value[:2000]

    @staff(Permission.DELIVER)
    async def deliver(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Hand it back."""
        self.answer, self.field_errors = str(form.get("answer", self.answer))[:2000], {}
        try:
            await act(deliver_revision, viewer_of(self), self._id, self.answer, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.answer = ""
        self._say("Delivered. The customer hears from us by mail.")
        await DeskRevisionState.load.fn(self)
        return None

    @staff(Permission.ACCEPT_ORDERS)
    async def give_round(self) -> None:
        """One more request for this listing."""
        await act(allow_round, viewer_of(self), self.listing, now=utc_now())
        self._say("The customer may ask once more.")
        await DeskRevisionState.load.fn(self)
