"""What banks decide later. In tests somebody else decides; in the demo it happens by itself after a while."""

from __future__ import annotations

from portal_app.demo.stripe import payments, refunds
from portal_app.demo.stripe.checkout import sweep_expired
from portal_app.demo.stripe.intents import INTENT
from portal_app.demo.stripe.stand_in import StandIn


def sweep(stand_in: StandIn) -> None:
    """Everything whose time has come: expired sessions, debits on their way, refunds on their way."""
    sweep_expired(stand_in)
    for kind in (INTENT, refunds.REFUND):
        for world, found in stand_in.books.everywhere(kind, '"hidden_due": {'):
            due = found["hidden_due"]
            if due["at"] > stand_in.now():
                continue
            if kind == INTENT:
                payments.settle_debit(stand_in, world, found["hidden_session"], succeeds=due["ends"] == "succeeded")
            else:
                refunds.move_refund(stand_in, world, found["id"], due["ends"])
