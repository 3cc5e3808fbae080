"""Several bills in one payment, or a part of one; an invoice that stands alone is paid like an order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select, update

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing import invoices
from portal_app.domain.billing.amounts import SeveralCurrencies, TooLittleToCharge
from portal_app.domain.billing.bills import BillName, bills_named
from portal_app.domain.billing.invoicing import void_invoice
from portal_app.domain.billing.models import LedgerEntry, PaymentLine
from portal_app.domain.billing.paying import PaymentOnItsWay
from portal_app.domain.notifications import receipts
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import Order
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.payments.conftest import Till, in_parallel, part
from tests.integration.payments.office import Office

pytestmark = pytest.mark.proof("payments-04")


def also(till: Till, cast: Cast, number: int, cents: int) -> Order:
    return make_order(till.database, cast.harbor, cast.carl_customer, number=number, total_cents=cents)


def left(till: Till, by: Viewer, *numbers: int) -> list[int]:
    with till.database.reading() as db:
        return [bill.due_cents for bill in bills_named(db, by, [BillName(order=number) for number in numbers])]


def paid(till: Till) -> list[tuple[str, int, int]]:
    return [(entry.source_id[:3], entry.part, entry.amount_cents) for entry in till.rows(LedgerEntry)]


def test_three_orders_in_one_payment(till: Till, cast: Cast) -> None:
    also(till, cast, 1002, 20000), also(till, cast, 1003, 30)
    till.pay(cast.carl, 1001, 1002, 1003)
    (attempt,), (asked,) = till.attempts, till.requests()
    shown = [
        (item["price_data"]["product_data"]["name"], item["price_data"]["unit_amount"]) for item in asked["params"]["line_items"]
    ]
    assert shown == [
        ("Order 1001, 1187 Ocean View Blvd", "47757"), ("Order 1002, 1187 Ocean View Blvd", "20000"), ("Order 1003, 1187 Ocean View Blvd", "30"),
    ]  # fmt: skip
    assert asked["params"]["payment_intent_data"]["description"] == "Order 1001; Order 1002; Order 1003"
    till.stand_in.buyer(session=attempt.session_id)
    assert till.reconcile(attempt.public_id) == "paid"
    assert paid(till) == [("pi_", 0, 47757), ("pi_", 1, 20000), ("pi_", 2, 30)]
    assert left(till, cast.carl, 1001, 1002, 1003) == [0, 0, 0]
    assert [(told["part"], told["amount_cents"]) for told in till.facts("payment.received")] == [(0, 47757), (1, 20000), (2, 30)]


def test_one_receipt_lists_what_was_paid_and_nobody_reads_of_bills_that_are_not_theirs(
    till: Till, cast: Cast, office: Office
) -> None:
    """Carl leads the team that Tess ordered in: he pays for both of them."""
    make_order(till.database, cast.harbor, cast.tess_in_team, number=1002, total_cents=20000)
    made = office.alone()
    office.finalize(made)
    till.pay(cast.carl, 1001, part(1002, 5000), made)
    till.stand_in.buyer(session=till.attempts[0].session_id)
    till.reconcile(till.attempts[0].public_id)
    for _ in range(2):
        with till.database.unit_of_work() as db:
            for fact in db.exec(select(Fact).where(Fact.kind == "payment.received")):
                receipts.mail_receipt(db, fact, now=utc_now())
    mails = {mail.to_email: mail for mail in till.rows(Mail) if mail.kind == "receipt"}
    assert len(till.rows(Mail)) == len(mails) == 2
    whole, part_of_it = mails["carl@coastline.example"], mails["tess@coastline.example"]
    assert whole.subject == "Receipt: $607.57 for 3 bills"
    for words in ("Order 1001", "$477.57", "Order 1002", "$50.00", "$150.00 still due", "Invoice ", "$80.00", "Paid in full"):
        assert words in whole.text
    assert part_of_it.subject == "Receipt: $50.00 for order 1002"
    assert "1001" not in part_of_it.text


def test_a_part_of_an_order_and_then_the_rest(till: Till, cast: Cast) -> None:
    till.pay(cast.carl, part(1001, 10000))
    till.stand_in.buyer(session=till.attempts[0].session_id)
    till.reconcile(till.attempts[0].public_id)
    assert left(till, cast.carl, 1001) == [37757]
    till.pay(cast.carl)
    assert till.attempts[1].amount_cents == 37757


@pytest.mark.parametrize("cents", [0, -1, 47758, 47708, 47756])
def test_a_part_is_an_amount_that_leaves_enough_for_another_payment(till: Till, cast: Cast, cents: int) -> None:
    with pytest.raises(InvalidInput):
        till.pay(cast.carl, part(1001, cents))
    assert till.attempts == []


def test_what_is_too_little_alone_is_paid_with_others(till: Till, cast: Cast) -> None:
    also(till, cast, 1002, 30)
    for parts in ((1002,), (part(1001, 49),)):
        with pytest.raises(TooLittleToCharge):
            till.pay(cast.carl, *parts)
    assert till.pay(cast.carl, 1001, 1002)


def test_another_selection_closes_the_pages_it_touches(till: Till, cast: Cast) -> None:
    also(till, cast, 1002, 20000), also(till, cast, 1003, 5000)
    alone = [till.pay(cast.carl, number) for number in (1001, 1002, 1003)]
    both = till.pay(cast.carl, 1001, 1002)
    assert both not in alone
    assert [attempt.status for attempt in till.attempts] == ["superseded", "superseded", "open", "open"]
    assert [session.status for session in till.sessions()] == ["open", "open", "expired", "expired"]
    assert till.pay(cast.carl, 1001, 1002) == both, "the same choice is the same page"
    assert till.pay(cast.carl, 1001) != both
    assert [attempt.status for attempt in till.attempts] == ["superseded", "superseded", "open", "superseded", "open"]
    live = [line.order_id for line in till.rows(PaymentLine) if line.is_live]
    assert len(live) == len(set(live)) == 2


def test_overlapping_choices_at_once_leave_one_page_for_each_bill(till: Till, cast: Cast, full: bool) -> None:
    also(till, cast, 1002, 20000), also(till, cast, 1003, 5000)
    choices = [(1001, 1002), (1002, 1003), (1003, 1001), (1001,)] * (4 if full else 1)
    in_parallel([lambda choice=choice: till.pay(cast.carl, *choice) for choice in choices])
    for number in (1001, 1002, 1003):
        till.pay(cast.carl, number)
    opened = [session for session in till.sessions() if session.status == "open"]
    assert sorted(session.amount_cents for session in opened) == [5000, 20000, 47757]


def test_one_payment_is_in_one_currency(till: Till, cast: Cast) -> None:
    euros = also(till, cast, 1002, 20000)
    with till.database.unit_of_work() as db:
        db.exec(update(Order).where(Order.id == euros.id).values(currency="EUR"))
    with pytest.raises(SeveralCurrencies):
        till.pay(cast.carl, 1001, 1002)


def test_a_bill_that_is_not_mine_spoils_the_whole_choice(till: Till, cast: Cast) -> None:
    make_order(till.database, cast.harbor, cast.tess_customer, number=1002, total_cents=20000)
    with pytest.raises(NotFound):
        till.pay(cast.carl, 1001, 1002)
    assert till.attempts == []


def test_a_bill_on_its_way_is_not_paid_with_others(till: Till, cast: Cast) -> None:
    also(till, cast, 1002, 20000)
    till.pay(cast.carl, 1002)
    till.stand_in.buyer(session=till.attempts[0].session_id, debit=True)
    till.reconcile(till.attempts[0].public_id)
    with pytest.raises(PaymentOnItsWay):
        till.pay(cast.carl, 1001, 1002)


def test_an_invoice_without_an_order_is_paid_like_an_order(till: Till, cast: Cast, office: Office) -> None:
    made = office.alone()
    with pytest.raises(NotFound):
        till.pay(cast.carl, made)
    office.finalize(made)
    page = office.page(made)
    holder = Viewer(cast.harbor, Role.LINK, invoice_id=page.id)
    assert till.pay(holder, made) == till.pay(cast.carl, made), "whoever has its address pays on the same page"
    for stranger in (
        cast.omar,
        cast.tess,
        Viewer(cast.harbor, Role.LINK, invoice_id=page.id + 999),
        Viewer(cast.harbor, Role.GUEST),
    ):
        with pytest.raises(NotFound):
            till.pay(stranger, made)
    till.stand_in.buyer(session=till.attempts[0].session_id)
    assert till.reconcile(till.attempts[0].public_id) == "paid"
    assert (office.page(made).row.standing, office.page(made).row.left_cents) == ("paid", 0)
    (told,) = till.facts("payment.received")
    assert (told["invoice"], told["due_cents"]) == (f"Invoice {page.row.name}", 0)


def test_a_page_for_an_invoice_that_was_voided_is_closed(till: Till, cast: Cast, office: Office) -> None:
    made = office.alone()
    office.finalize(made)
    till.pay(cast.carl, 1001, made)
    office.do(void_invoice, cast.olive, made, "Written twice.")
    assert till.sweep(now=utc_now() + timedelta(minutes=2)) == 1
    assert [session.status for session in till.sessions()] == ["expired"]
    with till.database.reading() as db:
        assert invoices.invoice_balances(db, [office.page(made).id])[office.page(made).id].due == 0
