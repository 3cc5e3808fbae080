"""What a test may make happen. These routes exist only when the stand-in was started with --controls.

`buyer`, `bank`, `dashboard`: what people do elsewhere. `queue`, `send`, `forge`: webhooks. `break`, `mend`, `time`: trouble.
`log`: the truth.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from portal_app.demo.stripe import balances, courier, customers, disputes, intents, payments, refunds
from portal_app.demo.stripe.books import World, shown
from portal_app.demo.stripe.courier import Target, post, send_many, signature
from portal_app.demo.stripe.faults import Fault
from portal_app.demo.stripe.refusals import Refusal, missing
from portal_app.demo.stripe.stand_in import StandIn

Wanted = dict[str, Any]


def answer(stand_in: StandIn, name: str, body: bytes) -> tuple[int, Any]:
    """Do what a test asks for."""
    if name not in CONTROLS:
        return 404, {"error": {"message": f"no control called {name}"}}
    try:
        return 200, CONTROLS[name](stand_in, json.loads(body or b"{}"))
    except Refusal as refusal:
        return refusal.status, refusal.body


def _buyer(stand_in: StandIn, wanted: Wanted) -> Any:
    """Complete a session without a browser: `session`, and `card` or `debit`.

    A card whose bank asks stops there, unless `confirms` says what the cardholder answers.
    """
    world, session = _session(stand_in, wanted["session"])
    card, debit = wanted.get("card", "4242424242424242"), wanted.get("debit", False)
    buyer = payments.Buyer(card=card, by_debit=debit, confirms=wanted.get("confirms"))
    return shown(payments.confirm(stand_in, world, session["id"], buyer))


def _bank(stand_in: StandIn, wanted: Wanted) -> Any:
    """What banks do. A debit: `session`, `succeeds`. A refund: `refund`, `status`. A dispute: `dispute`, the payment, with
    `reason`, `amount` or `asks_only`; or `dispute`, its own id, and `status` won, lost. A payout: `payout`, the account's key.
    """
    if "refund" in wanted:
        world, refund = _found(stand_in, refunds.REFUND, wanted["refund"])
        return shown(refunds.move_refund(stand_in, world, refund["id"], wanted["status"]))
    if "dispute" in wanted and "status" in wanted:
        world, dispute = _found(stand_in, disputes.DISPUTE, wanted["dispute"])
        return shown(disputes.close_dispute(stand_in, world, dispute["id"], wanted["status"]))
    if "dispute" in wanted:
        world, intent = _found(stand_in, intents.INTENT, wanted["dispute"])
        how = {key: wanted[key] for key in ("reason", "amount", "asks_only") if key in wanted}
        return shown(disputes.open_dispute(stand_in, world, intent["latest_charge"], **how))
    if "payout" in wanted:
        return shown(balances.pay_out(stand_in, stand_in.accounts.world_of(wanted["payout"])))
    world, session = _session(stand_in, wanted["session"])
    return shown(payments.settle_debit(stand_in, world, session["id"], succeeds=wanted["succeeds"]))


def _dashboard(stand_in: StandIn, wanted: Wanted) -> Any:
    """What a studio does on Stripe's own site: `refund` a payment, whole or by `amount`; `detach` a card; `delete` a
    customer."""
    if "refund" in wanted:
        world, intent = _found(stand_in, intents.INTENT, wanted["refund"])
        part = {"amount": wanted["amount"]} if "amount" in wanted else {}
        return shown(refunds.create_refund(stand_in, world, {"payment_intent": intent["id"]} | part, ""))
    if "detach" in wanted:
        world, method = _found(stand_in, customers.METHOD, wanted["detach"])
        return shown(customers.detach(stand_in, world, {}, method["id"]))
    world, customer = _found(stand_in, customers.CUSTOMER, wanted["delete"])
    return shown(customers.delete_customer(stand_in, world, {}, customer["id"]))


def _queue(stand_in: StandIn, wanted: Wanted) -> Any:
    """Webhooks `automatic`, `paused` or `never`; released ones `order`ed given, reverse or random, `times` each."""
    if wanted["mode"] not in (courier.AUTOMATIC, courier.PAUSED, courier.NEVER):
        raise missing("mode", wanted["mode"])
    stand_in.courier.set_mode(wanted["mode"], order=_order(wanted), times=wanted.get("times", 1))
    return {"mode": wanted["mode"]}


def _send(stand_in: StandIn, wanted: Wanted) -> Any:
    """Send stored `events`: `order` given, reverse or random (by `seed`), `times` each, `parallel`, with `changes` or
    another `secret`."""
    acts: list[Callable[[], int]] = []
    for name in _order(wanted)(wanted["events"]):
        world, event = _event(stand_in, name)
        body = json.dumps(_changed(event, wanted.get("changes") or {})).encode()
        for target in stand_in.courier.targets(world):
            url, secret = wanted.get("url") or target.url, wanted.get("secret") or target.secret
            acts += [_act(url, body, signature(body, secret, stand_in.now()))] * wanted.get("times", 1)
    return {"statuses": send_many(acts, parallel=wanted.get("parallel", False))}


def _forge(stand_in: StandIn, wanted: Wanted) -> Any:
    """One raw request about a stored `event`: `signature`, `body`, `offset` seconds of the stamp."""
    world, event = _event(stand_in, wanted["event"])
    target = stand_in.courier.targets(world)[0]
    genuine = json.dumps(event).encode()
    sent = BODIES[wanted.get("body", "as_is")](genuine)
    signed = genuine if wanted.get("body") == "tampered" else sent
    stamp = SIGNATURES[wanted.get("signature", "good")](signed, target, stand_in.now() + wanted.get("offset", 0))
    headers = {"Stripe-Signature": stamp} if stamp is not None else {}
    return {"status": post(wanted.get("url") or target.url, sent, headers)}


def _break(stand_in: StandIn, wanted: Wanted) -> Any:
    """The next `times` calls of `method` `path` meet `kind`: 500, 401, 402, 403, 409, 429, time_out, reset_before, hold_before;
    or, after the work was done, reset_after, 500_after, hold_after."""
    return stand_in.faults.add(Fault(wanted.get("method", ""), wanted["path"], wanted["kind"], wanted.get("times", 1)))


def _mend(stand_in: StandIn, wanted: Wanted) -> Any:
    """What was asked to go wrong and has not, goes well."""
    return {"mended": stand_in.faults.mend()}


def _held(stand_in: StandIn, wanted: Wanted) -> Any:
    """Wait until `count` calls are held."""
    return {"held": stand_in.faults.wait_held(wanted.get("count", 1))}


def _release(stand_in: StandIn, wanted: Wanted) -> Any:
    """Let every held call go on."""
    return {"released": stand_in.faults.release()}


def _time(stand_in: StandIn, wanted: Wanted) -> Any:
    """Move the clock forward by `seconds`."""
    return {"now": stand_in.move_clock(wanted["seconds"])}


def _log(stand_in: StandIn, wanted: Wanted) -> Any:
    """Everything asked, every webhook answer, and the objects of the kinds in `kinds`."""
    kinds = wanted.get("kinds", ["checkout.session", "payment_intent", "charge", "refund", "dispute", "customer", "event"])
    return {
        "requests": [asdict(each) for each in stand_in.log],
        "webhooks": stand_in.courier.log(),
        "objects": {kind: [shown(body) for _, body in stand_in.books.everywhere(kind)] for kind in kinds},
    }


def _session(stand_in: StandIn, name: str) -> tuple[World, Wanted]:
    return _found(stand_in, "checkout.session", name)


def _event(stand_in: StandIn, name: str) -> tuple[World, Wanted]:
    return _found(stand_in, "event", name)


def _found(stand_in: StandIn, kind: str, name: str) -> tuple[World, Wanted]:
    found = stand_in.books.find(kind, name)
    if found is None:
        raise missing(kind, name)
    return found


def _order(wanted: Wanted) -> courier.Order:
    """How a list of events is sent."""
    order = wanted.get("order", "given")
    if order not in ("given", "reverse", "random"):
        raise missing("order", order)
    mixed = random.Random(wanted.get("seed", 0))
    return {"given": list, "reverse": lambda found: list(found)[::-1], "random": lambda found: mixed.sample(found, len(found))}[
        order
    ]


def _changed(event: Wanted, changes: Wanted) -> Wanted:
    """The event with fields of its object replaced, and `id`, `livemode`, `type` or `account` of its own."""
    own = {key: value for key, value in changes.items() if key in ("id", "livemode", "type", "account")}
    rest = {key: value for key, value in changes.items() if key not in own}
    return event | own | {"data": {"object": event["data"]["object"] | rest}}


def _act(url: str, body: bytes, signed: str) -> Callable[[], int]:
    return lambda: post(url, body, {"Stripe-Signature": signed})


BODIES: dict[str, Callable[[bytes], bytes]] = {
    "as_is": lambda body: body,
    "tampered": lambda body: body.replace(b"paid", b"PAID", 1) + b" ",
    "bad_utf8": lambda body: body[:-1] + b"\xff\xfe}",
    "not_json": lambda body: body[:-3],
    "not_an_object": lambda _: b'["event"]',
    "no_object": lambda _: b'{"id": "evt_1", "object": "event", "type": "x", "livemode": false, "data": {"object": null}}',
    "huge": lambda body: body + b" " * (10 << 20),
    "empty": lambda _: b"",
}
SIGNATURES: dict[str, Callable[[bytes, Target, int], str | None]] = {
    "good": lambda body, to, at: signature(body, to.secret, at),
    "bad": lambda body, _, at: signature(body, "whsec_of_somebody_else", at),
    "missing": lambda _body, _to, _at: None,
    "malformed": lambda _body, _to, _at: "t=,v1,,=;",
    "v0_only": lambda body, to, at: signature(body, to.secret, at, scheme="v0"),
    "non_ascii": lambda _body, _to, at: f"t={at},v1=\xe9\xe8\xff",
}
CONTROLS: dict[str, Callable[[StandIn, Wanted], Any]] = {
    "buyer": _buyer,
    "bank": _bank,
    "dashboard": _dashboard,
    "queue": _queue,
    "send": _send,
    "forge": _forge,
    "break": _break,
    "mend": _mend,
    "held": _held,
    "release": _release,
    "time": _time,
    "log": _log,
}
