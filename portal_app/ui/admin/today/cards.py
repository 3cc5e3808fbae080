"""What waits for the studio, ready to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal_app.core.clock import clock_words, when_words
from portal_app.core.money import money_words
from portal_app.domain.billing.owing import Owed
from portal_app.domain.orders.queries import OrderRow
from portal_app.ui.shared.order_cards import amount_words


@dataclass(frozen=True)
class WaitingCard:
    """One thing that needs a person: a request to answer, or a listing to deliver."""

    number: int
    kind: str
    street: str
    caption: str
    ask: str


@dataclass(frozen=True)
class AgendaCard:
    """One visit of the day."""

    number: int
    at: str
    street: str
    caption: str


@dataclass(frozen=True)
class CollectCard:
    """What the studio still gets: the sum, how many orders it is spread over, the oldest of them."""

    total: str = ""
    caption: str = ""
    oldest: list[OwedCard] = field(default_factory=list)


@dataclass(frozen=True)
class OwedCard:
    """One order somebody still has to pay."""

    number: int
    street: str
    detail: str
    amount: str


def collect_card(debts: Sequence[Owed], most: int = 3) -> CollectCard:
    """Empty when nothing is owed, or when it is not this person's to know."""
    if not debts:
        return CollectCard()
    total = money_words(sum(debt.due_cents for debt in debts), debts[0].currency)
    caption = "From 1 order" if len(debts) == 1 else f"From {len(debts)} orders, the oldest first"
    return CollectCard(total, caption, [_owed_card(debt) for debt in debts[:most]])


def money_words_of(waiting: int) -> str:
    """How much about payments needs a person; nothing when nothing does."""
    return "" if not waiting else "1 thing" if waiting == 1 else f"{waiting} things"


def changes_words(waiting: int) -> str:
    """How many requests for changes wait; nothing when none does."""
    return "" if not waiting else "1 request" if waiting == 1 else f"{waiting} requests"


def _owed_card(debt: Owed) -> OwedCard:
    standing = "On its way" if debt.is_on_its_way else "Delivered" if debt.status == "completed" else "Accepted"
    words = f"Order {debt.order_number} · {standing}"
    return OwedCard(debt.order_number, debt.street, words, money_words(debt.due_cents, debt.currency))


def request_card(row: OrderRow) -> WaitingCard:
    """A request: whose, for how much, and the wished time."""
    wish = f"Wants {when_words(row.visit.starts_at, row.visit.zone)}" if row.visit else row.wish or "No time wished"
    caption = " · ".join(filter(None, (row.customer_name, amount_words(row.total_cents, row.currency))))
    return WaitingCard(row.number, "request", row.street, caption, wish)


def deliver_card(row: OrderRow, *, now: datetime) -> WaitingCard:
    """An accepted order: when it will be, or was, photographed."""
    return WaitingCard(row.number, "deliver", row.street, f"{row.customer_name} · {row.town}", _visit_words(row, now))


def _visit_words(row: OrderRow, now: datetime) -> str:
    if row.visit is None:
        return "No appointment"
    when = when_words(row.visit.starts_at, row.visit.zone)
    return f"Photographed {when}" if row.visit.starts_at < now else f"Appointment {when}"


def agenda_card(row: OrderRow) -> AgendaCard:
    """A visit: when, where, who goes."""
    visit = row.visit
    return AgendaCard(row.number, clock_words(visit.starts_at, visit.zone), row.street, visit.photographer or "Nobody assigned")
