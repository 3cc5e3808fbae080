"""Who pays how much of an order that several people pay: the tables of the rule, and what holds for any numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.billing import splitting
from portal_app.domain.billing.balance import balance_of
from portal_app.domain.billing.splitting import WHOLE, Measure, Wrong, amounts, owes, wrong_in

pytestmark = pytest.mark.proof("payments-08")
TABLE = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (splitting.__doc__ or "").splitlines()
    if line.startswith("|") and line[2].isdigit()
]
PARTS = [row for row in TABLE if len(row) == 3]
STANDINGS = [row for row in TABLE if len(row) == 6]


def cents(words: str) -> int:
    return int(Decimal(words) * 100)


def several(words: str) -> list[int]:
    return [cents(each) for each in words.split()]


def measure(words: str) -> Measure:
    if words == "rest":
        return Measure()
    return Measure(basis_points=cents(words[:-1])) if words.endswith("%") else Measure(amount_cents=cents(words))


def measures(words: str) -> list[Measure]:
    return [measure(each) for each in words.split()]


@pytest.mark.parametrize("row", PARTS, ids=[" ".join(row) for row in PARTS])
def test_the_parts(row: list[str]) -> None:
    owed, parts, found = row
    assert amounts(cents(owed), measures(parts)) == several(found)
    assert sum(several(found)) == cents(owed)


@pytest.mark.parametrize("row", STANDINGS, ids=[" ".join(row) for row in STANDINGS])
def test_how_each_stands(row: list[str]) -> None:
    owed, parts, paid, loose, due, over = row
    found = owes(amounts(cents(owed), measures(parts)), several(paid), cents(loose))
    assert [each.due for each in found] == several(due)
    assert [each.over for each in found] == several(over)


def test_the_tables_are_read() -> None:
    assert (len(PARTS), len(STANDINGS)) == (11, 10)


@pytest.mark.parametrize(
    ("total", "parts", "wrong"),
    [
        ("477.57", "60% 40%", None),
        ("477.57", "60% 39.99%", Wrong.NOT_A_HUNDRED),
        ("477.57", "60% 60%", Wrong.NOT_A_HUNDRED),
        ("477.57", "rest rest", Wrong.TWO_RESTS),
        ("477.57", "rest 477.57", None),
        ("477.57", "rest 477.58", Wrong.TOO_MUCH),
        ("477.57", "277.57 200.00", None),
        ("477.57", "277.57 199.99", Wrong.TOO_LITTLE),
        ("477.57", "277.57 200.01", Wrong.TOO_MUCH),
        ("477.57", "50% 238.78", None),
        ("477.57", "50% 238.77", Wrong.TOO_LITTLE),
    ],
)
def test_what_makes_up_a_total(total: str, parts: str, wrong: Wrong | None) -> None:
    assert wrong_in(cents(total), measures(parts)) == wrong


def test_yen_and_dinars_keep_their_smallest_amount() -> None:
    assert amounts(5000, [Measure(basis_points=3333), Measure(basis_points=6667)]) == [1667, 3333]
    assert amounts(1230, [Measure(basis_points=3333), Measure(basis_points=6667)], of=10) == [410, 820]
    assert amounts(1230, [Measure(), Measure(basis_points=3333)], of=10) == [820, 410]


CENTS = st.integers(0, 10**8)
MIXED = st.builds(
    lambda bp, fixed, kind: (Measure(bp), Measure(None, fixed), Measure())[kind], st.integers(0, WHOLE), CENTS, st.integers(0, 2)
)
AGREED = st.lists(MIXED, min_size=1, max_size=8)
HUNDRED = st.lists(st.integers(0, WHOLE), max_size=7).map(
    lambda cuts: [Measure(b - a) for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), WHOLE], strict=True)]
)  # fmt: skip


@given(owed=CENTS, parts=AGREED | HUNDRED, of=st.sampled_from([1, 10, 100]))
def test_no_cent_is_lost_in_a_split(owed: int, parts: list[Measure], of: int) -> None:
    found = amounts(owed * of, parts, of=of)
    assert sum(found) == owed * of
    assert min(found) >= 0


@given(total=CENTS, parts=HUNDRED)
def test_odd_cents_move_nobody_by_more_than_one(total: int, parts: list[Measure]) -> None:
    for part, got in zip(parts, amounts(total, parts), strict=True):
        assert abs(got - total * (part.basis_points or 0) / WHOLE) < 1


@given(
    total=CENTS,
    parts=AGREED | HUNDRED,
    came=st.lists(st.tuples(st.integers(-1, 7), st.sampled_from(["payment", "refund"]), st.integers(1, 10**8))),
)
def test_what_all_payers_owe_is_what_the_order_owes(total: int, parts: list[Measure], came: list) -> None:
    """Whoever paid, was refunded or paid too much: the sum of what is asked for is the order's balance."""
    paid, loose, entries = [0] * len(parts), 0, []
    for place, kind, amount in came:
        signed = amount if kind == "payment" else -amount
        entries.append((kind, signed))
        if 0 <= place < len(parts):
            paid[place] += signed
        else:
            loose += signed
    found = owes(amounts(total, parts), paid, loose)
    order = balance_of("completed", total, entries)
    assert sum(each.due for each in found) == order.due
    assert all(each.due >= 0 and each.over >= 0 for each in found)
    assert sum(each.paid for each in found) + loose == order.paid
