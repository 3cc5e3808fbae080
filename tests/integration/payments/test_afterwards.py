"""Refunds and disputes that happen at the payment service: seen once, exactly, whoever tells of them and in what order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from portal_app.adapters.stripe_gateway import StripeGateway
from portal_app.core.clock import utc_now
from portal_app.core.errors import Unavailable
from portal_app.domain.billing.afterwards import sweep_payments
from portal_app.domain.billing.models import LedgerEntry, PaymentPolicy, WebhookEvent
from portal_app.domain.billing.paid import fitting, taken_from
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.seeing import gate_from, gate_of
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.payments.conftest import Till, in_parallel, open_till, page_request
from tests.integration.payments.refund_desk import Desk

pytestmark = [pytest.mark.proof("payments-01"), pytest.mark.proof("payments-06")]


@pytest.fixture
def desk(till: Till, cast: Cast) -> Desk:
    desk = Desk(till, cast)
    desk.paid()
    return desk


@pytest.mark.parametrize(
    ("lefts", "cents", "fits"),
    [
        ([300], 100, [100]),
        ([100], 300, [300]),
        ([300, 200], 500, [300, 200]),
        ([300, 0], 100, [100, 0]),
        ([0, 300], 300, [0, 300]),
        ([300, 200], 100, None),
        ([300, 200], 200, None),
        ([300, 200], 600, None),
        ([0, 0], 100, None),
    ],
)
def test_whose_money_a_refund_is(lefts: list[int], cents: int, fits: list[int] | None) -> None:
    assert fitting(lefts, cents) == fits


@pytest.mark.parametrize(
    ("lefts", "cents", "taken"),
    [
        ([500], 500, [500]),
        ([300, 200], 500, [300, 200]),
        ([100, 100, 100], 100, [34, 33, 33]),
        ([300, 0], 400, [400, 0]),
        ([0, 0], 100, [100, 0]),
    ],
)
def test_whose_money_a_bank_took(lefts: list[int], cents: int, taken: list[int]) -> None:
    assert taken_from(lefts, cents) == taken


def test_10_refunds_are_counted_once_each_and_to_the_cent(desk: Desk) -> None:
    """Failure 10: an app refund and its own webhook, two partial ones on the dashboard, in any order, five times."""
    desk.refund(1_001)
    for cents in (2_002, 3_003):
        desk.till.stand_in.dashboard(refund=desk.payment, amount=cents)
    told = [event.id for event in desk.till.stored_events() if event.type.startswith(("refund", "charge.refunded"))]
    desk.hear(random.Random(10).sample(told * 5, len(told) * 5))
    assert desk.till.ledger == [("payment", 47757), ("refund", -1_001), ("refund", -2_002), ("refund", -3_003)]
    assert desk.till.due() == 6_006
    assert desk.states == [("succeeded", 1_001), ("succeeded", 2_002), ("succeeded", 3_003)]
    assert len(desk.till.facts("payment.refunded")) == 3
    assert [row.problem for row in desk.till.events if row.payment_id and not row.processed_at] == []


def test_06_an_event_that_asks_for_nothing_is_done_with(desk: Desk) -> None:
    """However late: after everything else about its payment was heard."""
    told = {event.type: event.id for event in desk.till.stored_events()}
    desk.hear([told["charge.succeeded"]])
    (row,) = [row for row in desk.till.events if row.kind == "charge.succeeded"]
    assert row.processed_at
    assert desk.till.ledger == [("payment", 47757)]


def test_10_everybody_looks_at_once(desk: Desk, full: bool) -> None:
    """Failure 10, in parallel."""
    desk.till.stand_in.dashboard(refund=desk.payment, amount=500)
    assert set(in_parallel([desk.look] * (12 if full else 4))) == {True}
    assert desk.till.ledger == [("payment", 47757), ("refund", -500)]


@pytest.mark.parametrize("ends", ["failed", "canceled"])
def test_11_a_refund_that_comes_back_is_not_shown_as_refunded(desk: Desk, ends: str) -> None:
    """Failure 11: pending, then failed or canceled; the balance is restored and the studio is told."""
    desk.refund(10_000)
    (there,) = desk.till.gateway.refunds_of(desk.payment)
    desk.till.stand_in.bank(refund=there.id, status=ends)
    assert desk.look()
    desk.look()
    assert desk.till.ledger == [("payment", 47757), ("refund", -10_000), ("refund_returned", 10_000)]
    assert (desk.till.due(), desk.states, desk.cards()[0].left_cents) == (0, [(ends, 10_000)], 47757)
    (told,) = desk.till.facts("refund.failed")
    assert (told["amount_cents"], "with the studio again" in told["problem"]) == (10_000, True)


def test_11_a_refund_is_pending_first(desk: Desk) -> None:
    desk.refund(10_000)
    (there,) = desk.till.gateway.refunds_of(desk.payment)
    desk.till.stand_in.bank(refund=there.id, status="pending")
    desk.look()
    assert desk.states == [("succeeded", 10_000)], "what was asked earlier and answered later changes nothing"


def test_06_events_in_any_order_come_to_one_state(till: Till, cast: Cast, full: bool) -> None:
    """Failure 6: some events come at once, others much later, twice, and before the payment's own."""
    for seed in range(50 if full else 2):
        order = make_order(till.database, cast.harbor, cast.carl_customer, number=2000 + seed, now=utc_now())
        before, luck = len(till.rows(LedgerEntry)), random.Random(seed)
        _a_long_story(till, cast, order.number, luck)
        entries = till.rows(LedgerEntry)[before:]
        assert sorted((each.kind, each.amount_cents) for each in entries) == [
            ("dispute", -47657), ("dispute_won", 47657), ("payment", 47757), ("refund", -200), ("refund", -100),
            ("refund_returned", 200),
        ], seed  # fmt: skip
        assert {each.order_id for each in entries} == {order.id}
        assert till.due(order.id) == 100
    assert not [row for row in till.rows(WebhookEvent) if row.payment_id and not row.processed_at]


