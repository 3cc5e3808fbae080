"""Stripe's objects in the port's words. A field that a release leaves out must not break the rest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from portal_app.domain.billing.gateway import (
    AccountNow,
    CardOnFile,
    Checkout,
    DisputeNow,
    Event,
    PaymentNow,
    Payout,
    PayoutLine,
    RefundNow,
)

BANK_DEBITS = frozenset({"us_bank_account", "sepa_debit", "acss_debit", "bacs_debit", "au_becs_debit", "nz_bank_account"})
REFUND_STATUS = {"succeeded": "succeeded", "failed": "failed", "canceled": "canceled"}
# An inquiry asks, and takes no money; a dispute that was prevented never took any.
MOVES_NO_MONEY = frozenset({"warning_needs_response", "warning_under_review", "warning_closed", "prevented"})
DISPUTE_STATUS = {"won": "won", "lost": "lost"}


def checkout_of(session: Any) -> Checkout:
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
        method=_method(intent),
    )


def payment_of(intent: Any) -> PaymentNow:
    refusal = getattr(intent, "last_payment_error", None)
    return PaymentNow(
        id=intent.id,
        status=intent.status,
        amount_cents=intent.amount,
        received_cents=getattr(intent, "amount_received", None) or 0,
        currency=intent.currency.upper(),
        attempt=mark_of(intent, "attempt"),
        charge_id=id_of(getattr(intent, "latest_charge", None)),
        is_live=intent.livemode,
        method=_method(intent),
        problem=getattr(refusal, "message", None) or "",
        needs_cardholder=getattr(refusal, "code", None) == "authentication_required",
    )


def card_of(method: Any) -> CardOnFile:
    card = method.card
    return CardOnFile(method.id, card.brand, card.last4, f"{card.exp_month:02d}/{card.exp_year % 100:02d}")


def refund_of(refund: Any) -> RefundNow:
    """One that waits for an act of the customer is on its way too."""
    return RefundNow(
        id=refund.id,
        status=REFUND_STATUS.get(refund.status, "pending"),
        amount_cents=refund.amount,
        currency=refund.currency.upper(),
        payment_id=id_of(getattr(refund, "payment_intent", None)),
        refund=mark_of(refund, "refund"),
    )


def disputes_in(disputes: Iterable[Any]) -> list[DisputeNow]:
    return [_dispute(each) for each in disputes if each.status not in MOVES_NO_MONEY]


def account_of(account: Any, *, is_live: bool) -> AccountNow:
    profile = getattr(account, "business_profile", None)
    dashboard = getattr(getattr(account, "settings", None), "dashboard", None)
    name = getattr(profile, "name", None) or getattr(dashboard, "display_name", None) or account.id
    return AccountNow(account.id, name, is_live, bool(getattr(account, "charges_enabled", False)))


def payout_of(payout: Any, movements: Iterable[Any]) -> Payout:
    """With what it pays out; its own movement is not part of that."""
    return Payout(
        id=payout.id,
        arrived_on=datetime.fromtimestamp(payout.arrival_date, UTC).date(),
        amount_cents=payout.amount,
        currency=payout.currency.upper(),
        lines=tuple(_movement(each) for each in movements if each.type != "payout"),
    )


def event_of(event: dict[str, Any]) -> Event:
    """Plain strings only. Raises KeyError, TypeError or AttributeError for anything of another shape."""
    about = event["data"]["object"]
    kind = _word(about.get("object") or "")
    is_session = kind == "checkout.session"
    name = _word(about.get("id") or "")
    marks = about.get("metadata") or {}
    return Event(
        id=_word(event["id"]),
        kind=_word(event["type"]),
        session_id=_word(about["id"]) if is_session else "",
        attempt=_word((about.get("client_reference_id") if is_session else marks.get("attempt")) or ""),
        is_live=event["livemode"] is True,
        object_kind=kind,
        object_id=name,
        payment_id=name if kind == "payment_intent" else _word(about.get("payment_intent") or ""),
    )


def id_of(field: Any) -> str:
    """Of a field that is an id, or the object itself when it was expanded."""
    return field if isinstance(field, str) else getattr(field, "id", "")


def mark_of(about: Any, name: str) -> str:
    """What we wrote into an object's metadata."""
    return getattr(getattr(about, "metadata", None), name, None) or ""


def _dispute(dispute: Any) -> DisputeNow:
    due = getattr(getattr(dispute, "evidence_details", None), "due_by", None)
    return DisputeNow(
        id=dispute.id,
        status=DISPUTE_STATUS.get(dispute.status, "open"),
        amount_cents=dispute.amount,
        reason=dispute.reason,
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
        currency=dispute.currency.upper(),
    )


def _movement(movement: Any) -> PayoutLine:
    source = getattr(movement, "source", None)
    return PayoutLine(
        source_id=id_of(source),
        kind=movement.reporting_category,
        gross_cents=movement.amount,
        fee_cents=movement.fee,
        payment_id=id_of(getattr(source, "payment_intent", None)),
    )


def _method(intent: Any) -> str:
    """How the money came, from the expanded charge; a card until one is known."""
    details = getattr(getattr(intent, "latest_charge", None), "payment_method_details", None)
    kind = getattr(details, "type", None) or "card"
    return "card" if kind == "card" else "bank_debit" if kind in BANK_DEBITS else "other"


def _word(value: object) -> str:
    if not isinstance(value, str) or len(value) > 255 or not value.isprintable():
        raise TypeError("not a word")
    return value
