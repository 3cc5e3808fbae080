"""The mail that brings an invoice to who pays it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.clock import date_words, local
from portal_app.core.money import money_words
from portal_app.domain.billing.invoices import page_of
from portal_app.domain.billing.invoicing import link_context
from portal_app.domain.billing.models import Invoice, InvoiceStatus
from portal_app.domain.customers.copies import addressees
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.notifications import letters
from portal_app.domain.notifications.service import write_mail
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio


def mail_invoice(db: Session, invoice_id: int, fact_id: int, seal: SecretSeal, *, now: datetime) -> None:
    """To everybody who hears of the customer's orders, with the invoice's secret address. Nothing when it is void by now."""
    invoice = db.get(Invoice, invoice_id)
    if invoice is None or invoice.status != InvoiceStatus.OPEN:
        return
    studio = db.get_one(Studio, invoice.studio_id)
    page = page_of(db, invoice, today=local(now, studio.zone).date())
    words = letters.InvoiceWords(
        studio=studio.name,
        name=page.row.name,
        place=page.row.street,
        left=money_words(page.row.left_cents, invoice.currency),
        due=date_words(invoice.due_on) if invoice.due_on else "",
        link=f"{studio.address}/invoice/{seal.open(invoice.token_box, link_context(invoice.public_id))}",
    )
    order = db.get_one(Order, invoice.order_id) if invoice.order_id else None
    for one in addressees(db, invoice.customer_id):
        write_mail(
            db, studio, letters.invoice(words), kind="invoice", once_key=f"invoice:{fact_id}:{one.email.lower()}",
            to_email=one.email, to_name=one.name, order=order, is_secret=True, now=now,
        )  # fmt: skip
