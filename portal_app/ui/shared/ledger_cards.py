"""A bill's ledger in words: on the studio's page of the order or invoice, and on its customer's."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal_app.core.clock import when_words
from portal_app.core.money import money_typed, money_words
from portal_app.domain.billing.kinds import EntryKind, Method
from portal_app.domain.billing.ledgers import BillLedger, LedgerRow
from portal_app.ui.shared.bill_keys import bill_key

METHOD_WORDS = {
    Method.CARD: "by card",
    Method.BANK_DEBIT: "by bank debit",
    Method.CASH: "in cash",
    Method.CHECK: "by check",
    Method.TRANSFER: "by transfer",
}
KIND_WORDS = {
    EntryKind.PAYMENT: "Payment",
    EntryKind.REFUND: "Refund",
    EntryKind.REFUND_RETURNED: "Refund that came back",
    EntryKind.DISPUTE: "Taken back by the bank",
    EntryKind.DISPUTE_WON: "Given back by the bank",
}
# What only repeats the first words of its line.
PLAIN_MEMOS = frozenset({"Card payment", "Bank debit", "Payment", "Credit used", "Kept as credit", "Paid offline"})


@dataclass(frozen=True)
class LedgerCard:
    """`Payment by check`, `+$100.00`, `$100.00` after it; `caption` says when, by whom and why."""

    entry: int = 0
    words: str = ""
    caption: str = ""
    reference: str = ""
    amount: str = ""
    after: str = ""
    refund: str = ""
    can_take_back: bool = False
    is_disputed: bool = False


@dataclass(frozen=True)
class BooksCard:
    """The ledger with what is left to do about it; empty words where there is nothing. `bill` is the key of its bill."""

    bill: str = ""
    rows: list[LedgerCard] = field(default_factory=list)
    due: str = ""
    over: str = ""
    credit: str = ""
    usable: str = ""
    currency: str = ""
    is_disputed: bool = False


def books_card(found: BillLedger, *, zone: str) -> BooksCard:
    """Oldest first, as it was written."""
    usable = min(found.credit_cents, found.balance.due)
    return BooksCard(
        bill=bill_key(found.name),
        rows=[_row(row, found.currency, zone) for row in found.rows],
        due=_some(found.balance.due, found.currency),
        over=_some(found.balance.over, found.currency),
        credit=_some(found.credit_cents, found.currency),
        usable=_some(usable, found.currency),
        currency=found.currency,
        is_disputed=found.bank_decides,
    )


def _row(row: LedgerRow, currency: str, zone: str) -> LedgerCard:
    amount = money_words(row.amount_cents, currency)
    memo = "" if row.memo in PLAIN_MEMOS else row.memo
    return LedgerCard(
        entry=row.entry_id,
        words=entry_words(row),
        caption=" · ".join(part for part in (when_words(row.at, zone), row.who, memo) if part),
        reference=row.reference,
        amount=f"+{amount}" if row.amount_cents > 0 else amount,
        after=money_words(row.after_cents, currency),
        refund=money_typed(row.refundable_cents, currency) if row.refundable_cents else "",
        can_take_back=row.can_take_back,
        is_disputed=row.is_disputed,
    )


def entry_words(row: LedgerRow) -> str:
    """What an entry is: `Payment in cash`, `Credit used`, `Payment by check, taken back`."""
    if row.kind == EntryKind.CREDIT:
        return "Credit used" if row.amount_cents > 0 else "Kept as credit"
    how = METHOD_WORDS.get(Method(row.method), "") if row.kind in {EntryKind.PAYMENT, EntryKind.REFUND} else ""
    words = f"{KIND_WORDS.get(EntryKind(row.kind), 'Payment')} {how}".strip()
    return f"{words}, taken back" if row.kind == EntryKind.PAYMENT and row.amount_cents < 0 else words


def _some(cents: int, currency: str) -> str:
    return money_words(cents, currency) if cents > 0 else ""
