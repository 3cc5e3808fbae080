"""The fields of the hosted page, and what is wrong with what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from portal_app.core.clock import utc_now

CARD, BANK = "card", "bank"
FIELDS = {
    CARD: (
        ("email", "Email", "email", "email"),
        ("card", "Card number", "cc-number", "numeric"),
        ("expiry", "Expires (MM / YY)", "cc-exp", "numeric"),
        ("cvc", "Security code", "cc-csc", "numeric"),
        ("name", "Name on card", "cc-name", "text"),
    ),
    BANK: (
        ("email", "Email", "email", "email"),
        ("name", "Name on the account", "name", "text"),
        ("routing", "Routing number", "off", "numeric"),
        ("account", "Account number", "off", "numeric"),
    ),
}
FILLED = {
    "card": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123", "name": "Demo Buyer", "routing": "110000000",
    "account": "000123456789", "email": "buyer@example.com",
}  # fmt: skip
ACCOUNTS = {"000123456789": "succeeded", "000222222227": "failed"}


@dataclass(slots=True)
class Typed:
    """What the buyer typed, what is wrong with it, and what the bank said."""

    values: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    refusal: str = ""

    @property
    def alert(self) -> str:
        words = self.refusal or ("Look at the marked fields. Nothing was charged." if self.problems else "")
        return f'<p class="alert" role="alert">{escape(words)}</p>' if words else ""

    def fields(self, kind: str) -> str:
        """The boxes of a card or a bank account."""
        return "".join(self._box(*each) for each in FIELDS[kind])

    def _box(self, name: str, label: str, auto: str, mode: str) -> str:
        problem = self.problems.get(name, "")
        said = f'<p class="problem" id="{name}-problem">{escape(problem)}</p>' if problem else ""
        marks = f' aria-invalid="true" aria-describedby="{name}-problem"' if problem else ""
        return (
            f'<div class="field {name}"><label for="{name}">{label}</label>'
            f'<input id="{name}" name="{name}" autocomplete="{auto}" inputmode="{mode}" required'
            f' value="{escape(self.values.get(name, ""))}"{marks}>{said}</div>'
        )


def problems_of(kind: str, sent: dict[str, str]) -> dict[str, str]:
    """A sentence for each field that does not fit."""
    found = {}
    if "@" not in sent.get("email", ""):
        found["email"] = "Enter your email address."
    if not sent.get("name"):
        found["name"] = "Enter the name on the card." if kind == CARD else "Enter the name on the account."
    return found | (_card_problems(sent) if kind == CARD else _bank_problems(sent))


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _card_problems(sent: dict[str, str]) -> dict[str, str]:
    found, number = {}, digits(sent.get("card", ""))
    if not 12 <= len(number) <= 19 or not _is_luhn(number):
        found["card"] = "This card number is not complete or has a typing error."
    if not _is_future(sent.get("expiry", "")):
        found["expiry"] = "Enter a month and year that are not over, such as 12 / 34."
    if not re.fullmatch(r"\d{3,4}", sent.get("cvc", "")):
        found["cvc"] = "Enter the 3 or 4 digits of the security code."
    return found


def _bank_problems(sent: dict[str, str]) -> dict[str, str]:
    found = {}
    if len(digits(sent.get("routing", ""))) != 9:
        found["routing"] = "Enter the nine digits of the routing number."
    if digits(sent.get("account", "")) not in ACCOUNTS:
        found["account"] = "Use one of the test accounts below."
    return found


def _is_luhn(number: str) -> bool:
    odd = sum(int(digit) for digit in number[-1::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (odd + even) % 10 == 0


def _is_future(text: str) -> bool:
    match = re.fullmatch(r"(\d{2})\s*/?\s*(\d{2})", text)
    now = utc_now()
    return bool(match) and 1 <= int(match[1]) <= 12 and (2000 + int(match[2]), int(match[1])) >= (now.year, now.month)
