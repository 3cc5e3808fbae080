"""`/invoices`: everything a customer was asked to pay on paper."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.frames import empty, page_head, section
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.portal.invoices.state import Invoices as S
from portal_app.ui.shared.invoice_parts import invoice_table
from portal_app.ui.shared.layout import portal_shell
from portal_app.ui.shared.statement_parts import statement_form


def page() -> rx.Component:
    """The list, and a statement for any days."""
    nothing = empty("document", "No invoices yet", "The studio writes one when there is something to pay for.")
    rows = rx.cond(S.rows, invoice_table("Invoices, newest first", S.rows), nothing)
    days = rx.el.p("What was charged and paid over some days, and what you owed before and after.", class_name="small quiet")
    statement = section("Statement", days, statement_form(S), key="statement")
    return portal_shell(page_head(rx.el.h1("Invoices")), rx.cond(S.loaded, rows, rows_skeleton()), statement)
