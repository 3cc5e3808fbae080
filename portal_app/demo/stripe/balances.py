"""The account's balance: one movement for everything that happens to it, and payouts to the bank."""

from __future__ import annotations

from typing import Any

from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.refusals import invalid
from portal_app.demo.stripe.stand_in import StandIn

MOVEMENT, PAYOUT = "balance_transaction", "payout"
TYPES = {"dispute": "adjustment", "dispute_reversal": "adjustment", "refund_failure": "refund_failure"}
FEE_BASIS_POINTS, FEE_FIXED, DISPUTE_FEE = 290, 30, 1500
DAY = 86_400
Params = dict[str, Any]


def charge_fee(amount: int) -> int:
    """2.9 % and 30."""
    return min(amount, amount * FEE_BASIS_POINTS // 10_000 + FEE_FIXED)


def move(stand_in: StandIn, world: World, category: str, source: dict[str, Any], amount: int, *, fee: int = 0) -> dict[str, Any]:
    """Write down a movement. `amount` is signed, minor units; `category` is Stripe's reporting category."""
    now = stand_in.now()
    movement = {
        "id": new_id("txn"),
        "object": MOVEMENT,
        "amount": amount,
        "available_on": now + 2 * DAY,
        "created": now,
        "currency": source["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{"amount": fee, "currency": source["currency"], "type": "stripe_fee"}] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "available",
        "type": TYPES.get(category, category),
        "hidden_payout": None,
    }
    return stand_in.books.put(world, movement)


def pay_out(stand_in: StandIn, world: World) -> list[dict[str, Any]]:
    """What Stripe does every day: everything not paid out yet goes to the bank, one payout for each currency."""
    with stand_in.books.change():
        waiting = [each for each in stand_in.books.all(world, MOVEMENT) if each["hidden_payout"] is None]
        return [
            _pay_out(stand_in, world, currency, [each for each in waiting if each["currency"] == currency])
            for currency in sorted({each["currency"] for each in waiting})
        ]


def list_movements(stand_in: StandIn, world: World, params: Params, name: str) -> list[dict[str, Any]]:
    """GET /v1/balance_transactions: of a payout, a source, a currency, or a time."""
    found = stand_in.books.all(world, MOVEMENT)
    for field, own in (("payout", "hidden_payout"), ("source", "source"), ("currency", "currency"), ("type", "type")):
        found = [each for each in found if field not in params or each[own] == params[field]]
    return [each for each in found if is_within(each["created"], params.get("created"))]


def list_payouts(stand_in: StandIn, world: World, params: Params, name: str) -> list[dict[str, Any]]:
    """GET /v1/payouts: by status and time of arrival."""
    found = [each for each in stand_in.books.all(world, PAYOUT) if params.get("status") in (None, each["status"])]
    return [each for each in found if is_within(each["arrival_date"], params.get("arrival_date"))]


def is_within(at: int, wanted: Any) -> bool:
    """Stripe's `gt`, `gte`, `lt`, `lte`, or a moment."""
    if not isinstance(wanted, dict):
        return wanted in (None, at)
    return wanted.get("gt", at - 1) < at < wanted.get("lt", at + 1) and wanted.get("gte", at) <= at <= wanted.get("lte", at)


def _pay_out(stand_in: StandIn, world: World, currency: str, movements: list[dict[str, Any]]) -> dict[str, Any]:
    total, now = sum(each["net"] for each in movements), stand_in.now()
    if total <= 0:
        raise invalid("You have insufficient funds in your Stripe account.", code="balance_insufficient")
    payout = {
        "id": new_id("po"),
        "object": PAYOUT,
        "amount": total,
        "arrival_date": now - now % DAY,
        "automatic": True,
        "created": now,
        "currency": currency,
        "livemode": world.is_live,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed",
        "source_type": "card",
        "status": "paid",
        "type": "bank_account",
    }
    payout = stand_in.books.put(world, payout)
    for movement in [*movements, move(stand_in, world, PAYOUT, payout, -total)]:
        stand_in.books.put(world, movement | {"hidden_payout": payout["id"]})
    stand_in.emit(world, "payout.paid", payout)
    return payout
