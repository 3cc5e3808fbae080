"""A canceled order gives back what the studio's rule says, once; money without a bill is given to one by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import update

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import system_viewer
from portal_app.domain.billing import allocating, waiting
from portal_app.domain.billing.allocating import NothingToAllocate, NotOfThisPayment, OtherCurrency, allocate
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.crediting import give_credit, own_credit, use_credit
from portal_app.domain.billing.giving_back import give_back_canceled, goes_back, would_go_back
from portal_app.domain.billing.keys import connect_stripe
from portal_app.domain.billing.ledgers import ledger_of_bill
from portal_app.domain.billing.models import LedgerEntry, PaymentAttempt, PaymentPolicy
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.models import Order, OrderCharge
from portal_app.domain.studios.models import Studio
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.payments.conftest import Till, in_parallel
from tests.integration.payments.refund_desk import Desk

pytestmark = pytest.mark.proof("payments-06")


@pytest.fixture
def desk(till: Till, cast: Cast) -> Desk:
    desk = Desk(till, cast)
    desk.paid()
    return desk


@pytest.mark.parametrize(
    ("policy", "paid", "fee", "back"),
    [
        ("none", 47757, 0, 0),
        ("none", 47757, 7500, 0),
        ("minus_fee", 47757, 0, 47757),
        ("minus_fee", 47757, 7500, 40257),
        ("minus_fee", 5000, 7500, 0),
        ("full", 47757, 7500, 47757),
        ("full", 0, 0, 0),
    ],
)
def test_what_goes_back(policy: str, paid: int, fee: int, back: int) -> None:
    assert goes_back(policy, paid, fee) == back


def canceled(desk: Desk, fee: int) -> None:
    """As if order 1001 had been canceled late."""
    order = desk.till.order
    with desk.till.database.unit_of_work() as db:
        db.exec(update(Order).where(Order.id == order.id).values(status="canceled"))
        if fee:
            db.add(
                OrderCharge(
                    studio_id=order.studio_id, order_id=order.id, position=0, kind="late", name="Late", amount_cents=fee
                )
            )  # fmt: skip


def give_back(desk: Desk) -> int:
    with desk.till.database.unit_of_work() as db:
        return give_back_canceled(db, system_viewer(desk.till.studio_id), desk.till.order.id, now=utc_now())


@pytest.mark.parametrize(("policy", "fee", "back"), [("none", 0, 0), ("minus_fee", 7500, 40257), ("full", 7500, 47757)])
def test_a_canceled_order_gives_back_once(desk: Desk, policy: str, fee: int, back: int) -> None:
    with desk.till.database.unit_of_work() as db:
        db.add(PaymentPolicy(studio_id=desk.till.studio_id, cancel_refund=policy))
    with desk.till.database.reading() as db:
        assert would_go_back(db, desk.cast.carl, 1001, fee) == back, "what is said before it is done"
    canceled(desk, fee)
    assert max(in_parallel([lambda: give_back(desk)] * 3)) == back
    assert desk.states == ([("requested", back)] if back else [])
    for row in desk.refunds:
        assert [desk.send(row.public_id) for _ in range(2)] == ["succeeded"] * 2
    assert desk.made_there() == ([("succeeded", back)] if back else [])
    assert desk.till.due() == (fee if policy == "full" else 0)


def test_it_goes_back_to_the_newest_payments_first_and_never_more_than_they_have(desk: Desk, cast: Cast) -> None:
    desk.refund(47757)
    desk.paid()
    first, second = [entry.id for entry in desk.entries if entry.kind == "payment"]
    canceled(desk, 7500)
    assert give_back(desk) == 40257
    assert [(row.entry_id, row.amount_cents) for row in desk.refunds] == [(first, 47757), (second, 40257)]


def test_from_canceling_to_the_customers_mail(till: Till, cast: Cast) -> None:
    """The whole way, by the worker: the fact, the rule, the call, the ledger, the mail."""
    make_order(till.database, cast.harbor, cast.carl_customer, number=1005, status="accepted", now=utc_now())
    desk = Desk(till, cast)
    desk.paid(1005)
    with till.database.unit_of_work() as db:
        cancel(db, cast.olive, 1005, now=utc_now())
    desk.work()
    assert desk.states == [("succeeded", 47757)]
    assert desk.made_there() == [("succeeded", 47757)]
    (mail,) = [each for each in till.rows(Mail) if each.kind == "refund"]
    assert mail.to_email == "carl@coastline.example"
    assert mail.subject == "Refund: $477.57 for order 1005, 1187 Ocean View Blvd"
    assert "The order was canceled." in mail.text


def test_what_was_paid_from_credit_is_credit_again(desk: Desk, cast: Cast) -> None:
    """After the card: of a fee that is kept, the credit keeps what the card does not cover."""
    bill = BillName(order=1001)
    desk.refund(47757)
    with desk.till.database.unit_of_work() as db:
        give_credit(db, cast.olive, cast.carl_customer, 10_000, "Sorry for the rain", "gift", now=utc_now())
        use_credit(db, cast.carl, bill, "used", now=utc_now())
    with desk.till.database.reading() as db:
        assert would_go_back(db, cast.carl, 1001, 2_500) == 7_500, "what is said before it is done"
    canceled(desk, 2_500)
    assert max(in_parallel([lambda: give_back(desk)] * 3)) == 7_500
    with desk.till.database.reading() as db:
        assert own_credit(db, cast.carl)[0] == 7_500
        assert ledger_of_bill(db, cast.carl, bill).balance.due == 0


def test_the_studio_hears_of_what_went_wrong(desk: Desk) -> None:
    office = "hello@harbor.example"
    with desk.till.database.unit_of_work() as db:
        db.exec(update(Studio).values(email=office))
    desk.refund(10_000)
    (there,) = desk.till.gateway.refunds_of(desk.payment)
    desk.till.stand_in.bank(refund=there.id, status="failed")
    desk.till.stand_in.bank(dispute=desk.payment, reason="product_not_received")
    desk.look()
    desk.till.stand_in.bank(dispute=desk.disputes[0].stripe_id, status="lost")
    desk.look()
    desk.work()
    subjects = {mail.kind: (mail.to_email, mail.subject) for mail in desk.till.rows(Mail)}
    bill = "order 1001, 1187 Ocean View Blvd"
    assert subjects["refund_failed"] == (office, f"A refund came to nothing: {bill}")
    assert subjects["dispute_opened"] == (office, f"Disputed: $477.57 for {bill}")
    assert subjects["dispute_lost"] == (office, f"Dispute lost: $477.57 for {bill}")
    opened = next(mail for mail in desk.till.rows(Mail) if mail.kind == "dispute_opened")
    assert "did not get what they paid for" in opened.text
    assert "Answer by" in opened.text


def several(till: Till, cast: Cast) -> Desk:
    """Orders 1001 (477.57) and 1002 (200.00), paid at once."""
    make_order(till.database, cast.harbor, cast.carl_customer, number=1002, total_cents=20_000, now=utc_now())
    desk = Desk(till, cast)
    desk.paid(1001, 1002)
    return desk


def place(desk: Desk, entry: int, bill: int, cents: int, by=None) -> None:
    with desk.till.database.unit_of_work() as db:
        allocate(db, by or desk.cast.olive, entry, BillName(order=bill), cents, now=utc_now())


def waits(desk: Desk, by=None) -> list[tuple[int, int, list[str]]]:
    with desk.till.database.reading() as db:
        rows = waiting.unplaced_money(db, by or desk.cast.olive)
    return [(row.entry_id, row.cents, [bill.label[:10] for bill in row.bills]) for row in rows]


def dues(desk: Desk) -> tuple[int, int]:
    with desk.till.database.reading() as db:
        from portal_app.domain.billing.queries import due

        return tuple(due(db, sorted(row.id for row in desk.till.rows(Order))).values())


@pytest.mark.proof("payments-01")
def test_23_a_refund_of_several_orders_waits_until_a_person_says_whose_it_was(till: Till, cast: Cast) -> None:
    """Failure 23, and a refund made on the payment service's own site."""
    desk = several(till, cast)
    till.stand_in.dashboard(refund=desk.payment, amount=15_000)
    desk.look()
    desk.look()
    ((entry, cents, bills),) = waits(desk)
    assert (cents, bills, dues(desk)) == (-15_000, ["Order 1001", "Order 1002"], (0, 0))
    make_order(till.database, cast.harbor, cast.carl_customer, number=1003, now=utc_now())
    with pytest.raises(NotOfThisPayment):
        place(desk, entry, 1003, 15_000)
    with pytest.raises(InvalidInput):
        place(desk, entry, 1002, 15_001)
    place(desk, entry, 1002, 10_000)
    assert (waits(desk)[0][1], dues(desk)[:2]) == (-5_000, (0, 10_000))
    place(desk, entry, 1001, 5_000)
    assert (waits(desk), dues(desk)[:2]) == ([], (5_000, 10_000))
    with pytest.raises(NothingToAllocate):
        place(desk, entry, 1001, 1)
    assert sum(each.amount_cents for each in desk.entries) == 47757 + 20_000 - 15_000


