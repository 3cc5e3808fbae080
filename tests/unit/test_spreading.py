"""One amount over several bills: the table of its rule, and what is always true."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.billing import spreading
from portal_app.domain.billing.spreading import TooLittleLeft, oldest_first

pytestmark = pytest.mark.proof("payments-04")

LEAST = 50


def cents(words: str) -> list[int]:
    return [round(float(each) * 100) for each in re.findall(r"[\d.]+", words)]


ROWS = [
    [cell.strip() for cell in line.strip("| ").split("|")]
    for line in spreading.__doc__.splitlines()
    if line.startswith("| ") and "dues" not in line
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[1]} of {row[0]}")
def test_every_row_of_the_table(row: list[str]) -> None:
    dues, (amount,) = cents(row[0]), cents(row[1])
    if row[2] == "refused":
        with pytest.raises(TooLittleLeft) as refusal:
            oldest_first(amount, dues, LEAST)
        assert [refusal.value.below, refusal.value.above] == cents(row[3])
    else:
        assert oldest_first(amount, dues, LEAST) == cents(row[2])


@pytest.mark.parametrize("amount", [0, -1, 50_001])
def test_an_amount_that_is_not_due(amount: int) -> None:
    with pytest.raises(ValueError):
        oldest_first(amount, [30_000, 20_000], LEAST)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6), st.data())
def test_no_cent_is_lost_and_too_little_is_never_left(dues: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(1, sum(dues)))
    try:
        parts = oldest_first(amount, dues, LEAST)
    except TooLittleLeft as refusal:
        assert refusal.below < amount < refusal.above
        for instead in (refusal.below, refusal.above):
            assert not instead or sum(oldest_first(instead, dues, LEAST)) == instead
        return
    assert sum(parts) == amount
    lefts = [due - part for due, part in zip(dues, parts, strict=True)]
    assert all(left == 0 or left >= LEAST or left == due for left, due in zip(lefts, dues, strict=True))
