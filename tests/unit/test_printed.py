"""What stands on an invoice, and how money that came is spread over several."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.domain.billing.printed import LINE, Printed, Standing, alone, charged, spread, standing_of, still_to_print
from portal_app.domain.catalog.pricing import Charge, ChargeKind, Rate

pytestmark = pytest.mark.proof("payments-07")

TODAY = date(2026, 11, 23)
PHOTOS = Printed(LINE, "Signature photos", 38_900, "up to 3,500 sq ft", 1, 38_900)
PLAN = Printed(LINE, "2D floor plan", 14_500, "", 1, 14_500)
cents = st.integers(min_value=0, max_value=10_000_000)
printed = st.builds(
    Printed,
    kind=st.sampled_from([LINE, "tax", "discount", "tip"]),
    name=st.sampled_from(["Photos", "Plan", "Tax"]),
    amount_cents=st.integers(min_value=-10_000, max_value=100_000),
    quantity=st.integers(min_value=1, max_value=5),
    unit_cents=st.sampled_from([0, 100, 250]),
    basis_points=st.sampled_from([0, 315]),
)


@pytest.mark.parametrize(
    ("paid", "totals", "parts"),
    [
        (0, [38_900, 14_500], [0, 0]),
        (38_900, [38_900, 14_500], [38_900, 0]),
        (40_000, [38_900, 14_500], [38_900, 1_100]),
        (60_000, [38_900, 14_500], [38_900, 14_500]),
        (-500, [38_900], [0]),
        (100, [], []),
    ],
)
def test_money_pays_the_oldest_invoice_first(paid: int, totals: list[int], parts: list[int]) -> None:
    assert spread(paid, totals) == parts


@settings(deadline=None)
@given(paid=cents, totals=st.lists(cents, max_size=8))
def test_no_cent_is_spread_twice_or_lost(paid: int, totals: list[int]) -> None:
    parts = spread(paid, totals)
    assert sum(parts) == min(paid, sum(totals))
    assert all(0 <= part <= total for part, total in zip(parts, totals, strict=True))
    assert all(part == total for part, total, later in zip(parts, totals, parts[1:], strict=False) if later)


@pytest.mark.parametrize(
    ("status", "paid", "due_on", "standing"),
    [
        ("draft", 0, None, Standing.DRAFT),
        ("open", 0, TODAY, Standing.OPEN),
        ("open", 1, TODAY, Standing.PARTLY),
        ("open", 0, TODAY - timedelta(days=1), Standing.OVERDUE),
        ("open", 1, TODAY - timedelta(days=1), Standing.OVERDUE),
        ("open", 100, TODAY - timedelta(days=1), Standing.PAID),
        ("open", 0, None, Standing.OPEN),
        ("void", 0, TODAY - timedelta(days=1), Standing.VOID),
    ],
)
def test_how_an_invoice_of_one_dollar_stands(status: str, paid: int, due_on: date | None, standing: Standing) -> None:
    assert standing_of(status, 100, paid, due_on, TODAY) is standing


def test_a_second_invoice_prints_only_what_joined_since() -> None:
    tax, more_tax = (
        Printed("tax", "Tax", amount, base_cents=base, basis_points=315) for amount, base in ((1225, 38900), (1682, 53400))
    )
    assert still_to_print([PHOTOS, tax], []) == [PHOTOS, tax]
    assert still_to_print([PHOTOS, PLAN, more_tax], [PHOTOS, tax]) == [
        PLAN,
        Printed("tax", "Tax", 457, base_cents=14_500, basis_points=315),
    ]
    assert still_to_print([PHOTOS, tax], [PHOTOS, tax]) == []


def test_what_left_the_order_is_taken_off_again() -> None:
    [line] = still_to_print([], [PLAN])
    assert (line.amount_cents, line.quantity) == (-14_500, -1)


@settings(deadline=None)
@given(wanted=st.lists(printed, max_size=8), earlier=st.lists(printed, max_size=8))
def test_what_is_left_to_print_is_exactly_the_difference(wanted: list[Printed], earlier: list[Printed]) -> None:
    def total(lines: list[Printed]) -> int:
        return sum(line.amount_cents for line in lines)

    left = still_to_print(wanted, earlier)
    assert total(left) == total(wanted) - total(earlier)
    assert still_to_print(wanted, [*earlier, *left]) == []


def test_a_discount_is_printed_as_what_it_takes_off() -> None:
    [line] = charged([Charge(ChargeKind.DISCOUNT, "AUTUMN10", 3_890, 1000)])
    assert line.amount_cents == -3_890


def test_a_standalone_invoice_is_taxed_on_its_sum_once() -> None:
    thirds = [Printed(LINE, "Hour", 33, "", 1, 33)] * 3
    tax = alone(thirds, (Rate(1, "Tax", 5_000),))[-1]
    assert (tax.kind, tax.amount_cents, tax.base_cents) == ("tax", 50, 99)
