"""What a checkout comes to, whoever asks, however often, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import update

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Work
from portal_app.domain.billing import queries, service
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.gateway import Checkout
from portal_app.domain.billing.keys import connect_stripe
from portal_app.domain.billing.models import PaymentAttempt
from portal_app.domain.orders.models import Order
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.payments.conftest import Till, in_parallel, open_till

pytestmark = pytest.mark.proof("main-job-13")


def started(till: Till, cast: Cast) -> PaymentAttempt:
    till.pay(cast.carl)
    return till.attempts[-1]


@pytest.mark.proof("payments-01")
@pytest.mark.parametrize("way", ["return", "sweep"])
def test_no_webhook_ever_comes(till: Till, cast: Cast, way: str) -> None:
    """Failures 3 and 4: the webhook never comes; the return page settles it, or the sweep when the browser is gone."""
    attempt = started(till, cast)
    till.stand_in.buyer(session=attempt.session_id)
    if way == "return":
        assert till.reconcile(attempt.public_id) == "paid"
    else:
        assert till.sweep(now=utc_now()) == 0, "too fresh: the return page comes first"
        assert till.sweep(now=utc_now() + timedelta(minutes=2)) == 1
    assert (till.due(), till.ledger) == (0, [("payment", 47757)])
    (told,) = till.facts("payment.received")
    assert (told["amount_cents"], told["due_cents"], told["over_cents"]) == (47757, 0, 0)


def test_asked_by_everybody_at_once_the_money_counts_once(till: Till, cast: Cast, full: bool) -> None:
    attempt = started(till, cast)
    till.stand_in.buyer(session=attempt.session_id)
    answers = in_parallel([lambda: till.reconcile(attempt.public_id)] * (20 if full else 6))
    assert set(answers) == {"paid"}, answers
    assert till.ledger == [("payment", 47757)]
    assert len(till.facts("payment.received")) == 1


def test_not_paid_yet_is_not_paid(till: Till, cast: Cast) -> None:
    attempt = started(till, cast)
    assert till.reconcile(attempt.public_id) == "open"
    assert (till.due(), till.ledger) == (47757, [])


def test_a_declined_card_leaves_the_page_payable(till: Till, cast: Cast) -> None:
    attempt = started(till, cast)
    refusal = till.stand_in.buyer(session=attempt.session_id, card="4000000000000002")["error"]
    assert (refusal["code"], refusal["decline_code"]) == ("card_declined", "generic_decline")
    assert (till.reconcile(attempt.public_id), till.due()) == ("open", 47757)
    till.stand_in.buyer(session=attempt.session_id)
    assert (till.reconcile(attempt.public_id), till.due()) == ("paid", 0)


@pytest.mark.proof("payments-01")
def test_an_amount_that_differs_unlocks_nothing_and_is_not_lost(till: Till, cast: Cast) -> None:
    """Failure 8: another amount than was asked for."""
    attempt = started(till, cast)
    till.stand_in.buyer(session=attempt.session_id)
    with till.database.unit_of_work() as db:
        db.exec(update(PaymentAttempt).values(amount_cents=40000))
    assert till.reconcile(attempt.public_id) == "failed"
    assert (till.due(), till.ledger) == (47757, [("unallocated", 47757)])
    assert till.facts("payment.received") == []
    assert till.facts("payment.unallocated")[0]["problem"] == "$477.57 came, and $400.00 was asked for."
    with till.database.reading() as db:
        assert [entry.amount_cents for entry in queries.unallocated(db, cast.olive)] == [47757]
        assert queries.unallocated(db, cast.omar) == queries.unallocated(db, cast.carl) == []


@pytest.mark.proof("payments-01")
def test_another_attempts_session_unlocks_nothing(till: Till, cast: Cast) -> None:
    """Failure 8: the session of another order pays its own, and nothing else."""
    attempt = started(till, cast)
    other = make_order(till.database, cast.harbor, cast.carl_customer, number=1002, total_cents=47757)
    till.pay(cast.carl, 1002)
    till.stand_in.buyer(session=attempt.session_id)
    stranger = till.attempts[-1]
    assert till.reconcile(stranger.public_id, session_id=attempt.session_id) == "open"
    assert (till.due(), till.due(other.id), till.ledger) == (0, 47757, [("payment", 47757)])
    assert [each.status for each in till.attempts] == ["paid", "open"]


@pytest.mark.proof("payments-01")
def test_a_bank_debit_waits_for_the_bank(till: Till, cast: Cast) -> None:
    """Failure 13: a bank debit is not taken as paid."""
    attempt = started(till, cast)
    till.stand_in.buyer(session=attempt.session_id, debit=True)
    assert (till.reconcile(attempt.public_id), till.due(), till.ledger) == ("processing", 47757, [])
    till.stand_in.bank(session=attempt.session_id, succeeds=True)
    assert (till.reconcile(attempt.public_id), till.due()) == ("paid", 0)


@pytest.mark.proof("payments-01")
def test_a_bank_debit_that_came_back_can_be_paid_again(till: Till, cast: Cast) -> None:
    """Failure 13: a bank debit that failed."""
    attempt = started(till, cast)
    till.stand_in.buyer(session=attempt.session_id, debit=True)
    till.stand_in.bank(session=attempt.session_id, succeeds=False)
    assert (till.reconcile(attempt.public_id), till.due(), till.ledger) == ("failed", 47757, [])
    till.stand_in.buyer(session=started(till, cast).session_id)
    assert till.sweep(now=utc_now() + timedelta(minutes=2)) == 1
    assert till.ledger == [("payment", 47757)]


@pytest.mark.proof("payments-01")
def test_paid_after_it_was_canceled_is_recorded_as_too_much(till: Till, cast: Cast) -> None:
    """Failure 7: the books. Who is told: see the other half."""
    attempt = started(till, cast)
    with till.database.unit_of_work() as db:
        db.exec(update(Order).values(status="canceled"))
    till.stand_in.buyer(session=attempt.session_id)
    assert till.reconcile(attempt.public_id) == "paid"
    with till.database.reading() as db:
        balance = queries.balance(db, till.order.id)
    assert (balance.paid, balance.due, balance.over) == (47757, 0, 47757)
    assert till.facts("payment.received")[0]["over_cents"] == 47757


@pytest.mark.proof("payments-01")
def test_a_day_later_the_page_has_expired_and_the_order_is_payable(database: Database, cast: Cast, own_stand_in) -> None:
    """Failure 22: 25 hours later."""
    till = open_till(database, own_stand_in, cast.harbor, "Harbor Light")
    till.order = make_order(database, cast.harbor, cast.carl_customer)
    attempt = started(till, cast)
    own_stand_in.time(seconds=25 * 3600)
    assert "expired" in own_stand_in.buyer(session=attempt.session_id)["error"]["message"]
    tomorrow = utc_now() + timedelta(hours=25)
    assert till.sweep(now=tomorrow) == 1
    assert (till.attempts[0].status, till.due()) == ("expired", 47757)
    assert till.pay(cast.carl, now=tomorrow) != attempt.session_url


def test_an_attempt_whose_page_never_opened_ends_with_its_time(till: Till, cast: Cast) -> None:
    till.stand_in.break_(method="POST", path="/v1/checkout/sessions", kind="500", times=3)
    with pytest.raises(Exception, match="not answering"):
        till.pay(cast.carl)
    assert till.sweep(now=utc_now() + timedelta(minutes=30)) == 0
    assert till.sweep(now=utc_now() + timedelta(hours=4)) == 1
    assert till.attempts[0].status == "expired"


def test_keys_of_the_other_mode_are_not_asked(till: Till, cast: Cast) -> None:
    attempt = started(till, cast)
    till.stand_in.buyer(session=attempt.session_id)

    class LiveGateway:
        is_live = True

        def checkout(self, session_id: str) -> Checkout:
            raise AssertionError("asked the other world")

    assert service.reconcile(till.database.unit_of_work, LiveGateway(), attempt.public_id, now=utc_now()) == "open"
    assert till.due() == 47757


def test_the_receipt_is_work_in_the_same_transaction_as_the_money(till: Till, cast: Cast) -> None:
    attempt = started(till, cast)
    till.stand_in.buyer(session=attempt.session_id)
    till.reconcile(attempt.public_id)
    assert [work.kind for work in till.rows(Work)] == ["react", "react"], "checkout.started and payment.received"


def test_a_check_at_the_door(till: Till, cast: Cast) -> None:
    def note(by, cents: int, key: str):
        with till.database.unit_of_work() as db:
            return service.record_offline_payment(db, by, BillName(order=1001), cents, "Check 204", key, now=utc_now())

    key = uuid4().hex
    assert [note(cast.olive, 7757, key).due for _ in range(2)] == [40000, 40000]
    for wrong in (0, -5, 40001):
        with pytest.raises(InvalidInput):
            note(cast.olive, wrong, uuid4().hex)
    with pytest.raises(NotAllowed):
        note(cast.carl, 100, uuid4().hex)
    with pytest.raises(NotFound):
        note(cast.omar, 100, uuid4().hex)
    assert till.ledger == [("payment", 7757)]
    till.pay(cast.carl)
    assert till.sessions()[0].amount_cents == 40000


def test_reading_is_for_those_concerned(till: Till, cast: Cast) -> None:
    attempt = started(till, cast)
    with till.database.reading() as db:
        assert queries.attempt_card(db, cast.carl, attempt.public_id).amount_cents == 47757
        assert len(queries.attempts_of(db, cast.carl, 1001)) == 1
        assert queries.ledger_of(db, cast.olive, 1001) == []
        for viewer in (cast.omar, cast.ollie, replace(cast.carl, account_id=cast.pia.account_id)):
            with pytest.raises(NotFound):
                queries.attempt_card(db, viewer, attempt.public_id)
            assert queries.attempts_of(db, viewer, 1001) == []
            with pytest.raises(NotFound):
                queries.ledger_of(db, viewer, 1001)


@pytest.mark.parametrize("cause", ["a check came", "canceled"])
def test_a_page_that_asks_for_what_is_no_longer_due_is_closed(till: Till, cast: Cast, cause: str) -> None:
    attempt = started(till, cast)
    with till.database.unit_of_work() as db:
        if cause == "canceled":
            db.exec(update(Order).values(status="canceled"))
        else:
            service.record_offline_payment(db, cast.olive, BillName(order=1001), 47757, "Check 204", uuid4().hex, now=utc_now())
    assert till.sweep(now=utc_now() + timedelta(minutes=2)) == 1
    assert "expired" in till.stand_in.buyer(session=attempt.session_id)["error"]["message"]
    assert (till.attempts[0].status, till.sessions()[0].status) == ("superseded", "expired")


def test_a_page_that_still_fits_is_left_alone(till: Till, cast: Cast) -> None:
    attempt = started(till, cast)
    assert till.sweep(now=utc_now() + timedelta(minutes=2)) == 0
    till.stand_in.buyer(session=attempt.session_id)
    assert till.reconcile(attempt.public_id) == "paid"


def test_test_money_pays_for_nothing_once_the_studio_takes_real_payments(till: Till, cast: Cast) -> None:
    attempt = started(till, cast)
    with till.database.unit_of_work() as db:
        connect_stripe(db, till.studio_id, "live", endpoint_token="live", secret_key_box=b"-", webhook_secret_box=b"-")
    till.stand_in.buyer(session=attempt.session_id)
    assert till.reconcile(attempt.public_id) == "failed"
    assert (till.due(), till.ledger) == (47757, [("unallocated", 47757)])


def test_an_order_does_not_wait_forever_for_a_payment_account_that_is_gone(till: Till, cast: Cast) -> None:
    started(till, cast)
    other = open_till(till.database, till.stand_in, cast.harbor, "Harbor Light, another account")
    assert other.sweep(now=utc_now() + timedelta(hours=3, minutes=30)) == 0, "its page may still be open there"
    assert other.sweep(now=utc_now() + timedelta(hours=5)) == 1
    assert other.attempts[0].status == "expired"
    other.order = till.order
    other.pay(cast.carl, now=utc_now() + timedelta(hours=5))


def test_a_payment_page_that_never_opened_does_not_stand_in_the_way_of_the_next(till: Till, cast: Cast) -> None:
    till.stand_in.break_(method="POST", path="/v1/checkout/sessions", kind="500", times=3)
    with pytest.raises(Exception, match="not answering"):
        till.pay(cast.carl)
    till.pay(cast.carl, now=utc_now() + timedelta(hours=2, minutes=45))
    assert [attempt.status for attempt in till.attempts] == ["superseded", "open"]


def test_whoever_pressed_last_comes_back_to_where_they_pressed(till: Till, cast: Cast) -> None:
    link = Viewer(cast.harbor, Role.LINK, link_id=1, listing_id=till.order.listing_id)
    assert till.pay(cast.carl, return_to="/orders/1001") == till.pay(link, return_to="/listings/abc")
    assert [attempt.return_to for attempt in till.attempts] == ["/listings/abc"]
