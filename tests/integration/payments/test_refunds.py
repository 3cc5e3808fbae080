"""Money goes back to the method it came from: once, never more than came, and never unaccounted for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.gateway import DisputedPayment, RefundRefused
from portal_app.domain.billing.offline import record_offline_payment
from portal_app.domain.billing.refunding import KeysGone, NothingToRefund, PaidElsewhere
from tests.conftest import Cast
from tests.integration.payments.conftest import Till, in_parallel
from tests.integration.payments.refund_desk import Deaf, Desk

pytestmark = pytest.mark.proof("payments-06")


@pytest.fixture
def desk(till: Till, cast: Cast) -> Desk:
    desk = Desk(till, cast)
    desk.paid()
    return desk


def test_a_part_goes_back_and_is_owed_again(desk: Desk) -> None:
    assert desk.refund(10_000) == "succeeded"
    assert desk.till.ledger == [("payment", 47757), ("refund", -10_000)]
    assert (desk.till.due(), desk.made_there()) == (10_000, [("succeeded", 10_000)])
    (card,) = desk.cards()
    assert (card.paid_cents, card.left_cents, card.words) == (47757, 37757, "Card payment")
    (asked,) = desk.till.facts("refund.requested")
    (told,) = desk.till.facts("payment.refunded")
    assert asked["amount_cents"] == told["amount_cents"] == 10_000
    assert told["reason"] == "A photo was blurred"


def test_the_rest_goes_back_and_then_nothing_is_left(desk: Desk) -> None:
    desk.refund(10_000, key="first")
    desk.refund(37_757, key="second")
    assert (desk.till.due(), desk.cards()[0].left_cents) == (47757, 0)
    with pytest.raises(NothingToRefund):
        desk.refund(1, key="third")


def test_the_same_click_again_is_the_same_refund(desk: Desk) -> None:
    answers = in_parallel([lambda: desk.refund(10_000)] * 4)
    assert "succeeded" in answers, answers
    assert set(answers) <= {"succeeded", "requested"}
    assert (desk.states, desk.made_there()) == ([("succeeded", 10_000)], [("succeeded", 10_000)])
    keys = {each["key"] for each in desk.till.requests(path="/v1/refunds")}
    assert keys == {f"refund-{desk.refunds[0].public_id}"}


def test_12_two_people_refund_the_whole_at_once(desk: Desk, full: bool) -> None:
    """Failure 12: a refund race."""
    count = 12 if full else 4
    answers = in_parallel([lambda key=key: desk.refund(47757, key=str(key)) for key in range(count)])
    assert answers.count("succeeded") == 1, answers
    assert [type(each) for each in answers if each != "succeeded"] == [NothingToRefund] * (count - 1)
    assert (desk.till.ledger, desk.made_there()) == ([("payment", 47757), ("refund", -47757)], [("succeeded", 47757)])


REFUSED: list[tuple[int, dict, type]] = [
    (0, {}, InvalidInput),
    (-5, {}, InvalidInput),
    (47758, {}, InvalidInput),
    (100, {"reason": "  "}, InvalidInput),
    (100, {"gateway_for": lambda *_: None}, KeysGone),
    (100, {"entry": 99_999}, NotFound),
]


def test_what_does_not_fit_is_refused_before_anybody_is_asked(desk: Desk) -> None:
    for cents, more, raised in REFUSED:
        with pytest.raises(raised):
            desk.refund(cents, **more)
    assert (desk.states, desk.till.requests(path="/v1/refunds")) == ([], [])


def test_only_who_may_refund_at_this_studio_does(desk: Desk, cast: Cast) -> None:
    entry = desk.cards()[0].entry_id
    for by in (cast.pia, cast.carl, replace(cast.olive, role="admin", withheld=frozenset({Permission.REFUND}))):
        with pytest.raises(NotAllowed):
            desk.refund(100, entry=entry, by=by)
    assert desk.cards(cast.carl) == ()
    with pytest.raises(NotFound):
        desk.refund(100, entry=entry, by=cast.omar)
    with pytest.raises(NotFound):
        desk.cards(cast.omar)
    assert desk.states == []


def test_cash_goes_back_by_hand(desk: Desk, till: Till, cast: Cast) -> None:
    desk.refund(47757)
    with till.database.unit_of_work() as db:
        record_offline_payment(db, cast.olive, BillName(order=1001), 5000, "Cash", "cash", now=utc_now())
    cash = [entry.id for entry in desk.entries if entry.source_id == "offline:cash"]
    assert len(desk.cards()) == 1, "only what came by the payment service"
    with pytest.raises(PaidElsewhere):
        desk.refund(100, entry=cash[0], key="another")


@pytest.mark.parametrize("works", [True, False])
def test_an_answer_that_never_came_is_asked_for_again(desk: Desk, works: bool) -> None:
    """The first try may have worked: the same key makes it the same refund."""
    assert desk.refund(10_000, gateway_for=lambda *_: Deaf(desk.till.gateway, works=works)) == "requested"
    assert len(desk.made_there()) == works
    assert desk.cards()[0].left_cents == 37757, "it may have happened"
    assert desk.send(desk.refunds[0].public_id) == "succeeded"
    assert (desk.states, desk.made_there()) == ([("succeeded", 10_000)], [("succeeded", 10_000)])
    assert desk.till.ledger == [("payment", 47757), ("refund", -10_000)]


def test_the_wire_breaks_after_the_refund_was_made(desk: Desk, full: bool) -> None:
    for broken in ("reset_after", "500", "409") if full else ("reset_after",):
        desk.till.stand_in.break_(method="POST", path="/v1/refunds", kind=broken, times=3)
        assert desk.refund(1_000, key=broken) == "requested"
        desk.sweep(minutes=1)
    assert set(desk.states) == set(desk.made_there()) == {("succeeded", 1_000)}
    assert len(desk.states) == len(desk.made_there())


def test_a_key_that_was_forgotten_is_not_used_again(desk: Desk) -> None:
    assert desk.refund(10_000, gateway_for=lambda *_: Deaf(desk.till.gateway, works=False)) == "requested"
    (row,) = desk.refunds
    assert desk.send(row.public_id, now=utc_now() + timedelta(days=2)) == "failed"
    assert (desk.made_there(), desk.cards()[0].left_cents) == ([], 47757)
    assert "never answered" in desk.till.facts("refund.failed")[0]["problem"]


def test_a_refund_that_counted_as_failed_and_was_made_after_all_is_found(desk: Desk) -> None:
    assert desk.refund(10_000, gateway_for=lambda *_: Deaf(desk.till.gateway, works=True)) == "requested"
    desk.send(desk.refunds[0].public_id, now=utc_now() + timedelta(days=2))
    assert desk.look()
    assert (desk.states, desk.till.ledger) == ([("succeeded", 10_000)], [("payment", 47757), ("refund", -10_000)])


def test_a_final_no_frees_the_amount(desk: Desk) -> None:
    desk.till.stand_in.dashboard(refund=desk.payment, amount=40_000)
    with pytest.raises(RefundRefused):
        desk.refund(20_000)
    assert (desk.states, desk.cards()[0].left_cents) == ([("failed", 20_000)], 47757)


def test_12_a_disputed_payment_says_why_it_is_not_refunded(desk: Desk) -> None:
    """Failure 12: refund and dispute. The studio has not heard of the dispute yet."""
    desk.till.stand_in.bank(dispute=desk.payment)
    with pytest.raises(DisputedPayment, match="Answer the dispute"):
        desk.refund(10_000)
    assert desk.states == [("failed", 10_000)]
