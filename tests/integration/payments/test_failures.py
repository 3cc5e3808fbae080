"""The failures that really happen, from the first to the twenty-third: those no other module shows, and that none is missing.

A test that shows one says so in its first line, *Failure 7: …*, or in its name; the numbers are those of the payments reference.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import update

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.domain.billing import cards, service
from portal_app.domain.billing.amounts import Part
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.gateway import Checkout, CheckoutRequest
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.changing import Why
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio
from portal_app.jobs.worker import Worker
from portal_app.jobs.works import WORKS
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.memory_gateway import MemoryGateway
from tests.integration.payments.conftest import BASE, Till, in_parallel

pytestmark = pytest.mark.proof("payments-01")


def work(till: Till) -> None:
    """All that follows, but for what leaves the building: mails, and refunds by themselves."""
    kinds = dict(WORKS) | dict.fromkeys(("send_mail", "send_refund"), lambda job: None)
    Worker(wiring.current(), kinds).run_until_idle(seconds=30)


def mails(till: Till, kind: str) -> list[str]:
    return [mail.to_email for mail in till.rows(Mail) if mail.kind == kind]


def test_none_of_the_twenty_three_is_missing() -> None:
    named = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for numbers in re.findall(r'def test_(\d+)_|"""Failures? ([\d, and]+)', path.read_text()):
            named |= {int(number) for number in re.findall(r"\d+", " ".join(numbers))}
    missing = set(range(1, 24)) - named
    assert not missing, f"nothing shows {sorted(missing)}"


def test_an_event_before_our_own_commit_and_during_the_way_back(till: Till, cast: Cast, app: str) -> None:
    """Failure 3: the payer pays while the answer with the page's address is still on its way to us."""
    till.stand_in.break_(method="POST", path="/v1/checkout/sessions", kind="hold_after", times=1)
    with ThreadPoolExecutor(1) as pool:
        pressing = pool.submit(till.pay, cast.carl)
        till.stand_in.held(count=1)
        (attempt,), (session,) = till.attempts, till.sessions()
        assert attempt.session_id is None
        till.stand_in.buyer(session=session.id)
        assert till.stand_in.send(events=[till.event_of()])["statuses"] == [200]
        work(till)
        assert (till.ledger, till.due()) == ([("payment", 47757)], 0)
        till.stand_in.release()
        pressing.exception(30)
    event = till.event_of()
    acts = [lambda: till.reconcile(attempt.public_id), lambda: till.stand_in.send(events=[event], times=2, parallel=True)]
    in_parallel(acts * 2)
    work(till)
    assert (till.ledger, till.attempts[0].status, len(till.attempts)) == ([("payment", 47757)], "paid", 1)


def test_however_often_it_is_told_there_is_one_receipt(till: Till, cast: Cast, app: str) -> None:
    """Failure 5: five events in parallel, a return and a sweep make one entry, one receipt, one opened listing."""
    also = make_order(till.database, cast.harbor, cast.carl_customer, number=1002, total_cents=20000)
    till.pay(cast.carl, 1001, 1002)
    till.stand_in.buyer(session=till.attempts[0].session_id)
    till.stand_in.send(events=[till.event_of()], times=5, parallel=True)
    in_parallel([lambda: work(till), lambda: till.reconcile(till.attempts[0].public_id)])
    work(till)
    till.sweep(now=utc_now() + timedelta(minutes=2))
    assert till.ledger == [("payment", 47757), ("payment", 20000)]
    assert (till.due(), till.due(also.id), mails(till, "receipt")) == (0, 0, ["carl@coastline.example"])


