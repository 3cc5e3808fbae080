"""One order at the studio's desk: accept it, decline it, or go on to deliver."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.viewer import Permission
from portal_app.domain.billing.queries import balances_for
from portal_app.domain.orders.changing import Why
from portal_app.domain.orders.queries import order_page
from portal_app.domain.orders.service import accept, cancel
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.order_cards import OrderPageCard, amount_words, order_page_card
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_number, viewer_of


class AdminOrderState(Base):
    """The order in the address."""

    order: OrderPageCard = OrderPageCard()
    paid: str = ""
    due: str = ""
    is_asking: bool = False
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the order."""
        return f"Order {self.order.number}" if self.order.number else "Order"

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Read the order afresh; also called when something changed."""
        by = viewer_of(self)
        page = await ask(order_page, by, route_number(self))
        money = (await ask(balances_for, by, [page.row.id])).get(page.row.id)
        self.order = order_page_card(page, zone=self.studio.zone, unit=self.studio.area_unit, studio=self.studio.name)
        self.paid = amount_words(money and money.paid, page.row.currency)
        self.due = amount_words(money and money.due, page.row.currency)
        self.loaded = True

    @staff(Permission.ACCEPT_ORDERS)
    async def accept(self) -> None:
        """Accept; the second click changes nothing."""
        await act(accept, viewer_of(self), route_number(self), now=utc_now())
        self._say("Accepted. The customer hears from us by mail.")
        await AdminOrderState.load.fn(self)

    @staff(Permission.ACCEPT_ORDERS)
    async def ask_cancel(self, is_asking: bool) -> None:  # noqa: FBT001
        """Open or close the question before canceling."""
        self.is_asking = is_asking

    @staff(Permission.ACCEPT_ORDERS)
    async def cancel(self) -> None:
        """Cancel, giving the photographer's time back."""
        self.is_asking = False
        await act(cancel, viewer_of(self), route_number(self), Why("canceled by the studio"), now=utc_now())
        self._say("The order is canceled.")
        await AdminOrderState.load.fn(self)
