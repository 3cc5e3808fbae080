"""The tables of docs/algorithms/pricing.md, run row by row, and what holds for every quote there is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.catalog.coupons import CouponRule, Standing, clean_code, refusal
from portal_app.domain.catalog.offering import Offer, Part, PriceTier, Rate, fitting, goes_along
from portal_app.domain.catalog.pricing import ChargeKind, Discount, Extra, FeeRule, Quote, Terms, Tip, quote, taken_off

pytestmark = pytest.mark.proof("booking-02")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "pricing.md"
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
RATES = {"S": Rate(1, "S", 225), "C": Rate(2, "C", 90), "V": Rate(3, "V", 2000), "H": Rate(4, "H", 5000)}


def table(title: str) -> list[dict[str, str]]:
    """The rows of the table under a heading, by their column."""
    text = PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def rates(words: str) -> tuple[Rate, ...]:
    return () if words == "–" else tuple(RATES[name] for name in words.split("+"))


def points(words: str) -> int:
    return round(float(words.removesuffix("%")) * 100)


def offer(number: int, words: str) -> tuple[Offer, int]:
    count, unit, taxed = re.fullmatch(r"(?:(\d+)×)?(\d+) (\S+)", words).groups()
    tiers = (PriceTier(None, int(unit), 30),)
    return Offer(number, f"o{number}", "service", f"Line {number}", "", tiers, most=9, rates=rates(taxed)), int(count or 1)


def kind_and_amount(words: str) -> tuple[str, int]:
    return ("percent", points(words)) if words.endswith("%") else ("fixed", int(words))


def discount(words: str) -> Discount | None:
    if not words:
        return None
    amount, _, lines = words.partition(" of ")
    return Discount("Coupon", *kind_and_amount(amount), frozenset(map(int, lines.split("+"))) if lines else None)


def priced(row: dict[str, str]) -> Quote:
    lines = [offer(i, words) for i, words in enumerate(filter(None, row["lines"].split(", ")), 1)]
    fee, _, fee_rates = row["fee"].partition(" ")
    way, _, default = row["travel"].partition(" ")
    terms = Terms(
        rates=rates(default) if default else (),
        fees=(FeeRule("Fee", *kind_and_amount(fee), rates(fee_rates)),) if fee else (),
    )
    return quote(
        lines, 2000, terms, discount=discount(row["coupon"]), travel=("Travel", int(way)) if way else None,
        tip=Tip(*kind_and_amount(row["tip"])) if row["tip"] else None,
    )  # fmt: skip


@pytest.mark.parametrize("row", table("Quotes"), ids=lambda row: row["case"])
def test_the_table_of_quotes(row: dict[str, str]) -> None:
    made = priced(row)
    told = ", ".join(f"{charge.name} {charge.amount_cents}" for charge in made.charges if charge.kind is ChargeKind.TAX)
    sums = (made.discount_cents, made.fees_cents, made.travel_cents, told, made.tip_cents, made.total_cents)
    assert [str(each) for each in sums] == [row[f"→ {name}"] for name in ("discount", "fees", "travel", "taxes", "tip", "total")]


def moment(words: str) -> datetime | None:
    return {"": None, "now": NOW, "in a minute": NOW + timedelta(minutes=1)}[words]


def cap(words: str) -> tuple[int, int | None]:
    used, most = words.split(" of ")
    return int(used), None if most == "any" else int(most)


@pytest.mark.parametrize("row", table("Whether a coupon is good"), ids=lambda row: row["case"])
def test_the_table_of_coupons(row: dict[str, str]) -> None:
    (uses, most), (theirs, most_each) = cap(row["used of"]), cap(row["theirs of"])
    rule = CouponRule(
        1, "TEN", "percent", 1000, minimum_cents=int(row["minimum"]), new_customers_only=row["new only"] == "yes",
        most_uses=most, most_per_customer=most_each, uses=uses, starts_at=moment(row["starts"]), ends_at=moment(row["ends"]),
        is_active=row["active"] == "yes",
        service_ids=None if row["good for"] == "all" else frozenset({int(row["good for"])}),
    )  # fmt: skip
    lines = [(20000, 1), (10000, 2)]
    standing = Standing(is_new=row["is new"] == "yes", uses=theirs, is_known=row["known"] == "yes")
    said = refusal(rule, standing, lines, now=NOW, currency="USD", zone="America/Los_Angeles")
    answer = said or f"takes {sum(taken_off(lines, rule.discount))}"
    assert answer.startswith(row["→ answer"])


@pytest.mark.parametrize("row", table("Codes as they are typed"), ids=lambda row: row["typed"])
def test_the_table_of_codes(row: dict[str, str]) -> None:
    assert clean_code(row["typed"].strip("`")) == row["→ code"].strip("`")


CENTS = st.integers(0, 5_000_000)
SOME_RATES = st.lists(st.sampled_from(list(RATES.values())), unique=True, max_size=3).map(tuple)
OFFERS = st.lists(st.tuples(CENTS, st.integers(1, 5), SOME_RATES), min_size=0, max_size=6)
DISCOUNTS = st.none() | st.builds(
    Discount, st.just("Coupon"), st.just("percent"), st.integers(0, 10_000), st.none() | st.frozensets(st.integers(0, 6))
) | st.builds(Discount, st.just("Coupon"), st.just("fixed"), CENTS, st.none() | st.frozensets(st.integers(0, 6)))  # fmt: skip
FEES = st.lists(
    st.builds(FeeRule, st.just("Fee"), st.just("percent"), st.integers(0, 10_000), SOME_RATES)
    | st.builds(FeeRule, st.just("Fee"), st.just("fixed"), CENTS, SOME_RATES),
    max_size=3,
).map(tuple)
TIPS = st.none() | st.builds(Tip, st.just("percent"), st.integers(0, 10_000)) | st.builds(Tip, st.just("fixed"), CENTS)
EXTRAS = st.lists(
    st.builds(Extra, st.just("Answer"), st.just(""), st.integers(1, 9), CENTS, st.none() | st.integers(0, 6)), max_size=3
)
EVERYTHING = st.fixed_dictionaries(
    {"chosen": OFFERS, "extras": EXTRAS, "discount": DISCOUNTS, "fees": FEES, "rates": SOME_RATES, "tip": TIPS, "way": CENTS}
)


def quoted(given_: dict, *, order: list[int] | None = None) -> Quote:
    choices = [
        (Offer(i, f"o{i}", "service", f"{i}", "", (PriceTier(None, cents, 10),), most=9, rates=taxed), count)
        for i, (cents, count, taxed) in enumerate(given_["chosen"])
    ]
    return quote(
        [choices[i] for i in order] if order else choices, 100, Terms(rates=given_["rates"], fees=given_["fees"]),
        extras=given_["extras"], discount=given_["discount"], travel=("Travel", given_["way"]), tip=given_["tip"],
    )  # fmt: skip


@given(EVERYTHING)
def test_every_sum_is_exact_and_nothing_is_below_zero(given_: dict) -> None:
    made = quoted(given_)
    by_kind = {kind: sum(c.amount_cents for c in made.charges if c.kind is kind) for kind in ChargeKind}
    assert made.subtotal_cents == sum(line.unit_cents * line.quantity for line in made.lines)
    assert made.discount_cents == by_kind[ChargeKind.DISCOUNT] <= made.subtotal_cents
    assert made.fees_cents == by_kind[ChargeKind.FEE]
    assert (made.travel_cents, made.tip_cents) == (by_kind[ChargeKind.TRAVEL], by_kind[ChargeKind.TIP])
    assert made.tax_cents == by_kind[ChargeKind.TAX]
    more = made.fees_cents + made.travel_cents + made.tax_cents + made.tip_cents
    assert made.total_cents == made.subtotal_cents - made.discount_cents + more >= 0
    assert all(charge.amount_cents > 0 or charge.kind is ChargeKind.TAX for charge in made.charges)


@given(EVERYTHING)
def test_each_tax_is_its_share_of_what_it_taxes_to_half_a_cent(given_: dict) -> None:
    made = quoted(given_)
    for tax in (charge for charge in made.charges if charge.kind is ChargeKind.TAX):
        assert abs(tax.amount_cents * 10_000 - tax.base_cents * tax.basis_points) <= 5_000
        assert tax.base_cents <= made.subtotal_cents - made.discount_cents + made.fees_cents + made.travel_cents


@given(EVERYTHING, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(given_: dict, random) -> None:
    order = list(range(len(given_["chosen"])))
    random.shuffle(order)
    one, other = quoted(given_, order=order), quoted(given_)
    assert one.charges == other.charges
    assert one.total_cents == other.total_cents


def test_a_cent_that_does_not_divide_falls_on_the_same_line_in_any_order() -> None:
    (first, _), (second, _) = offer(1, "1 H"), offer(2, "1 –")
    totals = [
        quote(choices, 100, Terms(), discount=Discount("Coupon", "fixed", 1)).total_cents
        for choices in ([(first, 1), (second, 1)], [(second, 1), (first, 1)])
    ]
    assert totals == [1, 1]


@given(st.lists(st.tuples(CENTS, st.integers(0, 6)), max_size=8), DISCOUNTS)
def test_a_discount_is_split_without_losing_a_cent(lines: list[tuple[int, int]], off: Discount | None) -> None:
    parts = taken_off(lines, off)
    assert all(0 <= part <= cents for part, (cents, _) in zip(parts, lines, strict=True))
    good_for = sum(cents for cents, service in lines if off and (off.service_ids is None or service in off.service_ids))
    if off and off.kind == "fixed":
        assert sum(parts) == min(off.amount, good_for)
    elif off:
        assert abs(sum(parts) * 10_000 - good_for * off.amount) <= 5_000


@given(EVERYTHING)
def test_a_coupon_never_makes_it_dearer(given_: dict) -> None:
    assert quoted(given_).total_cents <= quoted(given_ | {"discount": None}).total_cents


def shelf() -> list[Offer]:
    tiers = (PriceTier(None, 100, 10),)
    photos = Offer(1, "photos-25", "service", "Photos, 25", "", tiers, service_public_id="photos", variant="25", category="Media")
    pack = Offer(2, "pack", "package", "Pack", "", tiers)
    plan = Offer(3, "plan", "add_on", "Plan", "", tiers, goes_with=frozenset({"photos"}), most=2)
    return [pack, photos, plan]


def test_while_choosing_what_does_not_fit_is_left_out() -> None:
    def names(**wanted: int) -> list[tuple[str, int]]:
        wishes = {key.replace("_", "-"): count for key, count in wanted.items()}
        return [(offer.public_id, count) for offer, count in fitting(shelf(), wishes, 2000)]

    assert names(photos_25=1, plan=1) == [("photos-25", 1), ("plan", 1)]
    assert names(pack=1, plan=1) == [("pack", 1)]
    assert names(photos_25=7, plan=9, nothing=1) == [("photos-25", 1), ("plan", 2)]
    assert names(photos_25=0, plan=1) == []


def test_an_add_on_goes_along_with_a_package_that_holds_its_service() -> None:
    pack, photos, plan = shelf()
    assert goes_along(plan, [plan, photos])
    assert not goes_along(plan, [plan, pack])
    holds = Offer(9, "more", "package", "More", "", pack.tiers, inside=(Part(1, "photos"),))
    assert goes_along(plan, [plan, holds])
