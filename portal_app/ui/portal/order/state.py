"""One order as its customer sees it."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.tokens import new_public_id
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.crediting import use_credit
from portal_app.domain.billing.ledgers import ledger_of_bill
from portal_app.domain.billing.queries import balance, is_on_its_way
from portal_app.domain.delivery.queries import gate_of
from portal_app.domain.orders.queries import order_page
from portal_app.domain.orders.windows import changes_of
from portal_app.ui.shared.changing_cards import ChangesCard, changes_card
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.invoice_cards import InvoiceCard
from portal_app.ui.shared.invoice_parts import read_invoices
from portal_app.ui.shared.ledger_cards import BooksCard, books_card
from portal_app.ui.shared.money_cards import MoneyCard, money_card, of_payer
from portal_app.ui.shared.order_cards import OrderPageCard, order_page_card
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_number, viewer_of
from portal_app.ui.shared.split_cards import SplitView
from portal_app.ui.shared.splitting import read_split


class OneOrder(Base):
    """The order in the address."""

    order: OrderPageCard = OrderPageCard()
    money: MoneyCard = MoneyCard()
    changes: ChangesCard = ChangesCard()
    invoices: list[InvoiceCard] = []
    split: SplitView = SplitView()
    books: BooksCard = BooksCard()
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the order."""
        return f"Order {self.order.number}" if self.order.number else "Order"

    @customer(marks_stay=True)
    async def load(self) -> None:
        """Read the order afresh; also called when something changed."""
        page = await ask(order_page, viewer_of(self), route_number(self))
        kept, arriving = await ask(balance, page.row.id), await ask(is_on_its_way, page.row.id)
        self.order = order_page_card(page, zone=self.studio.zone, unit=self.studio.area_unit, studio=self.studio.name)
        sight = (await ask(gate_of, page.row.listing_id)).sight
        self.money = money_card(page.row.status, kept, page.row.currency, sight=sight, is_on_its_way=arriving)
        self.split = await read_split(viewer_of(self), page.row.id, page.row.number, page.row.status, page.row.currency)
        self.money = of_payer(self.money, self.split)
        now = utc_now()
        self.changes = changes_card(await ask(changes_of, viewer_of(self), page.row.number, now=now), now=now)
        self.invoices = await read_invoices(viewer_of(self), self.studio.zone, "/invoices", order_number=page.row.number)
        bill = BillName(order=page.row.number)
        self.books = books_card(await ask(ledger_of_bill, viewer_of(self), bill), zone=self.studio.zone)
        self.loaded = True

    @customer
    async def pay_from_credit(self) -> None:
        """All of the credit, or all that is due. The second click finds nothing left to do."""
        bill = BillName(order=route_number(self))
        await act(use_credit, viewer_of(self), bill, new_public_id(), now=utc_now())
        self._say("Paid from your credit.")
        await OneOrder.load.fn(self)
