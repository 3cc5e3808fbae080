"""What is to pay of an invoice, beside it: amount, button, file."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.money import money_words
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.invoices import InvoicePage
from portal_app.domain.billing.queries import balances_for, is_on_its_way
from portal_app.ui.components.frames import note
from portal_app.ui.shared.invoice_parts import pdf_button
from portal_app.ui.shared.paying import pay_button
from portal_app.ui.shared.run import ask


async def to_pay(by: Viewer, page: InvoicePage) -> tuple[str, bool]:
    """What the pay button takes, in words, and whether a payment is on its way. An order's invoice is paid by paying the
    order; one that stands alone says how to pay on its sheet."""
    if page.order_id is None or not page.row.left_cents:
        return "", False
    owed = (await ask(balances_for, by, [page.order_id])).get(page.order_id)
    words = money_words(owed.due, page.row.currency) if owed and owed.due else ""
    return words, await ask(is_on_its_way, page.order_id)


def money_aside(state: Any) -> rx.Component:
    """The aside of a page whose State has `invoice`, `pays` and `is_on_its_way`."""
    invoice = state.invoice
    sentence = "A payment is on its way. We say so here when it arrives; nothing is charged twice."
    pay = rx.cond(
        state.is_on_its_way,
        rx.el.div(note(sentence, drawing="clock", tone="wait"), class_name="under"),
        rx.cond(
            state.pays, rx.el.div(pay_button(invoice.order_number, state.pays, wide=True), class_name="sheet-top"), rx.fragment()
        ),
    )
    ask_how = rx.el.p("Pay it the way the invoice says, or ask the studio how.", class_name="small quiet")
    amount = rx.cond(invoice.left, invoice.left, invoice.total)
    return rx.el.aside(
        rx.el.h2("Payment", class_name="hide"),
        rx.el.p(rx.cond(invoice.left, "Amount due", "Total"), class_name="small quiet"),
        rx.el.p(amount, class_name="big num"),
        rx.cond(invoice.note, rx.el.p(invoice.note, class_name="small quiet"), rx.fragment()),
        rx.cond(invoice.paid & invoice.left, rx.el.p(invoice.paid, " is paid already.", class_name="small quiet"), rx.fragment()),
        rx.cond(invoice.left, rx.cond(invoice.order_number, pay, ask_how), rx.fragment()),
        rx.el.div(pdf_button(invoice), class_name="sheet-top"),
        class_name="panel",
    )
