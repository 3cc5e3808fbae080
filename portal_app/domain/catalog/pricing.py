"""From what is chosen and how large the property is to a quote, in exact minor units. Pure: values in, value out.

total = subtotal - discount + fees + travel + tax + tip, and the rounding rule (docs/algorithms/pricing.md):
a share of an amount is rounded once, half away from zero, to what the currency can pay (its step: 1, or 10 for dinars);
a discount is split over the lines it is taken off with no cent lost; each tax rate is taken once, of the sum of
everything it taxes after discounts, never line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from portal_app.core.money import nearest, share, split_exactly
from portal_app.domain.catalog.models import AmountKind
from portal_app.domain.catalog.offering import Offer, PriceTier, Rate, covers, is_priced, saving, tier_for, tier_words

__all__ = [
    "Charge", "ChargeKind", "Discount", "Extra", "FeeRule", "Offer", "PriceTier", "Quote", "QuoteLine", "Rate", "Terms", "Tip",
    "charge_words", "is_priced", "quote", "saving", "taken_off", "taxes", "tier_for", "tier_words",
]  # fmt: skip


class ChargeKind(StrEnum):
    """What stands on an order beside its lines."""

    DISCOUNT = "discount"
    FEE = "fee"
    TRAVEL = "travel"
    TAX = "tax"
    TIP = "tip"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Extra:
    """What an answer adds. With a service it is taxed and discounted like that one."""

    name: str
    detail: str
    quantity: int
    unit_cents: int
    service_id: int | None = None


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What joins every order: minor units, or basis points of the lines after discounts."""

    name: str
    kind: str
    amount: int
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Discount:
    """What a coupon takes off the lines of `service_ids` (None: all lines): basis points, or minor units at most."""

    name: str
    kind: str
    amount: int
    service_ids: frozenset[int] | None = None

    def is_good_for(self, service_id: int | None) -> bool:
        """Whether it takes something off a line of this service."""
        return self.service_ids is None or service_id in self.service_ids


@dataclass(frozen=True, slots=True)
class Terms:
    """What the studio adds beside what is chosen. `rates` are those of its default tax group, `step` its currency's."""

    unit: str = "sq ft"
    rates: tuple[Rate, ...] = ()
    fees: tuple[FeeRule, ...] = ()
    step: int = 1


