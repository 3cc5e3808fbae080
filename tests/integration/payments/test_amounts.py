"""How much is paid: an amount over several bills, a tip, and a card that is kept only when its holder agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select, update

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.billing import cards, queries
from portal_app.domain.billing.models import CardHolder, LedgerEntry, PaymentPolicy
from portal_app.domain.orders.models import Order, OrderCharge
from portal_app.domain.orders.tipping import suggested_tips
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.payments.conftest import Till, part
from tests.integration.payments.office import Office

pytestmark = pytest.mark.proof("payments-04")


def pays(till: Till, by: Viewer, *bills: object, **how: object) -> list[int]:
    """What each bill got, in the order of the payment's parts."""
    till.pay(by, *bills, **how)
    attempt = till.attempts[-1]
    assert till.stand_in.buyer(session=attempt.session_id).get("error") is None
    assert till.reconcile(attempt.public_id) == "paid"
    with till.database.reading() as db:
        entries = select(LedgerEntry).where(LedgerEntry.attempt_id == attempt.id).order_by(LedgerEntry.part)
        return [entry.amount_cents for entry in db.exec(entries)]


@pytest.fixture
def older(till: Till, cast: Cast) -> Order:
    """Another order of Carl's, placed before 1001."""
    return make_order(
        till.database, cast.harbor, cast.carl_customer, number=1002, total_cents=20000, now=utc_now() - timedelta(days=1)
    )


def test_an_amount_pays_the_oldest_first(till: Till, cast: Cast, older: Order) -> None:
    assert pays(till, cast.carl, 1001, 1002, cents=30000) == [20000, 10000]
    assert (till.due(older.id), till.due()) == (0, 37757)
    assert pays(till, cast.carl, 1001, cents=37757) == [37757]


@pytest.mark.parametrize(
    ("cents", "words"),
    [(67756, "Pay $677.07 or $677.57."), (67758, "up to $677.57"), (0, "up to"), (-5, "up to")],
)
def test_an_amount_that_cannot_be_spread_is_refused_with_the_nearest(
    till: Till, cast: Cast, older: Order, cents: int, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words.replace("$", r"\$")):
        till.pay(cast.carl, 1001, 1002, cents=cents)
    with pytest.raises(InvalidInput, match=r"Cards take \$0.50"):
        till.pay(cast.carl, 1001, 1002, cents=49)
    assert till.attempts == []


def test_a_studio_that_takes_no_parts_takes_whole_bills(till: Till, cast: Cast, older: Order) -> None:
    with till.database.unit_of_work() as db:
        db.add(PaymentPolicy(studio_id=cast.harbor, takes_parts=False))
    for choice in ({"cents": 30000}, {"cents": 20000}):
        with pytest.raises(InvalidInput, match="whole"):
            till.pay(cast.carl, 1001, 1002, **choice)
    with pytest.raises(InvalidInput, match="whole"):
        till.pay(cast.carl, part(1001, 10000))
    assert pays(till, cast.carl, 1001, 1002) == [47757, 20000]


def test_a_tip_joins_the_order_when_it_is_paid(till: Till, cast: Cast) -> None:
    till.pay(cast.carl, part(1001, tip=2500))
    with till.database.reading() as db:
        assert db.get_one(Order, till.order.id).total_cents == 47757, "looking at a page is no tip"
    items = [
        (each["price_data"]["product_data"]["name"], each["price_data"]["unit_amount"])
        for each in till.requests()[0]["params"]["line_items"]
    ]
    assert items == [("Order 1001, 1187 Ocean View Blvd", "47757"), ("Tip", "2500")]
    assert pays(till, cast.carl, part(1001, tip=2500)) == [50257]
    with till.database.reading() as db:
        order = db.get_one(Order, till.order.id)
        (charge,) = db.exec(select(OrderCharge).where(OrderCharge.order_id == order.id))
        balance = queries.balance(db, order.id)
        assert (order.tip_cents, order.tax_cents, order.total_cents) == (2500, 0, 50257)
        assert (charge.kind, charge.name, charge.amount_cents) == ("tip", "Tip", 2500)
    assert (balance.total, balance.paid, balance.due, balance.over) == (50257, 50257, 0, 0)
    assert till.facts("order.tipped") == [{"number": 1001, "amount_cents": 2500, "currency": "USD"}]
    for _ in range(2):
        till.reconcile(till.attempts[-1].public_id)
    assert len(till.facts("order.tipped")) == 1


