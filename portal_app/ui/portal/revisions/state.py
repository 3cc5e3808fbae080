"""The requests for changes of the listing in the address, and the one that is being made up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.tokens import new_public_id
from portal_app.domain.delivery.revising import LONGEST_NOTE, LONGEST_WISH, Asked, accept_revision, ask_revision, reopen_revision
from portal_app.domain.delivery.revisions import Choice, revisions_of
from portal_app.ui.portal.revisions.drafts import Draft, asked_photo, drafted, kept, pressed, shaped, slid
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import customer_or_link
from portal_app.ui.shared.revision_cards import Request, requests_of, rounds_words
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import route_argument, viewer_of

REFERENCE = "reference"


class ListingRevisionsState(Door):
    """What was asked here, what may be asked, and what is typed and not sent yet."""

    listing: str = ""
    street: str = ""
    rounds: str = ""
    refusal: str = ""
    choices: list[Choice] = []
    drafts: list[Draft] = []
    chosen: list[str] = []
    requests: list[Request] = []
    wish: str = ""
    reopening: str = ""
    turn: int = 0
    key: str = ""
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the listing."""
        return f"Changes, {self.street}" if self.street else "Changes"

    @rx.var
    def way_back(self) -> str:
        """The listing itself."""
        return f"/listings/{self.listing}"

    @customer_or_link
    async def load(self) -> None:
        """Read the listing's requests; photos named in the address are chosen already."""
        listing = route_argument(self)
        is_another, self.listing = listing != self.listing, listing
        await self._read()
        if is_another:
            self._begin()
        named = str(self.router.url.query_parameters.get("photos", "")).split(",")
        if not self.drafts and not self.refusal:
            self._put([drafted(choice) for choice in self.choices if choice.asset in named])
        self._hear(REFERENCE, fields=tuple(one.id for one in self.requests))
        self.loaded = True

    @customer_or_link
    async def renew(self) -> None:
        """Something changed: what is typed stays."""
        await self._read()

    @customer_or_link
    async def choose(self, photo: str) -> None:
        """Ask about this photo too, or no longer."""
        left = [draft for draft in self.drafts if draft.asset != photo]
        if len(left) == len(self.drafts):
            left += [drafted(choice) for choice in self.choices if choice.asset == photo]
        self._put(left)

    @customer_or_link
    async def shape(self, photo: str, value: str) -> None:
        """The whole photo, a pin, or a box."""
        self._put([shaped(draft, value) if draft.asset == photo else draft for draft in self.drafts])

    @customer_or_link
    async def press(self, photo: str, x: int, y: int) -> None:
        """A place on the picture."""
        self._put([pressed(draft, x, y) if draft.asset == photo else draft for draft in self.drafts])

    @customer_or_link
    async def slide(self, photo: str, field: str, value: str) -> None:
        """The same by a slider."""
        self._put([slid(draft, field, value) if draft.asset == photo else draft for draft in self.drafts])

    @customer_or_link
    async def keep(self, value: str) -> None:
        """Keep what was typed."""
        self.wish = value[:LONGEST_WISH]

    @customer_or_link
    async def keep_note(self, photo: str, value: str) -> None:
        """Keep what was typed about one photo."""
        note = value[:LONGEST_NOTE]
        self._put([replace(draft, note=note) if draft.asset == photo else draft for draft in self.drafts])

    @customer_or_link
    async def send(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Ask. The form carries its key: pressed twice it is one request, although the second press finds a new one begun."""
        self.field_errors = {}
        self.wish = str(form.get("wish", self.wish))[: LONGEST_WISH + 1]
        self._put([replace(draft, note=str(form.get(f"note-{draft.asset}", draft.note))[:LONGEST_NOTE]) for draft in self.drafts])
        asked = Asked(str(form.get("key", self.key))[:64], self.wish, tuple(asked_photo(draft) for draft in self.drafts))
        try:
            await act(ask_revision, viewer_of(self), self.listing, asked, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._begin()
        self._say("The studio has your request.")
        await self._read()
        return None

    @customer_or_link
    async def accept(self, revision: str) -> None:
        """It is as it should be."""
        await act(accept_revision, viewer_of(self), revision, now=utc_now())
        await self._read()

    @customer_or_link
    async def ask_again(self, revision: str) -> None:
        """Open what asks for the words; nothing closes it."""
        self.reopening, self.field_errors = revision, {}

    @customer_or_link
    async def reopen(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """It is not right yet."""
        try:
            await act(reopen_revision, viewer_of(self), self.reopening, str(form.get("again", "")), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.reopening, self.field_errors = "", {}
        self._say("The studio has it again.")
        await self._read()
        return None

    def _begin(self) -> None:
        """An empty request with a key of its own."""
        self.key, self.wish, self.field_errors, self.reopening = new_public_id(), "", {}, ""
        self.turn += 1
        self._put([])

    def _put(self, drafts: list[Draft]) -> None:
        self.drafts, self.chosen = drafts, [draft.asset for draft in drafts]

    async def _read(self) -> None:
        found = await ask(revisions_of, viewer_of(self), self.listing)
        self.street, self.refusal = found.street, found.refusal
        self.rounds = rounds_words(found.used, found.allowed)
        self.choices, self.requests = found.photos, requests_of(found.requests)
        self._put(kept(self.drafts, found.photos))
