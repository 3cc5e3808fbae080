"""Trouble the stand-in can make on demand, and how close its words stay to Stripe's own description of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from portal_app.adapters import stripe_gateway
from portal_app.core.errors import Unavailable
from portal_app.demo.stripe import operations
from portal_app.demo.stripe.accounts import Accounts
from portal_app.demo.stripe.later import sweep
from portal_app.demo.stripe.params import checked
from portal_app.demo.stripe.payments import Buyer, confirm
from portal_app.demo.stripe.refusals import Refusal
from portal_app.demo.stripe.stand_in import StandIn
from portal_app.domain.billing.gateway import CheckoutRefused, CustomerRequest, RefundRequest
from tests.integration.payments.conftest import RunningStandIn, in_parallel, page_request

pytestmark = pytest.mark.proof("payments-10")

KINDS = {
    "checkout.session": stripe.checkout.Session, "payment_intent": stripe.PaymentIntent, "charge": stripe.Charge,
    "refund": stripe.Refund, "dispute": stripe.Dispute, "customer": stripe.Customer, "payment_method": stripe.PaymentMethod,
    "setup_intent": stripe.SetupIntent, "balance_transaction": stripe.BalanceTransaction, "payout": stripe.Payout,
    "event": stripe.Event, "webhook_endpoint": stripe.WebhookEndpoint,
}  # fmt: skip


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """A webhook's address, and the kinds of events that came there, in order."""
    came: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["type"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", came
    server.shutdown()


def test_a_call_is_held_until_it_is_released(gateway, stand_in: RunningStandIn) -> None:
    stand_in.break_(method="POST", path="/v1/customers", kind="hold_before", times=1)
    made: list[Any] = []
    slow = threading.Thread(
        target=lambda: made.append(gateway.create_customer(CustomerRequest("a", "a@b.example", "A", "held-1")))
    )
    slow.start()
    assert stand_in.held(count=1) == {"held": 1}
    assert gateway.account().takes_charges, "other calls go on"
    with pytest.raises(Unavailable):
        gateway.create_customer(CustomerRequest("a", "a@b.example", "A", "held-1"))
    assert made == []
    stand_in.release()
    slow.join(10)
    assert len(made) == 1


def test_an_answer_is_held_after_the_work_was_done(gateway, client, stand_in: RunningStandIn) -> None:
    page = gateway.create_checkout(page_request())
    stand_in.break_(method="POST", path="/v1/checkout/sessions/", kind="hold_after", times=1)
    slow = threading.Thread(target=lambda: gateway.expire_checkout(page.id))
    slow.start()
    stand_in.held(count=1)
    assert gateway.checkout(page.id).status == "expired"
    stand_in.release()
    slow.join(10)


def test_what_failed_after_the_work_fails_again_under_its_key(gateway, client, stand_in: RunningStandIn) -> None:
    asked = page_request()
    stand_in.break_(method="POST", path="/v1/checkout/sessions", kind="500_after", times=1)
    for _ in range(2):
        with pytest.raises(Unavailable):
            gateway.create_checkout(asked)
    assert len(client.v1.checkout.sessions.list().data) == 1


@pytest.mark.parametrize(
    ("kind", "raised", "tries"),
    [("402", stripe.CardError, 1), ("429", stripe.RateLimitError, 1), ("409", stripe.APIError, 3)],
)
def test_every_status_can_be_provoked(client, stand_in: RunningStandIn, kind: str, raised: type, tries: int) -> None:
    stand_in.break_(method="GET", path="/v1/account", kind=kind, times=tries)
    with pytest.raises(raised) as refusal:
        client.v1.accounts.retrieve_current()
    assert refusal.value.http_status == int(kind)
    assert "error" in stand_in.break_(path="/v1/account", kind="earthquake")


def test_events_that_waited_come_in_another_order_and_twice(gateway, client, stand_in: RunningStandIn, heard) -> None:
    url, came = heard
    client.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    stand_in.queue(mode="paused")
    stand_in.buyer(session=gateway.create_checkout(page_request()).id)
    made = [event.type for event in client.v1.events.list({"limit": 100}).data][::-1]
    assert (came, len(made) >= 3) == ([], True)
    stand_in.queue(mode="automatic", order="reverse", times=2)
    ends = time.monotonic() + 20
    while len(came) < 2 * len(made) and time.monotonic() < ends:
        time.sleep(0.02)
    assert sorted(came) == sorted(made * 2)
    stand_in.queue(mode="never")
    del came[:]
    names = [event.id for event in client.v1.events.list({"limit": 100}).data]
    for order, kinds in (("given", made[::-1]), ("reverse", made)):
        stand_in.send(events=names, order=order)
        assert came == kinds
        del came[:]
    stand_in.send(events=names, order="random", seed=7)
    stand_in.send(events=names, order="random", seed=7)
    assert came[: len(names)] == came[len(names) :]


def test_in_the_demo_banks_decide_by_themselves() -> None:
    stand_in = StandIn(own_base="http://x", app_base="http://x", folder=None, bank_seconds=0)
    world = Accounts(None).world_of("sk_test_abcdefgh")
    ends = {}
    for account in ("succeeded", "failed"):
        session = operations.run(stand_in, world, "POST", "/v1/checkout/sessions", page())
        confirm(stand_in, world, session["id"], Buyer(by_debit=True, debit_ends=account))
        ends[account] = session["id"]
    paid = operations.run(stand_in, world, "POST", "/v1/checkout/sessions", page())
    intent = confirm(stand_in, world, paid["id"], Buyer(card="4000000000005126"))["payment_intent"]
    refund = operations.run(stand_in, world, "POST", "/v1/refunds", {"payment_intent": intent, "amount": "100"})
    assert refund["status"] == "succeeded"
    sweep(stand_in)
    sweep(stand_in)
    now = {name: stand_in.books.get(world, "checkout.session", session)["payment_status"] for name, session in ends.items()}
    assert now == {"succeeded": "paid", "failed": "unpaid"}
    assert stand_in.books.get(world, "refund", refund["id"])["status"] == "failed"
    assert operations.run(stand_in, world, "GET", "/v1/payouts", {})["data"] == []
    stand_in.move_clock(90_000)
    sweep(stand_in)
    sweep(stand_in)
    (payout,) = operations.run(stand_in, world, "GET", "/v1/payouts", {})["data"]
    assert payout["amount"] == 2 * (5000 - 175), "two payments less their fees; the refund came back"


def page() -> dict[str, Any]:
    price = {"currency": "usd", "unit_amount": "5000", "product_data": {"name": "Photos"}}
    return {"mode": "payment", "success_url": "http://x/y", "line_items": [{"quantity": "1", "price_data": price}]}


@pytest.mark.parametrize("operation", operations.OPERATIONS, ids=lambda each: f"{each.method} {each.takes.split(':')[1]}")
def test_every_operation_refuses_what_the_library_does_not_know(operation: operations.Operation) -> None:
    with pytest.raises(Refusal) as refusal:
        checked({"payment_method_typess": ["card"]}, operation.takes)
    assert refusal.value.error["param"] == "payment_method_typess"


@pytest.mark.parametrize(
    ("path", "params", "param"),
    [
        ("/v1/payment_intents", {"currency": "usd"}, "amount"),
        ("/v1/payment_intents", {"currency": "usd", "amount": "12.5"}, "amount"),
        ("/v1/payment_intents", {"currency": "usd", "amount": "500", "payment_method_types": ["card"]}, "payment_method_types"),
        ("/v1/payment_intents", {"currency": "usd", "amount": "500", "confirm": "yes"}, "confirm"),
        ("/v1/payment_intents", {"currency": "usd", "amount": "500", "off_session": "maybe"}, "off_session"),
        (
            "/v1/payment_intents",
            {"currency": "usd", "amount": "500", "confirm": "true", "off_session": "true", "payment_method": "pm_1"},
            "return_url",
        ),
        ("/v1/refunds", {"payment_intent": "pi_1", "reason": "because"}, "reason"),
        ("/v1/customers", {"email": "carl"}, "email"),
        ("/v1/customers", {"name": " "}, "name"),
        ("/v1/checkout/sessions", {"mode": "setup", "success_url": "http://x/y"}, "currency"),
        ("/v1/checkout/sessions", page() | {"mode": "setup", "currency": "usd"}, "line_items"),
        ("/v1/checkout/sessions", page() | {"customer": "cus_none"}, "customer"),
        (
            "/v1/checkout/sessions",
            page() | {"payment_intent_data": {"setup_future_usage": "off_session"}},
            "payment_intent_data[setup_future_usage]",
        ),
        ("/v1/checkout/sessions", page() | {"success_url": "http://x/" + "y" * 5001}, "success_url"),
    ],
)
def test_parameters_that_stripe_refuses_are_refused(path: str, params: dict[str, Any], param: str) -> None:
    stand_in = StandIn(own_base="http://x", app_base="http://x", folder=None)
    with pytest.raises(Refusal) as refusal:
        operations.run(stand_in, Accounts(None).world_of("sk_test_abcdefgh"), "POST", path, params)
    assert (refusal.value.error.get("param"), refusal.value.status) == (param, 400)


def test_a_call_that_hangs_is_tried_again(stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stripe_gateway.TIMEOUT_SECONDS == 15
    monkeypatch.setattr(stripe_gateway, "TIMEOUT_SECONDS", 0.5)
    account = stand_in.open_account("Hanging", "")
    gateway = stripe_gateway.StripeGateway(account.key, account.webhook_secret, api_base=stand_in.base)
    stand_in.break_(method="GET", path="/v1/account", kind="time_out")
    assert gateway.account().name == "Hanging"


def test_a_key_in_use_is_no_final_refusal(gateway, stand_in: RunningStandIn) -> None:
    asked = page_request()
    stand_in.break_(method="POST", path="/v1/checkout/sessions", kind="hold_before", times=1)
    release = threading.Timer(1, stand_in.release)
    release.start()
    first, second = in_parallel([lambda: gateway.create_checkout(asked)] * 2)
    release.join()
    assert not isinstance(first, CheckoutRefused)
    assert not isinstance(second, CheckoutRefused)
    assert gateway.create_checkout(asked).status == "open"


def test_no_object_has_a_field_that_stripe_does_not_know(gateway, client, stand_in: RunningStandIn) -> None:
    customer = gateway.create_customer(CustomerRequest("a", "a@b.example", "A", "fields"))
    made = gateway.create_checkout(page_request(customer=customer, keeps_card=True))
    stand_in.buyer(session=made.id, card="4000000000000259")
    other = gateway.create_checkout(page_request())
    stand_in.buyer(session=other.id)
    gateway.create_refund(RefundRequest("r", gateway.checkout(other.id).payment_id or "", 100, "fields-2"))
    stand_in.bank(payout=gateway._client._requestor.api_key)
    for kind, objects in stand_in.log(kinds=list(KINDS))["objects"].items():
        known = set(getattr(KINDS[kind], "__annotations__", {})) | {"deleted"}
        assert {field for each in objects for field in each} <= known, kind


def test_what_did_not_go_wrong_yet_is_mended(gateway, stand_in: RunningStandIn) -> None:
    stand_in.break_(method="GET", path="/v1/account", kind="500", times=3)
    assert stand_in.mend() == {"mended": 3}
    assert gateway.account().id
