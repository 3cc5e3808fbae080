"""`/invoices/[invoice]`: one invoice of a customer."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.frames import crumb, page_head
from portal_app.ui.portal.invoice.state import OneInvoice as S
from portal_app.ui.shared.invoice_parts import sheet, standing_line
from portal_app.ui.shared.invoice_paying import money_aside
from portal_app.ui.shared.layout import portal_shell


def page() -> rx.Component:
    """Title and standing, the sheet, and the money beside it."""
    title = rx.fragment(crumb("Invoices", "/invoices", S.invoice.title), rx.el.h1(S.invoice.title))
    return portal_shell(
        page_head(title, under=standing_line(S.invoice)),
        rx.el.div(sheet(S.invoice), money_aside(S), class_name="cols aside-first"),
        ready=S.loaded,
    )
