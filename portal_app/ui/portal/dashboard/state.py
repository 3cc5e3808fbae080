"""Home: what comes next, what is due, what is new."""

from __future__ import annotations

from dataclasses import dataclass, field

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.money import money_words
from portal_app.domain.billing.owing import Owed, owed
from portal_app.domain.delivery.queries import listing_cards, listing_count
from portal_app.domain.orders.queries import OrderRow, next_visit
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.listing_cards import Card, card_of
from portal_app.ui.shared.order_cards import VisitCard, visit_card
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import viewer_of
from portal_app.ui.shared.team_choice import TeamChoice


@dataclass(frozen=True)
class NextCard:
    """The order of the next appointment; `day` is *Thursday 26 Nov*, which fits one line."""

    number: int = 0
    street: str = ""
    town: str = ""
    visit: VisitCard = field(default_factory=VisitCard)
    day: str = ""
    whose: str = ""


@dataclass(frozen=True)
class OwedCard:
    """One order that still owes something."""

    number: int
    street: str
    detail: str
    amount: str
    is_on_its_way: bool = False


class Dashboard(TeamChoice):
    """The customer's home."""

    coming: NextCard = NextCard()
    owing: list[OwedCard] = []
    amount_due: str = ""
    newest: list[Card] = []
    total: int = 0
    loaded: bool = False

    @rx.var
    def orders_words(self) -> str:
        """What the amount is for: *For 1 order*, *For 5 orders, the oldest first*."""
        return "For 1 order" if len(self.owing) == 1 else f"For {len(self.owing)} orders, the oldest first"

    @rx.var
    def to_pay(self) -> OwedCard:
        """The oldest one that can be paid now; number 0 when all of it is on its way."""
        return next((one for one in self.owing if not one.is_on_its_way), OwedCard(0, "", "", ""))

    @customer
    async def load(self) -> None:
        """Read everything afresh; also called when something changed."""
        await self._read_teams()
        await self._read()
        self.loaded = True

    @customer
    async def in_team(self, team: str) -> None:
        """One team's; empty shows all."""
        self._choose(team)
        await self._read()

    async def _read(self) -> None:
        by = viewer_of(self)
        self.coming = _coming(await ask(next_visit, by, team=self.team, now=utc_now()))
        debts = await ask(owed, by, team=self.team)
        self.owing = [_owed_card(debt) for debt in debts]
        self.amount_due = money_words(sum(debt.due_cents for debt in debts), debts[0].currency) if debts else ""
        self.newest = _hung([card_of(listing) for listing in await ask(listing_cards, by, team=self.team, limit=6)])
        self.total = await ask(listing_count, by, team=self.team)


def _coming(row: OrderRow | None) -> NextCard:
    if row is None or row.visit is None:
        return NextCard()
    visit = visit_card(row.visit)
    return NextCard(row.number, row.street, row.town, visit, day=visit.day[: visit.day.rindex(" ") + 4], whose=row.whose)


def _hung(cards: list[Card]) -> list[Card]:
    """Newest first, with the newest photograph at the large place in front."""
    lead = next((card for card in cards if card.cover), None)
    return [lead, *(card for card in cards if card is not lead)] if lead else cards


def _owed_card(debt: Owed) -> OwedCard:
    ready = "Photos are ready" if debt.status == "completed" else "Accepted"
    standing = "Payment on its way" if debt.is_on_its_way else ready
    return OwedCard(
        debt.order_number,
        debt.street,
        " · ".join(part for part in (f"Order {debt.order_number}", standing, debt.whose) if part),
        money_words(debt.due_cents, debt.currency),
        debt.is_on_its_way,
    )
