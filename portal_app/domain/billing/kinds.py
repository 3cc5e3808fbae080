"""The words of money: how a payment stands, what an entry does, how money came."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """Stripe's two worlds. Their ids never mix."""

    TEST = "test"
    LIVE = "live"


class AttemptStatus(StrEnum):
    """OPEN and PROCESSING may still bring money, and a bill has at most one such attempt; the others are over."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class AttemptKind(StrEnum):
    """A hosted page that the payer goes through, or a card on file that the studio charges."""

    PAGE = "page"
    CARD = "card"


class EntryKind(StrEnum):
    """What an entry does to what was paid.

    PAYMENT and CREDIT raise it, REFUND lowers it and REFUND_RETURNED takes a refund that failed back. DISPUTE is money the
    bank took, DISPUTE_WON the same money again. UNALLOCATED fits no bill and waits for a person; giving it a bill is
    an UNALLOCATED entry of the opposite sign and a PAYMENT, written together.
    """

    PAYMENT = "payment"
    CREDIT = "credit"
    REFUND = "refund"
    REFUND_RETURNED = "refund_returned"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    UNALLOCATED = "unallocated"


class Method(StrEnum):
    """How money came or went."""

    CARD = "card"
    BANK_DEBIT = "bank_debit"
    CASH = "cash"
    CHECK = "check"
    TRANSFER = "transfer"
    CREDIT = "credit"
    OTHER = "other"


class RefundStatus(StrEnum):
    """REQUESTED is stored before the call; FAILED and CANCELED put the amount back."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class DisputeStatus(StrEnum):
    """OPEN until the bank decides."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class InvoiceStatus(StrEnum):
    """A DRAFT has no number and may change; an OPEN one changes only its memo and due date. Paid is computed."""

    DRAFT = "draft"
    OPEN = "open"
    VOID = "void"


class UnlockWhen(StrEnum):
    """When a bill split among payers opens its listing."""

    ALL = "all"
    MAIN = "main"


class CancelRefund(StrEnum):
    """What a canceled order gives back of what was paid for it."""

    NONE = "none"
    MINUS_FEE = "minus_fee"
    FULL = "full"
