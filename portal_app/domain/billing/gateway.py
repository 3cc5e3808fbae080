"""The port to the payment service. Everything is per studio and mode: a gateway is made with one account's keys.

Amounts are minor units, currencies upper-case codes, references to the service's objects its own ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from portal_app.core.errors import Conflict, PaymentProblem


@dataclass(frozen=True, slots=True)
class CheckoutLine:
    """What one line of the hosted page says."""

    name: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """One hosted payment page, built only from a stored attempt, so a retry sends the same bytes.

    Without `lines` the page has one, the description. `customer` is the payer's record at the payment service; only with
    one can `keeps_card` keep the card for later charges, which the payer has agreed to.
    """

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
    lines: tuple[CheckoutLine, ...] = ()
    customer: str = ""
    keeps_card: bool = False

    def __post_init__(self) -> None:
        if self.lines and sum(line.amount_cents for line in self.lines) != self.amount_cents:
            raise ValueError("the lines do not add up to the amount")
        if self.keeps_card and not self.customer:
            raise ValueError("a card is kept for a customer")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout as the payment service has it now.

    `status` is open, complete or expired; `payment_status` is paid, unpaid or no_payment_required; `has_failed` says
    that a bank debit, accepted at first, came back; `method` is card, bank_debit or other.
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
    method: str = "card"


@dataclass(frozen=True, slots=True)
class PaymentNow:
    """A payment as it is now: `status` is succeeded, processing, requires_action, requires_payment_method or canceled.

    `attempt` is our public id, where the payment names one; `received_cents` what has arrived, before refunds. `problem`
    is what the bank said when it last refused, and `needs_cardholder` that it wants to hear from them.
    """

    id: str
    status: str
    amount_cents: int
    received_cents: int
    currency: str
    attempt: str
    charge_id: str
    is_live: bool
    method: str = "card"
    problem: str = ""
    needs_cardholder: bool = False


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """A record for one account at the payment service, made once: the key is ours."""

    account: str
    email: str
    name: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class CardPageRequest:
    """A hosted page that saves a card and charges nothing."""

    customer: str
    currency: str
    success_url: str
    cancel_url: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class CardOnFile:
    """A card the payment service keeps: never its number. `expires` is written `12/34`."""

    id: str
    brand: str
    last4: str
    expires: str


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """A charge of a card on file while its holder is away, built only from a stored attempt."""

    attempt: str
    studio: str
    idempotency_key: str
    amount_cents: int
    currency: str
    description: str
    customer: str
    card: str


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money back to the method it came from, built only from a stored refund, whose public id is `refund`."""

    refund: str
    payment_id: str
    amount_cents: int
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class RefundNow:
    """A refund as it is now: `status` is pending, succeeded, failed or canceled. A succeeded one may still fail.

    `refund` is our public id; empty for one made on the payment service's own site.
    """

    id: str
    status: str
    amount_cents: int
    currency: str
    payment_id: str
    refund: str


@dataclass(frozen=True, slots=True)
class DisputeNow:
    """Money the cardholder's bank took back: `status` is open, won or lost. Mere inquiries, which take none, are left out."""

    id: str
    status: str
    amount_cents: int
    reason: str
    answer_by: datetime | None
    currency: str


@dataclass(frozen=True, slots=True)
class AccountNow:
    """Whose keys these are."""

    id: str
    name: str
    is_live: bool
    takes_charges: bool


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """One movement of the balance that a payout pays out.

    `kind` is charge, refund, refund_failure, dispute, dispute_reversal or another of the payment service's reporting
    categories; `source_id` the charge, refund or dispute; `payment_id` the payment it is about. The studio gets
    `gross_cents` (signed) less `fee_cents`.
    """

    source_id: str
    kind: str
    gross_cents: int
    fee_cents: int
    payment_id: str


