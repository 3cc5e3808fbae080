"""What becomes of a payment after it came: refunds and disputes, re-read at the payment service and applied in one locked
transaction.

Every webhook about them, every button and the sweep end here, so order and repetition of events do not matter. An event
about a payment that is not taken in yet takes it in first.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_
from sqlmodel import Session, col, select, update

from portal_app.core.errors import NotFound, PaymentProblem, Problem
from portal_app.domain.billing.attempts import mode_of
from portal_app.domain.billing.disputing import follow_dispute
from portal_app.domain.billing.gateway import Event, KeysRefused, PaymentGateway
from portal_app.domain.billing.kinds import DisputeStatus, RefundStatus
from portal_app.domain.billing.models import Dispute, LedgerEntry, PaymentAttempt, Refund, WebhookEvent
from portal_app.domain.billing.paid import Paid, locked_paid
from portal_app.domain.billing.refunding import GatewayFor, send_refund
from portal_app.domain.billing.returned import follow_refund
from portal_app.domain.billing.settling import reconcile
from portal_app.domain.units import UnitOfWork

NOT_OURS = "It names no payment of ours."
SWEEP_AT_MOST = 100
# A person who asks waits for the answers: what is undecided, and what came lately.
ASKED_AT_MOST = 20
LATELY = timedelta(days=30)
ASK_AGAIN_AFTER = timedelta(seconds=30)
# While something is undecided, and afterwards as long as a bank may still take a payment back.
LOOK_EVERY = timedelta(minutes=10)
LOOK_DAILY = timedelta(days=1)
WATCHED = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A payment whose turn it is to be looked at."""

    studio_id: int
    mode: str
    payment_id: str


def is_about_later(event: Event) -> bool:
    """Whether an event hints at what became of a payment after it came."""
    return bool(event.payment_id) and (event.object_kind in {"refund", "dispute"} or event.kind == "charge.refunded")


def reconcile_payment(
    unit_of_work: UnitOfWork, gateway: PaymentGateway, studio_id: int, payment_id: str, *, now: datetime
) -> bool:
    """Ask about a payment's refunds and disputes and apply the answer. Safe to repeat, and from many places at once.

    False when it is no payment of this studio's. Raises Unavailable, PaymentProblem.
    """
    mode = mode_of(gateway)
    if not _is_taken_in(unit_of_work, gateway, studio_id, payment_id, now):
        with unit_of_work() as db:
            _mark_processed(db, studio_id, mode, payment_id, NOT_OURS, now)
        return False
    refunds, disputes = gateway.refunds_of(payment_id), gateway.disputes_of(payment_id)
    with unit_of_work() as db:
        of = locked_paid(db, studio_id, mode, payment_id)
        if of is None:
            return False
        for refund in refunds:
            follow_refund(db, of, refund, now=now)
        for dispute in disputes:
            follow_dispute(db, of, dispute, now=now)
        _mark_looked_at(db, of, now)
        _mark_processed(db, studio_id, mode, payment_id, "", now)
    return True


def sweep_payments(unit_of_work: UnitOfWork, gateway_for: GatewayFor, *, now: datetime, studio_id: int = 0) -> int:
    """Ask again for refunds that were never answered, and look at payments whose turn it is: no webhook need ever come.

    With a studio, at what of that studio is undecided or came lately, at once. Returns how many payments were looked at.
    """
    for name, whose, mode in _unanswered(unit_of_work, studio_id, now):
        with suppress(Problem):
            send_refund(unit_of_work, gateway_for(whose, mode), name, now=now)
    turns = _turns(unit_of_work, studio_id, now)
    for turn in turns:
        try:
            gateway = gateway_for(turn.studio_id, turn.mode)
            is_known = gateway and reconcile_payment(unit_of_work, gateway, turn.studio_id, turn.payment_id, now=now)
        except Problem:
            is_known = False
        if not is_known:
            _pass_over(unit_of_work, turn, now)
    return len(turns)


def _is_taken_in(
    unit_of_work: UnitOfWork, gateway: PaymentGateway, studio_id: int, payment_id: str, now: datetime
) -> bool:  # fmt: skip
    mode = mode_of(gateway)
    if _has_come(unit_of_work, studio_id, mode, payment_id):
        return True
    attempt = _attempt_of(unit_of_work, studio_id, mode, gateway, payment_id)
    if not attempt:
        return False
    reconcile(unit_of_work, gateway, attempt, now=now)
    return _has_come(unit_of_work, studio_id, mode, payment_id)


def _has_come(unit_of_work: UnitOfWork, studio_id: int, mode: str, payment_id: str) -> bool:
    with unit_of_work() as db:
        came = select(LedgerEntry.id).where(
            LedgerEntry.studio_id == studio_id, LedgerEntry.mode == mode, LedgerEntry.source_id == payment_id
        )
        return db.exec(came).first() is not None