def test_a_placed_refund_that_fails_comes_back_to_its_bills(till: Till, cast: Cast) -> None:
    desk = several(till, cast)
    made = till.stand_in.dashboard(refund=desk.payment, amount=15_000)
    desk.look()
    place(desk, waits(desk)[0][0], 1002, 10_000)
    till.stand_in.bank(refund=made["id"], status="failed")
    desk.look()
    desk.look()
    assert (waits(desk), dues(desk), desk.states) == ([], (0, 0), [("failed", 15_000)])
    assert sum(each.amount_cents for each in desk.entries) == 47757 + 20_000


def test_what_has_no_bill_lowers_what_can_still_go_back(till: Till, cast: Cast) -> None:
    desk = several(till, cast)
    till.stand_in.dashboard(refund=desk.payment, amount=50_000)
    desk.look()
    assert [card.left_cents for number in (1001, 1002) for card in desk.cards(number=number)] == [17_757, 17_757]
    assert desk.refund(17_757, entry=desk.cards(number=1002)[0].entry_id) == "succeeded"
    assert [card.left_cents for number in (1001, 1002) for card in desk.cards(number=number)] == [0, 0]


def test_all_of_several_orders_refunded_at_once_is_each_ones_own(till: Till, cast: Cast) -> None:
    desk = several(till, cast)
    till.stand_in.dashboard(refund=desk.payment)
    desk.look()
    assert (waits(desk), dues(desk)) == ([], (47757, 20_000))
    assert len(till.facts("payment.refunded")) == 2


