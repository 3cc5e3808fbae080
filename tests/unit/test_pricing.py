"""The pricing table of the catalog."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.catalog.offering import Offer, Part, PriceTier, Rate, saving, tier_for, tier_words
from portal_app.domain.catalog.pricing import Discount, FeeRule, Terms, Tip, quote

PHOTOS = Offer(
    1,
    "photos",
    "service",
    "Signature photos",
    "",
    (PriceTier(None, 48900, 120), PriceTier(2000, 28900, 60), PriceTier(3500, 38900, 90)),
)
PLAN = Offer(2, "plan", "add_on", "2D floor plan", "With room sizes", (PriceTier(None, 14500, 15),))
BUNDLE = Offer(
    3,
    "bundle",
    "package",
    "Essentials",
    "",
    (PriceTier(None, 47400, 105),),
    inside=(
        Part(1, "photos", forms=(PHOTOS.tiers,)),
        Part(2, "plan", forms=(PLAN.tiers,)),
    ),
)


@pytest.mark.proof("main-job-10")
@pytest.mark.parametrize(
    ("area", "cents", "words"),
    [
        (1, 28900, "Up to 2,000 sq ft"),
        (2000, 28900, "Up to 2,000 sq ft"),
        (2001, 38900, "Up to 3,500 sq ft"),
        (3500, 38900, "Up to 3,500 sq ft"),
        (3501, 48900, "Over 3,500 sq ft"),
        (None, 48900, "Over 3,500 sq ft"),
    ],
)
def test_the_tier_that_covers_the_area(area: int | None, cents: int, words: str) -> None:
    tier = tier_for(PHOTOS.tiers, area)
    assert tier.price_cents == cents
    assert tier_words(tier, PHOTOS.tiers, "sq ft") == words


@pytest.mark.proof("main-job-10")
def test_a_quote_adds_up() -> None:
    made = quote([(PHOTOS, 1), (PLAN, 2)], 2940, Terms())
    assert [line.total_cents for line in made.lines] == [38900, 29000]
    assert (made.subtotal_cents, made.total_cents, made.minutes) == (67900, 67900, 120)


def test_a_package_shows_what_it_saves() -> None:
    assert saving(BUNDLE, 2940) == 38900 + 14500 - 47400
    assert saving(PLAN, 2940) == 0


def test_sizes_nobody_priced_and_counts_below_one_are_refused() -> None:
    closed = Offer(4, "x", "service", "X", "", (PriceTier(1000, 100, 10),))
    with pytest.raises(ValueError):
        quote([(closed, 1)], 1001, Terms())
    with pytest.raises(ValueError):
        quote([(PLAN, 0)], 100, Terms())


SHARES = st.integers(0, 10_000)


@pytest.mark.proof("payments-11")
@given(
    st.lists(SHARES, min_size=2, max_size=2),
    SHARES,
    SHARES,
    SHARES,
    st.integers(1, 9),
    st.integers(0, 9999),
    st.sampled_from([10, 100]),
)
def test_every_part_of_a_quote_can_be_paid(
    taxes: list[int], fee: int, off: int, tip: int, quantity: int, travel: int, step: int
) -> None:
    rates = tuple(Rate(place, f"Tax {place}", points) for place, points in enumerate(taxes))
    terms = Terms(rates=rates, fees=(FeeRule("Service", "percent", fee, rates),), step=step)
    made = quote(
        [(replace(PHOTOS, rates=rates), 1), (PLAN, quantity)], 2940, terms,
        discount=Discount("Spring", "percent", off), travel=("Travel", travel), tip=Tip("percent", tip),
    )  # fmt: skip
    assert [charge for charge in made.charges if charge.amount_cents % step] == []
    assert made.total_cents % step == 0