def _attempt_of(unit_of_work: UnitOfWork, studio_id: int, mode: str, gateway: PaymentGateway, payment_id: str) -> str:
    """Our attempt that this payment names; nothing when it is somebody else's."""
    try:
        named = gateway.payment(payment_id).attempt
    except KeysRefused:
        raise
    except (PaymentProblem, NotFound):
        return ""
    with unit_of_work() as db:
        mine = select(PaymentAttempt.public_id).where(
            PaymentAttempt.studio_id == studio_id, PaymentAttempt.mode == mode, PaymentAttempt.public_id == named
        )
        return db.exec(mine).first() or ""


def _mark_looked_at(db: Session, of: Paid, now: datetime) -> None:
    ids = {part.entry.attempt_id for part in of.parts}
    db.exec(update(PaymentAttempt).where(col(PaymentAttempt.id).in_(ids)).values(checked_at=now))


def _mark_processed(db: Session, studio_id: int, mode: str, payment_id: str, problem: str, now: datetime) -> None:
    db.exec(
        update(WebhookEvent)
        .where(
            col(WebhookEvent.studio_id) == studio_id,
            col(WebhookEvent.mode) == mode,
            col(WebhookEvent.payment_id) == payment_id,
            col(WebhookEvent.processed_at).is_(None),
        )
        .values(processed_at=now, problem=problem)
    )


def _unanswered(unit_of_work: UnitOfWork, studio_id: int, now: datetime) -> Sequence[tuple[str, int, str]]:
    waiting = select(Refund.public_id, Refund.studio_id, Refund.mode).where(Refund.status == RefundStatus.REQUESTED)
    if studio_id:
        waiting = waiting.where(Refund.studio_id == studio_id)
    else:
        waiting = waiting.where(col(Refund.created_at) <= now - ASK_AGAIN_AFTER)
    with unit_of_work() as db:
        return db.exec(waiting.order_by(col(Refund.id)).limit(SWEEP_AT_MOST)).all()


def _turns(unit_of_work: UnitOfWork, studio_id: int, now: datetime) -> list[_Turn]:
    """Those where something is undecided, and once a day those that a bank may still take back; longest ago first."""
    looked_at, most = func.coalesce(PaymentAttempt.checked_at, PaymentAttempt.settled_at), SWEEP_AT_MOST
    if studio_id:
        most = ASKED_AT_MOST
        lately = col(PaymentAttempt.settled_at) >= now - LATELY
        due = and_(LedgerEntry.studio_id == studio_id, or_(_is_undecided(), lately))
    else:
        daily = and_(looked_at <= now - LOOK_DAILY, col(PaymentAttempt.settled_at) >= now - WATCHED)
        due = or_(daily, and_(looked_at <= now - LOOK_EVERY, _is_undecided()))
    came = (
        select(LedgerEntry.studio_id, LedgerEntry.mode, LedgerEntry.source_id, func.min(looked_at).label("since"))
        .join(PaymentAttempt, col(PaymentAttempt.id) == col(LedgerEntry.attempt_id))
        .where(col(LedgerEntry.about_id).is_(None), due)
        .group_by(col(LedgerEntry.studio_id), col(LedgerEntry.mode), col(LedgerEntry.source_id))
    )
    with unit_of_work() as db:
        return [_Turn(*row[:3]) for row in db.exec(came.order_by(func.min(looked_at)).limit(most))]


def _is_undecided():
    """In the same statement as the entry of the payment: a refund on its way, or an open dispute."""
    pending = (RefundStatus.REQUESTED, RefundStatus.PENDING)
    refund = exists().where(col(Refund.entry_id) == col(LedgerEntry.id), col(Refund.status).in_(pending))
    dispute = exists().where(
        col(Dispute.studio_id) == col(LedgerEntry.studio_id),
        col(Dispute.mode) == col(LedgerEntry.mode),
        col(Dispute.payment_id) == col(LedgerEntry.source_id),
        col(Dispute.status) == DisputeStatus.OPEN,
    )
    return or_(refund, dispute)


def _pass_over(unit_of_work: UnitOfWork, turn: _Turn, now: datetime) -> None:
    """Nobody can be asked about it now. Its turn comes again: one studio's trouble holds up no other's."""
    mine = select(LedgerEntry.attempt_id).where(
        LedgerEntry.studio_id == turn.studio_id, LedgerEntry.mode == turn.mode, LedgerEntry.source_id == turn.payment_id
    )
    with unit_of_work() as db:
        db.exec(update(PaymentAttempt).where(col(PaymentAttempt.id).in_(mine)).values(checked_at=now))
