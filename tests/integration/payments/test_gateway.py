"""The port, through the real library, against the stand-in: cards on file, refunds, disputes, payouts, events."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import stripe

from portal_app.adapters.stripe_gateway import StripeGateway
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound, Unavailable
from portal_app.demo.stripe.courier import signature
from portal_app.domain.billing.gateway import (
    CardDeclined,
    CardholderNeeded,
    CardPageRequest,
    ChargeRequest,
    CheckoutLine,
    CheckoutRefused,
    CustomerGone,
    CustomerRequest,
    DisputedPayment,
    KeysRefused,
    RefundRefused,
    RefundRequest,
)
from tests.integration.payments.conftest import RunningStandIn, in_parallel, page_request

pytestmark = pytest.mark.proof("payments-10")

ASKS, ASKS_ONCE, DECLINED, DECLINED_LATER = "4000002760003184", "4000002500003155", "4000000000000002", "4000000000000341"


def key() -> str:
    return os.urandom(6).hex()


@pytest.fixture
def customer(gateway: StripeGateway) -> str:
    return gateway.create_customer(CustomerRequest("account-1", "carl@coastline.example", "Carl", key()))


@pytest.fixture
def keep(gateway: StripeGateway, stand_in: RunningStandIn) -> Callable[..., str]:
    """Put a card on a customer's file through the hosted page. Its id."""

    def kept(customer: str, number: str, **answer: bool) -> str:
        page = gateway.open_card_page(card_page(customer))
        stand_in.buyer(session=page.rsplit("/", 1)[1], card=number, **answer)
        return gateway.cards(customer)[0].id

    return kept


@pytest.fixture
def paid(gateway: StripeGateway, stand_in: RunningStandIn) -> Callable[..., str]:
    """Pay a page of 477.57 with a card. The payment."""

    def pay(number: str = "4242424242424242", **changes) -> str:
        page = gateway.create_checkout(page_request(**changes))
        stand_in.buyer(session=page.id, card=number)
        return gateway.checkout(page.id).payment_id or ""

    return pay


def card_page(customer: str) -> CardPageRequest:
    return CardPageRequest(customer, "USD", "http://localhost:3000/cards?done=1", "http://localhost:3000/cards", key())


def charge(customer: str, card: str, cents: int = 5000) -> ChargeRequest:
    return ChargeRequest("attempt-1", "harbor", key(), cents, "USD", "Order 1001", customer, card)


def refund(payment: str, cents: int) -> RefundRequest:
    return RefundRequest("refund-1", payment, cents, key())


def test_a_customer_is_made_once_and_only_known_things_are_sent(gateway: StripeGateway, client: stripe.StripeClient) -> None:
    asked = CustomerRequest("account-1", "", "  ", key())
    first, again = in_parallel([lambda: gateway.create_customer(asked)] * 2)
    made = client.v1.customers.retrieve(first)
    assert (again, made.email, made.metadata.account) == (first, None, "account-1")


def test_a_card_is_kept_on_the_hosted_page_only_when_its_bank_agrees(gateway, stand_in, customer: str, keep) -> None:
    page = gateway.open_card_page(card_page(customer)).rsplit("/", 1)[1]
    assert stand_in.buyer(session=page, card=DECLINED)["error"]["code"] == "card_declined"
    assert stand_in.buyer(session=page, card=ASKS)["status"] == "open"
    assert stand_in.buyer(session=page, card=ASKS, confirms=False)["error"]["message"].startswith("We are unable")
    assert gateway.cards(customer) == []
    keep(customer, ASKS_ONCE, confirms=True)
    card = gateway.cards(customer)[0]
    assert (card.brand, card.last4, card.expires) == ("visa", "3155", "12/34")
    assert gateway.charge_card(charge(customer, card.id)).status == "succeeded", "it was confirmed when it was kept"


def test_paying_keeps_the_card_only_with_consent(gateway, customer: str, paid) -> None:
    paid(customer=customer)
    assert gateway.cards(customer) == []
    paid(customer=customer, keeps_card=True)
    assert [card.last4 for card in gateway.cards(customer)] == ["4242"]
    with pytest.raises(ValueError, match="customer"):
        page_request(keeps_card=True)


def test_nobody_touches_a_card_of_somebody_else(gateway, customer: str, keep) -> None:
    other = gateway.create_customer(CustomerRequest("account-2", "tess@coastline.example", "Tess", key()))
    theirs = keep(other, "4242424242424242")
    for act in (gateway.set_default_card, gateway.remove_card):
        with pytest.raises(NotFound):
            act(customer, theirs)
    with pytest.raises(CardDeclined):
        gateway.charge_card(charge(customer, theirs))
    assert len(gateway.cards(other)) == 1


