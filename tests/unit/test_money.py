"""Money adds up, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core.money import money_words, share, split_exactly


@pytest.mark.parametrize(
    ("cents", "currency", "words"),
    [
        (123450, "USD", "$1,234.50"),
        (-6000, "USD", "−$60.00"),
        (5, "USD", "$0.05"),
        (5000, "JPY", "¥5,000"),
        (1234567, "KWD", "KWD 1,234.567"),
        (0, "EUR", "€0.00"),
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
