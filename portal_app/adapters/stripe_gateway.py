"""Stripe, always through its own library. One gateway per (studio, mode): no globals, no keys shared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any

import requests
import stripe

from portal_app.adapters import stripe_asking as asking
from portal_app.adapters import stripe_reading as reading
from portal_app.adapters.stripe_refusing import card_refusal, is_final, is_gone, is_missing_customer, log_refusal, refuse
from portal_app.core.errors import NotFound
from portal_app.domain.billing.gateway import (
    AccountNow,
    BadSignature,
    CardOnFile,
    CardPageRequest,
    ChargeRequest,
    Checkout,
    CheckoutIsComplete,
    CheckoutRefused,
    CheckoutRequest,
    CustomerGone,
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

TIMEOUT_SECONDS = 15  # a charge may take its bank some time
RETRIES = 2
TOLERANCE_SECONDS = 300
EXPAND = ["payment_intent.latest_charge"]
MANY = {"limit": asking.PAGE}


class LiveKeyAtStandIn(Exception):
    """A live key must never be sent anywhere but to Stripe."""


class _Straight(requests.Session):
    """The key goes to the address it was meant for, and nowhere that address points to."""

    def request(self, *args: Any, **options: Any) -> requests.Response:
        return super().request(*args, **{**options, "allow_redirects": False})


class _Client(stripe.RequestsClient):
    """Stripe's own client; each thread keeps a session of its own, as there."""

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        if getattr(self._thread_local, "session", None) is None:
            self._thread_local.session = _Straight()
        return super().request(method, url, headers, post_data)