def test_a_card_that_is_gone_is_gone_quietly(gateway, client, stand_in, customer: str, keep) -> None:
    removed, detached = keep(customer, "4242424242424242"), keep(customer, "5555555555554444")
    gateway.set_default_card(customer, detached)
    assert client.v1.customers.retrieve(customer).invoice_settings.default_payment_method == detached
    gateway.remove_card(customer, removed)
    stand_in.dashboard(detach=detached)
    for card in (removed, detached, "pm_neverthere"):
        gateway.remove_card(customer, card)
    assert gateway.cards(customer) == []
    with pytest.raises(CardDeclined, match="no longer on file"):
        gateway.charge_card(charge(customer, detached))
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_methods.attach(detached, {"customer": customer})


def test_a_deleted_customer_is_told_apart_from_other_refusals(gateway, stand_in, customer: str, keep) -> None:
    card = keep(customer, "4242424242424242")
    stand_in.dashboard(delete=customer)
    assert gateway.cards(customer) == []
    for act in (
        lambda: gateway.create_checkout(page_request(customer=customer)),
        lambda: gateway.open_card_page(card_page(customer)),
        lambda: gateway.charge_card(charge(customer, card)),
    ):
        with pytest.raises(CustomerGone):
            act()
    with pytest.raises(CheckoutRefused) as refusal:
        gateway.create_checkout(page_request(currency="XYZ"))
    assert not isinstance(refusal.value, CustomerGone)


def test_charging_a_card_on_file(gateway, customer: str, keep) -> None:
    asked = charge(customer, keep(customer, "4242424242424242"))
    now = gateway.charge_card(asked)
    assert (now.status, now.amount_cents, now.received_cents, now.currency) == ("succeeded", 5000, 5000, "USD")
    assert (now.attempt, now.method, now.is_live, bool(now.charge_id)) == ("attempt-1", "card", False, True)
    assert gateway.charge_card(asked) == gateway.payment(now.id) == now


def test_the_bank_wants_the_cardholder(gateway, customer: str, keep) -> None:
    asked = charge(customer, keep(customer, ASKS, confirms=True))
    with pytest.raises(CardholderNeeded) as needed:
        gateway.charge_card(asked)
    with pytest.raises(CardholderNeeded) as again:
        gateway.charge_card(asked)
    assert needed.value.payment_id == again.value.payment_id, "the refusal is replayed, nothing is tried twice"
    assert gateway.payment(needed.value.payment_id).status == "requires_payment_method"


def test_a_declined_card_says_so_in_the_banks_words(gateway, customer: str, keep) -> None:
    with pytest.raises(CardDeclined, match="Your card has been declined") as refusal:
        gateway.charge_card(charge(customer, keep(customer, DECLINED_LATER)))
    assert gateway.payment(refusal.value.payment_id).received_cents == 0


def test_a_charge_whose_answer_was_lost_is_one_charge(gateway, client, stand_in, customer: str, keep) -> None:
    asked = charge(customer, keep(customer, "4242424242424242"))
    stand_in.break_(method="POST", path="/v1/payment_intents", kind="reset_after", times=3)
    with pytest.raises(Unavailable, match="may have been charged"):
        gateway.charge_card(asked)
    now = gateway.charge_card(asked)
    assert [event.data.object.id for event in client.v1.events.list({"type": "charge.succeeded"}).data] == [now.charge_id]


def test_refunds_to_the_cent_and_never_beyond(gateway, stand_in, paid) -> None:
    payment, asked = paid(), RefundRequest("refund-7", "", 12000, key())
    asked = replace(asked, payment_id=payment)
    stand_in.break_(method="POST", path="/v1/refunds", kind="reset_after")
    first = gateway.create_refund(asked)
    assert (first.status, first.amount_cents, first.refund, first.payment_id) == ("succeeded", 12000, "refund-7", payment)
    assert gateway.create_refund(asked) == first
    with pytest.raises(RefundRefused):
        gateway.create_refund(refund(payment, 47757 - 12000 + 1))
    stand_in.dashboard(refund=payment, amount=757)
    stand_in.dashboard(refund=payment)
    found = gateway.refunds_of(payment)
    assert [each.amount_cents for each in found] == [12000, 757, 35000]
    assert [each.refund for each in found] == ["refund-7", "", ""]
    with pytest.raises(RefundRefused):
        gateway.create_refund(refund(payment, 1))


