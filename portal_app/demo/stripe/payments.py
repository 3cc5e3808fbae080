"""Payment intents, charges and refunds: what a buyer's card or bank does to a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.checkout import SESSION, settle_by_clock, shown
from portal_app.demo.stripe.refusals import declined, invalid
from portal_app.demo.stripe.stand_in import StandIn

INTENT, CHARGE, REFUND = "payment_intent", "charge", "refund"

DECLINES = {
    "4000000000000002": ("generic_decline", "Your card has been declined."),
    "4000000000009995": ("insufficient_funds", "Your card has insufficient funds."),
    "4000000000000069": ("expired_card", "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", "Your card's security code is incorrect."),
}
PAYING = frozenset({"4242424242424242", "5555555555554444", "378282246310005"})


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who pays, as typed on the hosted page."""

    card: str = "4242424242424242"
    email: str = ""
    name: str = ""
    by_debit: bool = False


def confirm(stand_in: StandIn, world: World, session_name: str, buyer: Buyer) -> dict[str, Any]:
    """The buyer presses Pay. The session afterwards. Raises Refusal: declined, expired, or paid already."""
    books = stand_in.books
    with books.lock:
        session = settle_by_clock(stand_in, world, books.get(world, SESSION, session_name))
        if session["status"] != "open":
            raise invalid(f"This Checkout Session is {session['status']}.", code=f"session_{session['status']}")
        intent = _intent(stand_in, world, session, buyer)
        if buyer.by_debit:
            return _accept_debit(stand_in, world, session, intent, buyer)
        if buyer.card in DECLINES:
            _decline(stand_in, world, session, intent, buyer)
        if buyer.card not in PAYING:
            raise invalid("Your card number is invalid. Use a test card.", code="incorrect_number", param="number")
        return _pay(stand_in, world, session, intent, buyer)


def settle_debit(stand_in: StandIn, world: World, session_name: str, *, succeeds: bool) -> dict[str, Any]:
    """Days later, the bank has decided."""
    books = stand_in.books
    with books.lock:
        session = books.get(world, SESSION, session_name)
        intent = books.get(world, INTENT, session["payment_intent"])
        if intent["status"] != "processing":
            raise invalid("Nothing is on its way for this session.")
        if not succeeds:
            books.put(world, intent | {"status": "requires_payment_method", "last_payment_error": {"type": "card_error"}})
            stand_in.emit(world, "checkout.session.async_payment_failed", shown(session))
            return shown(session)
        _succeed(stand_in, world, intent, session)
        session = books.put(world, session | {"payment_status": "paid"})
        stand_in.emit(world, "checkout.session.async_payment_succeeded", shown(session))
        return shown(session)


def create_refund(stand_in: StandIn, world: World, params: dict[str, Any], name: str) -> dict[str, Any]:
    """POST /v1/refunds: of a payment intent or a charge, whole or in part."""
    books = stand_in.books
    with books.lock:
        charge = _charge_of(stand_in, world, params)
        left = charge["amount"] - charge["amount_refunded"]
        if left <= 0:
            raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        amount = params.get("amount", left)
        if not 0 < amount <= left:
            raise invalid(f"Refund amount is greater than unrefunded amount on charge ({left})", param="amount")
        refund = books.put(world, _refund(stand_in, charge, amount, params))
        back = charge["amount_refunded"] + amount
        charge = books.put(world, charge | {"amount_refunded": back, "refunded": back == charge["amount"]})
        stand_in.emit(world, "refund.created", refund)
        stand_in.emit(world, "charge.refunded", charge)
        return refund


def _accept_debit(
    stand_in: StandIn, world: World, session: dict[str, Any], intent: dict[str, Any], buyer: Buyer
) -> dict[str, Any]:
    stand_in.books.put(world, intent | {"status": "processing"})
    return _complete(stand_in, world, session, intent, buyer, "unpaid")


def _pay(stand_in: StandIn, world: World, session: dict[str, Any], intent: dict[str, Any], buyer: Buyer) -> dict[str, Any]:
    _succeed(stand_in, world, intent, session)
    return _complete(stand_in, world, session, intent, buyer, "paid")


def _complete(
    stand_in: StandIn, world: World, session: dict[str, Any], intent: dict[str, Any], buyer: Buyer, payment_status: str
) -> dict[str, Any]:
    details = {"email": buyer.email or session["customer_email"], "name": buyer.name or None, "phone": None}
    session = session | {"status": "complete", "payment_status": payment_status, "url": None, "customer_details": details}
    session = stand_in.books.put(world, session | {"payment_intent": intent["id"]})
    stand_in.emit(world, "checkout.session.completed", shown(session))
    return shown(session)


def _decline(stand_in: StandIn, world: World, session: dict[str, Any], intent: dict[str, Any], buyer: Buyer) -> None:
    code, words = DECLINES[buyer.card]
    error = {"type": "card_error", "code": "card_declined", "decline_code": code, "message": words}
    intent = stand_in.books.put(world, intent | {"status": "requires_payment_method", "last_payment_error": error})
    stand_in.books.put(world, session | {"payment_intent": intent["id"]})
    stand_in.emit(world, "payment_intent.payment_failed", intent)
    raise declined(words, code, intent)


def _intent(stand_in: StandIn, world: World, session: dict[str, Any], buyer: Buyer) -> dict[str, Any]:
    """The session's own intent: made at the first confirmation, used again after a decline."""
    if session["payment_intent"]:
        return stand_in.books.get(world, INTENT, session["payment_intent"])
    hidden = session["hidden_intent"]
    intent = {
        "id": new_id("pi"),
        "object": INTENT,
        "amount": session["amount_total"],
        "amount_received": 0,
        "capture_method": "automatic",
        "created": stand_in.now(),
        "currency": session["currency"],
        "customer": session["customer"],
        "description": hidden.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": world.is_live,
        "metadata": hidden.get("metadata") or {},
        "payment_method_types": ["us_bank_account" if buyer.by_debit else "card"],
        "receipt_email": hidden.get("receipt_email"),
        "status": "requires_confirmation",
    }
    return stand_in.books.put(world, intent)


def _succeed(stand_in: StandIn, world: World, intent: dict[str, Any], session: dict[str, Any]) -> None:
    charge = {
        "id": new_id("ch"),
        "object": CHARGE,
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "captured": True,
        "created": stand_in.now(),
        "currency": intent["currency"],
        "disputed": False,
        "livemode": world.is_live,
        "metadata": intent["metadata"],
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        "refunded": False,
        "status": "succeeded",
    }
    stand_in.books.put(world, charge)
    changes = {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    intent = stand_in.books.put(world, intent | changes | {"last_payment_error": None})
    stand_in.emit(world, "charge.succeeded", charge)
    stand_in.emit(world, "payment_intent.succeeded", intent)


def _charge_of(stand_in: StandIn, world: World, params: dict[str, Any]) -> dict[str, Any]:
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in params:
        return stand_in.books.get(world, CHARGE, params["charge"])
    intent = stand_in.books.get(world, INTENT, params["payment_intent"])
    if not intent["latest_charge"]:
        raise invalid("This PaymentIntent does not have a successful charge to refund.")
    return stand_in.books.get(world, CHARGE, intent["latest_charge"])


def _refund(stand_in: StandIn, charge: dict[str, Any], amount: int, params: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id("re"),
        "object": REFUND,
        "amount": amount,
        "charge": charge["id"],
        "created": stand_in.now(),
        "currency": charge["currency"],
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "status": "succeeded",
    }
