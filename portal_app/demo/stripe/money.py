"""What a currency allows, in minor units."""

from __future__ import annotations

from portal_app.demo.stripe.refusals import invalid

NONE = frozenset({
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
})  # fmt: skip
THREE = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
HUNDREDS = frozenset({"isk", "ugx"})
TWO = frozenset({
    "usd", "cad", "aud", "nzd", "eur", "gbp", "chf", "sek", "nok", "dkk", "mxn", "pln", "czk", "huf", "brl", "inr", "sgd",
    "hkd", "aed", "zar", "thb", "myr", "ron", "bgn", "ils", "try", "php", "idr", "isk", "ugx",
})  # fmt: skip
CURRENCIES = NONE | TWO | THREE
LEAST = {"usd": 50, "cad": 50, "aud": 50, "eur": 50, "gbp": 30, "jpy": 50, "sek": 300, "nok": 300, "dkk": 250, "mxn": 1000}
MOST = 99_999_999


def check_currency(currency: str, param: str) -> None:
    """Raises Refusal for one that is unknown, or in capitals."""
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}.", code="parameter_invalid", param=param)


def check_amount(amount: int, currency: str, param: str) -> None:
    """At least 0, at most eight digits; the last digit of three decimals is 0, and there are no parts of a króna."""
    if not 0 <= amount <= MOST:
        raise invalid(f"Invalid integer: {param}", code="parameter_invalid_integer", param=param)
    if currency in THREE and amount % 10:
        raise invalid(f"Invalid amount: the last digit must be 0 in {currency}.", param=param)
    if currency in HUNDREDS and amount % 100:
        code = "invalid_charge_amount_no_decimal_compatible"
        raise invalid(f"Invalid amount. {currency.upper()} must be evenly divisible by 100.", code=code, param=param)


def check_enough(total: int, currency: str, words: str) -> None:
    """Card networks refuse very small payments."""
    least = LEAST.get(currency, 1)
    if total < least:
        raise invalid(f"{words} at least {least} ({currency}, minor units)", code="amount_too_small", param="amount")
