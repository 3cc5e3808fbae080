"""What an order still owes."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.billing import balance
from portal_app.domain.billing.balance import COUNTS, balance_of
from portal_app.domain.billing.kinds import EntryKind

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (balance.__doc__ or "").splitlines()
    if line.startswith("|") and line[2:5] not in ("sta", "--|") and "---" not in line
]


def cents(words: str) -> int:
    return int(Decimal(words) * 100)


def entries_of(cell: str) -> list[tuple[str, int]]:
    """`+477.57 -50.00 +50.00 refund_returned`: an amount, and its kind where the sign does not say it."""
    found = re.findall(r"([+-][\d.]+)(?: ([a-z_]+))?", cell)
    return [(kind or ("refund" if amount[0] == "-" else "payment"), cents(amount)) for amount, kind in found]


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row) for row in ROWS])
def test_the_table(row: list[str]) -> None:
    status, total, upfront, late, ledger, *numbers = row
    found = balance_of(status, cents(total), entries_of(ledger), upfront_cents=cents(upfront), late_cents=cents(late))
    assert [found.paid, found.due, found.over] == [cents(number) for number in numbers]
    assert found.total == cents(total)
    assert found.is_settled == (found.due == 0)


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 21
    assert {kind for row in ROWS for kind, _ in entries_of(row[4])} == set(EntryKind)


def test_money_that_fits_no_order_pays_nothing() -> None:
    found = balance_of("completed", 47757, [("unallocated", 47757)])
    assert (found.paid, found.due, found.over) == (0, 47757, 0)


@given(
    status=st.sampled_from(["completed", "canceled"]),
    total=st.integers(0, 10**9),
    late=st.integers(0, 10**9),
    entries=st.lists(st.tuples(st.sampled_from(sorted(COUNTS)), st.integers(-(10**9), 10**9))),
)
def test_no_cent_appears_or_vanishes(status: str, total: int, late: int, entries: list) -> None:
    found = balance_of(status, total, entries, late_cents=late)
    assert found.paid == sum(cents for _, cents in entries)
    owed = total if status == "completed" else late
    assert owed - found.paid == found.due - found.over
    assert min(found.due, found.over) == 0
