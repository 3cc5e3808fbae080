"""Stripe's refusals in the port's words. Its own words stay in our log: they may name keys."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

import stripe

from portal_app.core.errors import PaymentProblem, Unavailable
from portal_app.domain.billing.gateway import CardDeclined, CardholderNeeded, CustomerGone, KeysRefused

GONE = "resource_missing"
NOT_KNOWN = "The payment service did not answer in time, so the card may have been charged. Look again in a minute."

log = logging.getLogger(__name__)


def refuse(error: stripe.StripeError, *, is_charge: bool = False) -> NoReturn:
    """Raise a refusal of ours for one of Stripe's."""
    log_refusal(error)
    if isinstance(error, stripe.CardError):
        raise PaymentProblem(error.user_message or "") from error
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        raise KeysRefused() from error
    if isinstance(error, stripe.InvalidRequestError):
        raise PaymentProblem("The studio's payment account refused this. Nothing was charged. Ask the studio.") from error
    unknown = "The payment service is not answering. Nothing was charged; try again in a minute."
    raise Unavailable(NOT_KNOWN if is_charge else unknown) from error


def card_refusal(error: stripe.CardError | stripe.InvalidRequestError) -> PaymentProblem:
    """Why a card on file was not charged."""
    log_refusal(error)
    if error.code == "authentication_required":
        return CardholderNeeded(_payment_in(error))
    if isinstance(error, stripe.CardError):
        return CardDeclined(error.user_message or "", _payment_in(error))
    if is_missing_customer(error):
        return CustomerGone()
    if error.param == "payment_method":
        return CardDeclined("This card is no longer on file. Nothing was charged. Choose another card.")
    return PaymentProblem("The studio's payment account refused this. Nothing was charged.")


def is_final(error: stripe.StripeError) -> bool:
    """Whether the same request will be refused however often it is sent. A key in use (409) is only busy: an APIError."""
    return isinstance(error, stripe.InvalidRequestError | stripe.IdempotencyError)


def is_gone(error: stripe.InvalidRequestError) -> bool:
    """Deleted, or never there."""
    return error.code == GONE


def is_missing_customer(error: stripe.StripeError) -> bool:
    """The record of a customer was deleted, or belongs to another account."""
    return isinstance(error, stripe.InvalidRequestError) and error.code == GONE and error.param == "customer"


def log_refusal(error: stripe.StripeError) -> None:
    """What kind of refusal, and under which number Stripe can look it up."""
    log.warning("stripe refused: %s %s %s", type(error).__name__, error.code, error.request_id)


def _payment_in(error: stripe.StripeError) -> str:
    """The payment that failed stands inside the error."""
    body: Any = error.json_body if isinstance(error.json_body, dict) else {}
    return ((body.get("error") or {}).get("payment_intent") or {}).get("id") or ""
