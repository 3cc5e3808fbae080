"""What a checkout has come to: re-read at the payment service, applied in one locked transaction.

Every webhook, return page, button and sweep ends here, so order and repetition of events do not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from portal_app.core.errors import NotFound, PaymentProblem, Problem
from portal_app.core.viewer import system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing.gateway import Checkout, CheckoutIsComplete, PaymentGateway
from portal_app.domain.billing.keys import keys_of_studio
from portal_app.domain.billing.models import (
    AttemptStatus,
    EntryKind,
    LedgerEntry,
    Mode,
    PaymentAttempt,
    PaymentLine,
    WebhookEvent,
)
from portal_app.domain.billing.queries import balance
from portal_app.domain.billing.upfront import book_paid, hold_is_over
from portal_app.domain.orders.models import Order
from portal_app.domain.units import UnitOfWork

GatewayFor = Callable[[int, str], PaymentGateway | None]

LIVE = frozenset({AttemptStatus.OPEN, AttemptStatus.PROCESSING})
ARRIVED = frozenset({"paid", "no_payment_required"})
SWEEP_AFTER = timedelta(seconds=30)
SWEEP_AT_MOST = 200
FORGET_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an attempt, enough to ask the payment service about it."""

    id: int
    public_id: str
    studio_id: int
    amount_cents: int
    mode: str
    status: AttemptStatus
    session_id: str | None
    expires_at: datetime


def reconcile(
    unit_of_work: UnitOfWork, gateway: PaymentGateway, attempt_public_id: str, *, now: datetime, session_id: str = ""
) -> AttemptStatus:
    """Ask the payment service about an attempt and apply the answer. Safe to repeat, and from many places at once.

    `session_id` is an event's hint for an attempt whose session was not stored yet. Raises NotFound, Unavailable.
    """
    known = _known(unit_of_work, attempt_public_id)
    if mode_of(gateway) != known.mode:
        return known.status
    asked = session_id or known.session_id
    if not asked:
        return _lapse(unit_of_work, known, now)
    checkout = gateway.checkout(asked)
    if checkout.is_live != gateway.is_live:
        return known.status
    with unit_of_work() as db:
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
    end_attempt(unit_of_work, known.id, AttemptStatus.SUPERSEDED, "The amount due changed.", now=now)
    return AttemptStatus.SUPERSEDED


def apply(db: Session, attempt_id: int, checkout: Checkout, *, now: datetime) -> AttemptStatus:
    """Bring an attempt, its order's ledger and the stored events up to what the checkout says."""
    attempt = _locked(db, attempt_id)
    if attempt.session_id is None and checkout.attempt == attempt.public_id:
        attempt.session_id, attempt.session_url = checkout.id, checkout.url
    if checkout.status == "complete" and checkout.payment_status in ARRIVED:
        _take_money(db, attempt, checkout, now)
    elif checkout.id == attempt.session_id and attempt.status in LIVE:
        _follow(db, attempt, checkout, now)
    _mark_processed(db, attempt, checkout.id, now)
    db.add(attempt)
    db.flush()
    return AttemptStatus(attempt.status)


def end_attempt(unit_of_work: UnitOfWork, attempt_id: int, status: AttemptStatus, problem: str, *, now: datetime) -> None:
    """An attempt that will bring no money: replaced, refused, or its time is over."""
    with unit_of_work() as db:
        attempt = _locked(db, attempt_id)
        if attempt.status in LIVE:
            close_attempt(db, attempt, status, problem, now)


def lines_of(db: Session, attempt_id: int) -> list[PaymentLine]:
    """What an attempt pays, bill by bill."""
    return list(db.exec(select(PaymentLine).where(PaymentLine.attempt_id == attempt_id).order_by(col(PaymentLine.id))).all())


def mode_of(gateway: PaymentGateway) -> Mode:
    """Which of the two worlds this gateway's keys belong to."""
    return Mode.LIVE if gateway.is_live else Mode.TEST


def _sweep(unit_of_work: UnitOfWork, gateway_for: GatewayFor, known: Known, now: datetime) -> AttemptStatus:
    gateway = gateway_for(known.studio_id, known.mode)
    try:
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
    """Whether the page still asks for what its order owes: it may have been paid another way, or canceled, or its time
    is no longer held."""
    with unit_of_work() as db:
        return all(
            line.order_id and balance(db, line.order_id).due == line.amount_cents and not hold_is_over(db, line.order_id, now)
            for line in lines_of(db, known.id)
        )


def _forget(unit_of_work: UnitOfWork, known: Known, now: datetime) -> AttemptStatus:
    """These keys cannot ask about it anymore. Its page is over, so the order must not wait for it forever."""
    if known.status != AttemptStatus.OPEN or now < known.expires_at + FORGET_AFTER:
        return known.status
    end_attempt(unit_of_work, known.id, AttemptStatus.EXPIRED, "The payment account does not know this payment.", now=now)
    return AttemptStatus.EXPIRED


def _take_money(db: Session, attempt: PaymentAttempt, checkout: Checkout, now: datetime) -> None:
    source = checkout.payment_id or checkout.id
    if _is_recorded(db, attempt, source):
        return
    misfit = _misfit(attempt, checkout) or _pretended(db, attempt)
    lines = lines_of(db, attempt.id or 0)
    db.add_all(_entries(attempt, lines, checkout, source, misfit, now))
    if checkout.id == attempt.session_id:
        close_attempt(db, attempt, AttemptStatus.FAILED if misfit else AttemptStatus.PAID, misfit, now)
    db.flush()
    for line in lines:
        order = db.get_one(Order, line.order_id)
        if not misfit:
            book_paid(db, system_viewer(attempt.studio_id), order, now=now)
        _tell(db, attempt, order, checkout.amount_cents if misfit else line.amount_cents, checkout.currency, misfit, now)


