"""Prices by size: what may be saved, what is refused, and what a package saves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core.errors import InvalidInput
from portal_app.core.money import read_money
from portal_app.domain.catalog.offering import PriceTier, tier_for
from portal_app.domain.catalog.shelf import Standing, groups, moved, moved_category
from portal_app.domain.catalog.tiers import TypedTier, read_number, read_tiers, savings

pytestmark = pytest.mark.proof("booking-01")


def read(*rows: tuple[str, str, str]) -> tuple[PriceTier, ...]:
    return read_tiers([TypedTier(*row) for row in rows], currency="USD")


def test_rows_from_small_to_large_with_an_open_end_are_saved() -> None:
    assert read(("2,000", "289", "60"), ("3500", "$389.50", "90"), ("", "1,250", "0")) == (
        PriceTier(2000, 28900, 60),
        PriceTier(3500, 38950, 90),
        PriceTier(None, 125000, 0),
    )
    assert read((" ", "0", "15")) == (PriceTier(None, 0, 15),)


@pytest.mark.parametrize(
    ("rows", "field", "says"),
    [
        ([("", "1", "1"), ("", "1", "1")], "up_to-0-0", "overlaps the ones beneath"),
        ([("2000", "1", "1"), ("2000", "1", "1"), ("", "1", "1")], "up_to-0-1", "already covers up to 2,000 sq ft"),
        ([("2000", "1", "1"), ("1500", "1", "1"), ("", "1", "1")], "up_to-0-1", "already covers up to 2,000 sq ft"),
        ([("2000", "1", "1"), ("3500", "1", "1")], "up_to-0-1", "above 3,500 sq ft would have no price"),
        ([("2000", "1", "1")], "up_to-0-0", "above 2,000 sq ft would have no price"),
        ([("0", "1", "1"), ("", "1", "1")], "up_to-0-0", "size as a number"),
        ([("big", "1", "1"), ("", "1", "1")], "up_to-0-0", "size as a number"),
        ([("-5", "1", "1"), ("", "1", "1")], "up_to-0-0", "size as a number"),
        ([("200001", "1", "1"), ("", "1", "1")], "up_to-0-0", "size as a number"),
        ([("", "", "1")], "price-0-0", "price as an amount"),
        ([("", "-1", "1")], "price-0-0", "price as an amount"),
        ([("", "1.999", "1")], "price-0-0", "price as an amount"),
        ([("", "1000000.01", "1")], "price-0-0", "too large"),
        ([("", "1", "")], "minutes-0-0", "whole number"),
        ([("", "1", "1.5")], "minutes-0-0", "whole number"),
        ([("", "1", "1441")], "minutes-0-0", "whole number"),
        ([("2000", "1", "1"), ("", "x", "1")], "price-0-1", "price as an amount"),
        ([], "price-0-0", "Between 1 and 12"),
        ([("", "1", "1")] * 13, "price-0-0", "Between 1 and 12"),
    ],
)
def test_gaps_overlaps_and_what_is_no_number_are_refused_beside_their_field(rows, field: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        read(*rows)
    assert refused.value.field == field


@given(st.lists(st.text("0123456789 ,", max_size=6), min_size=1, max_size=6), st.integers(1, 250_000))
def test_what_is_saved_covers_every_size_exactly_once(ends: list[str], area: int) -> None:
    try:
        tiers = read(*((end, "1", "1") for end in ends))
    except InvalidInput:
        return
    lower = [0, *(tier.up_to for tier in tiers if tier.up_to is not None)]
    covering = [t for t, low in zip(tiers, lower, strict=True) if low < area and (t.up_to is None or area <= t.up_to)]
    assert covering == [tier_for(tiers, area)]


@pytest.mark.parametrize(
    ("typed", "currency", "cents"),
    [
        ("389", "USD", 38900), ("389.5", "USD", 38950), ("$1,250.50", "USD", 125050), ("USD 12", "USD", 1200), ("0", "USD", 0),
        ("1,25", "USD", None), ("389,50", "USD", None), ("-3", "USD", None), ("", "USD", None), ("1.005", "USD", None),
        ("٣", "USD", None), ("¥5,000", "JPY", 5000), ("5.5", "JPY", None), ("1.230", "KWD", 1230), ("1.234", "KWD", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_exactly_or_not_at_all(typed: str, currency: str, cents: int | None) -> None:
    assert read_money(typed, currency) == cents


@pytest.mark.parametrize(("typed", "number"), [("2,000", 2000), (" 45 ", 45), ("4.5", None), ("", None), ("1" * 10, None)])
def test_a_number_is_whole(typed: str, number: int | None) -> None:
    assert read_number(typed) == number


PHOTOS = (PriceTier(2000, 28900, 60), PriceTier(3500, 38900, 90), PriceTier(None, 48900, 120))
PLAN = (PriceTier(None, 14500, 15),)


@pytest.mark.parametrize(
    ("package", "parts", "saved"),
    [
        ((PriceTier(None, 40000, 60),), [[PLAN]], [(-25500, -25500)]),
        ((PriceTier(None, 40000, 60),), [[PHOTOS], [PLAN]], [(3400, 23400)]),
        ((PriceTier(2000, 37900, 60), PriceTier(None, 47400, 90)), [[PHOTOS], [PLAN]], [(5500, 5500), (6000, 16000)]),
        ((PriceTier(1000, 20000, 60), PriceTier(None, 60000, 90)), [[PHOTOS]], [(8900, 8900), (-31100, -11100)]),
        ((PriceTier(None, 20000, 60),), [[PHOTOS, (PriceTier(None, 30000, 60),)]], [(8900, 10000)]),
        ((PriceTier(None, 100, 60),), [], [(-100, -100)]),
        ((PriceTier(None, 100, 60),), [[]], [(-100, -100)]),
    ],
)
def test_what_a_package_saves_is_looked_at_wherever_a_price_changes(package, parts, saved) -> None:
    assert savings(package, parts) == saved


SHELF = [
    Standing(1, "service", "Photos"),
    Standing(2, "add_on", ""),
    Standing(3, "service", "Video"),
    Standing(4, "service", "Photos"),
    Standing(5, "package", ""),
    Standing(6, "service", "Photos"),
]


def test_the_shelf_stands_by_kind_and_each_category_in_one_piece() -> None:
    assert [[row.id for row in group] for group in groups(SHELF)] == [[5], [1, 4, 6], [3], [2]]


@pytest.mark.parametrize(
    ("moving", "by_places", "order"),
    [
        (4, -1, [5, 4, 1, 6, 3, 2]),
        (4, 1, [5, 1, 6, 4, 3, 2]),
        (1, -1, [5, 1, 4, 6, 3, 2]),
        (6, 9, [5, 1, 4, 6, 3, 2]),
        (3, -1, [5, 1, 4, 6, 3, 2]),
    ],
)
def test_a_thing_moves_within_its_category(moving: int, by_places: int, order: list[int]) -> None:
    assert moved(SHELF, moving, by_places) == order


def test_a_category_moves_among_its_kind() -> None:
    assert moved_category(SHELF, "service", "Video", -1) == [5, 3, 1, 4, 6, 2]
    assert moved_category(SHELF, "service", "Video", 1) == [5, 1, 4, 6, 3, 2]
    with pytest.raises(ValueError):
        moved(SHELF, 99, 1)
