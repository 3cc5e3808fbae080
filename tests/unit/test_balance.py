"""What an order still owes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.billing.balance import balance_of


@pytest.mark.parametrize(
    ("status", "entries", "paid", "due", "over"),
    [
        ("pending", [], 0, 0, 0),
        ("accepted", [], 0, 47757, 0),
        ("completed", [("payment", 47757)], 47757, 0, 0),
        ("completed", [("payment", 10000)], 10000, 37757, 0),
        ("completed", [("payment", 47757), ("refund", -5000)], 42757, 5000, 0),
        ("completed", [("payment", 47757), ("payment", 47757)], 95514, 0, 47757),
        ("completed", [("unallocated", 47757)], 0, 47757, 0),
        ("canceled", [("payment", 47757)], 47757, 0, 47757),
    ],
)
def test_the_table(status: str, entries: list, paid: int, due: int, over: int) -> None:
    found = balance_of(status, 47757, entries)
    assert (found.total, found.paid, found.due, found.over) == (47757, paid, due, over)
    assert found.is_settled == (due == 0)


@given(
    total=st.integers(0, 10**9), entries=st.lists(st.tuples(st.sampled_from(["payment", "refund"]), st.integers(-(10**9), 10**9)))
)
def test_no_cent_appears_or_vanishes(total: int, entries: list) -> None:
    found = balance_of("completed", total, entries)
    assert total - found.paid == found.due - found.over
    assert min(found.due, found.over) == 0
