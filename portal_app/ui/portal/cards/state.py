"""One's own cards on file: which there are, which goes first, and how one leaves or joins them."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import PaymentProblem, Unavailable
from portal_app.domain.billing import cards
from portal_app.domain.billing.gateway import PaymentGateway
from portal_app.off_loop import call
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.run import ask, leave
from portal_app.ui.shared.session import Base, studio_of, viewer_of

PATH = "/account/cards"


@dataclass(frozen=True)
class CardLine:
    """`Visa ending in 4242`, `Expires 12/34`."""

    id: str
    name: str
    words: str
    is_default: bool


class Cards(Base):
    """The cards, read where they are kept each time the page is shown."""

    rows: list[CardLine] = []
    takes_cards: bool = False
    failed: bool = False
    going: bool = False
    removing: str = ""
    chosen: str = ""
    loaded: bool = False

    @customer
    async def load(self) -> None:
        """Ask for the cards afresh; without an answer the page says so."""
        by, gateway = viewer_of(self), await self._gateway()
        self.takes_cards = gateway is not None and await ask(cards.keeps_cards, by)
        self.rows, self.failed, self.removing = [], False, ""
        if gateway is not None:
            try:
                self.rows = [_line(row) for row in await leave(cards.own_cards, gateway, by)]
            except (PaymentProblem, Unavailable):
                self.failed = True
        self.loaded = True

    @customer
    async def add(self):
        """To the hosted page that saves a card."""
        self.going = True
        yield
        try:
            yield rx.redirect(await self._card_page())
        finally:
            self.going = False

    async def _card_page(self) -> str:
        gateway = await self._gateway()
        if gateway is None:
            raise cards.CardsNotKept
        base_url = studio_of(self).address or wiring.current().settings.public_url
        return await leave(cards.open_card_page, gateway, viewer_of(self), base_url=base_url, back=PATH, now=utc_now())

    @customer
    async def choose(self, card: str) -> None:
        """This card goes first from now on."""
        try:
            await self._change(cards.choose_card, card)
        except cards.CardGone as gone:
            self._say(gone.sentence, "bad")
        else:
            self._say("This card goes first from now on.")
        await Cards.load.fn(self)

    @customer
    async def ask_removal(self, card: str) -> None:
        """Open the question before a card goes; close it with none."""
        row = next((row for row in self.rows if row.id == card), None)
        self.removing, self.chosen = (row.id, row.name) if row else ("", self.chosen)

    @customer
    async def remove(self, card: str) -> None:
        """Take it off the file."""
        self.removing = ""
        await self._change(cards.remove_card, card)
        self._say("The card is removed. Nobody can charge it here anymore.")
        await Cards.load.fn(self)

    async def _change(self, verb, card: str) -> None:
        gateway = await self._gateway()
        if gateway is None:
            raise cards.CardsNotKept
        await leave(verb, gateway, viewer_of(self), card[:80], now=utc_now())

    async def _gateway(self) -> PaymentGateway | None:
        return await call(wiring.current().gateway_for, studio_of(self).id)


def _line(row: cards.CardRow) -> CardLine:
    return CardLine(row.id, row.name, f"Expires {row.expires}", row.is_default)