class StripeGateway:
    """The payment port over `stripe.StripeClient`. Safe to use from many threads."""

    def __init__(self, secret_key: str, webhook_secret: str, *, old_secret: str = "", api_base: str = "") -> None:
        self.is_live = "_live_" in secret_key
        if api_base and self.is_live:
            raise LiveKeyAtStandIn("A live Stripe key is set together with a stand-in's address. Remove one of them.")
        self._webhook_secrets = [secret for secret in (webhook_secret, old_secret) if secret]
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=RETRIES,
            http_client=_Client(timeout=TIMEOUT_SECONDS),
        )

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open a hosted page. The same request twice is the same page: the key is ours."""
        return reading.checkout_of(self._page(asking.payment_page(request), request.idempotency_key))

    def checkout(self, session_id: str) -> Checkout:
        """The checkout as it is now."""
        with _refusing():
            return reading.checkout_of(self._client.v1.checkout.sessions.retrieve(session_id, {"expand": EXPAND}))

    def expire_checkout(self, session_id: str) -> Checkout:
        """Close it for good. Raises CheckoutIsComplete when it was paid first."""
        try:
            return reading.checkout_of(self._client.v1.checkout.sessions.expire(session_id))
        except stripe.InvalidRequestError as error:
            now = self.checkout(session_id)
            if now.status == "complete":
                raise CheckoutIsComplete() from error
            if now.status == "expired":
                return now
            refuse(error)
        except stripe.StripeError as error:
            refuse(error)

    def payment(self, payment_id: str) -> PaymentNow:
        """The payment as it is now."""
        with _refusing():
            return reading.payment_of(self._client.v1.payment_intents.retrieve(payment_id, {"expand": ["latest_charge"]}))

    def create_customer(self, request: CustomerRequest) -> str:
        """A record of an account; the same request twice is the same record."""
        with _refusing():
            return self._client.v1.customers.create(
                asking.customer(request),  # type: ignore[arg-type]
                {"idempotency_key": request.idempotency_key},
            ).id

    def open_card_page(self, request: CardPageRequest) -> str:
        """The address of a hosted page that saves a card."""
        return self._page(asking.card_page(request), request.idempotency_key).url or ""

    def cards(self, customer: str) -> list[CardOnFile]:
        """The cards on file, newest first; none for a customer who was deleted."""
        try:
            found = self._client.v1.customers.payment_methods.list(customer, {"type": "card", **MANY})
        except stripe.InvalidRequestError as error:
            if is_gone(error):
                return []
            refuse(error)
        except stripe.StripeError as error:
            refuse(error)
        return [reading.card_of(each) for each in found.data]

    def set_default_card(self, customer: str, card: str) -> None:
        """Which card Stripe itself takes first. Raises NotFound for one that is not on this customer's file."""
        if self._holder_of(card) != customer:
            raise NotFound()
        with _refusing():
            self._client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": card}})

    def remove_card(self, customer: str, card: str) -> None:
        """Take a card off the file for good. Raises NotFound for another customer's."""
        holder = self._holder_of(card)
        if holder and holder != customer:
            raise NotFound()
        if not holder:
            return
        try:
            self._client.v1.payment_methods.detach(card)
        except stripe.InvalidRequestError as error:
            if self._holder_of(card):
                refuse(error)
        except stripe.StripeError as error:
            refuse(error)

    def charge_card(self, request: ChargeRequest) -> PaymentNow:
        """Charge a card on file now. Raises CardholderNeeded, CardDeclined, CustomerGone."""
        try:
            intent = self._client.v1.payment_intents.create(
                asking.charge(request),  # type: ignore[arg-type]
                {"idempotency_key": request.idempotency_key},
            )
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            raise card_refusal(error) from error
        except stripe.StripeError as error:
            refuse(error, is_charge=True)
        return reading.payment_of(intent)

    def payment_for(self, customer: str, attempt: str) -> PaymentNow | None:
        """The customer's payment that names this attempt: a list is up to date at once, a search is not."""
        params = {"customer": customer, "expand": ["data.latest_charge"], **MANY}
        try:
            found = self._client.v1.payment_intents.list(params).auto_paging_iter()  # type: ignore[arg-type]
            return next((reading.payment_of(each) for each in found if reading.mark_of(each, "attempt") == attempt), None)
        except stripe.InvalidRequestError as error:
            if is_gone(error):
                return None
            refuse(error)
        except stripe.StripeError as error:
            refuse(error)

    def create_refund(self, request: RefundRequest) -> RefundNow:
        """Give money back. Raises RefundRefused, DisputedPayment among them."""
        try:
            refund = self._client.v1.refunds.create(
                asking.refund(request),  # type: ignore[arg-type]
                {"idempotency_key": request.idempotency_key},
            )
        except stripe.StripeError as error:
            if not is_final(error):
                refuse(error)
            log_refusal(error)
            raise (DisputedPayment() if error.code == "charge_disputed" else RefundRefused()) from error
        return reading.refund_of(refund)

    def refunds_of(self, payment_id: str) -> list[RefundNow]:
        """Every refund of a payment, oldest first."""
        with _refusing():
            found = self._client.v1.refunds.list({"payment_intent": payment_id, **MANY})
            return [reading.refund_of(each) for each in found.auto_paging_iter()][::-1]

    def disputes_of(self, payment_id: str) -> list[DisputeNow]:
        """Every dispute that took money, oldest first."""
        with _refusing():
            found = self._client.v1.disputes.list({"payment_intent": payment_id, **MANY})
            return reading.disputes_in(found.auto_paging_iter())[::-1]

    def account(self) -> AccountNow:
        """Whose keys these are. Raises KeysRefused."""
        with _refusing():
            return reading.account_of(self._client.v1.accounts.retrieve_current(), is_live=self.is_live)

    def payouts(self, since: date, until: date) -> list[Payout]:
        """What arrived at the studio's bank on these days, oldest first."""
        with _refusing():
            found = list(self._client.v1.payouts.list(asking.arrived(since, until)).auto_paging_iter())  # type: ignore[arg-type]
            return [reading.payout_of(each, self._movements(each)) for each in reversed(found)]

    def read_event(self, body: bytes, signature: str) -> Event:
        """Verify and read one delivery; while a secret is replaced, by either. Raises BadSignature for anything unsound."""
        failure = "no secret yet"
        for secret in self._webhook_secrets:
            try:
                event = stripe.Webhook.construct_event(body, signature, secret, TOLERANCE_SECONDS)
                return reading.event_of(event.to_dict())
            except Exception as error:
                failure = type(error).__name__
        raise BadSignature(failure)

    def _page(self, params: dict[str, Any], idempotency_key: str) -> Any:
        """Open a hosted page. A refusal is final: the same request is refused however often it is sent."""
        try:
            return self._client.v1.checkout.sessions.create(params, {"idempotency_key": idempotency_key})  # type: ignore[arg-type]
        except stripe.StripeError as error:
            if not is_final(error):
                refuse(error)
            log_refusal(error)
            raise (CustomerGone() if is_missing_customer(error) else CheckoutRefused()) from error

    def _holder_of(self, card: str) -> str:
        """The customer on whose file a card is; nobody when it was taken off, or is unknown."""
        try:
            return reading.id_of(self._client.v1.payment_methods.retrieve(card).customer)
        except stripe.InvalidRequestError as error:
            if is_gone(error):
                return ""
            refuse(error)
        except stripe.StripeError as error:
            refuse(error)

    def _movements(self, payout: Any) -> list[Any]:
        """Stripe keeps the list for the payouts that it makes by itself."""
        if not payout.automatic:
            return []
        params = {"payout": payout.id, "expand": ["data.source"], **MANY}
        return list(self._client.v1.balance_transactions.list(params).auto_paging_iter())  # type: ignore[arg-type]


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except stripe.StripeError as error:
        refuse(error)


@lru_cache(maxsize=64)
def gateway_with(secret_key: str, webhook_secret: str, old_secret: str, api_base: str) -> StripeGateway:
    """One gateway, with its kept-alive connections, per set of keys."""
    return StripeGateway(secret_key, webhook_secret, old_secret=old_secret, api_base=api_base)
