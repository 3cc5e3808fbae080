"""Attempts, ledger and incoming payment events. Everything of Stripe belongs to (studio, mode)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import instant, one_of


class Mode(StrEnum):
    """Stripe's two worlds. Their ids never mix."""

    TEST = "test"
    LIVE = "live"


class AttemptStatus(StrEnum):
    """OPEN and PROCESSING may still bring money, and an order has at most one such attempt; the others are over."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class EntryKind(StrEnum):
    """PAYMENT lowers what is due, REFUND raises it; UNALLOCATED is money that fits no order and waits for a person."""

    PAYMENT = "payment"
    REFUND = "refund"
    UNALLOCATED = "unallocated"


class StripeAccount(SQLModel, table=True):
    """A studio's own keys for one mode, encrypted at rest; the endpoint token stands in the webhook's address."""

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
    is_active: bool = True


class PaymentAttempt(SQLModel, table=True):
    """Our side of one checkout, committed before Stripe is called. The idempotency key is ours.

    `return_to` is where whoever pressed Pay last comes back to.
    """

    __tablename__ = "payment_attempt"
    __table_args__ = (
        UniqueConstraint("studio_id", "mode", "session_id", name="uq_attempt_session"),
        Index(
            "uq_attempt_open_per_order",
            "order_id",
            unique=True,
            sqlite_where=text("status IN ('open', 'processing')"),
            postgresql_where=text("status IN ('open', 'processing')"),
        ),
        one_of("status", AttemptStatus, "payment_attempt"),
        CheckConstraint("amount_cents > 0", name="ck_payment_attempt_amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    mode: str
    currency: str
    amount_cents: int
    description: str
    payer_email: str = ""
    idempotency_key: str = Field(unique=True)
    return_to: str
    base_url: str
    status: str = AttemptStatus.OPEN
    session_id: str | None = None
    session_url: str | None = None
    problem: str = ""
    created_at: datetime = instant()
    expires_at: datetime = instant()
    settled_at: datetime | None = instant(default=None)


class LedgerEntry(SQLModel, table=True):
    """Append only. `amount_cents` is signed as it changes what the customer has paid: payments +, refunds −."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("studio_id", "mode", "source_id", name="uq_ledger_source"),
        one_of("kind", EntryKind, "ledger_entry"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True)
    attempt_id: int | None = Field(default=None, foreign_key="payment_attempt.id")
    kind: str
    mode: str
    source_id: str
    currency: str
    amount_cents: int
    memo: str = ""
    at: datetime = instant()


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
    body: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = instant()
    processed_at: datetime | None = instant(default=None)
    problem: str = ""
