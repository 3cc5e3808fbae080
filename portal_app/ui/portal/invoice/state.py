"""One invoice as its customer sees it."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import local, utc_now
from portal_app.domain.billing.invoices import invoice_page
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.invoice_cards import InvoiceSheet, invoice_sheet
from portal_app.ui.shared.invoice_paying import to_pay
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, route_argument, viewer_of


class OneInvoice(Base):
    """The invoice in the address. `pays` is what its pay button takes, empty when there is none."""

    invoice: InvoiceSheet = InvoiceSheet()
    pays: str = ""
    is_on_its_way: bool = False
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the invoice."""
        return self.invoice.title or "Invoice"

    @customer
    async def load(self) -> None:
        """Read the invoice afresh; also called when something changed."""
        by, today = viewer_of(self), local(utc_now(), self.studio.zone).date()
        page = await ask(invoice_page, by, route_argument(self), today=today)
        self.invoice = invoice_sheet(page, zone=self.studio.zone, pdf=f"/pdf/invoice/{page.row.public_id}")
        self.pays, self.is_on_its_way = await to_pay(by, page)
        self.loaded = True
