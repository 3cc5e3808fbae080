"""Statements: opening and closing balances agree with what is due, over any days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.domain.billing import invoicing, statements
from portal_app.domain.billing.models import LedgerEntry
from portal_app.domain.billing.queries import balances
from portal_app.domain.billing.statements import Movement, added_up
from portal_app.domain.orders.models import Order
from tests.conftest import NOW
from tests.integration.payments.office import TODAY, Office

pytestmark = pytest.mark.proof("payments-06")

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
movements = st.lists(st.builds(Movement, days, st.just("x"), st.just(""), st.integers(-10_000, 10_000)), max_size=20)


@settings(deadline=None)
@given(movements, days, days, days)
def test_one_statement_goes_on_where_the_one_before_ended(found: list[Movement], one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    early, late = added_up(found, first, middle, "USD"), added_up(found, middle + timedelta(days=1), last, "USD")
    whole = added_up(found, first, last, "USD")
    assert early.closing_cents == late.opening_cents
    assert whole.closing_cents == sum(each.amount_cents for each in found if each.on <= last)
    if middle < last:
        assert late.closing_cents == whole.closing_cents
        assert early.rows + late.rows == whole.rows


def paper(office: Office, first: str = "", last: str = "", by=None, customer: int = 0):
    with office.database.reading() as db:
        return statements.statement_paper(db, by or office.cast.carl, first, last, customer_id=customer, now=NOW)


def closing(office: Office) -> str:
    return paper(office).sums[-1][1]


def test_the_closing_balance_of_today_is_what_is_due_less_what_was_paid_too_much(office: Office) -> None:
    invoiced, plain = office.order(1001), office.order(1002, 20_000, "accepted")
    canceled = office.order(1003, 10_000, "accepted")
    pending = office.order(1004, 99_900, "pending")
    office.finalize(office.draft(1001))
    office.finalize(office.alone())
    office.pay(1001, 10_000)
    office.add(invoiced, "2D floor plan", 14_500)
    office.pay(1003, 10_000, "third")
    office.charge(canceled, "late", "Late cancellation", 7_500)
    with office.database.unit_of_work() as db:
        row = db.get_one(Order, canceled.id)
        row.status, row.canceled_at = "canceled", NOW
    with office.database.reading() as db:
        found = balances(db, [order.id for order in (invoiced, plain, canceled, pending)])
    owed = sum(each.due - each.over for each in found.values()) + 8_000
    assert owed == 38_900 + 14_500 - 10_000 + 20_000 - 2_500 + 8_000
    assert closing(office) == "$689.00"
    told = [(row.cells[0], row.cells[-1]) for row in paper(office).rows]
    assert told[-1][1] == "$689.00"
    assert told[0] == ("Order 1002, not on an invoice", "$200.00") or "Order 1002, not on an invoice" in dict(told)


def test_what_was_before_is_the_opening_balance_and_what_comes_later_is_left_out(office: Office) -> None:
    office.order()
    office.finalize(office.draft())
    office.pay(1001, 8_900)
    with office.database.unit_of_work() as db:
        late = {"studio_id": office.cast.harbor, "order_id": 1, "mode": "live", "currency": "USD"}
        db.add(LedgerEntry(kind="payment", source_id="later", amount_cents=500, at=NOW + timedelta(days=9), **late))
        db.add(LedgerEntry(kind="unallocated", source_id="odd", amount_cents=700, at=NOW, **late))
    assert [words for _, words in paper(office).sums] == ["$0.00", "$389.00", "−$89.00", "$300.00"]
    assert [words for _, words in paper(office, "2026-11-24", "2026-12-31").sums] == ["$300.00", "$0.00", "−$5.00", "$295.00"]
    assert [row.cells[0].split()[0] for row in paper(office).rows] == ["Invoice", "Payment"]


def test_a_void_invoice_is_not_charged_twice(office: Office) -> None:
    office.order()
    first = office.draft()
    office.finalize(first)
    office.do(invoicing.void_invoice, office.cast.olive, first, "Wrong name")
    assert closing(office) == "$389.00"
    office.finalize(office.draft())
    assert closing(office) == "$389.00"


def test_a_day_ends_at_midnight_of_the_studio(office: Office) -> None:
    office.order()
    office.pay(1001, 900)
    with office.database.unit_of_work() as db:
        here = {"studio_id": office.cast.harbor, "order_id": 1, "mode": "live", "currency": "USD", "kind": "payment"}
        db.add(LedgerEntry(source_id="night", amount_cents=100, at=datetime(2026, 11, 24, 7, 59, tzinfo=UTC), **here))
        db.add(LedgerEntry(source_id="morning", amount_cents=10, at=datetime(2026, 11, 24, 8, 1, tzinfo=UTC), **here))
    assert paper(office).sums[-1][1] == "$379.00"


@pytest.mark.parametrize(("first", "last"), [("2026-11-02", "2026-11-01"), ("soon", ""), ("2020-01-01", "2026-01-01")])
def test_days_that_make_no_sense_name_their_field(office: Office, first: str, last: str) -> None:
    with pytest.raises(InvalidInput):
        paper(office, first, last)


def test_whose_account_it_is(office: Office) -> None:
    office.order()
    cast = office.cast
    assert paper(office, by=cast.olive, customer=cast.carl_customer).sums[-1][1] == "$389.00"
    assert paper(office, by=cast.tess).sums[-1][1] == "$0.00"
    for by, customer in ((cast.pia, cast.carl_customer), (cast.omar, cast.carl_customer), (cast.omar, 0)):
        with pytest.raises(NotFound):
            paper(office, by=by, customer=customer)
    assert dict(paper(office).facts)["To"] == f"{TODAY.day} Nov 2026"
