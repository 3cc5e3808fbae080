"""Refunds: made over the wire or on the dashboard, and what the bank does with them later."""

from __future__ import annotations

from typing import Any

from portal_app.demo.stripe import balances
from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.disputes import DISPUTE
from portal_app.demo.stripe.intents import CHARGE, INTENT
from portal_app.demo.stripe.money import check_amount
from portal_app.demo.stripe.refusals import invalid
from portal_app.demo.stripe.stand_in import StandIn

REFUND = "refund"
GIVEN_UP = frozenset({"failed", "canceled"})
TAKEN = frozenset({"needs_response", "under_review", "lost"})
Params = dict[str, Any]


def create_refund(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """POST /v1/refunds: of a payment intent or a charge, whole or in part."""
    with stand_in.books.lock:
        charge = _charge_of(stand_in, world, params)
        amount = _amount(charge, params, stand_in.books.all(world, DISPUTE))
        refund = stand_in.books.put(world, _refund(stand_in, charge, amount, params))
        _note(stand_in, world, refund, charge, amount, "refund")
        stand_in.emit(world, "refund.created", refund)
        stand_in.emit(world, "charge.refunded", stand_in.books.get(world, CHARGE, charge["id"]))
        return refund


def list_refunds(stand_in: StandIn, world: World, params: Params, name: str) -> list[dict[str, Any]]:
    """GET /v1/refunds: newest first, of a charge or a payment intent."""
    found = stand_in.books.all(world, REFUND)
    for field in (CHARGE, INTENT):
        found = [each for each in found if field not in params or each[field] == params[field]]
    return found


def move_refund(stand_in: StandIn, world: World, name: str, status: str) -> dict[str, Any]:
    """The bank decides: a failed or canceled refund is the studio's money again. That cannot be undone."""
    with stand_in.books.lock:
        refund = stand_in.books.get(world, REFUND, name)
        if refund["status"] in GIVEN_UP or status not in ("pending", "succeeded", *GIVEN_UP):
            raise invalid(f"A {refund['status']} refund does not become {status}.")
        refund = stand_in.books.put(world, refund | {"status": status, "hidden_due": None})
        if status in GIVEN_UP:
            refund["failure_reason"] = "declined" if status == "failed" else "merchant_request"
            charge = stand_in.books.get(world, CHARGE, refund["charge"])
            _note(stand_in, world, refund, charge, -refund["amount"], "refund_failure")
        stand_in.books.put(world, refund)
        if status == "failed":
            stand_in.emit(world, "refund.failed", refund)
        stand_in.emit(world, "refund.updated", refund)
        stand_in.emit(world, "charge.refund.updated", refund)
        return refund


def _note(stand_in: StandIn, world: World, refund: dict[str, Any], charge: dict[str, Any], amount: int, category: str) -> None:
    """What the charge says of its refunds, and the movement of the balance."""
    back = charge["amount_refunded"] + amount
    stand_in.books.put(world, charge | {"amount_refunded": back, "refunded": back == charge["amount"]})
    balances.move(stand_in, world, category, refund, -amount)


def _charge_of(stand_in: StandIn, world: World, params: Params) -> dict[str, Any]:
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in params:
        return stand_in.books.get(world, CHARGE, params["charge"])
    intent = stand_in.books.get(world, INTENT, params["payment_intent"])
    if not intent["latest_charge"]:
        raise invalid("This PaymentIntent does not have a successful charge to refund.")
    return stand_in.books.get(world, CHARGE, intent["latest_charge"])


def _amount(charge: dict[str, Any], params: Params, disputed: list[dict[str, Any]]) -> int:
    left = charge["amount"] - charge["amount_refunded"]
    if any(each["charge"] == charge["id"] and each["status"] in TAKEN for each in disputed):
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left <= 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = params.get("amount", left)
    check_amount(amount, charge["currency"], "amount")
    if not 0 < amount <= left:
        raise invalid(f"Refund amount is greater than unrefunded amount on charge ({left})", param="amount")
    return amount


def _refund(stand_in: StandIn, charge: dict[str, Any], amount: int, params: Params) -> dict[str, Any]:
    ends = charge["hidden_refunds"]
    return {
        "id": new_id("re"),
        "object": REFUND,
        "amount": amount,
        "charge": charge["id"],
        "created": stand_in.now(),
        "currency": charge["currency"],
        "failure_reason": None,
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "status": "pending" if ends == "succeeded" else "succeeded",
        "hidden_due": stand_in.due(ends) if ends else None,
    }