def test_fifty_orders_of_the_same_events_come_to_the_same(till: Till, cast: Cast, app: str, full: bool) -> None:
    """Failure 6: a page that was replaced, a bank debit that came back, a card that was declined and one that paid."""
    make_order(till.database, cast.harbor, cast.carl_customer, number=1002, total_cents=20000)
    till.pay(cast.carl, 1002)
    till.pay(cast.carl, 1001, 1002)
    till.stand_in.buyer(session=till.attempts[-1].session_id, debit=True)
    till.reconcile(till.attempts[-1].public_id)
    till.stand_in.bank(session=till.attempts[-1].session_id, succeeds=False)
    till.reconcile(till.attempts[-1].public_id)
    till.pay(cast.carl, 1002, 1001)
    till.stand_in.buyer(session=till.attempts[-1].session_id, card="4000000000000002")
    till.stand_in.buyer(session=till.attempts[-1].session_id)
    events = [event.id for event in till.stored_events()]
    assert len(events) > 6
    for seed in range(50 if full else 3):
        random.Random(seed).shuffle(events)
        assert set(till.stand_in.send(events=events, parallel=seed % 2 == 0)["statuses"]) == {200}
        work(till)
        assert till.ledger == [("payment", 20000), ("payment", 47757)]
        assert [attempt.status for attempt in till.attempts] == ["superseded", "failed", "paid"]
    assert mails(till, "receipt") == ["carl@coastline.example"]


def test_the_studio_hears_of_money_for_a_canceled_order(till: Till, cast: Cast, app: str) -> None:
    """Failure 7: paid after the order was canceled, before the sweep closed its page. No silent loss."""
    with till.database.unit_of_work() as db:
        db.exec(update(Order).values(status="accepted"))
        db.get_one(Studio, cast.harbor).email = "studio@harbor.example"
    till.pay(cast.carl)
    with till.database.unit_of_work() as db:
        cancel(db, cast.olive, 1001, Why("The house was sold."), now=utc_now())
    till.stand_in.buyer(session=till.attempts[0].session_id)
    till.reconcile(till.attempts[0].public_id)
    work(till)
    assert (till.ledger, till.attempts[0].status) == ([("payment", 47757)], "paid")
    assert till.facts("payment.received")[0]["over_cents"] == 47757
    assert len(mails(till, "odd_payment")) == 1


def test_a_price_that_changed_after_the_page_was_made(till: Till, cast: Cast) -> None:
    """Failure 8: what was asked for is counted, what was added is still due, nothing opens."""
    till.pay(cast.carl)
    with till.database.unit_of_work() as db:
        db.exec(update(Order).values(subtotal_cents=50000, total_cents=50000))
    till.stand_in.buyer(session=till.attempts[0].session_id)
    assert till.reconcile(till.attempts[0].public_id) == "paid"
    assert (till.ledger, till.due()) == ([("payment", 47757)], 2243)


@dataclass
class LiveGateway(MemoryGateway):
    """Real money, and whom it was asked for."""

    is_live: bool = True
    asked: list[CheckoutRequest] = field(default_factory=list)

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        self.asked.append(request)
        return super().create_checkout(request)


def test_what_was_known_in_test_mode_is_not_sent_with_live_keys(till: Till, cast: Cast) -> None:
    """Failure 15: live and test, a restored database."""
    known = cards.holder_of(till.database.unit_of_work, till.gateway, cast.carl, now=utc_now())
    till.pay(cast.carl, keeps_card=True)
    live = LiveGateway()
    service.start_checkout(
        till.database.unit_of_work, live, cast.carl, [Part(BillName(order=1001))], base_url=BASE, return_to="/", keeps_card=True,
        now=utc_now(),
    )  # fmt: skip
    assert [attempt.status for attempt in till.attempts] == ["superseded", "open"], "the test page pays for nothing"
    assert live.asked[0].customer not in ("", known)


def test_a_page_is_closed_twice(till: Till, cast: Cast) -> None:
    """Failure 22: expire twice, ask for it afterwards, press Pay again."""
    till.pay(cast.carl)
    session = till.attempts[0].session_id
    assert [till.gateway.expire_checkout(session).status for _ in range(2)] == ["expired", "expired"]
    assert till.sweep(now=utc_now() + timedelta(minutes=2)) == 1
    assert till.reconcile(till.attempts[0].public_id) == "expired"
    assert till.pay(cast.carl)
    assert [attempt.status for attempt in till.attempts] == ["expired", "open"]


@pytest.fixture(autouse=True)
def quiet_log(till: Till) -> Iterator[None]:
    """In every test of these the payment service understood all it was asked, and heard from us within two seconds."""
    yield
    log = till.stand_in.log(kinds=[])
    assert not [each for each in log["webhooks"] if each["seconds"] > 2]
