"""What banks decide later. In tests somebody else decides; in the demo it happens by itself after a while."""

from __future__ import annotations

from contextlib import suppress

from portal_app.demo.stripe import balances, payments, refunds
from portal_app.demo.stripe.books import World
from portal_app.demo.stripe.checkout import sweep_expired
from portal_app.demo.stripe.intents import INTENT
from portal_app.demo.stripe.refusals import Refusal
from portal_app.demo.stripe.stand_in import StandIn


def sweep(stand_in: StandIn) -> None:
    """Everything whose time has come: expired sessions, debits and refunds on their way, a day's payout."""
    sweep_expired(stand_in)
    for kind in (INTENT, refunds.REFUND):
        for world, found in stand_in.books.everywhere(kind, '"hidden_due": {'):
            if found["hidden_due"]["at"] <= stand_in.now():
                with suppress(Refusal):  # somebody else decided first
                    _decide(stand_in, world, found, found["hidden_due"]["ends"])
    if stand_in.decides_alone:
        _pay_out_what_is_old(stand_in)


def _decide(stand_in: StandIn, world: World, found: dict, ends: str) -> None:
    if found["object"] == INTENT:
        payments.settle_debit(stand_in, world, found["hidden_session"], succeeds=ends == "succeeded")
    else:
        refunds.move_refund(stand_in, world, found["id"], ends)


def _pay_out_what_is_old(stand_in: StandIn) -> None:
    waiting = stand_in.books.everywhere(balances.MOVEMENT, '"hidden_payout": null')
    for world in {world for world, each in waiting if each["created"] <= stand_in.now() - balances.DAY}:
        with suppress(Refusal):  # more went back than came in
            balances.pay_out(stand_in, world)
