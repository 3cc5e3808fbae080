"""What Stripe is asked, built from the port's requests alone: nothing here asks the time, so a retry sends the same bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from portal_app.domain.billing.gateway import (
    CardPageRequest,
    ChargeRequest,
    CheckoutLine,
    CheckoutRequest,
    CustomerRequest,
    RefundRequest,
)

NAME_AT_MOST = 250
PAGE = 100


def payment_page(request: CheckoutRequest) -> dict[str, Any]:
    """A hosted page that takes a payment. Stripe takes a customer or an email address, never both."""
    marks = {"attempt": request.attempt, "studio": request.studio}
    payment = {"metadata": marks, "description": request.description}
    lines = request.lines or (CheckoutLine(request.description, request.amount_cents),)
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [_line(line, request.currency) for line in lines],
        "client_reference_id": request.attempt,
        "metadata": marks,
        "payment_intent_data": payment | ({"setup_future_usage": "off_session"} if request.keeps_card else {}),
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
    }
    if request.customer:
        return params | {"customer": request.customer}
    return params | ({"customer_email": request.payer_email} if request.payer_email else {})


def card_page(request: CardPageRequest) -> dict[str, Any]:
    """A hosted page that saves a card."""
    return {
        "mode": "setup",
        "currency": request.currency.lower(),
        "customer": request.customer,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
    }


def customer(request: CustomerRequest) -> dict[str, Any]:
    """Stripe refuses blank values, so what is not known is left out."""
    known = {"email": request.email.strip(), "name": request.name.strip()[:NAME_AT_MOST]}
    return {key: value for key, value in known.items() if value} | {"metadata": {"account": request.account}}


def charge(request: ChargeRequest) -> dict[str, Any]:
    """A payment that is confirmed at once, while the cardholder is away: by no method that would send them elsewhere."""
    return {
        "amount": request.amount_cents,
        "currency": request.currency.lower(),
        "customer": request.customer,
        "payment_method": request.card,
        "description": request.description,
        "metadata": {"attempt": request.attempt, "studio": request.studio},
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "off_session": True,
        "confirm": True,
        "expand": ["latest_charge"],
    }


def refund(request: RefundRequest) -> dict[str, Any]:
    """Back to where the payment came from."""
    return {
        "payment_intent": request.payment_id,
        "amount": request.amount_cents,
        "metadata": {"refund": request.refund},
    }


def arrived(since: date, until: date) -> dict[str, Any]:
    """Payouts of some days. Stripe dates an arrival at midnight UTC."""
    ends = _midnight(until + timedelta(days=1))
    return {"status": "paid", "arrival_date": {"gte": _midnight(since), "lt": ends}, "limit": PAGE}


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _line(line: CheckoutLine, currency: str) -> dict[str, Any]:
    product = {"name": line.name.strip()[:NAME_AT_MOST] or "Payment"}
    return {
        "quantity": 1,
        "price_data": {"currency": currency.lower(), "unit_amount": line.amount_cents, "product_data": product},
    }
