"""Double entries for a bookkeeper: what was sold, what was paid, what reached the bank. A pure rule, values in and out.

Every transaction adds up to zero in one currency. What customers owe stands in `Assets:Receivable`; money at the payment
service waits in a clearing account of its own per mode until a payout takes it to the bank, less fees. Tables of
examples: docs/algorithms/journal.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal_app.domain.billing.gateway import Payout, PayoutLine
from portal_app.domain.billing.kinds import EntryKind, Method, Mode

RECEIVABLE = "Assets:Receivable"
BANK = "Assets:Bank"
CREDITS_OWED, CREDITS_GIVEN = "Liabilities:Customer-credit", "Income:Credits-given"
UNALLOCATED = "Liabilities:Unallocated"
TAXES, FEES = "Liabilities:Taxes", "Expenses:Payment-fees"
# Sums that their parts do not explain; and money of the same payment account that this portal never saw.
UNEXPLAINED, ELSEWHERE = "Equity:Unexplained", "Equity:Not-in-this-portal"
SOLD = {
    "line": "Income:Services",
    "discount": "Income:Discounts",
    "fee": "Income:Fees",
    "travel": "Income:Travel",
    "late": "Income:Late-fees",
    "tip": "Income:Tips",
}
HELD = {
    Method.CASH: "Assets:Cash",
    Method.CHECK: "Assets:Checks",
    Method.TRANSFER: BANK,
    Method.OTHER: "Assets:Other-payments",
}
# What the payment service takes for itself, in its own reporting categories.
ITS_FEES = frozenset({"fee", "network_cost", "tax"})
# By the name of what moved, and whether it came in: its currency and signed amount.
Heard = Mapping[tuple[str, bool], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Posting:
    """Minor units, debit + and credit −. `bill` is whose receivable it is.

    With a `currency` it is in another than its transaction, where it counts as `worth_cents`, of the same sign.
    """

    account: str
    cents: int
    bill: str = ""
    currency: str = ""
    worth_cents: int = 0

    @property
    def weight(self) -> int:
        """What it counts in its transaction's currency."""
        return self.worth_cents if self.currency else self.cents


@dataclass(frozen=True, slots=True)
class Transaction:
    """One thing that happened, on a day of the studio: its postings weigh nothing together.

    `ref` is its name elsewhere: of a bill, or at the payment service.
    """

    on: date
    payee: str
    words: str
    ref: str
    currency: str
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A printed line: its kind, its name, what it adds to the total."""

    kind: str
    name: str
    cents: int


@dataclass(frozen=True, slots=True)
class Sale:
    """What a bill says a customer owes. Taking it back is the same with every sign turned."""

    on: date
    payee: str
    words: str
    ref: str
    bill: str
    currency: str
    total_cents: int
    lines: tuple[SoldLine, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """One entry of the ledger. `is_hosted`: the payment service moved it, not the studio's own hands."""

    at: datetime
    on: date
    payee: str
    words: str
    ref: str
    bill: str
    currency: str
    kind: str
    method: str
    mode: str
    is_hosted: bool
    cents: int


@dataclass(frozen=True, slots=True)
class Credited:
    """What the studio owes a customer in credit, as it grew or shrank."""

    at: datetime
    on: date
    payee: str
    words: str
    ref: str
    currency: str
    cents: int


def clearing(mode: str) -> str:
    """Where money is between the customer's card and the studio's bank. Test money never stands beside real money."""
    return "Assets:Stripe" if mode == Mode.LIVE else "Assets:Test:Stripe"