@dataclass(frozen=True, slots=True)
class Tip:
    """Basis points of the subtotal, which no coupon makes less, or minor units. Not taxed."""

    kind: str
    amount: int


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One priced line: total = unit × quantity. Without a service: the price of an answer.

    It is discounted like the service `priced_as`, and taxed by `rates`.
    """

    service_id: int | None
    name: str
    detail: str
    quantity: int
    unit_cents: int
    total_cents: int
    minutes: int
    is_twilight: bool = False
    priced_as: int | None = field(default=None, compare=False)
    rates: tuple[Rate, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Charge:
    """One discount, fee, travel fee, tax or tip; never negative, a discount is taken off.

    A tax says of how much (`base_cents`) it takes which share (`basis_points`). `rates` are those that a fee is taxed by.
    """

    kind: ChargeKind
    name: str
    amount_cents: int
    basis_points: int = 0
    base_cents: int = 0
    rates: tuple[Rate, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """What it costs and how long it takes: total = subtotal - discount + fees + travel + tax + tip.

    `minutes` is all the time on site, `twilight_minutes` the part of it that waits for dusk. `visit_ids` and
    `twilight_ids` are the services of each visit, those inside packages among them. `coupon_problem` says why a code
    takes nothing off, `travel_problem` why there is no travel fee yet.
    """

    lines: tuple[QuoteLine, ...]
    charges: tuple[Charge, ...]
    subtotal_cents: int
    discount_cents: int
    fees_cents: int
    travel_cents: int
    tax_cents: int
    tip_cents: int
    total_cents: int
    minutes: int
    twilight_minutes: int = 0
    visit_ids: frozenset[int] = frozenset()
    twilight_ids: frozenset[int] = frozenset()
    coupon_problem: str = ""
    travel_problem: str = ""

    @property
    def visit_minutes(self) -> int:
        """The time on site by day."""
        return self.minutes - self.twilight_minutes


@dataclass(frozen=True, slots=True)
class _Priced:
    line: QuoteLine
    rates: tuple[Rate, ...]
    service_id: int | None


def quote(
    choices: Sequence[tuple[Offer, int]],
    area: int | None,
    terms: Terms,
    *,
    extras: Sequence[Extra] = (),
    discount: Discount | None = None,
    travel: tuple[str, int] | None = None,
    tip: Tip | None = None,
) -> Quote:
    """Price (offer, quantity) choices and what goes with them. `travel` is a name and minor units.

    Raises ValueError for a quantity below 1 or an area no tier covers.
    """
    priced = [_line(offer, quantity, area, terms.unit) for offer, quantity in choices]
    priced += [_answer(extra, choices, terms) for extra in extras]
    subtotal = sum(each.line.total_cents for each in priced)
    off = taken_off([(each.line.total_cents, each.service_id) for each in priced], discount, terms.step)
    net = [each.line.total_cents - less for each, less in zip(priced, off, strict=True)]
    fees = [_fee(rule, sum(net), terms.step) for rule in terms.fees] if priced else []
    price = nearest(travel[1], terms.step) if travel and priced else 0
    going = [Charge(ChargeKind.TRAVEL, travel[0], price, rates=terms.rates)] if travel and price else []
    taxed = [(cents, each.rates) for cents, each in zip(net, priced, strict=True)]
    taxed += [(fee.amount_cents, rule.rates) for fee, rule in zip(fees, terms.fees, strict=False)]
    taxed += [(fee.amount_cents, terms.rates) for fee in going]
    charges = [
        *_discounted(discount, sum(off)),
        *(fee for fee in fees if fee.amount_cents),
        *going,
        *taxes(taxed, terms.step),
        *_tipped(tip, subtotal, terms.step),
    ]
    return _added_up(choices, area, [each.line for each in priced], charges)


def charge_words(name: str, basis_points: int) -> str:
    """A charge as it is read: what is a share says which, `Tax, 3.15%`."""
    return f"{name}, {basis_points / 100:g}%" if basis_points else name


def taken_off(lines: Sequence[tuple[int, int | None]], discount: Discount | None, step: int = 1) -> list[int]:
    """What a discount takes off each (minor units, service) line: never more than the lines it is good for cost.

    Cents that do not divide fall by service and price, not by the order of the lines: no order has another total.
    """
    good_for = [cents if discount and discount.is_good_for(service) else 0 for cents, service in lines]
    total = sum(good_for)
    if not discount or total == 0:
        return [0] * len(lines)
    off = share(total, discount.amount, step) if discount.kind == AmountKind.PERCENT else discount.amount
    by_service = sorted(range(len(lines)), key=lambda i: (lines[i][1] or 0, lines[i][0]))
    parts = split_exactly(min(off, total), [good_for[i] for i in by_service], step)
    return [part for _, part in sorted(zip(by_service, parts, strict=True))]


def taxes(taxed: Sequence[tuple[int, tuple[Rate, ...]]], step: int = 1) -> list[Charge]:
    """One line for each rate, in the order of their ids, of the sum of (minor units, rates) it taxes."""
    base: Counter[Rate] = Counter()
    for cents, rates in taxed:
        for rate in rates:
            base[rate] += cents
    return [
        Charge(ChargeKind.TAX, rate.name, share(cents, rate.basis_points, step), rate.basis_points, cents)
        for rate, cents in sorted(base.items(), key=lambda found: found[0].id)
        if rate.basis_points and cents
    ]


def _line(offer: Offer, quantity: int, area: int | None, unit: str) -> _Priced:
    if quantity < 1:
        raise ValueError("a quantity is at least 1")
    tier = tier_for(offer.tiers, area)
    line = QuoteLine(
        service_id=offer.id,
        name=offer.name,
        detail=tier_words(tier, offer.tiers, unit) or offer.detail,
        quantity=quantity,
        unit_cents=tier.price_cents,
        total_cents=tier.price_cents * quantity,
        minutes=tier.minutes * quantity,
        is_twilight=offer.is_twilight,
        priced_as=offer.id,
        rates=offer.rates,
    )
    return _Priced(line, offer.rates, offer.id)


def _answer(extra: Extra, choices: Sequence[tuple[Offer, int]], terms: Terms) -> _Priced:
    rates = next((offer.rates for offer, _ in choices if offer.id == extra.service_id), terms.rates)
    total = extra.unit_cents * extra.quantity
    line = QuoteLine(
        None, extra.name, extra.detail, extra.quantity, extra.unit_cents, total, minutes=0,
        priced_as=extra.service_id, rates=rates,
    )  # fmt: skip
    return _Priced(line, rates, extra.service_id)


def _discounted(discount: Discount | None, off: int) -> list[Charge]:
    if discount is None or off == 0:
        return []
    points = discount.amount if discount.kind == AmountKind.PERCENT else 0
    return [Charge(ChargeKind.DISCOUNT, discount.name, off, points)]


def _fee(rule: FeeRule, net: int, step: int) -> Charge:
    if rule.kind == AmountKind.FIXED:
        return Charge(ChargeKind.FEE, rule.name, rule.amount, rates=rule.rates)
    return Charge(ChargeKind.FEE, rule.name, share(net, rule.amount, step), rule.amount, net, rule.rates)


def _tipped(tip: Tip | None, subtotal: int, step: int) -> list[Charge]:
    if tip is None or not subtotal:
        return []
    if tip.kind == AmountKind.FIXED:
        return [Charge(ChargeKind.TIP, "Tip", tip.amount)] if tip.amount else []
    amount = share(subtotal, tip.amount, step)
    return [Charge(ChargeKind.TIP, "Tip", amount, tip.amount, subtotal)] if amount else []


def _added_up(
    choices: Sequence[tuple[Offer, int]], area: int | None, lines: Sequence[QuoteLine], charges: Sequence[Charge]
) -> Quote:
    sums: Counter[ChargeKind] = Counter()
    for charge in charges:
        sums[charge.kind] += charge.amount_cents
    subtotal = sum(line.total_cents for line in lines)
    discount, fees, travel = sums[ChargeKind.DISCOUNT], sums[ChargeKind.FEE], sums[ChargeKind.TRAVEL]
    tax, tip = sums[ChargeKind.TAX], sums[ChargeKind.TIP]
    dusk = {part.id for offer, _ in choices for part in offer.inside if part.is_twilight}
    dusk |= {offer.id for offer, _ in choices if offer.is_twilight}
    every = {offer.id for offer, _ in choices} | {part.id for offer, _ in choices for part in offer.inside}
    return Quote(
        lines=tuple(lines),
        charges=tuple(charges),
        subtotal_cents=subtotal,
        discount_cents=discount,
        fees_cents=fees,
        travel_cents=travel,
        tax_cents=tax,
        tip_cents=tip,
        total_cents=subtotal - discount + fees + travel + tax + tip,
        minutes=sum(line.minutes for line in lines),
        twilight_minutes=sum(_dusk_minutes(offer, area) * quantity for offer, quantity in choices),
        visit_ids=frozenset(every - dusk),
        twilight_ids=frozenset(dusk),
    )


def _dusk_minutes(offer: Offer, area: int | None) -> int:
    """How much of an offer's time waits for dusk: all of a twilight service, its twilight parts of a package."""
    whole = tier_for(offer.tiers, area).minutes
    if offer.is_twilight:
        return whole
    known = [form for part in offer.inside if part.is_twilight for form in part.forms[:1]]
    parts = sum(tier_for(form, area if covers(form, area) else None).minutes for form in known)
    return min(parts, whole)
