"""What a checkout has come to: re-read at the payment service, applied in one locked transaction.

Every webhook, return page, button and sweep ends here, so order and repetition of events do not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from portal_app.core.errors import PaymentProblem, Problem
from portal_app.core.money import least_charge
from portal_app.domain.billing.attempts import (
    LIVE,
    Known,
    close_attempt,
    end_attempt,
    known_attempt,
    lines_of,
    locked_attempt,
    mode_of,
    seen,
)
from portal_app.domain.billing.bills import bills_of
from portal_app.domain.billing.charges import reconcile_charge
from portal_app.domain.billing.gateway import Checkout, CheckoutIsComplete, PaymentGateway
from portal_app.domain.billing.kinds import AttemptKind
from portal_app.domain.billing.models import AttemptStatus, PaymentAttempt, WebhookEvent
from portal_app.domain.billing.taking import Arrival, take_money
from portal_app.domain.billing.upfront import hold_is_over
from portal_app.domain.units import UnitOfWork

GatewayFor = Callable[[int, str], PaymentGateway | None]

ARRIVED = frozenset({"paid", "no_payment_required"})
SWEEP_AFTER = timedelta(seconds=30)
SWEEP_AT_MOST = 200
FORGET_AFTER = timedelta(hours=1)


def reconcile(
    unit_of_work: UnitOfWork,
    gateway: PaymentGateway,
    attempt_public_id: str,
    *,
    now: datetime,
    session_id: str = "",
    payment_id: str = "",
) -> AttemptStatus:
    """Ask the payment service about an attempt and apply the answer. Safe to repeat, and from many places at once.

    `session_id` and `payment_id` are an event's hints for an attempt whose own was not stored yet. Raises NotFound,
    Unavailable.
    """
    known = known_attempt(unit_of_work, attempt_public_id)
    if mode_of(gateway) != known.mode:
        return known.status
    if known.kind == AttemptKind.CARD:
        return reconcile_charge(unit_of_work, gateway, known, now=now, payment_id=payment_id)
    asked = session_id or known.session_id
    if not asked:
        return _lapse(unit_of_work, known, now)
    checkout = gateway.checkout(asked)
    if checkout.is_live != gateway.is_live:
        return known.status
    with unit_of_work() as db:
        if owner := _owner(db, known, checkout):
            apply(db, owner, checkout, now=now)
            return known.status
        return apply(db, known.id, checkout, now=now)


def sweep_open_attempts(unit_of_work: UnitOfWork, gateway_for: GatewayFor, *, now: datetime) -> int:
    """Settle what no webhook and no return page has settled, and close pages that ask for what is no longer due.

    Returns how many attempts came to an end.
    """
    waiting = _waiting(unit_of_work, now)
    return sum(_sweep(unit_of_work, gateway_for, known, now) not in LIVE for known in waiting)


def close_page(unit_of_work: UnitOfWork, gateway: PaymentGateway, known: Known, *, now: datetime) -> AttemptStatus:
    """Make sure that a page which asks for the wrong amount can never be paid; if it just was, take the money in."""
    try:
        gateway.expire_checkout(known.session_id or "")
    except CheckoutIsComplete:
        return reconcile(unit_of_work, gateway, known.public_id, now=now, session_id=known.session_id or "")
    end_attempt(unit_of_work, known.id, AttemptStatus.SUPERSEDED, "What is to pay changed.", now=now)
    return AttemptStatus.SUPERSEDED


def apply(db: Session, attempt_id: int, checkout: Checkout, *, now: datetime) -> AttemptStatus:
    """Bring an attempt, the ledger of its bills and the stored events up to what the checkout says."""
    attempt = locked_attempt(db, attempt_id)
    if attempt.session_id is None and checkout.attempt == attempt.public_id:
        attempt.session_id, attempt.session_url = checkout.id, checkout.url
    is_own = checkout.id == attempt.session_id
    if is_own and checkout.payment_id:
        attempt.payment_id = checkout.payment_id
    if checkout.status == "complete" and checkout.payment_status in ARRIVED:
        take_money(db, attempt, _arrival(attempt, checkout), ends=is_own, now=now)
    elif is_own and attempt.status in LIVE:
        _follow(db, attempt, checkout, now)
    _mark_processed(db, attempt, checkout.id, now)
    db.add(attempt)
    db.flush()
    return AttemptStatus(attempt.status)


def _owner(db: Session, known: Known, checkout: Checkout) -> int | None:
    """The attempt that the session names, when that is another one of the studio's: its money is that one's."""
    if checkout.attempt == known.public_id:
        return None
    same = select(PaymentAttempt.id).where(PaymentAttempt.studio_id == known.studio_id, PaymentAttempt.mode == known.mode)
    return db.exec(same.where(PaymentAttempt.public_id == checkout.attempt)).first()


def _arrival(attempt: PaymentAttempt, checkout: Checkout) -> Arrival:
    is_own = checkout.id == attempt.session_id and checkout.attempt == attempt.public_id
    return Arrival(
        source=checkout.payment_id or checkout.id,
        amount_cents=checkout.amount_cents,
        currency=checkout.currency,
        method=checkout.method,
        problem="" if is_own else "The payment belongs to another checkout.",
    )


def _sweep(unit_of_work: UnitOfWork, gateway_for: GatewayFor, known: Known, now: datetime) -> AttemptStatus:
    try:
        gateway = gateway_for(known.studio_id, known.mode)
        if gateway is None:
            return _forget(unit_of_work, known, now)
        status = reconcile(unit_of_work, gateway, known.public_id, now=now)
        if status == AttemptStatus.OPEN and known.session_id and not _is_due(unit_of_work, known, now):
            return close_page(unit_of_work, gateway, known, now=now)
    except PaymentProblem:
        return _forget(unit_of_work, known, now)
    except Problem:
        return known.status
    return status


def _is_due(unit_of_work: UnitOfWork, known: Known, now: datetime) -> bool:
    """Whether the page still asks for what its bills owe, all or a part: one may have been paid another way, or canceled,
    or its time is no longer held."""
    with unit_of_work() as db:
        lines = lines_of(db, known.id)
        for line, bill in zip(lines, bills_of(db, lines), strict=True):
            left = bill.due_cents - (line.amount_cents - line.tip_cents)
            if left < 0 or 0 < left < least_charge(bill.currency):
                return False
            if bill.order_id and hold_is_over(db, bill.order_id, now):
                return False
    return True


def _forget(unit_of_work: UnitOfWork, known: Known, now: datetime) -> AttemptStatus:
    """These keys cannot ask about it anymore. Its page is over, so the bill must not wait for it forever."""
    if known.status != AttemptStatus.OPEN or now < known.expires_at + FORGET_AFTER:
        return known.status
    end_attempt(unit_of_work, known.id, AttemptStatus.EXPIRED, "The payment account does not know this payment.", now=now)
    return AttemptStatus.EXPIRED


def _follow(db: Session, attempt: PaymentAttempt, checkout: Checkout, now: datetime) -> None:
    if checkout.status == "expired":
        close_attempt(db, attempt, AttemptStatus.EXPIRED, "The payment page was open too long.", now)
    elif checkout.status == "complete" and checkout.has_failed:
        close_attempt(db, attempt, AttemptStatus.FAILED, "The bank sent the payment back.", now)
    elif checkout.status == "complete":
        attempt.status = AttemptStatus.PROCESSING


def _lapse(unit_of_work: UnitOfWork, known: Known, now: datetime) -> AttemptStatus:
    """Nobody ever saw a page whose session was not stored: after its time it cannot be paid."""
    if known.status not in LIVE or now < known.expires_at:
        return known.status
    end_attempt(unit_of_work, known.id, AttemptStatus.EXPIRED, "The payment page never opened.", now=now)
    return AttemptStatus.EXPIRED


def _mark_processed(db: Session, attempt: PaymentAttempt, session_id: str, now: datetime) -> None:
    db.exec(
        update(WebhookEvent)
        .where(
            col(WebhookEvent.studio_id) == attempt.studio_id,
            col(WebhookEvent.mode) == attempt.mode,
            col(WebhookEvent.session_id) == session_id,
            col(WebhookEvent.processed_at).is_(None),
        )
        .values(processed_at=now)
    )


def _waiting(unit_of_work: UnitOfWork, now: datetime) -> list[Known]:
    with unit_of_work() as db:
        rows = db.exec(
            select(PaymentAttempt)
            .where(col(PaymentAttempt.status).in_(LIVE), col(PaymentAttempt.created_at) <= now - SWEEP_AFTER)
            .order_by(col(PaymentAttempt.id))
            .limit(SWEEP_AT_MOST)
        ).all()
    return [seen(row) for row in rows]
