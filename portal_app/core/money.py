"""Money is a whole number of minor units with an ISO 4217 currency. No floats anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

WHOLE = frozenset(["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"])
THOUSANDTHS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
# Of no use below one króna or shilling, but counted in hundredths by every payment service.
WHOLE_HUNDREDS = frozenset({"ISK", "UGX"})
SIGNS = {"USD": "$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "EUR": "€", "GBP": "£", "JPY": "¥"}
MINUS = "−"
# Stripe's least charges (docs.stripe.com/currencies), and about half a dollar for those it does not name.
LEAST = {
    "AED": 200, "BGN": 100, "CZK": 1500, "DKK": 250, "GBP": 30, "HKD": 400, "HUF": 17500, "MXN": 1000, "MYR": 200, "NOK": 300,
    "PLN": 200, "RON": 200, "SEK": 300, "THB": 1000, "BHD": 200, "JOD": 400, "KWD": 200, "OMR": 200, "TND": 2000, "BIF": 1500,
    "CLP": 500, "DJF": 100, "GNF": 5000, "KMF": 300, "KRW": 800, "MGA": 2500, "PYG": 4000, "RWF": 800, "VND": 14000, "VUV": 70,
    "XAF": 350, "XOF": 350, "XPF": 70, "ISK": 7500, "UGX": 200_000,
}  # fmt: skip
LEAST_OF_OTHERS = 50


def exponent(currency: str) -> int:
    """How many digits stand behind the decimal point in minor units: 2 for most, 0 for yen, 3 for dinars."""
    code = currency.upper()
    return 0 if code in WHOLE else 3 if code in THOUSANDTHS else 2


def step(currency: str) -> int:
    """The smallest amount there is, in minor units: card networks take dinars in tens of fils, and no part of a króna."""
    code = currency.upper()
    return 10 if code in THOUSANDTHS else 100 if code in WHOLE_HUNDREDS else 1


def least_charge(currency: str) -> int:
    """Less than this, in minor units, is charged to no card."""
    return LEAST.get(currency.upper(), LEAST_OF_OTHERS)


def money_words(cents: int, currency: str) -> str:
    """`$1,234.50`, `−$60.00`, `¥5,000`. The minus is a true minus sign."""
    sign = SIGNS.get(currency.upper(), f"{currency.upper()} ")
    return f"{MINUS if cents < 0 else ''}{sign}{_plain(abs(cents), currency, ',')}"


def money_typed(cents: int, currency: str) -> str:
    """`1234.50`, as a field holds an amount that is not negative."""
    return _plain(cents, currency, "")


def money_example(currency: str) -> str:
    """`for example 25 or 12.50`, for the sentence beside an amount that cannot be read."""
    finer = step(currency) < 10 ** exponent(currency)
    return f"for example 25 or {money_typed(125 * 10 ** (exponent(currency) - 1), currency)}" if finer else "for example 2500"


def read_money(typed: str, currency: str) -> int | None:
    """What somebody typed as an amount, in minor units: `389`, `$1,250.50`.

    None for what is no amount, is below 0, or is finer than the currency is.
    """
    digits = exponent(currency)
    text = typed.strip().removeprefix(SIGNS.get(currency.upper(), "")).removeprefix(currency.upper()).strip()
    found = re.fullmatch(r"([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]+))?", text)
    if found is None or len(found[2] or "") > digits:
        return None
    cents = int(found[1].replace(",", "")) * 10**digits + int((found[2] or "").ljust(digits, "0") or 0)
    return None if cents % step(currency) else cents


def _plain(cents: int, currency: str, thousands: str) -> str:
    digits = exponent(currency)
    whole, rest = divmod(cents, 10**digits)
    tail = f".{rest:0{digits}d}" if digits and (rest or step(currency) < 10**digits) else ""
    return f"{whole:{thousands}}{tail}"


def nearest(cents: int, of: int) -> int:
    """To the nearest multiple of the currency's step, half away from zero."""
    rounded = (abs(cents) * 2 + of) // (2 * of) * of
    return rounded if cents >= 0 else -rounded


def share(cents: int, basis_points: int, of: int = 1) -> int:
    """A percentage of an amount, rounded half away from zero to a multiple of the currency's step (1 % = 100 basis points)."""
    scaled = abs(cents) * basis_points
    rounded = (scaled + 5_000 * of) // (10_000 * of) * of
    return rounded if cents >= 0 else -rounded


def split_exactly(cents: int, weights: Sequence[int], of: int = 1) -> list[int]:
    """Parts in proportion to the weights that add up to the cent (largest remainder, ties to the first).

    Each is a multiple of the currency's step, when the amount is one; what else is left goes to the first with a weight.
    """
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be positive")
    sign, (whole, odd) = -1 if cents < 0 else 1, divmod(abs(cents), of)
    parts = [whole * weight // total * of for weight in weights]
    missing = whole - sum(parts) // of
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % total), i))
    for index in by_remainder[:missing]:
        parts[index] += of
    parts[next(index for index, weight in enumerate(weights) if weight)] += odd
    return [sign * part for part in parts]