@dataclass(frozen=True, slots=True)
class Payout:
    """Money on the studio's bank account: the sum of its lines."""

    id: str
    arrived_on: date
    amount_cents: int
    currency: str
    lines: tuple[PayoutLine, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A verified event: only a hint that something changed. `attempt` is our public id, where the event names one.

    `object_kind` and `object_id` are what it is about, such as `refund` and `re_…`; `payment_id` the payment behind that.
    """

    id: str
    kind: str
    session_id: str
    attempt: str
    is_live: bool
    object_kind: str = ""
    object_id: str = ""
    payment_id: str = ""


class BadSignature(Exception):
    """Not from the payment service, or too old, or not readable. The answer is 400 and nothing changes."""


class CheckoutIsComplete(Conflict):
    """It was paid before it could be expired: reconcile instead."""


class CheckoutRefused(PaymentProblem):
    """The payment service will not make this checkout, however often it is asked; nothing was charged."""

    sentence = "The payment page could not be opened. Nothing was charged. Ask the studio how to pay."


class CustomerGone(CheckoutRefused):
    """The record of this customer was deleted at the payment service, its cards with it: forget it and make a new one."""

    sentence = "The saved card is no longer there. Nothing was charged. Pay on the payment page instead."


class CardDeclined(PaymentProblem):
    """The card on file was refused, in the bank's words. `payment_id` is the payment that failed, if there is one."""

    def __init__(self, sentence: str = "", payment_id: str = "") -> None:
        super().__init__(sentence)
        self.payment_id = payment_id


class CardholderNeeded(PaymentProblem):
    """The bank wants to hear from the cardholder, who has to pay on a page."""

    sentence = "The bank asks the cardholder to confirm. Nothing was charged. Send a payment link."

    def __init__(self, payment_id: str = "") -> None:
        super().__init__()
        self.payment_id = payment_id


class RefundRefused(PaymentProblem):
    """This refund will not be made, however often it is asked; no money moved."""

    sentence = "The payment service does not give this back: it may be refunded already. No money moved."


class DisputedPayment(RefundRefused):
    """The bank has taken the money already."""

    sentence = "The cardholder's bank took this payment back, so it cannot be refunded. Answer the dispute instead."


class KeysRefused(PaymentProblem):
    """The payment service does not know the key, or lets it do too little."""

    sentence = "The payment service does not accept the studio's key. Nothing was charged. Ask the studio."


class PaymentGateway(Protocol):
    """Calls leave the building: never inside a transaction. All raise PaymentProblem (KeysRefused) or Unavailable.

    Whoever calls again after Unavailable sends the same idempotency key with the same request.
    """

    @property
    def is_live(self) -> bool:
        """Whether its keys move real money."""
        ...

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open the hosted page; the same request again is the same checkout. Raises CheckoutRefused for a final no,
        CustomerGone among them."""
        ...

    def checkout(self, session_id: str) -> Checkout: ...

    def expire_checkout(self, session_id: str) -> Checkout:
        """Close it for good. Raises CheckoutIsComplete when it was paid first; expiring twice is fine."""
        ...

    def payment(self, payment_id: str) -> PaymentNow: ...

    def create_customer(self, request: CustomerRequest) -> str:
        """The id of the record; the same request again is the same record."""
        ...

    def open_card_page(self, request: CardPageRequest) -> str:
        """The address of a hosted page that saves a card. Raises CheckoutRefused, CustomerGone among them."""
        ...

    def cards(self, customer: str) -> list[CardOnFile]:
        """Newest first; none for a customer who is gone."""
        ...

    def set_default_card(self, customer: str, card: str) -> None:
        """Raises NotFound for a card that is not on this customer's file."""
        ...

    def remove_card(self, customer: str, card: str) -> None:
        """One that is gone already counts as removed. Raises NotFound for another customer's."""
        ...

    def charge_card(self, request: ChargeRequest) -> PaymentNow:
        """Charge now, without the cardholder. Raises CardholderNeeded, CardDeclined, CustomerGone."""
        ...

    def payment_for(self, customer: str, attempt: str) -> PaymentNow | None:
        """What became of a charge whose answer was lost: the customer's payment that names this attempt, if there is one."""
        ...

    def create_refund(self, request: RefundRequest) -> RefundNow:
        """The same request again is the same refund. Raises RefundRefused for a final no, DisputedPayment among them."""
        ...

    def refunds_of(self, payment_id: str) -> list[RefundNow]:
        """Every refund of a payment, wherever it was made, oldest first."""
        ...

    def disputes_of(self, payment_id: str) -> list[DisputeNow]:
        """Oldest first."""
        ...

    def account(self) -> AccountNow:
        """Whose keys these are. Raises KeysRefused."""
        ...

    def payouts(self, since: date, until: date) -> Sequence[Payout]:
        """Those that arrived from `since` to `until`, both included, oldest first."""
        ...

    def read_event(self, body: bytes, signature: str) -> Event:
        """Verify and read. Raises BadSignature for anything that is not a sound event."""
        ...