def _a_long_story(till: Till, cast: Cast, number: int, luck: random.Random) -> None:
    """Paid, refunded twice, one of them in vain, disputed, won: with its events told by luck."""
    desk, seen = Desk(till, cast), {event.id for event in till.stored_events()}
    till.pay(cast.carl, number)
    session = till.attempts[-1].session_id
    pool: list[str] = []

    def tell(share: float) -> None:
        pool.extend(event.id for event in till.stored_events() if event.id not in seen)
        seen.update(pool)
        now_told = [name for name in pool if luck.random() < share]
        desk.hear(luck.sample(now_told * 2, len(now_told) * 2))
        pool[:] = [name for name in pool if name not in now_told or luck.random() < 0.2]

    def payment() -> str:
        return till.gateway.checkout(session).payment_id

    def fail() -> None:
        till.stand_in.bank(refund=till.gateway.refunds_of(payment())[1].id, status="failed")

    def decide() -> None:
        till.stand_in.bank(dispute=till.gateway.disputes_of(payment())[0].id, status="won")

    for act in (
        lambda: till.stand_in.buyer(session=session),
        lambda: till.stand_in.dashboard(refund=payment(), amount=100),
        lambda: till.stand_in.dashboard(refund=payment(), amount=200),
        fail,
        lambda: till.stand_in.bank(dispute=payment()),
        decide,
    ):
        act()
        tell(luck.choice((0, 0.3, 0.9)))
    tell(2)


@pytest.mark.parametrize(("ends", "ledger", "due"), [("won", [("dispute_won", 47757)], 0), ("lost", [], 47757)])
def test_12_a_dispute_holds_the_money_until_the_bank_decides(desk: Desk, ends: str, ledger: list, due: int) -> None:
    """Failure 12: the hold, who is told, and what is left of it."""
    desk.till.stand_in.bank(dispute=desk.payment, reason="product_not_received")
    desk.look()
    desk.look()
    held = [("payment", 47757), ("dispute", -47757)]
    assert (desk.till.ledger, desk.till.due()) == (held, 47757)
    (row,) = desk.disputes
    assert (row.status, row.reason, row.amount_cents) == ("open", "product_not_received", 47757)
    assert row.answer_by
    assert row.answer_by > utc_now()
    assert desk.cards()[0].is_disputed
    assert [each.bank_decides for each in desk.owed()] == [True], "nobody asks for it while the bank decides"
    desk.till.stand_in.bank(dispute=row.stripe_id, status=ends)
    desk.look()
    desk.look()
    assert [each.bank_decides for each in desk.owed()] == [False] * bool(due)
    assert (desk.till.ledger, desk.till.due()) == (held + ledger, due)
    assert [len(desk.till.facts(f"dispute.{kind}")) for kind in ("opened", ends)] == [1, 1]


def test_12_an_inquiry_takes_nothing(desk: Desk) -> None:
    desk.till.stand_in.bank(dispute=desk.payment, asks_only=True)
    desk.look()
    assert (desk.till.ledger, desk.disputes) == ([("payment", 47757)], [])
    assert desk.refund(100) == "succeeded"


def test_no_webhook_ever_comes_and_the_sweep_finds_it(desk: Desk) -> None:
    desk.till.stand_in.dashboard(refund=desk.payment, amount=500)
    assert desk.sweep(hours=1) == 0, "nothing here is undecided: once a day is enough"
    assert desk.sweep(hours=25) == 1
    assert desk.till.ledger == [("payment", 47757), ("refund", -500)]
    assert desk.sweep(hours=26) == 0, "looked at an hour ago"
    assert desk.sweep(days=150) == 0, "no bank takes it back anymore"


