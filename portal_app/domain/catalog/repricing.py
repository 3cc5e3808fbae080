"""An order added up again after a line joined, went or changed its quantity. Pure: values in, value out.

What stays keeps the price it was agreed at, and is discounted and taxed as it was then: nothing is looked up in the
catalog of today. The arithmetic is that of `pricing.quote`, so adding a line and taking it off again leads back to the
same cent. A coupon is good for what was booked with it, not for what joins later. A tip and a late fee stay what they are.
Money off is a line below zero, taxed like the rest, so that the taxes go down with it.

| lines | coupon | fee | tip | tax | subtotal | discount | fees | tax | total |
|---|---|---|---|---|---|---|---|---|---|
| 100.00 | none | none | none | 10 % | 100.00 | 0 | 0 | 10.00 | 110.00 |
| 100.00, 50.00 | none | none | none | 10 % | 150.00 | 0 | 0 | 15.00 | 165.00 |
| 100.00, +50.00 | 20 % | none | none | 10 % | 150.00 | 20.00 | 0 | 13.00 | 143.00 |
| 100.00, +50.00 | 20 % | 5 % | none | 10 % | 150.00 | 20.00 | 6.50 | 13.00 | 149.50 |
| 100.00, 50.00 | 20 % | none | 15.00 | 10 % | 150.00 | 30.00 | 0 | 12.00 | 147.00 |
| 100.00, +-20.00 | none | none | none | 10 % | 80.00 | 0 | 0 | 8.00 | 88.00 |
| 100.00, +-20.00 | 20 % | none | none | 10 % | 80.00 | 20.00 | 0 | 6.00 | 66.00 |
| 10.00 | 30.00 off | none | none | 10 % | 10.00 | 10.00 | 0 | 0 | 0 |
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal_app.core.money import share
from portal_app.domain.catalog.models import AmountKind
from portal_app.domain.catalog.offering import Rate
from portal_app.domain.catalog.pricing import Charge, ChargeKind, Discount, taken_off, taxes


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What a line was priced by: which service's rules, which taxes, and whether the coupon is good for it."""

    priced_as: int | None = None
    rates: tuple[Rate, ...] = ()
    is_discounted: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """An order added up: total = subtotal - discount + fees + travel + tax + tip."""

    charges: tuple[Charge, ...]
    subtotal_cents: int

    def of(self, *kinds: ChargeKind) -> int:
        """The sum of the charges of some kinds, minor units."""
        return sum(charge.amount_cents for charge in self.charges if charge.kind in kinds)

    @property
    def net_cents(self) -> int:
        """What the lines cost, less the discount."""
        return self.subtotal_cents - self.of(ChargeKind.DISCOUNT)

    @property
    def total_cents(self) -> int:
        off = self.of(ChargeKind.DISCOUNT)
        return self.subtotal_cents - 2 * off + sum(charge.amount_cents for charge in self.charges)


def added_up_again(lines: Sequence[tuple[int, LineTerms]], agreed: Sequence[Charge], step: int = 1) -> Sums:
    """The charges of an order whose lines are now these (minor units, terms), from the charges it had.

    A discount of an amount never takes more off than it did: what a coupon is worth was settled at booking.
    """
    off = _off(lines, [charge for charge in agreed if charge.kind == ChargeKind.DISCOUNT], step)
    net = [cents - less for (cents, _), less in zip(lines, off, strict=True)]
    fees = [_fee(charge, sum(net), step) for charge in agreed if charge.kind == ChargeKind.FEE]
    going = [charge for charge in agreed if charge.kind == ChargeKind.TRAVEL]
    taxed = [(cents, terms.rates) for cents, (_, terms) in zip(net, lines, strict=True)]
    taxed += [(charge.amount_cents, charge.rates) for charge in (*fees, *going)]
    subtotal = sum(cents for cents, _ in lines)
    charges = (
        *_discounts(agreed, sum(off)),
        *fees,
        *going,
        *taxes(taxed, step),
        *(_tip(charge, subtotal) for charge in agreed if charge.kind == ChargeKind.TIP),
        *(charge for charge in agreed if charge.kind == ChargeKind.LATE),
    )
    return Sums(tuple(charges), subtotal)


def kept_line(terms: LineTerms) -> str:
    """As the order's line keeps it."""
    return json.dumps({"as": terms.priced_as, "rates": _rate_rows(terms.rates), "off": terms.is_discounted})


def line_terms(kept: str, charges: Sequence[Charge]) -> LineTerms:
    """Back again. An order from before this was kept: every tax on it taxes the line, and its coupon is good for it."""
    if not kept:
        return LineTerms(None, rates_on(charges), is_discounted=True)
    read = json.loads(kept)
    return LineTerms(read["as"], _rates(read["rates"]), read["off"])


def kept_rates(rates: Sequence[Rate]) -> str:
    """As the order's charge keeps them."""
    return json.dumps(_rate_rows(rates))


def charge_rates(kept: str) -> tuple[Rate, ...]:
    """Back again; none for a charge from before they were kept."""
    return _rates(json.loads(kept)) if kept else ()


def rates_on(charges: Sequence[Charge]) -> tuple[Rate, ...]:
    """The taxes that stand on an order, in their order."""
    found = [charge for charge in charges if charge.kind == ChargeKind.TAX]
    return tuple(Rate(place, charge.name, charge.basis_points) for place, charge in enumerate(found))


def _off(lines: Sequence[tuple[int, LineTerms]], agreed: Sequence[Charge], step: int) -> list[int]:
    """What the coupon takes off each line, by the rule of quotes: those it is not good for cost it nothing."""
    if not agreed:
        return [0] * len(lines)
    coupon = agreed[0]
    kind = AmountKind.PERCENT if coupon.basis_points else AmountKind.FIXED
    discount = Discount(coupon.name, kind, coupon.basis_points or coupon.amount_cents)
    return taken_off([(cents if each.is_discounted else 0, each.priced_as) for cents, each in lines], discount, step)


def _discounts(agreed: Sequence[Charge], off: int) -> list[Charge]:
    return [replace(charge, amount_cents=off) for charge in agreed if off and charge.kind == ChargeKind.DISCOUNT][:1]


def _fee(charge: Charge, net: int, step: int) -> Charge:
    if not charge.basis_points:
        return charge
    return replace(charge, amount_cents=share(net, charge.basis_points, step), base_cents=net)


def _tip(charge: Charge, subtotal: int) -> Charge:
    """Somebody gave this amount: it is no share anymore once it would be one of something else."""
    return charge if charge.base_cents in (0, subtotal) else replace(charge, basis_points=0, base_cents=0)


def _rate_rows(rates: Sequence[Rate]) -> list[list[int | str]]:
    return [[rate.id, rate.name, rate.basis_points] for rate in rates]


def _rates(rows: Sequence[Sequence]) -> tuple[Rate, ...]:
    return tuple(Rate(*row) for row in rows)
