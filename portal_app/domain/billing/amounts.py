"""How much of each bill a payment takes, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from portal_app.core.errors import Conflict, InvalidInput
from portal_app.core.money import least_charge, money_words, step
from portal_app.domain.billing.bills import Bill, BillName, age
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.billing.spreading import TooLittleLeft, oldest_first


class NothingDue(Conflict):
    """Paid already, or not accepted yet."""

    sentence = "Nothing is due on this order. If you just paid, this page opens in a moment."


class TooLittleToCharge(Conflict):
    """Card networks refuse very small amounts."""

    sentence = "What is left is too little to charge to a card. Ask the studio to settle it."


class SeveralCurrencies(Conflict):
    """A payment is in one currency."""

    sentence = "These are in different currencies. Pay them one after the other."


@dataclass(frozen=True, slots=True)
class Part:
    """One bill in a payment: all that is due of it, or so many minor units of it; a tip for its order joins both."""

    bill: BillName
    cents: int | None = None
    tip_cents: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a payment takes of one bill, its tip beside it."""

    bill: Bill
    cents: int
    tip_cents: int = 0


def amounts_of(db: Session, bills: Sequence[Bill], parts: Sequence[Part], cents: int | None) -> list[Wanted]:
    """What each bill gets of these parts, or of an amount for all of them. Bills that get nothing of it are left out.

    Raises NothingDue, TooLittleToCharge, SeveralCurrencies, InvalidInput for "cents" and "tip".
    """
    if any(bill.due_cents <= 0 for bill in bills):
        raise NothingDue()
    currency = bills[0].currency
    if any(bill.currency != currency for bill in bills):
        raise SeveralCurrencies()
    if cents is not None and 0 < cents < least_charge(currency) <= sum(bill.due_cents for bill in bills):
        raise InvalidInput("cents", f"Cards take {money_words(least_charge(currency), currency)} or more.")
    wanted = [_part(*each) for each in zip(bills, parts, strict=True)] if cents is None else _spread(bills, cents)
    if sum(each.cents + each.tip_cents for each in wanted) < least_charge(currency):
        raise TooLittleToCharge()
    takes_all = len(wanted) == len(bills) and all(each.cents == each.bill.due_cents for each in wanted)
    if not takes_all and not payment_policy(db, bills[0].studio_id).takes_parts:
        raise InvalidInput("cents", "This studio takes the whole amount at once.")
    return wanted


def _part(bill: Bill, part: Part) -> Wanted:
    cents = bill.due_cents if part.cents is None else _spread([bill], part.cents)[0].cents
    if part.tip_cents:
        _check_tip(bill, part.tip_cents)
    return Wanted(bill, cents, part.tip_cents)


def _spread(bills: Sequence[Bill], cents: int) -> list[Wanted]:
    """The oldest bill first."""
    oldest = sorted(bills, key=age)
    dues, currency = [bill.due_cents for bill in oldest], bills[0].currency
    if not 0 < cents <= sum(dues) or cents % step(currency):
        raise InvalidInput("cents", f"Type an amount up to {money_words(sum(dues), currency)}.")
    try:
        parts = oldest_first(cents, dues, least_charge(currency))
    except TooLittleLeft as refusal:
        nearest = [money_words(each, currency) for each in (refusal.below, refusal.above) if each]
        raise InvalidInput("cents", f"What is left would be too little for a card. Pay {' or '.join(nearest)}.") from None
    return [Wanted(bill, part) for bill, part in zip(oldest, parts, strict=True) if part]


def _check_tip(bill: Bill, tip_cents: int) -> None:
    """A tip is for who took the photos: an order has one, no invoice, and no payer of a part alone."""
    if bill.order_id is None or bill.share_id is not None:
        raise InvalidInput("tip", "A tip goes with an order.")
    if tip_cents < 0 or tip_cents % step(bill.currency) or tip_cents > bill.balance.total:
        raise InvalidInput("tip", "This tip is more than the order. Check the amount.")