def test_an_undecided_payment_is_looked_at_soon(desk: Desk) -> None:
    desk.till.stand_in.bank(dispute=desk.payment)
    desk.look()
    assert (desk.sweep(minutes=5), desk.sweep(minutes=11)) == (0, 1)
    desk.till.stand_in.bank(dispute=desk.disputes[0].stripe_id, status="won")
    assert desk.sweep(minutes=22) == 1
    assert (desk.disputes[0].status, desk.sweep(minutes=44)) == ("won", 0)


def test_keys_that_cannot_be_read_hold_up_no_other_studio(desk: Desk, cast: Cast) -> None:
    blue = Desk(open_till(desk.till.database, desk.till.stand_in, cast.bluebird, "Bluebird"), cast)
    make_order(desk.till.database, cast.bluebird, cast.ollie_customer, now=utc_now())
    blue.till.pay(cast.ollie)
    blue.till.stand_in.buyer(session=blue.till.attempts[0].session_id)
    blue.till.reconcile(blue.till.attempts[0].public_id)
    desk.till.stand_in.dashboard(refund=blue.till.rows(LedgerEntry)[0].source_id, amount=500)

    def gateway_for(studio_id: int, mode: str) -> StripeGateway:
        if studio_id == cast.harbor:
            raise Unavailable
        return blue.till.gateway

    later = utc_now() + timedelta(hours=25)
    assert sweep_payments(desk.till.database.unit_of_work, gateway_for, now=later) == 2
    assert (blue.till.ledger, desk.till.ledger) == ([("payment", 47757), ("refund", -500)], [("payment", 47757)])


def test_16_a_payment_of_somebody_else_changes_nothing(desk: Desk, cast: Cast) -> None:
    """Failure 16: this account has other payments, one of which names an attempt of another studio."""
    blue = open_till(desk.till.database, desk.till.stand_in, cast.bluebird, "Bluebird")
    make_order(desk.till.database, cast.bluebird, cast.ollie_customer, now=utc_now())
    blue.pay(cast.ollie)
    for attempt in ("nobody", blue.attempts[0].public_id):
        page = desk.till.gateway.create_checkout(page_request(attempt=attempt))
        desk.till.stand_in.buyer(session=page.id)
        desk.payment = desk.till.gateway.checkout(page.id).payment_id or ""
        assert desk.look() is False
    desk.payment = "pi_unknown"
    assert desk.look() is False
    assert (desk.till.ledger, blue.ledger) == ([("payment", 47757)], [])


@pytest.mark.parametrize(
    ("relocks", "seen"),
    [(False, ["open", "open", "marked"]), (True, ["open", "marked", "marked"])],
)
def test_what_is_delivered_stays_open_while_the_bank_decides_unless_the_studio_wants_otherwise(
    desk: Desk,
    relocks: bool,
    seen: list[str],
) -> None:
    order, now = desk.till.order, utc_now()
    with desk.till.database.unit_of_work() as db:
        db.add(PaymentPolicy(studio_id=desk.till.studio_id, relocks_on_dispute=relocks))
        db.add(
            Delivery(
                studio_id=order.studio_id, listing_id=order.listing_id, order_id=order.id, delivered_at=now,
                collect_payment=True, watermark=True, photo_count=0, new_count=0,
            )
        )  # fmt: skip

    def sight() -> str:
        with desk.till.database.reading() as db:
            return gate_of(db, order.listing_id).sight

    found = [sight()]
    desk.till.stand_in.bank(dispute=desk.payment)
    desk.look()
    found.append(sight())
    desk.till.stand_in.bank(dispute=desk.disputes[0].stripe_id, status="lost")
    desk.look()
    assert [*found, sight()] == seen


def test_what_a_bank_holds_of_one_order_opens_no_other(desk: Desk, cast: Cast) -> None:
    """Paid twice and one of them disputed: nothing is due on it, so there is nothing for the other order to lean on."""
    other = make_order(desk.till.database, cast.harbor, cast.carl_customer, number=1002, now=utc_now())
    first = desk.till.order
    deliveries = [
        Delivery(
            studio_id=first.studio_id, listing_id=first.listing_id, order_id=each.id, delivered_at=utc_now(),
            collect_payment=True, watermark=True, photo_count=0, new_count=0,
        )
        for each in (first, other)
    ]  # fmt: skip
    dues, held = {first.id: 0, other.id: 5000}, {first.id: 5000}
    assert gate_from(deliveries, dues, held).sight == "marked"
    assert gate_from(deliveries, {first.id: 5000, other.id: 0}, held).sight == "open"
