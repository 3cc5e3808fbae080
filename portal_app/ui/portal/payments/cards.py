"""What a customer owes and paid, in words."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.core.clock import date_words, local
from portal_app.core.money import money_words
from portal_app.domain.billing.bills import Bill
from portal_app.domain.billing.kinds import EntryKind
from portal_app.domain.billing.owing import MoneyMove, OwedBill
from portal_app.ui.shared.bill_keys import bill_key

WORDS = {
    "refund": "Refund", "refund_returned": "Refund that came back", "dispute": "Taken back by the bank",
    "dispute_won": "Given again by the bank", "credit": "Credit used",
}  # fmt: skip
PAID_BY = {
    "card": "Card payment", "bank_debit": "Bank payment", "cash": "Paid in cash", "check": "Paid by check",
    "transfer": "Bank transfer",
}  # fmt: skip


@dataclass(frozen=True)
class BillRow:
    """One bill to pay. `key` names it: `order-1042`, `invoice-…`; it `waits` while a bank is at work on it."""

    key: str
    title: str
    detail: str
    amount: str
    href: str
    cents: int
    currency: str
    waits: bool
    is_picked: bool


@dataclass(frozen=True)
class MoveRow:
    """One payment or refund; with one bill `href` leads to it."""

    key: str
    title: str
    detail: str
    amount: str
    href: str
    is_payment: bool


def bill_row(owed: OwedBill, *, is_picked: bool) -> BillRow:
    """*Order 1042, 1187 Ocean View Blvd*, whose it is, what is due."""
    bill = owed.bill
    standing = (
        "Payment on its way" if owed.is_on_its_way else "Your bank is deciding about a payment" if owed.bank_decides else ""
    )
    waits = owed.is_on_its_way or owed.bank_decides
    return BillRow(
        key=bill_key(bill.name),
        title=bill.label,
        detail=" · ".join(part for part in (standing, _part_of(bill), owed.whose) if part),
        amount=money_words(bill.due_cents, bill.currency),
        href=href_of(bill),
        cents=bill.due_cents,
        currency=bill.currency,
        waits=waits,
        is_picked=is_picked and not waits,
    )


def move_row(move: MoneyMove, zone: str) -> MoveRow:
    """*Card payment* of 23 Nov 2026, and what it was for."""
    labels = [bill.label for bill in move.bills]
    when = date_words(local(move.at, zone).date())
    return MoveRow(
        key=move.key,
        title=_title(move),
        detail=" · ".join([when, *labels]),
        amount=money_words(move.amount_cents, move.currency),
        href=href_of(move.bills[0]) if len(move.bills) == 1 else "",
        is_payment=move.kind == EntryKind.PAYMENT,
    )


def _title(move: MoneyMove) -> str:
    if move.kind == EntryKind.PAYMENT and move.amount_cents < 0:
        return "Taken back"
    if move.kind == EntryKind.CREDIT and move.amount_cents < 0:
        return "Kept as credit"
    return WORDS.get(move.kind) or PAID_BY.get(move.method, "Payment")


def href_of(bill: Bill) -> str:
    """Where it is looked at."""
    return f"/orders/{bill.name.order}" if bill.name.order else f"/invoices/{bill.name.invoice}"


def _part_of(bill: Bill) -> str:
    paid = bill.balance.paid
    return f"{money_words(paid, bill.currency)} of {money_words(bill.balance.total, bill.currency)} is paid" if paid else ""
