"""What an order owes, in words: on its customer's page and on its status page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal_app.core.money import money_words
from portal_app.domain.billing.balance import Balance
from portal_app.domain.delivery.gate import Sight
from portal_app.ui.shared.split_cards import SplitView

LOCKED = "Due now. Your photos open moments after the payment."
DUE = {
    Sight.NOTHING: "Due now. Once it is paid, your photos are open from the moment they are delivered.",
    Sight.MARKED: LOCKED,
    Sight.SMALL: LOCKED,
    Sight.AWAY: "Due now. The time for which the photos were kept is over.",
    Sight.OPEN: "Due now. Your photos are open already.",
}


@dataclass(frozen=True)
class MoneyCard:
    """What was paid and what is due; `due` is empty when nothing is."""

    due: str = ""
    paid: str = ""
    note: str = ""
    is_on_its_way: bool = False


def money_card(status: str, kept: Balance, currency: str, *, sight: Sight, is_on_its_way: bool) -> MoneyCard:
    """The aside of an order in words; `sight` is what its customer sees of the photos now."""
    return MoneyCard(
        due=money_words(kept.due, currency) if kept.due > 0 else "",
        paid=money_words(kept.paid, currency) if kept.paid else "",
        note=_over(status, kept.over, currency) or _note(status, kept.due, kept.paid, currency, sight),
        is_on_its_way=is_on_its_way,
    )


def of_payer(whole: MoneyCard, split: SplitView) -> MoneyCard:
    """The same for who ordered, when several people pay: their own part of it."""
    if not split.payers:
        return whole
    note = "Your part, due now. Others pay the rest." if split.mine else "Your part is paid. Others pay the rest."
    return replace(whole, due=split.mine, note=note if whole.due else whole.note, is_on_its_way=split.is_on_its_way)


def _over(status: str, over: int, currency: str) -> str:
    """What was paid too much is the customer's, and they hear so."""
    if over <= 0 or status == "pending":
        return ""
    cents = money_words(over, currency)
    whose = "is yours: the studio gives it back or keeps it for your next order."
    if status == "canceled":
        return f"This order is canceled. {cents} of what was paid {whose}"
    return f"Paid in full. {cents} more than it costs was paid and {whose}"


def _note(status: str, due: int, paid: int, currency: str, sight: Sight) -> str:
    if status == "pending" and due <= 0 < paid:
        return f"You paid {money_words(paid, currency)} at booking. Nothing more is due until the studio accepts your order."
    if status == "pending":
        return "Due now, so that your time is booked." if due > 0 else "Nothing is due until the studio accepts your order."
    if status == "canceled":
        return "This order is canceled. Only the late fee is due." if due > 0 else "This order is canceled. Nothing is due."
    return DUE[sight] if due > 0 else "Paid in full. Nothing more is due."
