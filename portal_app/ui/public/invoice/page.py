"""`/invoice/[token]`: an invoice for whoever has its secret address."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.frames import page_head
from portal_app.ui.public.invoice.state import HeldInvoice as S
from portal_app.ui.shared.invoice_parts import sheet, standing_line
from portal_app.ui.shared.invoice_paying import money_aside
from portal_app.ui.shared.layout import link_shell


def page() -> rx.Component:
    """Title and standing, the sheet, and the money beside it."""
    return link_shell(
        page_head(rx.el.h1(S.invoice.title), under=standing_line(S.invoice)),
        rx.el.div(sheet(S.invoice), money_aside(S), class_name="cols aside-first"),
        ready=S.loaded,
    )
