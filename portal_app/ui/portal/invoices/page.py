"""`/invoices`: everything a customer was asked to pay on paper."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.frames import empty, page_head
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.portal.invoices.state import Invoices as S
from portal_app.ui.shared.invoice_parts import invoice_table
from portal_app.ui.shared.layout import portal_shell


def page() -> rx.Component:
    """The list."""
    nothing = empty("document", "No invoices yet", "The studio writes one when there is something to pay for.")
    rows = rx.cond(S.rows, invoice_table("Invoices, newest first", S.rows), nothing)
    return portal_shell(page_head(rx.el.h1("Invoices")), rx.cond(S.loaded, rows, rows_skeleton()))
