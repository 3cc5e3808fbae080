"""A payment service in memory, with the port's manners: the same request is the same answer, and final noes are final."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

from portal_app.core.errors import NotFound
from portal_app.domain.billing.gateway import (
    AccountNow,
    CardDeclined,
    CardOnFile,
    CardPageRequest,
    ChargeRequest,
    Checkout,
    CheckoutIsComplete,
    CheckoutRequest,
    CustomerRequest,
    DisputedPayment,
    DisputeNow,
    Event,
    PaymentNow,
    Payout,
    RefundNow,
    RefundRefused,
    RefundRequest,
)

GIVEN_UP = frozenset({"failed", "canceled"})


@dataclass
class MemoryGateway:
    """What a payment service keeps: the same request is the same page, and a page is paid or expired once."""

    is_live: bool = False
    pages: dict[str, Checkout] = field(default_factory=dict)
    payments: dict[str, PaymentNow] = field(default_factory=dict)
    refunds: dict[str, RefundNow] = field(default_factory=dict)
    disputes: dict[str, DisputeNow] = field(default_factory=dict)
    files: dict[str, list[CardOnFile]] = field(default_factory=lambda: defaultdict(list))
    disputed: dict[str, str] = field(default_factory=dict)

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        name = f"cs_{request.idempotency_key}"
        new = Checkout(
            name, f"/pay/{name}", "open", "unpaid", request.amount_cents, request.currency, request.attempt, None, False
        )
        return self.pages.setdefault(name, new)

    def checkout(self, session_id: str) -> Checkout:
        return self.pages[session_id]

    def expire_checkout(self, session_id: str) -> Checkout:
        if self.pages[session_id].status == "complete":
            raise CheckoutIsComplete
        return self._now(session_id, status="expired")

    def payment(self, payment_id: str) -> PaymentNow:
        return self.payments[payment_id]

    def create_customer(self, request: CustomerRequest) -> str:
        return f"cus_{request.idempotency_key}"

    def open_card_page(self, request: CardPageRequest) -> str:
        return f"/keep/{request.customer}"

    def cards(self, customer: str) -> list[CardOnFile]:
        return list(self.files[customer])

    def set_default_card(self, customer: str, card: str) -> None:
        if card not in [each.id for each in self.files[customer]]:
            raise NotFound

    def remove_card(self, customer: str, card: str) -> None:
        if any(card == each.id for name, cards in self.files.items() for each in cards if name != customer):
            raise NotFound
        self.files[customer] = [each for each in self.files[customer] if each.id != card]

    def charge_card(self, request: ChargeRequest) -> PaymentNow:
        if request.card not in [each.id for each in self.files[request.customer]]:
            raise CardDeclined("This card is no longer on file.")
        return self._arrived(f"pi_{request.idempotency_key}", request.amount_cents, request.currency, request.attempt)

    def payment_for(self, customer: str, attempt: str) -> PaymentNow | None:
        return next((each for each in self.payments.values() if each.attempt == attempt), None)

    def create_refund(self, request: RefundRequest) -> RefundNow:
        """What is left of a payment goes down at once; a refund that fails or is canceled gives it back."""
        name = f"re_{request.idempotency_key}"
        if name in self.refunds:
            return self.refunds[name]
        if request.payment_id in self.disputed.values():
            raise DisputedPayment
        back = sum(each.amount_cents for each in self.refunds_of(request.payment_id) if each.status not in GIVEN_UP)
        if request.amount_cents > self.payments[request.payment_id].received_cents - back:
            raise RefundRefused
        return self.give_back(request.payment_id, request.amount_cents, name=name, refund=request.refund)

    def refunds_of(self, payment_id: str) -> list[RefundNow]:
        return [each for each in self.refunds.values() if each.payment_id == payment_id]

    def disputes_of(self, payment_id: str) -> list[DisputeNow]:
        return [each for name, each in self.disputes.items() if self.disputed[name] == payment_id]

    def account(self) -> AccountNow:
        return AccountNow("acct_memory", "Harbor Light", self.is_live, takes_charges=True)

    def payouts(self, since: date, until: date) -> list[Payout]:
        return []

    def read_event(self, body: bytes, signature: str) -> Event:
        raise NotImplementedError

    def pay(self, session_id: str) -> bool:
        """Somebody pays on the page, if it is still open."""
        page = self.pages[session_id]
        if page.status != "open":
            return False
        payment = self._arrived(f"pi_{session_id}", page.amount_cents, page.currency, page.attempt)
        self._now(session_id, status="complete", payment_status="paid", payment_id=payment.id)
        return True

    def give_back(self, payment_id: str, cents: int, *, name: str = "", refund: str = "") -> RefundNow:
        """A refund; without a name it is made on the payment service's own site."""
        name = name or f"re_site{len(self.refunds)}"
        made = RefundNow(name, "succeeded", cents, self.payments[payment_id].currency, payment_id, refund)
        return self.refunds.setdefault(name, made)

    def move_refund(self, name: str, status: str) -> None:
        """The bank decides."""
        self.refunds[name] = replace(self.refunds[name], status=status)

    def dispute(self, payment_id: str, *, status: str = "open") -> str:
        """The cardholder's bank takes a payment back, or decides about it."""
        name = next((each for each, about in self.disputed.items() if about == payment_id), f"du_{payment_id}")
        payment = self.payments[payment_id]
        self.disputes[name] = DisputeNow(name, status, payment.amount_cents, "fraudulent", None, payment.currency)
        self.disputed[name] = payment_id
        return name

    @property
    def taken(self) -> int:
        """What this service has taken in, in minor units."""
        return sum(page.amount_cents for page in self.pages.values() if page.payment_status == "paid")

    def _arrived(self, name: str, cents: int, currency: str, attempt: str) -> PaymentNow:
        new = PaymentNow(name, "succeeded", cents, cents, currency, attempt, f"ch_{name}", self.is_live)
        return self.payments.setdefault(name, new)

    def _now(self, session_id: str, **changes: object) -> Checkout:
        self.pages[session_id] = replace(self.pages[session_id], **changes)
        return self.pages[session_id]
