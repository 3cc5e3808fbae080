"""Stripe's own test cards: what each number does."""

from __future__ import annotations

from dataclasses import dataclass

ALWAYS, UNTIL_KEPT = "always", "until_kept"


@dataclass(frozen=True, slots=True)
class TestCard:
    """A number and its fate.

    `asks`: when the bank wants the cardholder to confirm. `declines`: Stripe's decline code; with `keeps`, the card
    can be saved all the same. `refunds`: how a refund ends that starts pending (or, for failed, succeeded).
    `disputes`: the reason it is taken back for right after it was paid.
    """

    number: str
    does: str
    brand: str = "visa"
    asks: str = ""
    declines: str = ""
    keeps: bool = False
    refunds: str = ""
    disputes: str = ""

    @property
    def last4(self) -> str:
        return self.number[-4:]


CARDS = {
    card.number: card
    for card in (
        TestCard("4242424242424242", "pays"),
        TestCard("5555555555554444", "pays", brand="mastercard"),
        TestCard("378282246310005", "pays", brand="amex"),
        TestCard("4000002500003155", "asks you to confirm, once", asks=UNTIL_KEPT),
        TestCard("4000002760003184", "asks you to confirm, every time", asks=ALWAYS),
        TestCard("4000000000000002", "is declined", declines="generic_decline"),
        TestCard("4000000000009995", "has too little money", declines="insufficient_funds"),
        TestCard("4000000000000069", "has expired", declines="expired_card"),
        TestCard("4000000000000127", "has another security code", declines="incorrect_cvc"),
        TestCard("4000000000000341", "is saved, then declined", declines="generic_decline", keeps=True),
        TestCard("4000000000007726", "takes its time with a refund", refunds="succeeded"),
        TestCard("4000000000005126", "pays, a refund comes back", refunds="failed"),
        TestCard("4000000000000259", "pays, then takes the money back", disputes="fraudulent"),
    )
}
WORDS = {
    "generic_decline": "Your card has been declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "not_confirmed": "We are unable to authenticate your payment method. Choose another one and try again.",
}
CODES = frozenset({"expired_card", "incorrect_cvc"})


def decline_code_of(reason: str) -> str:
    """Some declines have an error code of their own; the others share one."""
    return reason if reason in CODES else "card_declined"