def _misfit(attempt: PaymentAttempt, checkout: Checkout) -> str:
    """Why this money is not the attempt's, in words; nothing when it is."""
    if checkout.id != attempt.session_id or checkout.attempt != attempt.public_id:
        return "The payment belongs to another checkout."
    if checkout.currency.upper() != attempt.currency.upper():
        return f"It came in {checkout.currency.upper()}, not {attempt.currency.upper()}."
    if checkout.amount_cents != attempt.amount_cents:
        return f"The amount is {checkout.amount_cents}, not {attempt.amount_cents} (minor units)."
    return ""


def _pretended(db: Session, attempt: PaymentAttempt) -> str:
    """Test cards cost nothing: once a studio takes real money, a test page still open somewhere pays for nothing."""
    if attempt.mode == Mode.TEST and keys_of_studio(db, attempt.studio_id, Mode.LIVE):
        return "It is test money, and the studio takes real payments now."
    return ""


def _entries(
    attempt: PaymentAttempt, lines: Sequence[PaymentLine], checkout: Checkout, source: str, misfit: str, now: datetime
) -> list[LedgerEntry]:
    """One for each bill; money that does not fit is one entry that waits for a person."""
    common = {
        "studio_id": attempt.studio_id, "attempt_id": attempt.id, "mode": attempt.mode, "source_id": source,
        "currency": checkout.currency.upper(), "at": now,
    }  # fmt: skip
    if misfit:
        return [LedgerEntry(kind=EntryKind.UNALLOCATED, amount_cents=checkout.amount_cents, memo=misfit, **common)]
    return [
        LedgerEntry(
            kind=EntryKind.PAYMENT, order_id=line.order_id, invoice_id=line.invoice_id, share_id=line.share_id, part=part,
            amount_cents=line.amount_cents, memo="Card payment", **common,
        )
        for part, line in enumerate(lines)
    ]  # fmt: skip


def _tell(
    db: Session, attempt: PaymentAttempt, order: Order, amount_cents: int, currency: str, misfit: str, now: datetime
) -> None:
    left = balance(db, order.id or 0)
    record(
        db,
        system_viewer(attempt.studio_id),
        "payment.unallocated" if misfit else "payment.received",
        now=now,
        order_id=order.id,
        listing_id=order.listing_id,
        customer_id=order.customer_id,
        details={
            "amount_cents": amount_cents,
            "currency": currency.upper(),
            "attempt": attempt.public_id,
            "due_cents": left.due,
            "over_cents": left.over,
            "problem": misfit,
        },
    )


def _follow(db: Session, attempt: PaymentAttempt, checkout: Checkout, now: datetime) -> None:
    if checkout.status == "expired":
        close_attempt(db, attempt, AttemptStatus.EXPIRED, "The payment page was open too long.", now)
    elif checkout.status == "complete" and checkout.has_failed:
        close_attempt(db, attempt, AttemptStatus.FAILED, "The bank sent the payment back.", now)
    elif checkout.status == "complete":
        attempt.status = AttemptStatus.PROCESSING


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


def _lapse(unit_of_work: UnitOfWork, known: Known, now: datetime) -> AttemptStatus:
    """Nobody ever saw a page whose session was not stored: after its time it cannot be paid."""
    if known.status not in LIVE or now < known.expires_at:
        return known.status
    end_attempt(unit_of_work, known.id, AttemptStatus.EXPIRED, "The payment page never opened.", now=now)
    return AttemptStatus.EXPIRED


def _is_recorded(db: Session, attempt: PaymentAttempt, source: str) -> bool:
    entry = select(LedgerEntry.id).where(
        LedgerEntry.studio_id == attempt.studio_id, LedgerEntry.mode == attempt.mode, LedgerEntry.source_id == source
    )
    return db.exec(entry).first() is not None


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


def _locked(db: Session, attempt_id: int) -> PaymentAttempt:
    """Always the orders first, by id, then their attempt: two callers never wait for each other crosswise."""
    mine = select(PaymentLine.order_id).where(PaymentLine.attempt_id == attempt_id)
    db.exec(select(Order.id).where(col(Order.id).in_(mine)).order_by(col(Order.id)).with_for_update()).all()
    return db.exec(select(PaymentAttempt).where(PaymentAttempt.id == attempt_id).with_for_update()).one()


def _known(unit_of_work: UnitOfWork, public_id: str) -> Known:
    with unit_of_work() as db:
        attempt = db.exec(select(PaymentAttempt).where(PaymentAttempt.public_id == public_id)).first()
        if attempt is None:
            raise NotFound()
        return seen(attempt)


def _waiting(unit_of_work: UnitOfWork, now: datetime) -> list[Known]:
    with unit_of_work() as db:
        rows = db.exec(
            select(PaymentAttempt)
            .where(col(PaymentAttempt.status).in_(LIVE), col(PaymentAttempt.created_at) <= now - SWEEP_AFTER)
            .order_by(col(PaymentAttempt.id))
            .limit(SWEEP_AT_MOST)
        ).all()
    return [seen(row) for row in rows]


def seen(attempt: PaymentAttempt) -> Known:
    """The stored attempt as a value that outlives its transaction."""
    assert attempt.id is not None
    return Known(
        id=attempt.id,
        public_id=attempt.public_id,
        studio_id=attempt.studio_id,
        amount_cents=attempt.amount_cents,
        mode=attempt.mode,
        status=AttemptStatus(attempt.status),
        session_id=attempt.session_id,
        expires_at=attempt.expires_at,
    )
