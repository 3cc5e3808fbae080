"""One order as its customer sees it."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.core.money import money_words
from portal_app.domain.billing.balance import Balance
from portal_app.domain.billing.queries import balance, is_on_its_way
from portal_app.domain.orders.queries import order_page
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.order_cards import OrderPageCard, order_page_card
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, route_number, viewer_of


@dataclass(frozen=True)
class MoneyCard:
    """What was paid and what is due; `due` is empty when nothing is."""

    due: str = ""
    paid: str = ""
    note: str = ""
    is_on_its_way: bool = False


class OneOrder(Base):
    """The order in the address."""

    order: OrderPageCard = OrderPageCard()
    money: MoneyCard = MoneyCard()
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the order."""
        return f"Order {self.order.number}" if self.order.number else "Order"

    @customer
    async def load(self) -> None:
        """Read the order afresh; also called when something changed."""
        page = await ask(order_page, viewer_of(self), route_number(self))
        kept, arriving = await ask(balance, page.row.id), await ask(is_on_its_way, page.row.id)
        self.order = order_page_card(page, zone=self.studio.zone, unit=self.studio.area_unit, studio=self.studio.name)
        self.money = money_card(page.row.status, kept, page.row.currency, is_on_its_way=arriving)
        self.loaded = True


def money_card(status: str, kept: Balance, currency: str, *, is_on_its_way: bool) -> MoneyCard:
    """The aside of an order in words."""
    return MoneyCard(
        due=money_words(kept.due, currency) if kept.due > 0 else "",
        paid=money_words(kept.paid, currency) if kept.paid else "",
        note=_note(status, kept.due),
        is_on_its_way=is_on_its_way,
    )


def _note(status: str, due: int) -> str:
    if status == "pending":
        return "Nothing is due until the studio accepts your order."
    if status == "canceled":
        return "This order is canceled. Nothing is due."
    return "Due now. Your photos open moments after the payment." if due > 0 else "Paid in full. Nothing more is due."
