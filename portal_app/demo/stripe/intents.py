"""Payment intents and charges: how one is made, succeeds, is declined, or is charged while the cardholder is away."""

from __future__ import annotations

from typing import Any

from portal_app.demo.stripe import balances, customers, disputes
from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.cards import ALWAYS, CARDS, WORDS, TestCard, decline_code_of
from portal_app.demo.stripe.money import check_amount, check_currency, check_enough
from portal_app.demo.stripe.refusals import Refusal, declined, invalid
from portal_app.demo.stripe.stand_in import StandIn

INTENT, CHARGE = "payment_intent", "charge"
Params = dict[str, Any]


def create_intent(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """POST /v1/payment_intents, of a card on file, confirmed at once while its holder is away."""
    check_currency(params["currency"], "currency")
    check_amount(params["amount"], params["currency"], "amount")
    check_enough(params["amount"], params["currency"], "Amount must be")
    if not (params.get("confirm") and params.get("off_session") and params.get("payment_method")):
        raise invalid("This stand-in knows intents with `confirm`, `off_session` and a `payment_method` only.", param="confirm")
    if "return_url" not in params and params.get("automatic_payment_methods", {}).get("allow_redirects") != "never":
        words = "Because some of these payment methods might redirect your customer, you must provide a `return_url`."
        raise invalid(words, param="return_url")
    if "customer" not in params:
        raise invalid("The PaymentMethod belongs to a Customer. Please include the Customer.", param="payment_method")
    customers.living(stand_in, world, params["customer"], param="customer")
    with stand_in.books.lock:
        method = customers.method_of(stand_in, world, params["customer"], params["payment_method"], "payment_method")
        intent = new_intent(stand_in, world, params["amount"], params["currency"], params["customer"], params)
        intent["payment_method"] = method["id"]
        stand_in.emit(world, "payment_intent.created", stand_in.books.put(world, intent))
        card = CARDS[method["hidden_number"]]
        if card.asks == ALWAYS:
            raise refused(stand_in, world, intent, "authentication_required", "authentication_required")
        if card.declines:
            raise refused(stand_in, world, intent, decline_code_of(card.declines), card.declines)
        return succeed(stand_in, world, intent, card)


def list_intents(stand_in: StandIn, world: World, params: Params, name: str) -> list[dict[str, Any]]:
    """GET /v1/payment_intents, newest first, of one customer where one is named."""
    return [each for each in stand_in.books.all(world, INTENT) if params.get("customer") in (None, each["customer"])]


def new_intent(stand_in: StandIn, world: World, amount: int, currency: str, customer: str | None, more: Params) -> dict[str, Any]:
    """One that nobody has confirmed yet. `more` is what the asker says of it."""
    return {
        "id": new_id("pi"),
        "object": INTENT,
        "amount": amount,
        "amount_received": 0,
        "capture_method": "automatic",
        "created": stand_in.now(),
        "currency": currency,
        "customer": customer,
        "description": more.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": world.is_live,
        "metadata": more.get("metadata") or {},
        "payment_method": None,
        "payment_method_types": ["card"],
        "receipt_email": more.get("receipt_email"),
        "setup_future_usage": more.get("setup_future_usage"),
        "status": "requires_confirmation",
    }


def refused(stand_in: StandIn, world: World, intent: dict[str, Any], code: str, reason: str) -> Refusal:
    """The card's bank says no. The intent is kept and may be paid in another way."""
    error = {"type": "card_error", "code": code, "decline_code": reason, "message": WORDS[reason]}
    changes = {"status": "requires_payment_method", "last_payment_error": error, "payment_method": None}
    intent = stand_in.books.put(world, intent | changes)
    stand_in.emit(world, "payment_intent.payment_failed", intent)
    return declined(WORDS[reason], code, reason, payment_intent=intent, charge=None)


def succeed(stand_in: StandIn, world: World, intent: dict[str, Any], card: TestCard | None) -> dict[str, Any]:
    """The money is there: a charge, a movement of the balance. Without a card it came from a bank account."""
    charge = stand_in.books.put(world, _charge(stand_in, world, intent, card))
    movement = balances.move(stand_in, world, CHARGE, charge, charge["amount"], fee=balances.charge_fee(charge["amount"]))
    charge = stand_in.books.put(world, charge | {"balance_transaction": movement["id"]})
    changes = {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    intent = stand_in.books.put(world, intent | changes | {"last_payment_error": None})
    stand_in.emit(world, "charge.succeeded", charge)
    stand_in.emit(world, "payment_intent.succeeded", intent)
    if card and card.disputes:
        disputes.open_dispute(stand_in, world, charge["id"], reason=card.disputes)
    return intent


def _charge(stand_in: StandIn, world: World, intent: dict[str, Any], card: TestCard | None) -> dict[str, Any]:
    by_card = {"type": "card", "card": {"brand": card.brand, "last4": card.last4}} if card else None
    return {
        "id": new_id("ch"),
        "object": CHARGE,
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "balance_transaction": None,
        "captured": True,
        "created": stand_in.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "livemode": world.is_live,
        "metadata": intent["metadata"],
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": by_card or {"type": "us_bank_account", "us_bank_account": {"last4": "6789"}},
        "refunded": False,
        "status": "succeeded",
        "hidden_refunds": card.refunds if card else "",
    }
