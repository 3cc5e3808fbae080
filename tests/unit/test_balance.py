"""What an order still owes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.billing import balance
from portal_app.domain.billing.balance import balance_of

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (balance.__doc__ or "").splitlines()
    if line.startswith("|") and line[2:5] not in ("sta", "--|") and "---" not in line
]


def cents(words: str) -> int:
    return int(Decimal(words) * 100)


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row) for row in ROWS])
def test_the_table(row: list[str]) -> None:
    status, total, upfront, late, ledger, *numbers = row
    entries = [] if ledger == "nothing" else [("refund" if part[0] == "-" else "payment", cents(part)) for part in ledger.split()]
    found = balance_of(status, cents(total), entries, upfront_cents=cents(upfront), late_cents=cents(late))
    assert [found.paid, found.due, found.over] == [cents(number) for number in numbers]
    assert found.total == cents(total)
    assert found.is_settled == (found.due == 0)


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 14


def test_money_that_fits_no_order_pays_nothing() -> None:
    found = balance_of("completed", 47757, [("unallocated", 47757)])
    assert (found.paid, found.due, found.over) == (0, 47757, 0)


@given(
    status=st.sampled_from(["completed", "canceled"]),
    total=st.integers(0, 10**9),
    late=st.integers(0, 10**9),
    entries=st.lists(st.tuples(st.sampled_from(["payment", "refund"]), st.integers(-(10**9), 10**9))),
)
def test_no_cent_appears_or_vanishes(status: str, total: int, late: int, entries: list) -> None:
    found = balance_of(status, total, entries, late_cents=late)
    owed = total if status == "completed" else late
    assert owed - found.paid == found.due - found.over
    assert min(found.due, found.over) == 0
