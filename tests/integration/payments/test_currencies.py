"""A studio that charges in yen or in dinars: every place says and moves the same amount."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import httpx
import pytest
from sqlmodel import select, update

from portal_app.adapters.secret_box import SecretBox
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_words, step
from portal_app.db import Database
from portal_app.domain.billing import invoicing
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.invoices import invoice_page
from portal_app.domain.billing.papers import invoice_paper
from portal_app.domain.billing.refunding import refund
from portal_app.domain.billing.refunds import refundable
from portal_app.domain.catalog.models import Fee, TaxRate
from portal_app.domain.orders.models import Order, OrderCharge, OrderStatus
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.timing import upfront_of
from portal_app.domain.studios.models import Studio
from tests.conftest import Cast
from tests.integration.payments.conftest import RunningStandIn, open_till

pytestmark = [pytest.mark.proof("payments-11"), pytest.mark.proof("payments-01")]

MORNING = datetime(2026, 11, 26, 9, 30)


@pytest.mark.proof("payments-01")
@pytest.mark.parametrize(("currency", "total", "words"), [("JPY", 56721, "¥56,721"), ("KWD", 56720, "KWD 56.720")])
def test_an_order_costs_the_same_everywhere(
    database: Database, stand_in: RunningStandIn, cast: Cast, currency: str, total: int, words: str
) -> None:
    """Failure 14: a currency without cents, taken times a hundred."""
    till = open_till(database, stand_in, cast.harbor, "Harbor Light")
    with till.database.unit_of_work() as db:
        db.exec(update(Studio).where(Studio.id == cast.harbor).values(currency=currency))
        db.exec(update(TaxRate).values(basis_points=315))
        db.add(Fee(studio_id=cast.harbor, public_id="fee", name="Service", kind="percent", amount=307, position=0))
        request = OrderRequest("k1", "1 Pine", "Carmel", "2940", (cast.photos, cast.floor_plan), MORNING)
        number = place_order(db, cast.carl, request, now=utc_now())
        db.exec(update(Order).where(Order.number == number).values(status=OrderStatus.COMPLETED))
        till.order = db.exec(select(Order).where(Order.number == number)).one()
        charges = db.exec(select(OrderCharge).where(OrderCharge.order_id == till.order.id)).all()
        assert all(charge.amount_cents % step(currency) == 0 for charge in charges)
        assert (till.order.currency, till.order.total_cents) == (currency, total)
        db.flush()
        db.expunge_all()
    with till.database.unit_of_work() as db:
        draft = invoicing.draft_of_order(db, cast.olive, number, SecretBox(b"k" * 32), now=utc_now())
        invoicing.finalize(db, cast.olive, draft, now=utc_now())
        invoice = invoice_page(db, cast.olive, draft, today=utc_now().date())
        paper = invoice_paper(invoice)
    assert invoice.row.total_cents == sum(line.amount_cents for line in invoice.lines) == total
    assert words in {amount for _, amount in paper.sums}
    page = till.pay(cast.carl, number)
    assert money_words(total, currency) == words
    assert words in httpx.get(page).text
    session = till.sessions()[0]
    assert (session.amount_cents, session.currency) == (total, currency)
    till.stand_in.buyer(session=session.id)
    assert till.reconcile(till.attempts[0].public_id) == "paid"
    assert (till.ledger, till.due()) == ([("payment", total)], 0)
    payment = till.gateway.checkout(session.id).payment_id or ""
    with till.database.reading() as db:
        (card,) = refundable(db, cast.olive, BillName(order=number))
    give_back = partial(refund, till.database.unit_of_work, lambda *_: till.gateway, cast.olive, card.entry_id, now=utc_now())
    if step(currency) > 1:
        with pytest.raises(InvalidInput):
            give_back(1205, "A photo was blurred", "odd")
    assert give_back(1200, "A photo was blurred", "even") == "succeeded"
    (back,) = till.gateway.refunds_of(payment)
    assert (back.amount_cents, back.currency, till.due()) == (1200, currency, 1200)


@pytest.mark.parametrize(
    ("total", "points", "currency", "upfront"),
    [
        (47757, 5000, "USD", 23879),
        (5001, 2500, "JPY", 1250),
        (12350, 2500, "KWD", 3090),
        (180, 2500, "USD", 0),
        (90, 5000, "JPY", 0),
        (700, 2500, "KWD", 0),
    ],
)
def test_what_is_paid_at_booking_can_be_paid(total: int, points: int, currency: str, upfront: int) -> None:
    assert upfront_of(total, points, currency) == upfront
