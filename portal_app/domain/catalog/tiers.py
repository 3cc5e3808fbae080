"""Prices by size as they are typed, and what a package saves. Pure: values in, value out.

The rows of one form of a service stand from small to large. Each begins where the one above ends, so a gap can only lie
above the last row, and an overlap only where an end does not rise: both are refused. The last row has no upper end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_example, read_money
from portal_app.domain.catalog.offering import PriceTier, covers, tier_for

MOST_AREA, MOST_CENTS, MOST_MINUTES, MOST_ROWS = 200_000, 100_000_000, 1_440, 12


@dataclass(frozen=True, slots=True)
class TypedTier:
    """One row of the table as typed. The end of the last row stays empty: any size above."""

    up_to: str = ""
    price: str = ""
    minutes: str = ""


def read_tiers(rows: Sequence[TypedTier], *, currency: str, unit: str = "sq ft", form: int = 0) -> tuple[PriceTier, ...]:
    """The rows as tiers. Raises InvalidInput for the first that does not fit; its field is `up_to-FORM-ROW`,
    `price-FORM-ROW` or `minutes-FORM-ROW`."""
    if not 0 < len(rows) <= MOST_ROWS:
        raise InvalidInput(f"price-{form}-0", f"Between 1 and {MOST_ROWS} sizes fit here.")
    read: list[PriceTier] = []
    for place, row in enumerate(rows):
        here = f"-{form}-{place}"
        below = read[-1].up_to if read else 0
        up_to = _end(row.up_to, below or 0, here, unit, is_last=place == len(rows) - 1)
        read.append(PriceTier(up_to, _price(row.price, here, currency), _minutes(row.minutes, here)))
    return tuple(read)


def read_number(typed: str) -> int | None:
    """`2,000` → 2000; None for what is no whole number."""
    text = typed.replace(",", "").replace(" ", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def savings(package: Sequence[PriceTier], parts: Sequence[Sequence[Sequence[PriceTier]]]) -> list[tuple[int, int]]:
    """For each tier of a package the least and the most it saves against its parts bought one by one, in minor units.

    A part is the tiers of each of its forms, and counts with the cheapest. Below 0 where the package costs more. Looked at
    wherever some price changes within the tier.
    """
    forms = [form for part in parts for form in part]
    ends = sorted({tier.up_to for tiers in (package, *forms) for tier in tiers if tier.up_to is not None})
    sizes = [*ends, (ends[-1] if ends else 0) + 1]
    found = []
    for tier in package:
        inside = [size for size in sizes if covers(package, size) and tier_for(package, size) == tier]
        saved = [_apart(parts, size) - tier.price_cents for size in inside]
        found.append((min(saved), max(saved)))
    return found


def _apart(parts: Sequence[Sequence[Sequence[PriceTier]]], size: int) -> int:
    known = ([tier_for(form, size).price_cents for form in part if covers(form, size)] for part in parts)
    return sum(min(prices, default=0) for prices in known)


def _end(typed: str, below: int, here: str, unit: str, *, is_last: bool) -> int | None:
    field = f"up_to{here}"
    if not typed.strip():
        if not is_last:
            raise InvalidInput(field, "Without an end this row overlaps the ones beneath it. Type where it ends.")
        return None
    end = read_number(typed)
    if end is None or not 0 < end <= MOST_AREA:
        raise InvalidInput(field, "Type the size as a number, for example 2000.")
    if end <= below:
        raise InvalidInput(field, f"The row above already covers up to {below:,} {unit}. Type a larger size.")
    if is_last:
        raise InvalidInput(field, f"Properties above {end:,} {unit} would have no price. Leave the last end empty.")
    return end


def _price(typed: str, here: str, currency: str) -> int:
    cents = read_money(typed, currency)
    if cents is None:
        raise InvalidInput(f"price{here}", f"Type the price as an amount, {money_example(currency)}.")
    if cents > MOST_CENTS:
        raise InvalidInput(f"price{here}", "This price is too large to be meant.")
    return cents


def _minutes(typed: str, here: str) -> int:
    minutes = read_number(typed)
    if minutes is None or minutes > MOST_MINUTES:
        raise InvalidInput(f"minutes{here}", "Type the minutes on site as a whole number, 0 for none.")
    return minutes
