"""The stand-in is as strict as Stripe about the wire, and lives and dies as it should."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import stripe

from portal_app.adapters.stripe_gateway import LiveKeyAtStandIn, StripeGateway
from portal_app.demo.stripe.process import start_stand_in, stop_stand_in
from portal_app.domain.billing.gateway import CheckoutIsComplete, CheckoutRefused
from portal_app.settings import Settings, read_settings
from tests.integration.payments.conftest import RunningStandIn, free_port, page_request

pytestmark = [pytest.mark.proof("main-job-13"), pytest.mark.proof("payments-10")]


SOUND = {
    "mode": "payment",
    "success_url": "http://localhost:3000/back",
    "line_items": [{"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Photos"}}}],
}
LINE = SOUND["line_items"][0]


def line(**price) -> dict:
    return SOUND | {"line_items": [LINE | {"price_data": LINE["price_data"] | price}]}


@pytest.mark.parametrize(
    ("params", "param"),
    [
        (SOUND | {"payment_method_types": ["card"]}, "payment_method_types"),
        (SOUND | {"ui_mode": "hosted"}, "ui_mode"),
        (SOUND | {"customer_email": ""}, "customer_email"),
        (SOUND | {"customer_email": "carl"}, "customer_email"),
        (SOUND | {"customer": "cus_1", "customer_email": "a@b.example"}, "customer"),
        (SOUND | {"success_url": "/back"}, "success_url"),
        (SOUND | {"expires_at": 1_700_000_000}, "expires_at"),
        (SOUND | {"client_reference_id": "x" * 201}, "client_reference_id"),
        (SOUND | {"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 40}]"),
        (SOUND | {"line_items": []}, "line_items"),
        (line(unit_amount=12.5), "line_items[0][price_data][unit_amount]"),
        (line(currency="USD"), "line_items[0][price_data][currency]"),
        (line(product_data={"name": " "}), "line_items[0][price_data][product_data][name]"),
        (line(amount=500), "line_items[0][price_data][amount]"),
    ],
)
def test_parameters_that_stripe_refuses_are_refused(client: stripe.StripeClient, params: dict, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(params)
    assert (refusal.value.param, refusal.value.http_status) == (param, 400)


def test_keys_replay_refuse_other_parameters_and_stay_in_their_account(gateway: StripeGateway, stand_in) -> None:
    asked = page_request()
    assert gateway.create_checkout(asked) == gateway.create_checkout(asked)
    with pytest.raises(CheckoutRefused):
        gateway.create_checkout(replace(asked, amount_cents=1))
    other = stand_in.open_account("Bluebird", "")
    theirs = StripeGateway(other.key, other.webhook_secret, api_base=stand_in.base)
    assert theirs.create_checkout(asked).id != gateway.create_checkout(asked).id


def test_another_account_or_mode_sees_nothing(gateway: StripeGateway, client: stripe.StripeClient, stand_in) -> None:
    made = gateway.create_checkout(page_request())
    account = stand_in.open_account("Bluebird", "")
    for key in (account.key, client._requestor.api_key.replace("_test_", "_live_")):
        answer = httpx.get(f"{stand_in.base}/v1/checkout/sessions/{made.id}", headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "resource_missing")
    for key in ("", "Bearer x", "Bearer pk_test_abcdefgh", "Basic !!!"):
        assert httpx.get(f"{stand_in.base}/v1/account", headers={"Authorization": key}).status_code == 401


def test_other_versions_of_the_api_are_refused(stand_in: RunningStandIn) -> None:
    headers = {"Authorization": "Bearer sk_test_abcdefgh", "Stripe-Version": "2024-06-20"}
    assert httpx.get(f"{stand_in.base}/v1/account", headers=headers).status_code == 400


def test_expire_paid_and_expire_twice(gateway: StripeGateway, stand_in: RunningStandIn) -> None:
    paid, left = gateway.create_checkout(page_request()), gateway.create_checkout(page_request())
    stand_in.buyer(session=paid.id)
    with pytest.raises(CheckoutIsComplete):
        gateway.expire_checkout(paid.id)
    assert [gateway.expire_checkout(left.id).status for _ in range(2)] == ["expired", "expired"]


def test_refunds_never_exceed_the_charge(gateway: StripeGateway, client: stripe.StripeClient, stand_in) -> None:
    made = gateway.create_checkout(page_request())
    stand_in.buyer(session=made.id)
    intent = gateway.checkout(made.id).payment_id
    client.v1.refunds.create({"payment_intent": intent, "amount": 40000})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent, "amount": 8000})
    client.v1.refunds.create({"payment_intent": intent})
    charge = client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).latest_charge
    assert (charge.amount_refunded, charge.refunded) == (47757, True)
    assert client.v1.accounts.retrieve_current().charges_enabled


def test_the_hosted_page_says_what_is_wrong_and_what_is_over(gateway: StripeGateway, stand_in: RunningStandIn) -> None:
    made = gateway.create_checkout(page_request(description="Order <b>1001</b>"))
    page = httpx.get(made.url).text
    assert "Order &lt;b&gt;1001&lt;/b&gt;" in page
    wrong = httpx.post(made.url, data={"email": "x", "card": "4242 4242 4242 4241", "expiry": "01 / 20", "cvc": "1"})
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 5
    assert 'role="alert"' in wrong.text
    gateway.expire_checkout(made.id)
    assert (httpx.get(made.url).status_code, "expired" in httpx.get(made.url).text) == (410, True)
    paid = gateway.create_checkout(page_request())
    stand_in.buyer(session=paid.id)
    assert "already paid" in httpx.get(paid.url).text
    assert httpx.get(f"{stand_in.base}/c/pay/cs_test_none").status_code == 404


def test_a_live_key_never_meets_a_stand_in() -> None:
    with pytest.raises(LiveKeyAtStandIn):
        StripeGateway("sk_live_abcdefgh", "whsec_x", api_base="http://127.0.0.1:3900")
    assert StripeGateway("rk_live_abcdefgh", "whsec_x").is_live


def settings_for(folder: Path) -> Settings:
    key = base64.urlsafe_b64encode(b"k" * 32).decode()
    port = str(free_port())
    return read_settings({"PORTAL_DATA_DIR": str(folder), "PORTAL_DEMO_STRIPE_PORT": port, "PORTAL_SECRET_KEY": key})


def test_what_was_opened_survives_a_restart(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    base = f"http://127.0.0.1:{settings.demo_stripe_port}"
    gateway = StripeGateway("sk_test_abcdefgh", "whsec_x", api_base=base)
    first = start_stand_in(settings)
    made = gateway.create_checkout(page_request())
    stop_stand_in(first)
    second = start_stand_in(settings)
    try:
        assert gateway.checkout(made.id).status == "open"
        assert httpx.post(f"{base}/_controls/log").status_code == 404, "no controls outside tests"
    finally:
        stop_stand_in(second)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    program = (
        "import sys, time\nfrom portal_app.demo.stripe.process import start_stand_in\n"
        "from portal_app.settings import read_settings\nprint(start_stand_in(read_settings()).pid, flush=True)\ntime.sleep(60)"
    )
    environ = os.environ | {"PORTAL_DATA_DIR": str(tmp_path), "PORTAL_DEMO_STRIPE_PORT": str(settings.demo_stripe_port)}
    parent = subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=subprocess.PIPE)
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    ends = time.monotonic() + 30
    while Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes():
        assert time.monotonic() < ends, "left over"
        time.sleep(0.05)
