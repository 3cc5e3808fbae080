"""Attempts, ledger, refunds, invoices and incoming payment events. Everything of Stripe belongs to (studio, mode).

What is owed belongs to a bill: an order, or an invoice without one. Each row about money names exactly one of the two.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.domain.billing.kinds import (
    AttemptKind,
    AttemptStatus,
    CancelRefund,
    DisputeStatus,
    EntryKind,
    InvoiceStatus,
    Method,
    Mode,
    RefundStatus,
    UnlockWhen,
)  # fmt: skip
from portal_app.domain.columns import at_most_one, filled, instant, one_bill, one_of


class StripeAccount(SQLModel, table=True):
    """A studio's own keys for one mode, encrypted at rest; the endpoint token stands in the webhook's address.

    Events signed with the old webhook secret count until `old_secret_until`. `problem`: why the keys did not work last.
    """

    __tablename__ = "stripe_account"
    __table_args__ = (
        UniqueConstraint("studio_id", "mode", name="uq_stripe_account_mode"),
        one_of("mode", Mode, "stripe_account"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    mode: str
    endpoint_token: str = Field(unique=True)
    secret_key_box: bytes = Field(sa_type=LargeBinary)
    webhook_secret_box: bytes = Field(sa_type=LargeBinary)
    old_webhook_secret_box: bytes | None = None
    old_secret_until: datetime | None = instant(default=None)
    account_ref: str = filled("")
    account_name: str = filled("")
    key_last4: str = filled("")
    webhook_last4: str = filled("")
    checked_at: datetime | None = instant(default=None)
    problem: str = filled("")
    is_active: bool = True


class CardHolder(SQLModel, table=True):
    """An account's record at the payment service. `stripe_id` is empty until the service has answered."""

    __tablename__ = "card_holder"
    __table_args__ = (
        UniqueConstraint("studio_id", "mode", "account_id", name="uq_card_holder_account"),
        at_most_one("uq_card_holder_stripe", "studio_id", "mode", "stripe_id", where="stripe_id IS NOT NULL"),
        one_of("mode", Mode, "card_holder"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    mode: str
    idempotency_key: str = Field(unique=True)
    stripe_id: str | None = None
    default_card: str = ""
    created_at: datetime = instant()


class PaymentAttempt(SQLModel, table=True):
    """Our side of one payment, committed before Stripe is called. The idempotency key is ours.

    What it pays stands in its lines; `customer_id` is whose bill the first of them is. `session_id` is the hosted page's,
    `payment_id` the payment's. `return_to`: where who pressed Pay last comes back to; `checked_at`: when last looked at.
    `holder` is the record at the payment service that the card is kept for, if the payer agreed to that.
    """

    __tablename__ = "payment_attempt"
    __table_args__ = (
        UniqueConstraint("studio_id", "mode", "session_id", name="uq_attempt_session"),
        Index("ix_attempt_payment", "studio_id", "mode", "payment_id"),
        ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_payment_attempt_customer"),
        Index("ix_payment_attempt_customer_id", "customer_id"),
        one_of("status", AttemptStatus, "payment_attempt"),
        one_of("kind", AttemptKind, "payment_attempt"),
        CheckConstraint("amount_cents > 0", name="ck_payment_attempt_amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    mode: str
    kind: str = filled(AttemptKind.PAGE.value)
    currency: str
    amount_cents: int
    description: str
    payer_email: str = ""
    customer_id: int | None = None
    payer_account_id: int | None = None
    card: str = filled("")
    idempotency_key: str = Field(unique=True)
    return_to: str
    base_url: str
    holder: str = filled("")
    status: str = AttemptStatus.OPEN
    session_id: str | None = None
    session_url: str | None = None
    payment_id: str | None = None
    problem: str = ""
    created_at: datetime = instant()
    expires_at: datetime = instant()
    settled_at: datetime | None = instant(default=None)
    checked_at: datetime | None = instant(default=None)


class PaymentLine(SQLModel, table=True):
    """What an attempt pays of one bill, or of one payer's share of it, as the page names it; `tip_cents` of it are a tip.

    `is_live` follows the attempt's status: a share has at most one attempt that may still bring money, and so has a bill
    that is not split.
    """

    __tablename__ = "payment_line"
    __table_args__ = (
        one_bill("payment_line"),
        CheckConstraint("amount_cents > 0", name="ck_payment_line_amount"),
        at_most_one("uq_payment_line_order", "order_id", where="is_live AND share_id IS NULL AND order_id IS NOT NULL"),
        at_most_one("uq_payment_line_invoice", "invoice_id", where="is_live AND share_id IS NULL AND invoice_id IS NOT NULL"),
        at_most_one("uq_payment_line_share", "share_id", where="is_live AND share_id IS NOT NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    attempt_id: int = Field(foreign_key="payment_attempt.id", index=True)
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    share_id: int | None = Field(default=None, foreign_key="share.id")
    name: str = ""
    amount_cents: int
    tip_cents: int = 0
    is_live: bool = True


class LedgerEntry(SQLModel, table=True):
    """Append only. `amount_cents` is signed as it changes what the customer has paid: payments +, refunds −.

    Unique per object of the payment service: a payment for several bills has several parts. A refund, a dispute and
    what takes them back name the payment's entry they are about in `about_id`. `by_name` is the person who wrote it down.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("studio_id", "mode", "source_id", "part", name="uq_ledger_source"),
        one_of("kind", EntryKind, "ledger_entry"),
        one_of("method", Method, "ledger_entry"),
        ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name="fk_ledger_entry_invoice"),
        ForeignKeyConstraint(["share_id"], ["share.id"], name="fk_ledger_entry_share"),
        ForeignKeyConstraint(["about_id"], ["ledger_entry.id"], name="fk_ledger_entry_about"),
        CheckConstraint("order_id IS NULL OR invoice_id IS NULL", name="ck_ledger_entry_bill"),
        Index("ix_ledger_entry_invoice_id", "invoice_id"),
        Index("ix_ledger_entry_about_id", "about_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True)
    invoice_id: int | None = None
    share_id: int | None = None
    about_id: int | None = None
    attempt_id: int | None = Field(default=None, foreign_key="payment_attempt.id")
    kind: str
    method: str = filled(Method.CARD.value)
    mode: str
    source_id: str
    part: int = filled(0)
    currency: str
    amount_cents: int
    memo: str = ""
    by_name: str = filled("")
    at: datetime = instant()


class Refund(SQLModel, table=True):
    """Money on its way back, stored before the payment service is asked. `entry_id` is the payment it gives back."""

    __tablename__ = "refund"
    __table_args__ = (
        at_most_one("uq_refund_stripe", "studio_id", "mode", "stripe_id", where="stripe_id IS NOT NULL"),
        one_of("status", RefundStatus, "refund"),
        CheckConstraint("amount_cents > 0", name="ck_refund_amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    mode: str
    entry_id: int = Field(foreign_key="ledger_entry.id", index=True)
    currency: str
    amount_cents: int
    reason: str = ""
    status: str = RefundStatus.REQUESTED
    stripe_id: str | None = None
    idempotency_key: str = Field(unique=True)
    problem: str = ""
    asked_by: str = ""
    created_at: datetime = instant()
    settled_at: datetime | None = instant(default=None)


class Dispute(SQLModel, table=True):
    """A payment that its cardholder's bank took back, until the bank decides."""

    __tablename__ = "dispute"
    __table_args__ = (
        UniqueConstraint("studio_id", "mode", "stripe_id", name="uq_dispute_stripe"),
        one_of("status", DisputeStatus, "dispute"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    mode: str
    stripe_id: str
    payment_id: str
    currency: str
    amount_cents: int
    reason: str = ""
    status: str = DisputeStatus.OPEN
    answer_by: datetime | None = instant(default=None)
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(default=None)


class CreditEntry(SQLModel, table=True):
    """What the studio owes a customer in credit: append only, signed, given + and used −. Never below zero in sum."""

    __tablename__ = "credit_entry"
    __table_args__ = (
        UniqueConstraint("studio_id", "source_id", name="uq_credit_entry_source"),
        CheckConstraint("amount_cents <> 0", name="ck_credit_entry_amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    order_id: int | None = Field(default=None, foreign_key="orders.id")
    source_id: str
    currency: str
    amount_cents: int
    reason: str = ""
    by_name: str = ""
    at: datetime = instant()


class Invoice(SQLModel, table=True):
    """A bill on paper: of an order, or standing alone. From finalising on it keeps its own copy of everything printed.

    `number` comes at finalising, without gaps per studio; `issuer` and `bill_to` are JSON objects of what the paper says.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("studio_id", "number", name="uq_invoice_number"),
        at_most_one("uq_invoice_draft", "order_id", where="status = 'draft' AND order_id IS NOT NULL"),
        one_of("status", InvoiceStatus, "invoice"),
        CheckConstraint("(status = 'draft') = (number IS NULL)", name="ck_invoice_number"),
        Index("ix_invoice_newest", "studio_id", "created_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True)
    number: int | None = None
    status: str = InvoiceStatus.DRAFT
    currency: str
    total_cents: int = 0
    memo: str = ""
    due_on: date | None = None
    issuer: str = ""
    bill_to: str = ""
    pdf_digest: str = ""
    token_hash: str = Field(unique=True)
    token_box: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = instant()
    finalized_at: datetime | None = instant(default=None)
    voided_at: datetime | None = instant(default=None)
    void_reason: str = ""


class InvoiceLine(SQLModel, table=True):
    """One printed line: `kind` is 'line' or a ChargeKind. A discount's amount is negative, so that lines sum to the total."""

    __tablename__ = "invoice_line"
    __table_args__ = (UniqueConstraint("invoice_id", "position", name="uq_invoice_line_position"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    position: int
    kind: str
    name: str
    detail: str = ""
    quantity: int = 1
    unit_cents: int = 0
    basis_points: int = 0
    base_cents: int = 0
    amount_cents: int


class Split(SQLModel, table=True):
    """An order that several people pay."""

    __tablename__ = "split"
    __table_args__ = (UniqueConstraint("order_id", name="uq_split_order"), one_of("unlock_when", UnlockWhen, "split"))

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id")
    unlock_when: str = UnlockWhen.ALL


class Share(SQLModel, table=True):
    """One payer's part of an order: a fixed amount, a share of the total, or with neither the rest. The first is who ordered.

    The token of its own link is sealed, so that the link can be mailed again; a new one replaces it. A share that ended
    keeps what was paid on it.
    """

    __tablename__ = "share"
    __table_args__ = (
        at_most_one("uq_share_position", "order_id", "position", where="ended_at IS NULL"),
        CheckConstraint("basis_points IS NULL OR amount_cents IS NULL", name="ck_share_measure"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    position: int
    name: str
    email: str = ""
    basis_points: int | None = None
    amount_cents: int | None = None
    is_main: bool = False
    token_hash: str = Field(unique=True)
    token_box: bytes = Field(sa_type=LargeBinary)
    ended_at: datetime | None = instant(default=None)


class PaymentPolicy(SQLModel, table=True):
    """How a studio takes money. No row: the defaults."""

    __tablename__ = "payment_policy"
    __table_args__ = (
        UniqueConstraint("studio_id", name="uq_payment_policy_studio"),
        one_of("cancel_refund", CancelRefund, "payment_policy"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id")
    relocks_on_dispute: bool = False
    cancel_refund: str = CancelRefund.MINUS_FEE
    takes_parts: bool = True
    keeps_cards: bool = True
    invoice_prefix: str = ""
    next_invoice_number: int = 1
    invoice_due_days: int = 14
    invoice_memo: str = ""
    tax_id: str = ""
    payable_to: str = ""


class WebhookEvent(SQLModel, table=True):
    """A verified event, stored once. It is a hint: the work that follows asks Stripe again."""

    __tablename__ = "webhook_event"
    __table_args__ = (UniqueConstraint("studio_id", "mode", "event_id", name="uq_webhook_event"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id")
    mode: str
    event_id: str
    kind: str
    session_id: str = ""
    object_id: str = filled("")
    payment_id: str = filled("")
    body: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = instant()
    processed_at: datetime | None = instant(default=None)
    problem: str = ""
