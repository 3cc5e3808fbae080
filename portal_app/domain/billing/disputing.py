"""A cardholder's bank takes a payment back: held until it decides, the studio's again when it is won, lost otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from portal_app.core.money import step
from portal_app.core.viewer import system_viewer
from portal_app.domain.billing.bills import Bill, BillName
from portal_app.domain.billing.gateway import DisputeNow
from portal_app.domain.billing.kinds import DisputeStatus, EntryKind
from portal_app.domain.billing.models import Dispute, LedgerEntry
from portal_app.domain.billing.paid import Paid, paid, taken_from
from portal_app.domain.billing.returned import entry_about, take_back, tell

# A decided dispute is never open again; a lost one may still be won in the last instance.
RANK = {"open": 0, "lost": 1, "won": 2}
HELD = "Disputed: the cardholder's bank holds it"
WON = "The dispute was won"
REASONS = {
    "fraudulent": "The cardholder says that they did not make this payment.",
    "product_not_received": "The cardholder says that they did not get what they paid for.",
    "product_unacceptable": "The cardholder says that it was not as promised.",
    "duplicate": "The cardholder says that they paid twice.",
    "subscription_canceled": "The cardholder says that they had canceled.",
    "credit_not_processed": "The cardholder says that a refund never came.",
    "unrecognized": "The cardholder does not recognize this payment.",
}


def reason_words(reason: str) -> str:
    """What the cardholder's bank says, in a sentence."""
    return REASONS.get(reason, f"The bank's reason: {reason.replace('_', ' ') or 'none given'}.")


def is_held() -> ColumnElement[bool]:
    """Joins a dispute to the entries by which its bank holds the money."""
    return and_(
        col(Dispute.studio_id) == col(LedgerEntry.studio_id), col(Dispute.mode) == col(LedgerEntry.mode),
        col(Dispute.stripe_id) == col(LedgerEntry.source_id),
    )  # fmt: skip


def disputed(db: Session, bills: Sequence[Bill]) -> set[BillName]:
    """Which of these bills a bank holds a payment of, and has not decided. One statement."""
    entry = LedgerEntry
    ours = col(entry.order_id).in_([bill.order_id for bill in bills if bill.order_id])
    alone = col(entry.invoice_id).in_([bill.invoice_id for bill in bills if bill.invoice_id])
    held = select(entry.order_id, entry.invoice_id).join(Dispute, is_held())
    open_ones = held.where(ours | alone, entry.kind == EntryKind.DISPUTE, Dispute.status == DisputeStatus.OPEN)
    found = {(order_id, invoice_id) for order_id, invoice_id in db.execute(open_ones)}
    return {bill.name for bill in bills if (bill.order_id, bill.invoice_id) in found}


def follow_dispute(db: Session, of: Paid, dispute: DisputeNow, *, now: datetime) -> Dispute:
    """Bring our row and the ledger up to what the payment service says. The payment is locked; safe to repeat."""
    first = of.parts[0].entry
    row = db.exec(
        select(Dispute)
        .where(Dispute.studio_id == first.studio_id, Dispute.mode == first.mode, Dispute.stripe_id == dispute.id)
        .with_for_update()
    ).first()
    if row is None:
        row = _opened(db, of, dispute, now)
    row.answer_by = dispute.answer_by
    _advance(db, of, row, DisputeStatus(dispute.status), now)
    db.add(row)
    db.flush()
    return row


def _opened(db: Session, of: Paid, dispute: DisputeNow, now: datetime) -> Dispute:
    first = of.parts[0].entry
    row = Dispute(
        studio_id=first.studio_id, mode=first.mode, stripe_id=dispute.id, payment_id=of.payment_id, currency=dispute.currency,
        amount_cents=dispute.amount_cents, reason=dispute.reason, answer_by=dispute.answer_by, opened_at=now,
    )  # fmt: skip
    db.add(row)
    parts = paid(db, first.studio_id, first.mode, [of.payment_id])[of.payment_id].parts
    taken = taken_from([part.left_cents for part in parts], dispute.amount_cents, step(dispute.currency))
    bills = [(part.entry, cents) for part, cents in zip(parts, taken, strict=True) if cents]
    for part, (entry, cents) in enumerate(bills):
        db.add(entry_about(entry, EntryKind.DISPUTE, dispute.id, part, -cents, HELD, now))
    db.flush()
    _tell(db, row, "dispute.opened", bills, now)
    return row


def _advance(db: Session, of: Paid, row: Dispute, status: DisputeStatus, now: datetime) -> None:
    if RANK[status] <= RANK[row.status]:
        return
    row.status, row.closed_at = status, now
    if status == DisputeStatus.WON:
        take_back(db, row.studio_id, row.mode, row.stripe_id, EntryKind.DISPUTE_WON, WON, now)
    held = db.exec(
        select(LedgerEntry).where(
            LedgerEntry.studio_id == row.studio_id, LedgerEntry.mode == row.mode, LedgerEntry.source_id == row.stripe_id,
            LedgerEntry.amount_cents < 0,
        )
    ).all()  # fmt: skip
    about = {part.entry.id: part.entry for part in of.parts}
    _tell(db, row, f"dispute.{status}", [(about[each.about_id], -each.amount_cents) for each in held], now)


def _tell(db: Session, row: Dispute, kind: str, bills: list[tuple[LedgerEntry, int]], now: datetime) -> None:
    """One fact for each bill; what follows once for all of them follows from the first."""
    for part, (entry, cents) in enumerate(bills):
        details = {
            "amount_cents": cents, "currency": row.currency, "reason": row.reason, "dispute": row.stripe_id, "part": part,
            "whole_cents": row.amount_cents, "answer_by": row.answer_by.isoformat() if row.answer_by else "",
        }  # fmt: skip
        tell(db, system_viewer(row.studio_id), kind, entry, details, now)
