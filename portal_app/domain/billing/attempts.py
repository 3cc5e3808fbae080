"""Stored payment attempts: found, locked, and brought to their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.domain.billing.bills import Bill, BillName, lock_bills
from portal_app.domain.billing.gateway import PaymentGateway
from portal_app.domain.billing.kinds import AttemptKind, AttemptStatus, Mode
from portal_app.domain.billing.models import PaymentAttempt, PaymentLine
from portal_app.domain.units import UnitOfWork

LIVE = frozenset({AttemptStatus.OPEN, AttemptStatus.PROCESSING})


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an attempt, enough to ask the payment service about it."""

    id: int
    public_id: str
    studio_id: int
    kind: str
    amount_cents: int
    mode: str
    status: AttemptStatus
    session_id: str | None
    payment_id: str | None
    expires_at: datetime


def seen(attempt: PaymentAttempt) -> Known:
    """The stored attempt as a value that outlives its transaction."""
    assert attempt.id is not None
    return Known(
        id=attempt.id,
        public_id=attempt.public_id,
        studio_id=attempt.studio_id,
        kind=attempt.kind,
        amount_cents=attempt.amount_cents,
        mode=attempt.mode,
        status=AttemptStatus(attempt.status),
        session_id=attempt.session_id,
        payment_id=attempt.payment_id,
        expires_at=attempt.expires_at,
    )


def known_attempt(unit_of_work: UnitOfWork, public_id: str) -> Known:
    """One attempt by its public id. Raises NotFound."""
    with unit_of_work() as db:
        attempt = db.exec(select(PaymentAttempt).where(PaymentAttempt.public_id == public_id)).first()
        if attempt is None:
            raise NotFound()
        return seen(attempt)


def lines_of(db: Session, attempt_id: int) -> list[PaymentLine]:
    """What an attempt pays, bill by bill."""
    return list(db.exec(select(PaymentLine).where(PaymentLine.attempt_id == attempt_id).order_by(col(PaymentLine.id))).all())


def locked_attempt(db: Session, attempt_id: int) -> PaymentAttempt:
    """Always the bills first, in the order of their ids, then their attempt: two callers never wait for each other
    crosswise."""
    lines = lines_of(db, attempt_id)
    lock_bills(db, [line.order_id for line in lines if line.order_id], [line.invoice_id for line in lines if line.invoice_id])
    return db.exec(select(PaymentAttempt).where(PaymentAttempt.id == attempt_id).with_for_update()).one()


def live_attempts(db: Session, bills: Sequence[Bill]) -> list[PaymentAttempt]:
    """Those that may still bring money for any of these bills, locked, oldest first. The bills are locked already.

    A payer's share and the whole of its order stand in each other's way; two shares of an order do not.
    """
    orders, invoices = [bill.order_id for bill in bills if bill.order_id], [bill.invoice_id for bill in bills if bill.invoice_id]
    near = (col(PaymentLine.order_id).in_(orders)) | (col(PaymentLine.invoice_id).in_(invoices))
    lines = db.exec(select(PaymentLine).where(near, col(PaymentLine.is_live))).all()
    ids = {line.attempt_id for line in lines if any(_is_of(line, bill) for bill in bills)}
    found = select(PaymentAttempt).where(col(PaymentAttempt.id).in_(ids), col(PaymentAttempt.status).in_(LIVE))
    return list(db.exec(found.order_by(col(PaymentAttempt.id)).with_for_update()).all())


def arriving(db: Session, bills: Sequence[Bill]) -> set[BillName]:
    """Which of these bills money is on its way for: a bank debit, or a charge of a card that is not answered yet."""
    orders, invoices = [bill.order_id for bill in bills if bill.order_id], [bill.invoice_id for bill in bills if bill.invoice_id]
    near = (col(PaymentLine.order_id).in_(orders)) | (col(PaymentLine.invoice_id).in_(invoices))
    sure = (PaymentAttempt.status == AttemptStatus.PROCESSING) | (PaymentAttempt.kind == AttemptKind.CARD)
    found = select(PaymentLine).join(PaymentAttempt, col(PaymentAttempt.id) == col(PaymentLine.attempt_id))
    lines = db.exec(found.where(near, col(PaymentLine.is_live), sure)).all()
    return {bill.name for bill in bills if any(_is_of(line, bill) for line in lines)}


def close_attempt(db: Session, attempt: PaymentAttempt, status: AttemptStatus, problem: str, now: datetime) -> None:
    """In the caller's transaction: it is over, and so is what it would have paid."""
    attempt.status = status
    attempt.problem = problem
    attempt.settled_at = now
    db.add(attempt)
    for line in lines_of(db, attempt.id or 0):
        line.is_live = False
        db.add(line)
    db.flush()


def end_attempt(unit_of_work: UnitOfWork, attempt_id: int, status: AttemptStatus, problem: str, *, now: datetime) -> None:
    """An attempt that will bring no money: replaced, refused, or its time is over."""
    with unit_of_work() as db:
        attempt = locked_attempt(db, attempt_id)
        if attempt.status in LIVE:
            close_attempt(db, attempt, status, problem, now)


def mode_of(gateway: PaymentGateway) -> Mode:
    """Which of the two worlds this gateway's keys belong to."""
    return Mode.LIVE if gateway.is_live else Mode.TEST


def _is_of(line: PaymentLine, bill: Bill) -> bool:
    if (line.order_id, line.invoice_id) != (bill.order_id, bill.invoice_id):
        return False
    return line.share_id is None or bill.share_id is None or line.share_id == bill.share_id
