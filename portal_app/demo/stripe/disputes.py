"""Disputes: a cardholder's bank takes a payment back, and decides weeks later."""

from __future__ import annotations

from typing import Any

from portal_app.demo.stripe import balances
from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.refusals import invalid
from portal_app.demo.stripe.stand_in import StandIn

CHARGE, DISPUTE = "charge", "dispute"
ANSWER_WITHIN = 7 * balances.DAY
OVER = frozenset({"won", "lost", "warning_closed"})
Params = dict[str, Any]


def open_dispute(
    stand_in: StandIn, world: World, charge_name: str, *, reason: str = "fraudulent", amount: int = 0, asks_only: bool = False
) -> dict[str, Any]:
    """The bank takes the money; an inquiry only asks for an answer."""
    with stand_in.books.lock:
        charge = stand_in.books.get(world, CHARGE, charge_name)
        if charge["disputed"]:
            raise invalid("This charge is disputed already.")
        dispute = stand_in.books.put(
            world, _dispute(stand_in, charge, reason, amount or charge["amount"] - charge["amount_refunded"], asks_only)
        )
        stand_in.emit(world, "charge.dispute.created", dispute)
        if asks_only:
            return dispute
        stand_in.books.put(world, charge | {"disputed": True})
        dispute = _move(stand_in, world, dispute, "dispute", -dispute["amount"], fee=balances.DISPUTE_FEE)
        stand_in.emit(world, "charge.dispute.funds_withdrawn", dispute)
        return dispute


def close_dispute(stand_in: StandIn, world: World, name: str, status: str) -> dict[str, Any]:
    """The bank has decided: `won` gives the money back, `lost` keeps it, an inquiry ends as `warning_closed`."""
    with stand_in.books.lock:
        dispute = stand_in.books.get(world, DISPUTE, name)
        if dispute["status"] in OVER or status not in OVER:
            raise invalid(f"A dispute that is {dispute['status']} does not become {status}.")
        dispute = stand_in.books.put(world, dispute | {"status": status})
        stand_in.emit(world, "charge.dispute.closed", dispute)
        if status == "won":
            dispute = _move(stand_in, world, dispute, "dispute_reversal", dispute["amount"])
            stand_in.emit(world, "charge.dispute.funds_reinstated", dispute)
        return dispute


def list_disputes(stand_in: StandIn, world: World, params: Params, name: str) -> list[dict[str, Any]]:
    """GET /v1/disputes: newest first, of a charge or a payment intent."""
    found = stand_in.books.all(world, DISPUTE)
    for field in (CHARGE, "payment_intent"):
        found = [each for each in found if field not in params or each[field] == params[field]]
    return found


def _move(
    stand_in: StandIn, world: World, dispute: dict[str, Any], category: str, amount: int, *, fee: int = 0
) -> dict[str, Any]:
    movement = balances.move(stand_in, world, category, dispute, amount, fee=fee)
    moved = [*dispute["balance_transactions"], movement]
    return stand_in.books.put(world, dispute | {"balance_transactions": moved})


def _dispute(stand_in: StandIn, charge: dict[str, Any], reason: str, amount: int, asks_only: bool) -> dict[str, Any]:  # noqa: FBT001
    now = stand_in.now()
    return {
        "id": new_id("du"),
        "object": DISPUTE,
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {"due_by": now + ANSWER_WITHIN, "has_evidence": False, "past_due": False, "submission_count": 0},
        "is_charge_refundable": asks_only,
        "livemode": charge["livemode"],
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if asks_only else "needs_response",
    }