def test_a_tip_with_a_part_of_an_order(till: Till, cast: Cast) -> None:
    assert pays(till, cast.carl, part(1001, 10000, tip=1000)) == [11000]
    assert till.due() == 37757


def test_another_tip_is_another_page(till: Till, cast: Cast) -> None:
    plain = till.pay(cast.carl)
    tipped = till.pay(cast.carl, part(1001, tip=500))
    assert plain != tipped
    assert till.pay(cast.carl, part(1001, tip=500)) == tipped
    assert [attempt.status for attempt in till.attempts] == ["superseded", "open"]


def test_a_tip_for_an_order_that_was_canceled_meanwhile_is_too_much_like_the_rest(till: Till, cast: Cast) -> None:
    till.pay(cast.carl, part(1001, tip=2500))
    with till.database.unit_of_work() as db:
        db.exec(update(Order).values(status="canceled"))
    till.stand_in.buyer(session=till.attempts[0].session_id)
    till.reconcile(till.attempts[0].public_id)
    with till.database.reading() as db:
        balance = queries.balance(db, till.order.id)
    assert (balance.total, balance.over) == (47757, 50257)


def test_what_is_suggested_as_a_tip(till: Till, cast: Cast) -> None:
    with till.database.unit_of_work() as db:
        assert [(tip.basis_points, tip.cents) for tip in suggested_tips(db, cast.carl, 1001)] == [
            (1000, 4776),
            (1500, 7164),
            (2000, 9551),
        ]
        assert suggested_tips(db, cast.ollie, 1001) == suggested_tips(db, cast.tess, 1001) == []
        db.exec(update(Order).values(status="canceled"))
        assert suggested_tips(db, cast.carl, 1001) == []


@pytest.mark.parametrize("tip", [-1, 47758])
def test_a_tip_nobody_could_have_meant(till: Till, cast: Cast, tip: int) -> None:
    with pytest.raises(InvalidInput):
        till.pay(cast.carl, part(1001, tip=tip))


def test_an_invoice_without_an_order_takes_no_tip(till: Till, cast: Cast, office: Office) -> None:
    made = office.alone()
    office.finalize(made)
    with pytest.raises(InvalidInput):
        till.pay(cast.carl, part(made, tip=100))


@pytest.mark.proof("payments-05")
def test_a_card_is_kept_only_when_its_holder_agreed(till: Till, cast: Cast) -> None:
    plain = till.pay(cast.carl)
    assert "customer" not in till.requests()[0]["params"]
    kept = till.pay(cast.carl, keeps_card=True)
    assert kept != plain
    params = till.requests()[-1]["params"]
    assert params["payment_intent_data"]["setup_future_usage"] == "off_session"
    assert params["customer"] == till.rows(CardHolder)[0].stripe_id
    assert "customer_email" not in params
    assert till.pay(cast.carl, keeps_card=True) == kept
    till.stand_in.buyer(session=till.attempts[-1].session_id)
    till.reconcile(till.attempts[-1].public_id)
    assert [row.name for row in cards.own_cards(till.database.unit_of_work, till.gateway, cast.carl)] == ["Visa ending in 4242"]


def test_who_has_no_account_keeps_no_card(till: Till, cast: Cast) -> None:
    link = Viewer(cast.harbor, Role.LINK, link_id=1, listing_id=till.order.listing_id)
    till.pay(link, keeps_card=True)
    assert "customer" not in till.requests()[0]["params"]
    with till.database.unit_of_work() as db:
        db.add(PaymentPolicy(studio_id=cast.harbor, keeps_cards=False))
    assert till.pay(cast.carl, keeps_card=True) == till.pay(link)


def test_a_customer_deleted_at_the_payment_service_is_made_anew(till: Till, cast: Cast) -> None:
    gone = cards.holder_of(till.database.unit_of_work, till.gateway, cast.carl, now=utc_now())
    till.stand_in.dashboard(delete=gone)
    assert till.pay(cast.carl, keeps_card=True)
    assert [attempt.status for attempt in till.attempts] == ["failed", "open"]
    assert till.rows(CardHolder)[0].stripe_id not in (None, gone)
