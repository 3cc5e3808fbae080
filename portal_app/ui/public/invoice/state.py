"""An invoice behind its secret address: seen, paid and kept as a file without signing in."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import local, utc_now
from portal_app.core.errors import NotFound
from portal_app.core.viewer import Role
from portal_app.domain.billing.invoices import held_invoice
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.invoice_cards import InvoiceSheet, invoice_sheet
from portal_app.ui.shared.invoice_paying import to_pay
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, acting


class HeldInvoice(Base):
    """The invoice whose secret stands in the address. `pays` is what its pay button takes, empty when there is none."""

    invoice: InvoiceSheet = InvoiceSheet()
    pays: str = ""
    is_on_its_way: bool = False
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the invoice."""
        return self.invoice.title or "Your invoice"

    @public
    async def load(self) -> None:
        """Read the invoice afresh; also called when something changed."""
        by = acting()
        if by is None or by.role is not Role.LINK or by.invoice_id is None:
            self.invoice, self.pays, self.loaded = InvoiceSheet(), "", True
            raise NotFound
        page = await ask(held_invoice, by, today=local(utc_now(), self.studio.zone).date())
        file = f"{self.router.url.path.rstrip('/')}/pdf"
        self.invoice = invoice_sheet(page, zone=self.studio.zone, pdf=file)
        self.pays, self.is_on_its_way = await to_pay(by, page)
        self.loaded = True
