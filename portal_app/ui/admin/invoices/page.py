"""`/admin/invoices`: what was invoiced, what waits, what is late."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.invoices.state import AdminInvoices as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, select
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import empty, filter_tabs, page_head
from portal_app.ui.components.waiting import rows_skeleton
from portal_app.ui.shared.invoice_parts import invoice_table
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.statement_parts import statement_form


def page() -> rx.Component:
    """Filter, open, begin."""
    new = button("New invoice", kind="main", drawing="plus", on_click=S.ask_whom("invoice"))
    statement = button("Statement", drawing="document", on_click=S.ask_whom("statement"))
    return admin_shell(
        page_head(rx.el.h1("Invoices"), rx.el.div(statement, new, class_name="row wrap")),
        filter_tabs("Standing", S.tabs, S.status, S.only),
        rx.cond(S.loaded, _list(), rows_skeleton()),
        _new(),
        _statement(),
    )


def _list() -> rx.Component:
    none = rx.cond(
        S.status,
        empty("search", "Nothing here.", "Look at all invoices.", button("Show all", on_click=S.only(""))),
        empty("document", "No invoices yet.", "Write one from an order, or for anything else."),
    )
    return rx.cond(S.rows, invoice_table("Invoices, newest first", S.rows, is_studio=True), none)


def _new() -> rx.Component:
    form = rx.el.form(
        field(
            "Order number", "number", input_mode="numeric", max_length=10, auto_complete="off", error=S.field_errors["number"],
            hint="The invoice says what the order costs and no earlier invoice says.",
        ),
        select("Or without an order, for", "customer", S.customers, hint="Its lines are yours to write."),
        rx.el.div(
            button("Not now", kind="soft", on_click=S.ask_whom("")),
            button("Begin invoice", kind="main", type="submit"),
            class_name="row wrap acts",
        ),
        on_submit=S.write,
        no_validate=True,
        class_name="stack",
    )  # fmt: skip
    return dialog("New invoice", form, is_open=S.asking == "invoice", on_dismiss=S.ask_whom(""))


def _statement() -> rx.Component:
    whose = select("Whose", "customer", S.customers, key="whose", error=S.field_errors["whose"])
    return dialog("Statement", statement_form(S, whose), is_open=S.asking == "statement", on_dismiss=S.ask_whom(""))
