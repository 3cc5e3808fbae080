"""Pressing Pay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from sqlmodel import update

from portal_app.adapters.stripe_gateway import StripeGateway
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound, Problem, Unavailable
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.billing.amounts import NothingDue, TooLittleToCharge
from portal_app.domain.billing.models import AttemptStatus, PaymentAttempt
from portal_app.domain.billing.paying import PaymentOnItsWay
from portal_app.domain.orders.models import Order
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.payments.conftest import BASE, Till, in_parallel


def reprice(till: Till, cents: int) -> None:
    with till.database.unit_of_work() as db:
        db.exec(update(Order).where(Order.id == till.order.id).values(subtotal_cents=cents, total_cents=cents))


@pytest.mark.proof("main-job-13")
def test_carl_pays_what_is_due(till: Till, cast: Cast) -> None:
    url = till.pay(cast.carl, return_to="/listings/abc")
    (attempt,), (session,) = till.attempts, till.sessions()
    assert (url, session.url) == (attempt.session_url, url)
    assert (session.amount_cents, session.currency, session.attempt) == (47757, "USD", attempt.public_id)
    (asked,) = till.requests()
    assert asked["key"] == attempt.idempotency_key == f"attempt-{attempt.public_id}-1"
    assert asked["params"]["payment_intent_data"]["metadata"] == {"attempt": attempt.public_id, "studio": "harbor"}
    assert asked["params"]["success_url"] == f"{BASE}/pay/return/{attempt.public_id}?session_id={{CHECKOUT_SESSION_ID}}"
    assert asked["params"]["customer_email"] == "carl@coastline.example"
    assert till.facts("checkout.started") == [{"amount_cents": 47757, "currency": "USD", "attempt": attempt.public_id}]


@pytest.mark.proof("payments-01")
@pytest.mark.proof("main-job-17")
def test_two_tabs_make_one_open_checkout(till: Till, cast: Cast, full: bool) -> None:
    """Failure 1: a double charge by a double click."""
    tabs = 12 if full else 4
    urls = in_parallel([lambda: till.pay(cast.carl)] * tabs)
    assert len(set(urls)) == 1, urls
    assert [session.status for session in till.sessions()] == ["open"]
    assert [attempt.status for attempt in till.attempts] == [AttemptStatus.OPEN]
    assert {asked["key"] for asked in till.requests()} == {till.attempts[0].idempotency_key}
    assert len(till.facts("checkout.started")) == 1


def test_pressing_again_leads_to_the_same_page(till: Till, cast: Cast) -> None:
    assert till.pay(cast.carl) == till.pay(cast.carl)
    assert len(till.sessions()) == 1


@pytest.mark.proof("payments-01")
@pytest.mark.parametrize("kind", ["reset_after", "reset_before", "500"])
def test_a_lost_answer_makes_no_second_page(till: Till, cast: Cast, kind: str) -> None:
    """Failure 1, by a retry."""
    till.stand_in.break_(method="POST", path="/v1/checkout/sessions", kind=kind, times=1)
    till.pay(cast.carl)
    assert len(till.sessions()) == 1
    assert len({asked["key"] for asked in till.requests()}) == 1


def test_while_stripe_is_down_the_attempt_waits_and_is_used_again(till: Till, cast: Cast) -> None:
    till.stand_in.break_(method="POST", path="/v1/checkout/sessions", kind="500", times=3)
    with pytest.raises(Unavailable):
        till.pay(cast.carl)
    assert [(attempt.status, attempt.session_id) for attempt in till.attempts] == [("open", None)]
    till.pay(cast.carl)
    assert (len(till.attempts), len(till.sessions())) == (1, 1)


@pytest.mark.proof("payments-01")
def test_a_changed_amount_closes_the_old_page_first(till: Till, cast: Cast) -> None:
    """Failure 2: an old page stays payable."""
    till.pay(cast.carl)
    old = till.attempts[0].session_id
    reprice(till, 50000)
    till.pay(cast.carl)
    assert [attempt.status for attempt in till.attempts] == ["superseded", "open"]
    assert [(session.status, session.amount_cents) for session in till.sessions()] == [("open", 50000), ("expired", 47757)]
    assert "expired" in till.stand_in.buyer(session=old)["error"]["message"]


def test_money_that_came_on_the_old_page_counts_before_a_new_one_opens(till: Till, cast: Cast) -> None:
    till.pay(cast.carl)
    till.stand_in.buyer(session=till.attempts[0].session_id)
    reprice(till, 50000)
    till.pay(cast.carl)
    assert till.ledger == [("payment", 47757)]
    assert [(each.status, each.amount_cents) for each in till.attempts] == [("paid", 47757), ("open", 2243)]


def test_paid_already(till: Till, cast: Cast) -> None:
    till.pay(cast.carl)
    till.stand_in.buyer(session=till.attempts[0].session_id)
    with pytest.raises(NothingDue):
        till.pay(cast.carl)
    assert (till.due(), till.ledger) == (0, [("payment", 47757)])


def test_a_bank_debit_on_its_way_is_not_paid_twice(till: Till, cast: Cast) -> None:
    till.pay(cast.carl)
    session = till.attempts[0].session_id
    till.stand_in.buyer(session=session, debit=True)
    for _ in range(2):
        with pytest.raises(PaymentOnItsWay):
            till.pay(cast.carl)
    assert (till.due(), till.ledger, till.attempts[0].status) == (47757, [], "processing")


@pytest.mark.proof("main-job-13")
def test_who_may_pay(till: Till, cast: Cast) -> None:
    link = Viewer(cast.harbor, Role.LINK, email="buyer@example.com", link_id=1, listing_id=till.order.listing_id)
    assert till.pay(link) == till.pay(cast.carl)
    stranger = Viewer(cast.harbor, Role.CUSTOMER, account_id=cast.pia.account_id)
    other_link = replace(link, listing_id=till.order.listing_id + 999)
    for viewer in (cast.omar, cast.ollie, stranger, other_link, cast.pia):
        with pytest.raises(NotFound):
            till.pay(viewer)
    assert len(till.attempts) == 1


@pytest.mark.parametrize(
    ("status", "cents", "refusal"),
    [("pending", 47757, NothingDue), ("canceled", 47757, NothingDue), ("accepted", 49, TooLittleToCharge)],
)
def test_what_cannot_be_paid(till: Till, cast: Cast, status: str, cents: int, refusal: type[Exception]) -> None:
    make_order(till.database, cast.harbor, cast.carl_customer, number=1002, status=status, total_cents=cents)
    with pytest.raises(refusal):
        till.pay(cast.carl, 1002)
    assert till.attempts == []


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x", ""])
def test_the_way_back_is_a_path(till: Till, cast: Cast, path: str) -> None:
    with pytest.raises(InvalidInput):
        till.pay(cast.carl, return_to=path)


def test_a_page_about_to_end_is_replaced(till: Till, cast: Cast) -> None:
    first = till.pay(cast.carl)
    with till.database.unit_of_work() as db:
        db.exec(update(PaymentAttempt).values(expires_at=utc_now() + timedelta(minutes=3)))
    assert till.pay(cast.carl) != first
    assert [session.status for session in till.sessions()] == ["open", "expired"]


@pytest.mark.proof("identity-11")
def test_a_redirect_of_the_payment_service_is_not_followed() -> None:
    """The key goes where it was meant for: whoever answers there cannot send it on."""
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host']}{self.path}")
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{server.server_port}/elsewhere")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(Problem):
            StripeGateway("sk_test_x", "whsec_x", api_base=f"http://127.0.0.1:{server.server_port}").checkout("cs_1")
    finally:
        server.shutdown()
        server.server_close()
    assert asked
    assert not [where for where in asked if "elsewhere" in where]
