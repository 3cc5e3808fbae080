"""What is to pay of an invoice, beside it: amount, button, file."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.money import money_words
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.collecting import collected_by
from portal_app.domain.billing.invoices import InvoicePage
from portal_app.ui.components.frames import note
from portal_app.ui.shared.invoice_parts import pdf_button
from portal_app.ui.shared.paying import Paying, pay_press
from portal_app.ui.shared.run import ask


async def to_pay(by: Viewer, page: InvoicePage) -> tuple[str, bool]:
    """What the pay button takes, in words, and whether a payment is on its way."""
    if not page.row.left_cents:
        return "", False
    collected = await ask(collected_by, by, page.row.public_id)
    return money_words(collected.cents, page.row.currency) if collected.cents else "", collected.is_on_its_way


def money_aside(state: Any) -> rx.Component:
    """The aside of a page whose State has `invoice`, `pays` and `is_on_its_way`."""
    invoice = state.invoice
    sentence = "A payment is on its way. We say so here when it arrives; nothing is charged twice."
    pay = rx.cond(
        state.is_on_its_way,
        rx.el.div(note(sentence, drawing="clock", tone="wait"), class_name="under"),
        rx.cond(
            state.pays,
            rx.el.div(
                pay_press(state.pays, Paying.pay_invoice(invoice.id), busy=Paying.going_to == invoice.id, tall=True, wide=True),
                class_name="sheet-top",
            ),
            rx.fragment(),
        ),
    )
    amount = rx.cond(invoice.left, invoice.left, invoice.total)
    return rx.el.aside(
        rx.el.h2("Payment", class_name="hide"),
        rx.el.p(rx.cond(invoice.left, "Amount due", "Total"), class_name="small quiet"),
        rx.el.p(amount, class_name="big num"),
        rx.cond(invoice.note, rx.el.p(invoice.note, class_name="small quiet"), rx.fragment()),
        rx.cond(invoice.paid & invoice.left, rx.el.p(invoice.paid, " is paid already.", class_name="small quiet"), rx.fragment()),
        rx.cond(invoice.left, pay, rx.fragment()),
        rx.el.div(pdf_button(invoice), class_name="sheet-top"),
        class_name="panel",
    )