@pytest.mark.parametrize("ends", ["failed", "canceled"])
def test_a_refund_that_comes_back_can_be_made_again(gateway, stand_in, paid, ends: str) -> None:
    payment = paid("4000000000007726")
    made = gateway.create_refund(refund(payment, 47757))
    assert made.status == "pending"
    stand_in.bank(refund=made.id, status=ends)
    assert [each.status for each in gateway.refunds_of(payment)] == [ends]
    assert "error" in stand_in.bank(refund=made.id, status="succeeded")
    assert gateway.create_refund(refund(payment, 47757)).status == "pending"


def test_two_refunds_of_the_whole_at_once_are_one(gateway, paid) -> None:
    payment = paid()
    results = in_parallel([lambda: gateway.create_refund(refund(payment, 47757))] * 2)
    assert sorted(type(each).__name__ for each in results) == ["RefundNow", "RefundRefused"]


def test_a_disputed_payment_is_not_refunded(gateway, stand_in, paid) -> None:
    payment = paid()
    opened = stand_in.bank(dispute=payment, reason="product_not_received", amount=40000)["id"]
    dispute = gateway.disputes_of(payment)[0]
    assert (dispute.id, dispute.status, dispute.amount_cents, dispute.currency) == (opened, "open", 40000, "USD")
    assert dispute.answer_by is not None
    assert dispute.answer_by > utc_now() + timedelta(days=6)
    with pytest.raises(DisputedPayment, match="dispute"):
        gateway.create_refund(refund(payment, 100))
    stand_in.bank(dispute=opened, status="won")
    assert [each.status for each in gateway.disputes_of(payment)] == ["won"]
    assert gateway.create_refund(refund(payment, 100)).status == "succeeded"


def test_a_lost_dispute_stays_and_an_inquiry_takes_nothing(gateway, stand_in, paid) -> None:
    taken, asked = paid("4000000000000259"), paid()
    stand_in.bank(dispute=gateway.disputes_of(taken)[0].id, status="lost")
    stand_in.bank(dispute=asked, asks_only=True)
    assert [each.status for each in gateway.disputes_of(taken)] == ["lost"]
    assert gateway.disputes_of(asked) == []


def test_payouts_are_the_sum_of_what_they_pay_out(gateway, stand_in, paid) -> None:
    first, second, yen = paid(), paid(), paid(currency="JPY", amount_cents=5000)
    back = gateway.create_refund(refund(first, 7757))
    taken = stand_in.bank(dispute=second)["id"]
    stand_in.bank(payout=gateway._client._requestor.api_key)
    today = utc_now().date()
    assert gateway.payouts(today - timedelta(days=9), today - timedelta(days=2)) == []
    found = {each.currency: each for each in gateway.payouts(today - timedelta(days=1), today)}
    assert [line.payment_id for line in found["JPY"].lines] == [yen]
    assert {(line.kind, line.gross_cents, line.payment_id) for line in found["USD"].lines} == {
        ("charge", 47757, first), ("charge", 47757, second), ("refund", -7757, first), ("dispute", -47757, second),
    }  # fmt: skip
    assert {back.id, taken} < {line.source_id for line in found["USD"].lines}
    for payout in found.values():
        assert payout.amount_cents == sum(line.gross_cents - line.fee_cents for line in payout.lines)


def test_whose_keys_these_are(gateway, stand_in: RunningStandIn) -> None:
    now = gateway.account()
    assert (now.name, now.is_live, now.takes_charges, now.id[:5]) == ("Harbor Light", False, True, "acct_")
    with pytest.raises(KeysRefused):
        StripeGateway("sk_test_x", "whsec_x", api_base=stand_in.base).account()
    for kind in ("401", "403"):
        stand_in.break_(method="GET", path="/v1/account", kind=kind)
        with pytest.raises(KeysRefused):
            gateway.account()


def test_an_event_names_what_it_is_about_and_the_payment_behind_it(gateway, client, stand_in, customer: str, keep) -> None:
    gateway.charge_card(charge(customer, keep(customer, "4242424242424242")))
    page = gateway.create_checkout(page_request())
    stand_in.buyer(session=page.id, card="4000000000000259")
    payment = gateway.checkout(page.id).payment_id
    found = {}
    for event in client.v1.events.list({"limit": 100}).data:
        body = json.dumps(event.to_dict(), default=str).encode()
        read = gateway.read_event(body, signature(body, gateway._webhook_secrets[0], int(utc_now().timestamp())))
        found.setdefault(read.kind, read)
    assert found["checkout.session.completed"].session_id == page.id
    for kind in ("checkout.session.completed", "payment_intent.succeeded", "charge.succeeded", "charge.dispute.created"):
        assert found[kind].payment_id == payment, kind
    assert (found["charge.dispute.created"].object_kind, found["charge.dispute.created"].attempt) == ("dispute", "")
    assert found["charge.succeeded"].attempt == found["checkout.session.completed"].attempt != ""
    assert found["payment_method.attached"].payment_id == ""


