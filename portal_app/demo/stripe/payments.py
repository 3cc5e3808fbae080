"""What a buyer does with a session: pays it, fails at it, is asked by the bank, saves a card, debits a bank account."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from portal_app.demo.stripe import customers, intents, setups
from portal_app.demo.stripe.books import World
from portal_app.demo.stripe.cards import CARDS, TestCard, decline_code_of
from portal_app.demo.stripe.checkout import SESSION, settle_by_clock
from portal_app.demo.stripe.intents import INTENT
from portal_app.demo.stripe.refusals import invalid
from portal_app.demo.stripe.stand_in import StandIn

NOT_CONFIRMED = "payment_intent_authentication_failure"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who pays, as typed on the hosted page. `confirms` is the answer to the bank's question, when it has been asked."""

    card: str = "4242424242424242"
    email: str = ""
    name: str = ""
    by_debit: bool = False
    debit_ends: str = "succeeded"
    confirms: bool | None = None


def confirm(stand_in: StandIn, world: World, session_name: str, buyer: Buyer) -> dict[str, Any]:
    """The buyer presses Pay. The session afterwards; still open when the bank asks first.

    Raises Refusal: declined, expired, or paid already.
    """
    with stand_in.books.lock:
        session = settle_by_clock(stand_in, world, stand_in.books.get(world, SESSION, session_name))
        if session["status"] != "open":
            raise invalid(f"This Checkout Session is {session['status']}.", code=f"session_{session['status']}")
        if buyer.by_debit:
            return _accept_debit(stand_in, world, session, buyer)
        card = CARDS.get(buyer.card)
        if card is None:
            raise invalid("Your card number is invalid. Use a test card.", code="incorrect_number", param="number")
        if session["mode"] == "setup":
            return _save(stand_in, world, session, card, buyer)
        return _pay(stand_in, world, session, card, buyer)


def settle_debit(stand_in: StandIn, world: World, session_name: str, *, succeeds: bool) -> dict[str, Any]:
    """Days later, the bank has decided."""
    books = stand_in.books
    with books.lock:
        session = books.get(world, SESSION, session_name)
        intent = books.get(world, INTENT, session["payment_intent"])
        if intent["status"] != "processing":
            raise invalid("Nothing is on its way for this session.")
        intent = intent | {"hidden_due": None}
        if not succeeds:
            books.put(world, intent | {"status": "requires_payment_method", "last_payment_error": {"type": "card_error"}})
            stand_in.emit(world, "checkout.session.async_payment_failed", session)
            return session
        intents.succeed(stand_in, world, intent, None)
        session = books.put(world, session | {"payment_status": "paid"})
        stand_in.emit(world, "checkout.session.async_payment_succeeded", session)
        return session


def _pay(stand_in: StandIn, world: World, session: dict[str, Any], card: TestCard, buyer: Buyer) -> dict[str, Any]:
    session, intent = _with_intent(stand_in, world, session)
    if card.declines and not card.keeps:
        raise intents.refused(stand_in, world, intent, decline_code_of(card.declines), card.declines)
    if card.asks and buyer.confirms is None:
        intent = stand_in.books.put(world, intent | {"status": "requires_action"})
        stand_in.emit(world, "payment_intent.requires_action", intent)
        return _ask(stand_in, world, session, buyer)
    if card.asks and not buyer.confirms:
        _ask(stand_in, world, session, None)
        raise intents.refused(stand_in, world, intent, NOT_CONFIRMED, "not_confirmed")
    if card.declines:
        raise intents.refused(stand_in, world, intent, decline_code_of(card.declines), card.declines)
    method = customers.new_method(stand_in, world, card, asdict(buyer))
    if intent["setup_future_usage"] and session["customer"]:
        method = customers.keep(stand_in, world, method, session["customer"])
    intents.succeed(stand_in, world, intent | {"payment_method": method["id"]}, card)
    return _complete(stand_in, world, session, buyer, "paid")


def _save(stand_in: StandIn, world: World, session: dict[str, Any], card: TestCard, buyer: Buyer) -> dict[str, Any]:
    if card.declines and not card.keeps:
        raise setups.refused_setup(stand_in, world, session["setup_intent"], card.declines)
    if card.asks and buyer.confirms is None:
        return _ask(stand_in, world, session, buyer)
    if card.asks and not buyer.confirms:
        _ask(stand_in, world, session, None)
        raise setups.refused_setup(stand_in, world, session["setup_intent"], "not_confirmed")
    setups.save_card(stand_in, world, session["setup_intent"], card, asdict(buyer))
    return _complete(stand_in, world, session, buyer, "no_payment_required")


def _ask(stand_in: StandIn, world: World, session: dict[str, Any], buyer: Buyer | None) -> dict[str, Any]:
    """The bank wants to know whether it is really the cardholder."""
    return stand_in.books.put(world, session | {"hidden_asked": asdict(buyer) if buyer else None})


def _accept_debit(stand_in: StandIn, world: World, session: dict[str, Any], buyer: Buyer) -> dict[str, Any]:
    if session["mode"] != "payment":
        raise invalid("A bank account cannot be saved here.")
    session, intent = _with_intent(stand_in, world, session)
    ends = {"hidden_due": stand_in.due(buyer.debit_ends), "hidden_session": session["id"]}
    intent = stand_in.books.put(world, intent | {"status": "processing", "payment_method_types": ["us_bank_account"]} | ends)
    stand_in.emit(world, "payment_intent.processing", intent)
    return _complete(stand_in, world, session, buyer, "unpaid")


def _complete(stand_in: StandIn, world: World, session: dict[str, Any], buyer: Buyer, payment_status: str) -> dict[str, Any]:
    details = {"email": buyer.email or session["customer_email"], "name": buyer.name or None, "phone": None}
    over = {"status": "complete", "url": None, "hidden_asked": None}
    session = stand_in.books.put(world, session | over | {"payment_status": payment_status, "customer_details": details})
    stand_in.emit(world, "checkout.session.completed", session)
    return session


def _with_intent(stand_in: StandIn, world: World, session: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The session's own intent: made at the first confirmation, used again after a decline."""
    if session["payment_intent"]:
        return session, stand_in.books.get(world, INTENT, session["payment_intent"])
    intent = intents.new_intent(
        stand_in, world, session["amount_total"], session["currency"], session["customer"], session["hidden_intent"]
    )
    stand_in.books.put(world, intent)
    return stand_in.books.put(world, session | {"payment_intent": intent["id"]}), intent
