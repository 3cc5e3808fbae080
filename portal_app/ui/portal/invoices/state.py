"""A customer's invoices, newest first."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.invoice_cards import InvoiceCard
from portal_app.ui.shared.invoice_parts import read_invoices
from portal_app.ui.shared.session import Base, viewer_of
from portal_app.ui.shared.statement_parts import statement_file


class Invoices(Base):
    """The list, and statements for any days."""

    rows: list[InvoiceCard] = []
    loaded: bool = False

    @customer
    async def load(self) -> None:
        """Read the list afresh; also called when something changed."""
        self.rows = await read_invoices(viewer_of(self), self.studio.zone, "/invoices")
        self.loaded = True

    @customer
    async def statement(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """The statement of one's own account for these days."""
        return statement_file(self, form)
