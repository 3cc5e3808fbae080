"""Money adds up, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core.money import (
    LEAST,
    exponent,
    least_charge,
    money_example,
    money_typed,
    money_words,
    nearest,
    read_money,
    share,
    split_exactly,
    step,
)


@pytest.mark.parametrize(
    ("cents", "currency", "words"),
    [
        (123450, "USD", "$1,234.50"),
        (-6000, "USD", "−$60.00"),
        (5, "USD", "$0.05"),
        (5000, "JPY", "¥5,000"),
        (1234567, "KWD", "KWD 1,234.567"),
        (0, "EUR", "€0.00"),
        (123450, "KWD", "KWD 123.450"),
        (500, "ISK", "ISK 5"),
        (-200000, "UGX", "−UGX 2,000"),
    ],
)
def test_money_reads_as_people_write_it(cents: int, currency: str, words: str) -> None:
    assert money_words(cents, currency) == words


@pytest.mark.parametrize(
    ("cents", "points", "part"), [(82210, 315, 2590), (1, 5000, 1), (-1, 5000, -1), (100, 0, 0), (99, 3333, 33)]
)
def test_a_share_rounds_half_away_from_zero(cents: int, points: int, part: int) -> None:
    assert share(cents, points) == part


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_a_split_loses_no_cent_and_is_fair(cents: int, weights: list[int]) -> None:
    parts = split_exactly(cents, weights)
    assert sum(parts) == cents
    exact = [cents * weight / sum(weights) for weight in weights]
    assert all(abs(part - ideal) < 1 + 1e-6 for part, ideal in zip(parts, exact, strict=True))


def test_a_split_needs_somebody_to_pay() -> None:
    with pytest.raises(ValueError):
        split_exactly(100, [0, 0])


@pytest.mark.proof("payments-11")
@pytest.mark.parametrize(
    ("typed", "currency", "cents"),
    [
        ("5,000", "JPY", 5000),
        ("¥5000", "jpy", 5000),
        ("12.50", "JPY", None),
        ("12.5", "KWD", 12500),
        ("KWD 1,234.560", "KWD", 1234560),
        ("1.234", "KWD", None),
        ("5", "ISK", 500),
        ("5.50", "ISK", None),
        ("12.505", "USD", None),
        ("$1,250.50", "USD", 125050),
        ("", "USD", None),
        ("-5", "USD", None),
    ],
)
def test_what_is_typed_is_what_the_currency_can_pay(typed: str, currency: str, cents: int | None) -> None:
    assert read_money(typed, currency) == cents


@pytest.mark.proof("payments-11")
@given(st.integers(0, 10**9), st.sampled_from(["USD", "JPY", "KWD", "ISK", "EUR", "TND"]))
def test_what_a_field_holds_is_read_back(cents: int, currency: str) -> None:
    exact = nearest(cents, step(currency))
    assert read_money(money_typed(exact, currency), currency) == exact
    assert read_money(money_words(exact, currency), currency) == exact
    assert read_money(money_example(currency).split()[-1], currency) is not None


@pytest.mark.proof("payments-11")
@pytest.mark.parametrize(
    ("cents", "points", "of", "part"),
    [
        (822100, 315, 10, 25900),
        (100, 450, 10, 0),
        (100, 500, 10, 10),
        (-100, 500, 10, -10),
        (1000, 1250, 100, 100),
        (12350, 5000, 10, 6180),
    ],
)
def test_a_share_is_rounded_to_what_the_currency_can_pay(cents: int, points: int, of: int, part: int) -> None:
    assert share(cents, points, of) == part


@pytest.mark.proof("payments-11")
@given(st.integers(-(10**6), 10**6), st.lists(st.integers(0, 10**4), min_size=1, max_size=9).filter(any))
def test_a_split_of_dinars_is_in_tens_and_loses_nothing(tens: int, weights: list[int]) -> None:
    parts = split_exactly(tens * 10, weights, 10)
    assert sum(parts) == tens * 10
    assert all(part % 10 == 0 for part in parts)
    odd = split_exactly(tens * 10 + 3, weights, 10)
    assert sum(odd) == tens * 10 + 3


def test_the_least_charge_can_be_paid() -> None:
    assert all(least % step(currency) == 0 for currency, least in LEAST.items())
    assert (least_charge("usd"), least_charge("JPY"), least_charge("GBP"), exponent("kwd")) == (50, 50, 30, 3)
