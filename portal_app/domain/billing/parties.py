"""Who writes an invoice and who pays it, as the paper says it: kept with the invoice from finalizing on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from portal_app.domain.billing.models import PaymentPolicy
from portal_app.domain.customers.models import Customer
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio


@dataclass(frozen=True, slots=True)
class Issuer:
    """The studio with its brand. `prefix` stands before its invoices' numbers, `payable_to` says where money may be sent."""

    name: str = ""
    legal_name: str = ""
    place: str = ""
    phone: str = ""
    email: str = ""
    accent: str = ""
    mark: str = ""
    zone: str = "UTC"
    prefix: str = ""
    tax_id: str = ""
    payable_to: str = ""


@dataclass(frozen=True, slots=True)
class BillTo:
    """The customer, and what was ordered where; `order_number` is 0 for an invoice that stands alone."""

    name: str = ""
    company: str = ""
    email: str = ""
    order_number: int = 0
    street: str = ""
    town: str = ""


def issuer_now(studio: Studio, policy: PaymentPolicy) -> Issuer:
    """The studio as it is today."""
    return Issuer(
        name=studio.name,
        legal_name=studio.legal_name,
        place=studio.place,
        phone=studio.phone,
        email=studio.email,
        accent=studio.accent,
        mark=studio.mark,
        zone=studio.zone,
        prefix=policy.invoice_prefix,
        tax_id=policy.tax_id,
        payable_to=policy.payable_to,
    )


def bill_to_now(customer: Customer, order: Order | None) -> BillTo:
    """The customer as they are today; an order keeps the name it was placed under."""
    if order is None:
        return BillTo(customer.name, customer.company, customer.email)
    return BillTo(order.customer_name, customer.company, customer.email, order.number, order.street, order.town)


def kept(party: Issuer | BillTo) -> str:
    """As it lies in the database."""
    return json.dumps(asdict(party), ensure_ascii=False)


def issuer_of(words: str) -> Issuer:
    """The copy kept with an invoice."""
    return Issuer(**json.loads(words))


def bill_to_of(words: str) -> BillTo:
    """The copy kept with an invoice."""
    return BillTo(**json.loads(words))


def invoice_name(prefix: str, number: int | None) -> str:
    """`HL-0042`; a draft has no number."""
    return "" if number is None else f"{prefix}{number:04d}"
