"""An order behind its secret address: what its guest may know without an account."""

from __future__ import annotations

from dataclasses import dataclass, field

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound
from portal_app.core.viewer import Role
from portal_app.domain.billing.queries import balance, is_on_its_way
from portal_app.domain.delivery.queries import gate_of
from portal_app.domain.orders.queries import OrderPage, order_page, order_rows
from portal_app.domain.orders.windows import changes_of
from portal_app.ui.shared.changing_cards import ChangesCard, changes_card
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.money_cards import MoneyCard, money_card
from portal_app.ui.shared.order_cards import PriceCard, VisitCard, order_page_card
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, acting


@dataclass(frozen=True)
class StatusCard:
    """The order without what only its customer and the studio know: no notes, no codes, no way to reach anybody."""

    number: int = 0
    status: str = ""
    lead: str = ""
    street: str = ""
    town: str = ""
    area: str = ""
    services: str = ""
    visits: list[VisitCard] = field(default_factory=list)
    lines: list[PriceCard] = field(default_factory=list)
    subtotal: str = ""
    charges: list[PriceCard] = field(default_factory=list)
    total: str = ""


class OrderStatusPage(Base):
    """The order whose secret stands in the address."""

    order: StatusCard = StatusCard()
    money: MoneyCard = MoneyCard()
    changes: ChangesCard = ChangesCard()
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the order."""
        return f"Order {self.order.number}" if self.order.number else "Your order"

    @public(marks_stay=True)
    async def load(self) -> None:
        """Read the order afresh; also called when something changed."""
        by = acting()
        if by is None or by.role is not Role.LINK or by.order_id is None:
            self.order, self.loaded = StatusCard(), True
            raise NotFound
        found = (await ask(order_rows, by)).rows[0]
        page = await ask(order_page, by, found.number)
        kept, arriving = await ask(balance, found.id), await ask(is_on_its_way, found.id)
        self.order = status_card(page, zone=self.studio.zone, unit=self.studio.area_unit, studio=self.studio.name)
        sight = (await ask(gate_of, found.listing_id)).sight
        self.money = money_card(found.status, kept, found.currency, sight=sight, is_on_its_way=arriving)
        now = utc_now()
        self.changes = changes_card(await ask(changes_of, by, found.number, now=now), now=now)
        self.loaded = True


def status_card(page: OrderPage, *, zone: str, unit: str, studio: str) -> StatusCard:
    """The order's page cut down to what whoever has the address may see."""
    whole = order_page_card(page, zone=zone, unit=unit, studio=studio)
    kept = {name: getattr(whole, name) for name in StatusCard.__dataclass_fields__ if name != "lead"}
    return StatusCard(lead=_lead(page.row.status, studio), **kept)


def _lead(status: str, studio: str) -> str:
    match status:
        case "pending":
            return f"{studio} has your order and answers by mail."
        case "accepted":
            return f"{studio} has accepted your order."
        case "completed":
            return f"{studio} has delivered your order. The mail about it leads to the photos."
        case _:
            return "This order is canceled."
