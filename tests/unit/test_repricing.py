"""An order added up again after something joined or went."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.catalog import repricing
from portal_app.domain.catalog.offering import Offer, PriceTier, Rate
from portal_app.domain.catalog.pricing import Charge, ChargeKind, Discount, FeeRule, Quote, Terms, Tip, quote
from portal_app.domain.catalog.repricing import (
    LineTerms,
    Sums,
    added_up_again,
    charge_rates,
    kept_line,
    kept_rates,
    line_terms,
)

pytestmark = pytest.mark.proof("payments-02")

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (repricing.__doc__ or "").splitlines()
    if line.startswith("| ") and line[2].isdigit()
]
TAX = (Rate(1, "Tax", 1000),)
RATES = (Rate(1, "State", 725), Rate(2, "City", 100), Rate(3, "Luxury", 2000))


def cents(words: str) -> int:
    return round(Decimal(words) * 100)


def agreed(coupon: str, fee: str, tip: str) -> list[Charge]:
    found = []
    if coupon.endswith("%"):
        found.append(Charge(ChargeKind.DISCOUNT, "Coupon", 0, int(coupon[:-2]) * 100))
    elif coupon != "none":
        found.append(Charge(ChargeKind.DISCOUNT, "Coupon", cents(coupon.removesuffix(" off"))))
    if fee != "none":
        found.append(Charge(ChargeKind.FEE, "Fee", 0, int(fee[:-2]) * 100))
    return [*found, Charge(ChargeKind.TIP, "Tip", cents(tip), 1500, 10_000)] if tip != "none" else found


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 6


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row) for row in ROWS])
def test_the_table(row: list[str]) -> None:
    words, coupon, fee, tip, _, *wanted = row
    lines = [(cents(each.lstrip("+")), LineTerms(1, TAX, is_discounted=each[0] != "+")) for each in words.split(", ")]
    sums = added_up_again(lines, agreed(coupon, fee, tip))
    found = [sums.subtotal_cents, sums.of(ChargeKind.DISCOUNT), sums.of(ChargeKind.FEE), sums.of(ChargeKind.TAX)]
    assert [*found, sums.total_cents] == [cents(each) for each in wanted]


def test_a_tip_stays_what_was_given_and_is_no_share_anymore() -> None:
    tip = Charge(ChargeKind.TIP, "Tip", 1500, 1500, 10_000)
    assert added_up_again([(10_000, LineTerms())], [tip]).charges == (tip,)
    assert added_up_again([(12_000, LineTerms())], [tip]).charges == (Charge(ChargeKind.TIP, "Tip", 1500),)


def test_an_order_from_before_its_terms_were_kept_is_taxed_by_what_stands_on_it() -> None:
    tax = Charge(ChargeKind.TAX, "Tax", 1000, 1000, 10_000)
    terms = line_terms("", [tax])
    assert terms == LineTerms(None, (Rate(0, "Tax", 1000),), is_discounted=True)
    assert added_up_again([(20_000, terms)], [tax]).total_cents == 22_000
    assert charge_rates("") == ()


def test_what_is_kept_comes_back() -> None:
    terms = LineTerms(7, RATES, is_discounted=True)
    assert line_terms(kept_line(terms), []) == terms
    assert charge_rates(kept_rates(RATES)) == RATES


@st.composite
def booked(draw: st.DrawFn) -> tuple[Quote, Discount | None, int]:
    rates = st.lists(st.sampled_from(RATES), unique=True).map(tuple)
    prices = draw(st.lists(st.tuples(st.integers(0, 90_000), rates, st.integers(1, 4)), min_size=1, max_size=5))
    step = draw(st.sampled_from([1, 10]))
    offers = [
        (Offer(i, f"o{i}", "service", f"Line {i}", "", (PriceTier(None, price * step, 30),), most=9, rates=taxed), count)
        for i, (price, taxed, count) in enumerate(prices)
    ]
    good_for = draw(st.none() | st.frozensets(st.integers(0, 4), min_size=1))
    discounts = st.builds(Discount, st.just("Coupon"), st.just("percent"), st.integers(1, 10_000), st.just(good_for)) | st.builds(
        Discount, st.just("Coupon"), st.just("fixed"), st.integers(1, 50_000).map(lambda some: some * step), st.just(good_for)
    )
    discount = draw(st.none() | discounts)
    fees = draw(
        st.lists(
            st.builds(FeeRule, st.just("Fee"), st.just("percent"), st.integers(1, 3_000), rates)
            | st.builds(FeeRule, st.just("Fee"), st.just("fixed"), st.integers(1, 900).map(lambda some: some * step), rates),
            max_size=2,
        )
    )
    tip = draw(st.none() | st.builds(Tip, st.just("percent"), st.integers(1, 3_000)))
    travel = draw(st.none() | st.tuples(st.just("Travel"), st.integers(1, 9_000)))
    terms = Terms(rates=draw(rates), fees=tuple(fees), step=step)
    return quote(offers, None, terms, discount=discount, tip=tip, travel=travel), discount, step


def again(made: Quote, discount: Discount | None, step: int, *more: tuple[int, LineTerms]) -> Sums:
    lines = [
        (line.total_cents, LineTerms(line.priced_as, line.rates, bool(discount and discount.is_good_for(line.priced_as))))
        for line in made.lines
    ]
    return added_up_again([*lines, *more], made.charges, step)


@given(booked())
def test_what_was_booked_adds_up_to_the_same_cent(order: tuple[Quote, Discount | None, int]) -> None:
    made, discount, step = order
    sums = again(made, discount, step)
    assert sums.charges == made.charges
    assert (sums.subtotal_cents, sums.total_cents) == (made.subtotal_cents, made.total_cents)


@given(booked(), st.integers(1, 90_000), st.lists(st.sampled_from(RATES), unique=True).map(tuple))
def test_adding_a_line_and_taking_it_off_again_leads_back(
    order: tuple[Quote, Discount | None, int], price: int, rates: tuple[Rate, ...]
) -> None:
    made, discount, step = order
    more = again(made, discount, step, (price * step, LineTerms(9, rates)))
    assert more.total_cents >= made.total_cents + price * step
    assert more.of(ChargeKind.DISCOUNT) == made.discount_cents
    back = added_up_again(
        [
            (line.total_cents, LineTerms(line.priced_as, line.rates, bool(discount and discount.is_good_for(line.priced_as))))
            for line in made.lines
        ],
        more.charges,
        step,
    )
    assert back.total_cents == made.total_cents
