"""Money that waits for the studio, ready to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from portal_app.core.clock import date_words, day_words, local, when_words
from portal_app.core.money import money_typed, money_words
from portal_app.domain.billing.disputing import reason_words
from portal_app.domain.billing.kinds import DisputeStatus, RefundStatus
from portal_app.domain.billing.waiting import BillRef, DisputeRow, RefundRow, Unplaced

REFUND_WORDS = {
    RefundStatus.REQUESTED: "Asked for. The payment service has not answered yet; it is asked again by itself.",
    RefundStatus.PENDING: "On its way to the customer's bank.",
}


@dataclass(frozen=True)
class BillLink:
    """A bill and where the studio finds it; `href` is empty for none."""

    label: str = ""
    href: str = ""


@dataclass(frozen=True)
class UnplacedCard:
    """Money without a bill. `typed` is its amount as a field holds it; `choices` are the bills a refund may belong to."""

    entry: int = 0
    amount: str = ""
    caption: str = ""
    why: str = ""
    typed: str = ""
    currency: str = ""
    is_refund: bool = False
    can_be_placed: bool = True
    choices: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class RefundCard:
    """A refund that is not through. `state` is a word of `STATES`; `entry` can be refunded again when it came to nothing."""

    id: str
    entry: int
    state: str
    amount: str
    typed: str
    currency: str
    caption: str
    words: str
    reason: str
    bill: BillLink


@dataclass(frozen=True)
class DisputeCard:
    """A payment that a bank took back."""

    id: str
    state: str
    amount: str
    caption: str
    words: str
    until: str
    bills: list[BillLink]


def unplaced_card(row: Unplaced, zone: str) -> UnplacedCard:
    """What came or left without a bill."""
    cents = abs(row.cents)
    words = f"{money_words(cents, row.currency)} {'went back' if row.cents < 0 else 'came in'}"
    which = "Made on the payment service's own site, of a payment for several bills. Say which of them it was for."
    return UnplacedCard(
        entry=row.entry_id,
        amount=words,
        caption=" · ".join(filter(None, (when_words(row.at, zone), row.payer))),
        why="Test money: it pays for nothing." if row.is_test else which if row.cents < 0 else row.why,
        typed=money_typed(cents, row.currency),
        currency=row.currency,
        is_refund=row.cents < 0,
        can_be_placed=not row.is_test,
        choices=[[_value(bill), f"{bill.label}: {money_words(bill.left_cents, row.currency)} paid"] for bill in row.bills],
    )


def refund_card(row: RefundRow, zone: str) -> RefundCard:
    """On its way, or come to nothing."""
    asked = f"asked for by {row.asked_by}" if row.asked_by else ""
    waits = row.status in REFUND_WORDS
    return RefundCard(
        id=row.public_id,
        entry=0 if waits else row.entry_id,
        state="sending" if waits else "failed",
        amount=money_words(row.cents, row.currency),
        typed=money_typed(row.cents, row.currency),
        currency=row.currency,
        caption=", ".join(filter(None, (when_words(row.at, zone), asked))),
        words=REFUND_WORDS[RefundStatus(row.status)] if waits else row.problem,
        reason=row.reason,
        bill=bill_link(row.bill),
    )


def dispute_card(row: DisputeRow, zone: str) -> DisputeCard:
    """Open with its date, or how it ended."""
    ended = {DisputeStatus.WON: "The money is yours again.", DisputeStatus.LOST: "The bank keeps the money."}
    return DisputeCard(
        id=row.stripe_id,
        state={"open": "disputed", "won": "won", "lost": "lost"}[row.status],
        amount=money_words(row.cents, row.currency),
        caption=" · ".join(filter(None, (_since(row, zone), row.whose))),
        words=ended.get(DisputeStatus(row.status), reason_words(row.reason)),
        until=_until(row.answer_by, zone) if row.status == DisputeStatus.OPEN else "",
        bills=[bill_link(bill) for bill in row.bills],
    )


def bill_link(bill: BillRef) -> BillLink:
    """An order's page, or an invoice's."""
    href = f"/admin/orders/{bill.order}" if bill.order else f"/admin/invoices/{bill.invoice}" if bill.invoice else ""
    return BillLink(bill.label, href)


def summary(waiting: int) -> str:
    """How much needs a person."""
    if not waiting:
        return "Nothing waits for you."
    return "One thing waits for you." if waiting == 1 else f"{waiting} things wait for you."


def _value(bill: BillRef) -> str:
    return f"order:{bill.order}" if bill.order else f"invoice:{bill.invoice}"


def _until(answer_by: datetime | None, zone: str) -> str:
    return f"Answer by {date_words(local(answer_by, zone).date())}" if answer_by else "Answer soon"


def _since(row: DisputeRow, zone: str) -> str:
    closed = f"decided {day_words(row.closed_at, zone)}" if row.closed_at else ""
    return ", ".join(filter(None, (f"Since {day_words(row.opened_at, zone)}", closed)))
