"""One row of every table about money, for an order: what the walls between people are tested with."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.tokens import fingerprint
from portal_app.domain.billing.models import (
    CardHolder,
    CreditEntry,
    Dispute,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    PaymentAttempt,
    PaymentLine,
    PaymentPolicy,
    Refund,
    Share,
    Split,
)
from portal_app.domain.billing.parties import BillTo, Issuer, kept
from portal_app.domain.orders.models import Order


def add_money(db: Session, order: Order, attempt: PaymentAttempt, account_id: int | None, *, mark: str, now: datetime) -> None:
    """A payment of the order in a split, refunded, disputed and invoiced; money that fits nowhere; credit and a card."""
    here = {"studio_id": order.studio_id}
    money = here | {"mode": "test", "currency": order.currency, "amount_cents": 100}
    attempt.customer_id, attempt.holder = order.customer_id, f"cus_{mark}"
    db.add_all([attempt, Split(order_id=order.id or 0, **here)])
    share = Share(
        order_id=order.id or 0,
        position=0,
        name=mark,
        email=f"{mark}@x.example",
        basis_points=10_000,
        public_id=f"share{mark}",
        token_hash=fingerprint(f"zz9-share-{order.id}-token"),
        token_box=mark.encode(),
        **here,
    )
    invoice = Invoice(
        public_id=f"invoice{mark}", customer_id=order.customer_id, order_id=order.id, number=order.id, status="open",
        currency=order.currency, total_cents=100, memo=mark, issuer=kept(Issuer(mark)), bill_to=kept(BillTo(mark)), token_hash=fingerprint(f"zz9-invoice-{order.id}-token"),
        token_box=mark.encode(), created_at=now, finalized_at=now, void_reason=mark, **here,
    )  # fmt: skip
    db.add_all([share, invoice])
    db.flush()
    paid = LedgerEntry(
        order_id=order.id, share_id=share.id, attempt_id=attempt.id, kind="payment", source_id=f"pi_{mark}", memo=mark, at=now,
        **money,
    )  # fmt: skip
    line = PaymentLine(attempt_id=attempt.id or 0, order_id=order.id, share_id=share.id, name=mark, amount_cents=100, **here)
    db.add(line)
    db.add_all([paid, LedgerEntry(kind="unallocated", source_id=f"pj_{mark}", memo=mark, at=now, **money)])
    db.add(InvoiceLine(invoice_id=invoice.id or 0, position=0, kind="line", name=mark, detail=mark, amount_cents=100, **here))
    db.flush()
    db.add(
        Refund(
            public_id=f"refund{mark}", entry_id=paid.id or 0, reason=mark, status="pending", stripe_id=f"re_{mark}",
            idempotency_key=f"r{mark}", problem=mark, asked_by=mark, created_at=now, **money,
        )
    )  # fmt: skip
    db.add(
        Dispute(stripe_id=f"dp_{mark}", payment_id=f"pi_{mark}", reason=mark, status="won", opened_at=now, closed_at=now, **money)
    )
    db.add(
        CreditEntry(
            customer_id=order.customer_id, order_id=order.id, source_id=f"c{mark}", currency=order.currency, amount_cents=100,
            reason=mark, by_name=mark, at=now, **here,
        )
    )  # fmt: skip
    if account_id and not db.exec(select(CardHolder).where(CardHolder.account_id == account_id)).first():
        db.add(
            CardHolder(
                account_id=account_id, mode="test", idempotency_key=f"h{mark}", stripe_id=f"cus_{mark}", default_card=f"pm_{mark}",
                created_at=now, **here,
            )
        )  # fmt: skip
    db.flush()


def policy_of_money(studio_id: int, mark: str) -> PaymentPolicy:
    """How a studio takes money, with its mark in every word."""
    return PaymentPolicy(studio_id=studio_id, invoice_prefix=mark, invoice_memo=mark, tax_id=mark, payable_to=mark)