def test_a_dispute_over_several_orders_lies_on_each(till: Till, cast: Cast) -> None:
    desk = several(till, cast)
    till.stand_in.bank(dispute=desk.payment, amount=40_001)
    desk.look()
    assert dues(desk) == (28_194, 11_807)
    till.stand_in.bank(dispute=desk.disputes[0].stripe_id, status="won")
    desk.look()
    assert (dues(desk), len(till.facts("dispute.won"))) == ((0, 0), 2)


@pytest.fixture
def odd(till: Till, cast: Cast) -> Desk:
    """477.57 came for an attempt that asked for 400.00."""
    till.pay(cast.carl)
    with till.database.unit_of_work() as db:
        db.exec(update(PaymentAttempt).values(amount_cents=40_000))
    desk = Desk(till, cast)
    till.stand_in.buyer(session=till.attempts[0].session_id)
    till.reconcile(till.attempts[0].public_id)
    desk.payment = desk.entries[0].source_id
    return desk


@pytest.mark.proof("payments-03")
def test_money_without_a_bill_is_given_to_one(odd: Desk, cast: Cast) -> None:
    ((entry, cents, _),) = waits(odd)
    assert (cents, odd.till.due(), waits(odd, cast.carl), waits(odd, cast.omar)) == (47757, 47757, [], [])
    make_order(odd.till.database, cast.harbor, cast.carl_customer, number=1002, total_cents=20_000, now=utc_now())
    place(odd, entry, 1002, 20_000)
    place(odd, entry, 1001, 27_757)
    assert (waits(odd), dues(odd)) == ([], (20_000, 0))
    assert [(each.kind, each.part) for each in odd.entries] == [
        ("unallocated", 0), ("unallocated", 1), ("payment", 2), ("unallocated", 3), ("payment", 4),
    ]  # fmt: skip
    assert odd.refund(20_000, entry=odd.cards(number=1002)[0].entry_id) == "succeeded", "it goes back like any other"
    assert dues(odd) == (20_000, 20_000)


