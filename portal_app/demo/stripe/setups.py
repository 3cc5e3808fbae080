"""Setup intents: a card that is saved, and charged later."""

from __future__ import annotations

from typing import Any

from portal_app.demo.stripe import customers
from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.cards import WORDS, TestCard, decline_code_of
from portal_app.demo.stripe.refusals import Refusal, declined
from portal_app.demo.stripe.stand_in import StandIn

SETUP = "setup_intent"


def new_setup(stand_in: StandIn, world: World, customer: str | None, marks: dict[str, str]) -> dict[str, Any]:
    """What a session in setup mode is about."""
    setup = {
        "id": new_id("seti"),
        "object": SETUP,
        "created": stand_in.now(),
        "customer": customer,
        "last_setup_error": None,
        "livemode": world.is_live,
        "metadata": marks,
        "payment_method": None,
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    return stand_in.books.put(world, setup)


def save_card(stand_in: StandIn, world: World, name: str, card: TestCard, buyer: dict[str, Any]) -> dict[str, Any]:
    """The card passes its bank's check and goes onto the customer's file."""
    setup = stand_in.books.get(world, SETUP, name)
    method = customers.new_method(stand_in, world, card, buyer)
    if setup["customer"]:
        method = customers.keep(stand_in, world, method, setup["customer"])
    changes = {"status": "succeeded", "payment_method": method["id"], "last_setup_error": None}
    setup = stand_in.books.put(world, setup | changes)
    stand_in.emit(world, "setup_intent.succeeded", setup)
    return setup


def refused_setup(stand_in: StandIn, world: World, name: str, reason: str) -> Refusal:
    """The card's bank says no, and nothing is saved."""
    setup = stand_in.books.get(world, SETUP, name)
    error = {"type": "card_error", "code": decline_code_of(reason), "decline_code": reason, "message": WORDS[reason]}
    setup = stand_in.books.put(world, setup | {"last_setup_error": error})
    stand_in.emit(world, "setup_intent.setup_failed", setup)
    return declined(WORDS[reason], error["code"], reason, setup_intent=setup)
