"""Today: what waits for a person, each row one click from its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from portal_app.core.clock import at_wall_time, local, long_day_words, utc_now
from portal_app.core.viewer import Permission
from portal_app.domain.billing.owing import owed
from portal_app.domain.billing.waiting import waiting_count
from portal_app.domain.delivery.queries import listing_cards
from portal_app.domain.delivery.revisions import revision_count
from portal_app.domain.orders.changing import Why
from portal_app.domain.orders.queries import OrderRow, agenda, order_rows
from portal_app.domain.orders.service import accept, cancel
from portal_app.ui.admin.today.cards import (
    AgendaCard,
    CollectCard,
    WaitingCard,
    agenda_card,
    changes_words,
    collect_card,
    deliver_card,
    money_words_of,
    request_card,
)
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.listing_cards import Card, card_of
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of

LATELY = 24


class TodayState(Base):
    """The studio's first page."""

    heading: str = ""
    summary: str = ""
    requests: list[WaitingCard] = []
    to_deliver: list[WaitingCard] = []
    visits: list[AgendaCard] = []
    collect: CollectCard = CollectCard()
    lately: Card = Card()
    money: str = ""
    changes: str = ""
    declining: int = 0
    loaded: bool = False

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Read the day afresh; also called when something changed."""
        now, zone, by = utc_now(), self.studio.zone, viewer_of(self)
        start, end = _day(now, zone)
        pending = await ask(order_rows, by, status="pending", limit=50)
        accepted = await ask(order_rows, by, status="accepted", limit=50)
        today = await ask(agenda, by, start=start, end=end)
        self.requests = [request_card(row) for row in pending.rows]
        self.to_deliver = [deliver_card(row, now=now) for row in _by_visit(accepted.rows)]
        self.visits = [agenda_card(row) for row in today]
        self.money = money_words_of(await ask(waiting_count, by, now=now))
        self.changes = changes_words(await ask(revision_count, by) if by.may(Permission.UPLOAD) else 0)
        self.collect = collect_card(await ask(owed, by))
        shown = (card_of(listing) for listing in await ask(listing_cards, by, limit=LATELY))
        self.lately = next((card for card in shown if card.cover), Card())
        self.heading = long_day_words(now, zone)
        self.summary = _summary(len(today), len(pending.rows), len(accepted.rows))
        self.loaded = True

    @staff(Permission.ACCEPT_ORDERS)
    async def accept(self, number: int) -> None:
        """Accept a request; the second click changes nothing."""
        await act(accept, viewer_of(self), number, now=utc_now())
        self._say(f"Order {number} is accepted. The customer hears from us by mail.")
        await self._reload()

    @staff(Permission.ACCEPT_ORDERS)
    async def ask_decline(self, number: int) -> None:
        """Open the question before declining; 0 closes it."""
        self.declining = number

    @staff(Permission.ACCEPT_ORDERS)
    async def decline(self) -> None:
        """Cancel the request that was asked about."""
        number, self.declining = self.declining, 0
        if number:
            await act(cancel, viewer_of(self), number, Why("declined"), now=utc_now())
            self._say(f"Order {number} is declined.")
        await self._reload()

    async def _reload(self) -> None:
        await TodayState.load.fn(self)


def _day(now: datetime, zone: str) -> tuple[datetime, datetime]:
    midnight = datetime.combine(local(now, zone).date(), time())
    return at_wall_time(midnight, zone), at_wall_time(midnight + timedelta(days=1), zone)


def _by_visit(rows: Sequence[OrderRow]) -> list[OrderRow]:
    """Whoever was photographed first waits longest."""
    return sorted(rows, key=lambda row: (row.visit is None, row.visit.starts_at if row.visit else row.placed_at))


def _summary(visits: int, requests: int, deliveries: int) -> str:
    return ", ".join(
        [_count(visits, "appointment"), f"{_count(requests, 'request')} to answer", f"{_count(deliveries, 'listing')} to deliver"]
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