def tax_account(name: str) -> str:
    """Taxes are owed apart, by their names as far as an account can say them."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    part = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
    return f"{TAXES}:{part[:1].upper()}{part[1:]}" if part else f"{TAXES}:Other"


def sales_of(sales: Iterable[Sale]) -> list[Transaction]:
    """The customer owes the total; the studio has earned it, or owes it on as tax."""
    return [_transaction(one.on, one.payee, one.words, one.ref, one.currency, _sold(one)) for one in sales]


def money_of(moves: Iterable[Moved], credits_: Iterable[Credited]) -> list[Transaction]:
    """One transaction for everything that one source did at one moment. What credit was used for and the credit itself
    have the same source, so the account between them is seen only when credit is given."""
    groups: dict[tuple[object, ...], list[tuple[Moved | Credited, list[Posting]]]] = defaultdict(list)
    for move in moves:
        kind = "credit" if _is_credit(move) else move.mode
        groups[kind, move.at, move.currency, move.ref].append((move, _moved(move)))
    for credit in credits_:
        postings = [Posting(CREDITS_OWED, -credit.cents), Posting(CREDITS_GIVEN, credit.cents)]
        groups["credit", credit.at, credit.currency, credit.ref].append((credit, postings))
    found: list[Transaction] = []
    for group in groups.values():
        named = next((each for each, _ in group if each.payee), group[0][0])
        postings = [posting for _, each in group for posting in each]
        found.append(_transaction(named.on, named.payee, named.words, named.ref, named.currency, postings))
    return found


def heard_of(transactions: Iterable[Transaction], mode: str) -> Heard:
    """What moved through the clearing account, by its name and direction, in the currency it was charged in."""
    heard: dict[tuple[str, bool], tuple[str, int]] = {}
    for each in transactions:
        for posting in each.postings:
            if posting.account == clearing(mode):
                key = each.ref, posting.cents > 0
                heard[key] = each.currency, heard.get(key, ("", 0))[1] + posting.cents
    return heard


def payouts_of(payouts: Iterable[Payout], mode: str, heard: Heard) -> list[Transaction]:
    """What reached the bank is what left the clearing account, less fees."""
    bank = BANK if mode == Mode.LIVE else "Assets:Test:Bank"
    found: list[Transaction] = []
    for payout in sorted(payouts, key=lambda each: (each.arrived_on, each.id)):
        postings = [Posting(bank, payout.amount_cents)]
        for line in payout.lines:
            postings += [_left(line, payout.currency, mode, heard), Posting(FEES, line.fee_cents)]
        if not payout.lines:  # made by hand: the payment service does not say of what
            postings.append(Posting(clearing(mode), -payout.amount_cents))
        postings.append(Posting(UNEXPLAINED, -sum(each.weight for each in postings)))
        found.append(_transaction(payout.arrived_on, "Stripe", "Payout", payout.id, payout.currency, postings))
    return found


def in_order(transactions: Iterable[Transaction], since: date | None = None, until: date | None = None) -> list[Transaction]:
    """By day, both ends counted; of one day as they were given. What moved nothing is left out."""
    kept = [
        each
        for each in transactions
        if each.postings and (since is None or each.on >= since) and (until is None or each.on <= until)
    ]
    return sorted(kept, key=lambda each: each.on)


def _sold(sale: Sale) -> list[Posting]:
    """Lines that do not add up to the total would hide in a sum, so what is missing has a place of its own."""
    postings = [Posting(RECEIVABLE, sale.total_cents, sale.bill)]
    for line in sale.lines:
        account = tax_account(line.name) if line.kind == "tax" else SOLD[line.kind]
        postings.append(Posting(account, -line.cents))
    return [*postings, Posting(UNEXPLAINED, -sum(each.cents for each in postings))]


def _moved(move: Moved) -> list[Posting]:
    """Where money came from or went to, and whose receivable it changed."""
    against = Posting(UNALLOCATED, -move.cents) if move.kind == EntryKind.UNALLOCATED else None
    return [Posting(_held(move), move.cents), against or Posting(RECEIVABLE, -move.cents, move.bill)]


def _held(move: Moved) -> str:
    if _is_credit(move):
        return CREDITS_GIVEN
    return clearing(move.mode) if move.is_hosted else HELD[Method(move.method)]


def _is_credit(move: Moved) -> bool:
    return move.kind == EntryKind.CREDIT or move.method == Method.CREDIT


def _left(line: PayoutLine, currency: str, mode: str, heard: Heard) -> Posting:
    """What one line of a payout takes with it. What was charged in another currency leaves in that one."""
    if line.kind in ITS_FEES:
        return Posting(FEES, -line.gross_cents)
    is_in = line.gross_cents > 0
    names = line.source_id, line.payment_id
    if not any((name, way) in heard for name in names for way in (True, False)):
        return Posting(ELSEWHERE, -line.gross_cents)
    charged_in, cents = next((heard[name, is_in] for name in names if (name, is_in) in heard), (currency, 0))
    if charged_in == currency or not line.gross_cents:
        return Posting(clearing(mode), -line.gross_cents)
    return Posting(clearing(mode), -cents, currency=charged_in, worth_cents=-line.gross_cents)


def _transaction(
    on: date, payee: str, words: str, ref: str, currency: str, postings: Sequence[Posting]
) -> Transaction:  # fmt: skip
    """One posting for each account and bill, in the order they came; none of zero. Changed money stays apart: each
    time it was changed at another rate."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for each in postings:
        sums[each.account, each.bill] += 0 if each.currency else each.cents
    kept = [Posting(account, cents, bill) for (account, bill), cents in sums.items() if cents]
    return Transaction(on, payee, words, ref, currency, (*kept, *(each for each in postings if each.currency)))