@pytest.mark.proof("payments-03")
def test_it_is_given_once_however_many_give_it(odd: Desk, cast: Cast) -> None:
    ((entry, _, _),) = waits(odd)
    answers = in_parallel([lambda: place(odd, entry, 1001, 47757)] * 4)
    assert sorted(type(each).__name__ for each in answers) == ["NoneType"] + ["NothingToAllocate"] * 3
    assert dues(odd) == (0,)


def test_money_without_a_bill_can_go_back(odd: Desk) -> None:
    ((entry, _, _),) = waits(odd)
    assert odd.refund(47757, entry=entry) == "succeeded"
    assert (waits(odd), sum(each.amount_cents for each in odd.entries)) == ([], 0)
    (there,) = odd.till.gateway.refunds_of(odd.payment)
    odd.till.stand_in.bank(refund=there.id, status="canceled")
    odd.look()
    assert waits(odd)[0][:2] == (entry, 47757)


def test_what_does_not_fit_is_not_given(odd: Desk, cast: Cast) -> None:
    ((entry, _, _),) = waits(odd)
    for by, raised in ((cast.carl, NotAllowed), (cast.pia, NotAllowed), (cast.omar, NotFound)):
        with pytest.raises(raised):
            place(odd, entry, 1001, 100, by)
    with pytest.raises(NotFound):
        place(odd, entry + 1000, 1001, 100)
    for cents in (0, -1, 47758):
        with pytest.raises(InvalidInput):
            place(odd, entry, 1001, cents)
    with odd.till.database.unit_of_work() as db:
        db.exec(update(Order).values(currency="EUR"))
    with pytest.raises(OtherCurrency):
        place(odd, entry, 1001, 100)


def test_test_money_pays_for_nothing_once_real_money_is_taken(odd: Desk) -> None:
    ((entry, _, _),) = waits(odd)
    with odd.till.database.unit_of_work() as db:
        connect_stripe(db, odd.till.studio_id, "live", endpoint_token="live", secret_key_box=b"k", webhook_secret_box=b"w")
    with pytest.raises(allocating.TestMoney):
        place(odd, entry, 1001, 100)


def test_what_waits_is_counted(desk: Desk, cast: Cast) -> None:
    def count(by=cast.olive, *, now=None) -> int:
        with desk.till.database.reading() as db:
            return waiting.waiting_count(db, by, now=now or utc_now())

    assert count() == 0
    desk.refund(10_000)
    (there,) = desk.till.gateway.refunds_of(desk.payment)
    desk.till.stand_in.bank(refund=there.id, status="failed")
    desk.look()
    assert (count(), count(cast.carl), count(cast.omar)) == (1, 0, 0)
    desk.refund(10_000, key="again")
    assert count() == 0, "it was done again"
    desk.till.stand_in.bank(dispute=desk.payment)
    desk.look()
    with desk.till.database.reading() as db:
        (row,) = waiting.disputes(db, cast.olive, now=utc_now())
        (old,) = waiting.refunds_not_through(db, cast.olive, now=utc_now())
    assert (row.status, row.cents, row.whose, row.bills[0].order) == ("open", 37757, "Carl Nakamura", 1001)
    assert (old.status, old.cents, old.asked_by, old.bill.order) == ("failed", 10_000, "Olive Marchetti", 1001)
    assert count() == 1
    assert count(now=utc_now() + timedelta(days=90)) == 1, "an open dispute waits however old"
    assert [each for each in desk.till.rows(LedgerEntry) if each.kind == "unallocated"] == []