def test_several_lines_are_one_sum(gateway, client) -> None:
    lines = (CheckoutLine("Order 1001", 40000), CheckoutLine("Order 1002", 7757))
    page = gateway.create_checkout(page_request(lines=lines))
    shown = client.v1.checkout.sessions.line_items.list(page.id)
    assert [(each.description, each.amount_total) for each in shown.data] == [("Order 1001", 40000), ("Order 1002", 7757)]
    assert page.amount_cents == 47757
    with pytest.raises(ValueError, match="add up"):
        page_request(lines=lines[:1])


@pytest.mark.proof("payments-11")
@pytest.mark.parametrize(("currency", "cents"), [("JPY", 5000), ("KWD", 12350), ("USD", 5000)])
def test_minor_units_are_the_currencys_own(gateway, stand_in, currency: str, cents: int) -> None:
    page = gateway.create_checkout(page_request(currency=currency, amount_cents=cents))
    assert (page.amount_cents, page.currency) == (cents, currency)
    stand_in.buyer(session=page.id)
    payment = gateway.checkout(page.id).payment_id or ""
    back = gateway.create_refund(refund(payment, 1200))
    assert (back.amount_cents, back.currency, gateway.payment(payment).received_cents) == (1200, currency, cents)


@pytest.mark.proof("payments-11")
def test_three_decimals_end_in_a_zero(gateway, paid) -> None:
    with pytest.raises(CheckoutRefused):
        gateway.create_checkout(page_request(currency="KWD", amount_cents=12345))
    with pytest.raises(RefundRefused):
        gateway.create_refund(refund(paid(currency="KWD", amount_cents=12350), 1234))


def test_no_call_of_the_gateway_was_malformed(gateway, stand_in, customer: str, keep, paid) -> None:
    gateway.charge_card(charge(customer, keep(customer, "4242424242424242")))
    gateway.create_refund(refund(paid(customer=customer), 100))
    mine = gateway.account().id
    asked = [each for each in stand_in.log(kinds=[])["requests"] if each["account"] == mine]
    assert len(asked) >= 8
    assert [each["problem"] for each in asked if each["problem"]] == []
    assert all(len(each["key"]) == 12 for each in asked if each["path"] in ("/v1/refunds", "/v1/payment_intents"))


def test_the_bank_asks_on_a_page_of_its_own(gateway, stand_in: RunningStandIn) -> None:
    page = gateway.create_checkout(page_request())
    typed = {"email": "c@x.example", "card": ASKS, "expiry": "12 / 34", "cvc": "123", "name": "Carl"}
    assert "is it you?" in httpx.post(page.url, data=typed).text
    assert "ending in 3184" in httpx.get(page.url).text, "the question stands until it is answered"
    refused = httpx.post(page.url, data={"answer": "no"})
    assert (refused.status_code, 'role="alert"' in refused.text) == (402, True)
    assert gateway.checkout(page.id).status == "open"
    httpx.post(page.url, data=typed)
    done = httpx.post(page.url, data={"answer": "yes"})
    assert (done.status_code, page.id in done.headers["location"]) == (303, True)
    assert httpx.post(page.url, data=typed).headers["location"] == done.headers["location"], "the second half of a double click"
    assert gateway.checkout(page.id).payment_status == "paid"


@pytest.mark.parametrize(("account", "ends"), [("000123456789", "paid"), ("000222222227", "unpaid")])
def test_a_bank_debit_arrives_later_or_not_at_all(gateway, stand_in, account: str, ends: str) -> None:
    page = gateway.create_checkout(page_request())
    typed = {"email": "c@x.example", "name": "Carl", "routing": "110000000", "account": "1"}
    assert httpx.post(f"{page.url}?by=bank", data=typed).status_code == 422
    assert httpx.post(f"{page.url}?by=bank", data=typed | {"account": account}).status_code == 303
    on_its_way = gateway.checkout(page.id)
    assert (on_its_way.status, on_its_way.payment_status, on_its_way.has_failed) == ("complete", "unpaid", False)
    assert "on its way" in httpx.get(page.url).text
    stand_in.bank(session=page.id, succeeds=ends == "paid")
    now = gateway.checkout(page.id)
    assert (now.payment_status, now.has_failed) == (ends, ends == "unpaid")
    assert now.method == ("bank_debit" if ends == "paid" else "card")
