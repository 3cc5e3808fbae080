"""Paying an order: open one checkout, take in events, settle, and note money that came another way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import enqueue
from portal_app.domain.billing.afterwards import is_about_later
from portal_app.domain.billing.balance import Balance
from portal_app.domain.billing.bills import BillName, bills_named, note
from portal_app.domain.billing.gateway import Event
from portal_app.domain.billing.models import EntryKind, LedgerEntry, Mode, PaymentAttempt, WebhookEvent
from portal_app.domain.billing.paying import start_checkout
from portal_app.domain.billing.settling import reconcile, sweep_open_attempts
from portal_app.domain.billing.upfront import book_paid
from portal_app.domain.orders.models import Order
from portal_app.domain.units import UnitOfWork

__all__ = [
    "receive_event", "reconcile", "record_offline_payment", "start_checkout", "sweep_open_attempts",
]  # fmt: skip


def receive_event(unit_of_work: UnitOfWork, studio_id: int, mode: str, event: Event, body: bytes, *, now: datetime) -> bool:
    """Store a verified event once, with the work that follows from it. Returns whether it was new."""
    try:
        with unit_of_work() as db:
            return _store_event(db, studio_id, mode, event, body, now)
    except IntegrityError:
        with unit_of_work() as db:
            if not _is_stored(db, studio_id, mode, event.id):
                raise
        return False


def record_offline_payment(
    db: Session, by: Viewer, order_number: int, amount_cents: int, memo: str, request_key: str, *, now: datetime
) -> Balance:
    """Note money that came by check, cash or transfer. The same `request_key` again changes nothing.

    Raises NotAllowed, NotFound, and InvalidInput for an amount that is not between 1 and what is due.
    """
    if not by.may(Permission.SEE_MONEY):
        raise NotAllowed()
    (bill,) = bills_named(db, by, [BillName(order=order_number)], is_locked=True)
    owed = bill.balance
    source = f"offline:{request_key}"
    if _has_entry(db, by.studio_id, source):
        return owed
    if not 0 < amount_cents <= owed.due:
        raise InvalidInput("amount_cents", "Enter an amount that is not more than what is due.")
    db.add(
        LedgerEntry(
            studio_id=by.studio_id,
            order_id=bill.id,
            kind=EntryKind.PAYMENT,
            mode=Mode.LIVE,
            source_id=source,
            currency=bill.currency,
            amount_cents=amount_cents,
            memo=memo.strip()[:200] or "Paid offline",
            at=now,
        )
    )
    db.flush()
    book_paid(db, by, db.get_one(Order, bill.id), now=now)
    (left,) = bills_named(db, by, [bill.name])
    details = {"amount_cents": amount_cents, "currency": bill.currency, "due_cents": left.due_cents, "offline": True}
    note(db, by, "payment.received", left, details, now=now)
    return left.balance


def _store_event(db: Session, studio_id: int, mode: str, event: Event, body: bytes, now: datetime) -> bool:
    if _is_stored(db, studio_id, mode, event.id):
        return False
    attempt = _attempt_of(db, studio_id, mode, event)
    row = WebhookEvent(
        studio_id=studio_id,
        mode=mode,
        event_id=event.id,
        kind=event.kind,
        session_id=event.session_id,
        object_id=event.object_id,
        payment_id=event.payment_id,
        body=body,
        received_at=now,
        problem="" if attempt or not event.session_id else "It names no payment of ours.",
    )
    db.add(row)
    db.flush()
    if attempt:
        payload = {"attempt": attempt, "session_id": event.session_id, "studio_id": studio_id, "mode": mode}
        once = f"event:{studio_id}:{mode}:{event.id}"
        enqueue(db, "reconcile_attempt", payload, now=now, studio_id=studio_id, once_key=once, priority=10)
    elif is_about_later(event):
        about = {"payment_id": event.payment_id, "studio_id": studio_id, "mode": mode}
        once = f"event:{studio_id}:{mode}:{event.id}"
        enqueue(db, "reconcile_payment", about, now=now, studio_id=studio_id, once_key=once, priority=20)
    return True


def _attempt_of(db: Session, studio_id: int, mode: str, event: Event) -> str | None:
    """Our attempt that the event is about: by its stored session, else by the reference we gave the session."""
    if not event.session_id:
        return None
    own = select(PaymentAttempt.public_id).where(PaymentAttempt.studio_id == studio_id, PaymentAttempt.mode == mode)
    by_session = db.exec(own.where(PaymentAttempt.session_id == event.session_id)).first()
    return by_session or db.exec(own.where(PaymentAttempt.public_id == event.attempt)).first()


def _is_stored(db: Session, studio_id: int, mode: str, event_id: str) -> bool:
    same = select(WebhookEvent.id).where(
        WebhookEvent.studio_id == studio_id, WebhookEvent.mode == mode, WebhookEvent.event_id == event_id
    )
    return db.exec(same).first() is not None


def _has_entry(db: Session, studio_id: int, source: str) -> bool:
    same = select(LedgerEntry.id).where(LedgerEntry.studio_id == studio_id, LedgerEntry.source_id == source)
    return db.exec(same).first() is not None
