"""Money is a whole number of minor units with an ISO 4217 currency. No floats anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

WHOLE = ("JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF")
THOUSANDTHS = ("BHD", "JOD", "KWD", "OMR", "TND")
EXPONENT: dict[str, int] = {**dict.fromkeys(WHOLE, 0), **dict.fromkeys(THOUSANDTHS, 3)}
SIGNS = {"USD": "$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "EUR": "€", "GBP": "£", "JPY": "¥"}
MINUS = "−"
LEAST_CHARGE_CENTS = 50  # less is charged to no card


def exponent(currency: str) -> int:
    """How many digits stand behind the decimal point: 2 for most, 0 for yen, 3 for dinars."""
    return EXPONENT.get(currency.upper(), 2)


def money_words(cents: int, currency: str) -> str:
    """`$1,234.50`, `−$60.00`, `¥5,000`. The minus is a true minus sign."""
    digits = exponent(currency)
    whole, rest = divmod(abs(cents), 10**digits)
    tail = f".{rest:0{digits}d}" if digits else ""
    sign = SIGNS.get(currency.upper(), f"{currency.upper()} ")
    return f"{MINUS if cents < 0 else ''}{sign}{whole:,}{tail}"


def read_money(typed: str, currency: str) -> int | None:
    """What somebody typed as an amount, in minor units: `389`, `$1,250.50`. None for what is no amount, or is below 0."""
    digits = exponent(currency)
    text = typed.strip().removeprefix(SIGNS.get(currency.upper(), "")).removeprefix(currency.upper()).strip()
    found = re.fullmatch(r"([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]+))?", text)
    if found is None or len(found[2] or "") > digits:
        return None
    return int(found[1].replace(",", "")) * 10**digits + int((found[2] or "").ljust(digits, "0") or 0)


def share(cents: int, basis_points: int) -> int:
    """A percentage of an amount, rounded half away from zero (1 % = 100 basis points)."""
    scaled = abs(cents) * basis_points
    rounded = (scaled + 5_000) // 10_000
    return rounded if cents >= 0 else -rounded


def split_exactly(cents: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights that add up to the cent (largest remainder, ties to the first)."""
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be positive")
    sign = -1 if cents < 0 else 1
    parts = [abs(cents) * weight // total for weight in weights]
    missing = abs(cents) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(abs(cents) * weights[i] % total), i))
    for index in by_remainder[:missing]:
        parts[index] += 1
    return [sign * part for part in parts]
