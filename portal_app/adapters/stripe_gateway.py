"""Stripe, always through its own library. One gateway per (studio, mode): no globals, no keys shared."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, NoReturn

import requests
import stripe

from portal_app.core.errors import PaymentProblem, Unavailable
from portal_app.domain.billing.gateway import (
    BadSignature,
    Checkout,
    CheckoutIsComplete,
    CheckoutRefused,
    CheckoutRequest,
    Event,
)

TIMEOUT_SECONDS = 8
RETRIES = 2
TOLERANCE_SECONDS = 300
EXPAND = ["payment_intent"]

log = logging.getLogger(__name__)


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

    def __init__(self, secret_key: str, webhook_secret: str, *, api_base: str = "") -> None:
        self.is_live = "_live_" in secret_key
        if api_base and self.is_live:
            raise LiveKeyAtStandIn("A live Stripe key is set together with a stand-in's address. Remove one of them.")
        self._webhook_secret = webhook_secret
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=RETRIES,
            http_client=_Client(timeout=TIMEOUT_SECONDS),
        )

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        """Open a hosted page. The same request twice is the same page: the key is ours."""
        try:
            session = self._client.v1.checkout.sessions.create(
                _params(request),  # type: ignore[arg-type]
                {"idempotency_key": request.idempotency_key},
            )
        except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
            _log(error)
            raise CheckoutRefused() from error
        except stripe.StripeError as error:
            _refuse(error)
        return _checkout(session)

    def checkout(self, session_id: str) -> Checkout:
        """The checkout as it is now."""
        try:
            return _checkout(self._client.v1.checkout.sessions.retrieve(session_id, {"expand": EXPAND}))
        except stripe.StripeError as error:
            _refuse(error)

    def expire_checkout(self, session_id: str) -> Checkout:
        """Close it for good. Raises CheckoutIsComplete when it was paid first."""
        try:
            return _checkout(self._client.v1.checkout.sessions.expire(session_id))
        except stripe.InvalidRequestError as error:
            now = self.checkout(session_id)
            if now.status == "complete":
                raise CheckoutIsComplete() from error
            if now.status == "expired":
                return now
            _refuse(error)
        except stripe.StripeError as error:
            _refuse(error)

    def read_event(self, body: bytes, signature: str) -> Event:
        """Verify and read one delivery. Raises BadSignature, and nothing else, for anything unsound."""
        try:
            event = stripe.Webhook.construct_event(body, signature, self._webhook_secret, TOLERANCE_SECONDS)
            return _event(event.to_dict())
        except Exception as error:
            raise BadSignature(type(error).__name__) from error


@lru_cache(maxsize=64)
def gateway_with(secret_key: str, webhook_secret: str, api_base: str) -> StripeGateway:
    """One gateway, with its kept-alive connections, per set of keys."""
    return StripeGateway(secret_key, webhook_secret, api_base=api_base)


def _params(request: CheckoutRequest) -> dict[str, Any]:
    """Built from the request alone: nothing here asks the time."""
    marks = {"attempt": request.attempt, "studio": request.studio}
    price = {
        "currency": request.currency.lower(),
        "unit_amount": request.amount_cents,
        "product_data": {"name": request.description},
    }
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": request.attempt,
        "metadata": marks,
        "payment_intent_data": {"metadata": marks, "description": request.description},
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
    }
    return params | ({"customer_email": request.payer_email} if request.payer_email else {})


def _checkout(session: Any) -> Checkout:
    intent = getattr(session, "payment_intent", None)
    return Checkout(
        id=session.id,
        url=getattr(session, "url", None),
        status=session.status or "open",
        payment_status=session.payment_status,
        amount_cents=session.amount_total or 0,
        currency=(session.currency or "").upper(),
        attempt=getattr(session, "client_reference_id", None) or "",
        payment_id=intent if isinstance(intent, str) else getattr(intent, "id", None),
        is_live=session.livemode,
        has_failed=getattr(intent, "status", "") in {"requires_payment_method", "canceled"},
    )


def _event(event: dict[str, Any]) -> Event:
    """Plain strings only. Raises KeyError, TypeError or AttributeError for anything of another shape."""
    about = event["data"]["object"]
    is_session = about.get("object") == "checkout.session"
    return Event(
        id=_word(event["id"]),
        kind=_word(event["type"]),
        session_id=_word(about["id"]) if is_session else "",
        attempt=_word(about.get("client_reference_id") or "") if is_session else "",
        is_live=event["livemode"] is True,
    )


def _word(value: object) -> str:
    if not isinstance(value, str) or len(value) > 255 or not value.isprintable():
        raise TypeError("not a word")
    return value


def _refuse(error: stripe.StripeError) -> NoReturn:
    """A refusal of ours for one of Stripe's. Its own words stay in our log: they may name keys."""
    _log(error)
    if isinstance(error, stripe.CardError):
        raise PaymentProblem(error.user_message or "") from error
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError | stripe.InvalidRequestError):
        raise PaymentProblem("The studio's payment account refused this. Nothing was charged. Ask the studio.") from error
    raise Unavailable("The payment service is not answering. Nothing was charged; try again in a minute.") from error


def _log(error: stripe.StripeError) -> None:
    log.warning("stripe refused: %s %s %s", type(error).__name__, error.code, error.request_id)
