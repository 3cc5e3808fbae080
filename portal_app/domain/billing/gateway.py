"""The port to the payment service. Everything is per studio and mode: a gateway is made with one account's keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from portal_app.core.errors import Conflict, PaymentProblem


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """One hosted payment page, built only from a stored attempt, so a retry sends the same bytes."""

    attempt: str
    studio: str
    idempotency_key: str
    amount_cents: int
    currency: str
    description: str
    payer_email: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout as the payment service has it now.

    `status` is open, complete or expired; `payment_status` is paid, unpaid or no_payment_required; `has_failed` says
    that a bank debit, accepted at first, came back.
    """

    id: str
    url: str | None
    status: str
    payment_status: str
    amount_cents: int
    currency: str
    attempt: str
    payment_id: str | None
    is_live: bool
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A verified event: only a hint that something changed. `attempt` is our public id, where the event names one."""

    id: str
    kind: str
    session_id: str
    attempt: str
    is_live: bool


class BadSignature(Exception):
    """Not from the payment service, or too old, or not readable. The answer is 400 and nothing changes."""


class CheckoutIsComplete(Conflict):
    """It was paid before it could be expired: reconcile instead."""


class CheckoutRefused(PaymentProblem):
    """The payment service will not make this checkout, however often it is asked; nothing was charged."""

    sentence = "The payment page could not be opened. Nothing was charged. Ask the studio how to pay."


class PaymentGateway(Protocol):
    """Calls leave the building: never inside a transaction. Raises PaymentProblem or Unavailable."""

    @property
    def is_live(self) -> bool:
        """Whether its keys move real money."""
        ...

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open the hosted page; the same request again is the same checkout. Raises CheckoutRefused for a final no."""
        ...

    def checkout(self, session_id: str) -> Checkout: ...

    def expire_checkout(self, session_id: str) -> Checkout:
        """Close it for good. Raises CheckoutIsComplete when it was paid first; expiring twice is fine."""
        ...

    def read_event(self, body: bytes, signature: str) -> Event:
        """Verify and read. Raises BadSignature for anything that is not a sound event."""
        ...
