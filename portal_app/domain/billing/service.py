"""Paying: open one checkout, take in events, settle, and note money that came another way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from portal_app.domain.activity.service import enqueue
from portal_app.domain.billing.afterwards import is_about_later
from portal_app.domain.billing.gateway import Event
from portal_app.domain.billing.kinds import AttemptKind
from portal_app.domain.billing.models import PaymentAttempt, WebhookEvent
from portal_app.domain.billing.offline import record_offline_payment
from portal_app.domain.billing.paying import start_checkout
from portal_app.domain.billing.settling import reconcile, sweep_open_attempts
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


def _store_event(db: Session, studio_id: int, mode: str, event: Event, body: bytes, now: datetime) -> bool:
    if _is_stored(db, studio_id, mode, event.id):
        return False
    attempt, is_later = _attempt_of(db, studio_id, mode, event), is_about_later(event)
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
        processed_at=None if attempt or is_later else now,  # an event that asks for nothing is done with
        problem="" if attempt or not event.session_id else "It names no payment of ours.",
    )
    db.add(row)
    db.flush()
    if attempt:
        hints = {"session_id": event.session_id, "payment_id": event.payment_id}
        payload = {"attempt": attempt, "studio_id": studio_id, "mode": mode, **hints}
        once = f"event:{studio_id}:{mode}:{event.id}"
        enqueue(db, "reconcile_attempt", payload, now=now, studio_id=studio_id, once_key=once, priority=10)
    elif is_later:
        about = {"payment_id": event.payment_id, "studio_id": studio_id, "mode": mode}
        once = f"event:{studio_id}:{mode}:{event.id}"
        enqueue(db, "reconcile_payment", about, now=now, studio_id=studio_id, once_key=once, priority=20)
    return True


def _attempt_of(db: Session, studio_id: int, mode: str, event: Event) -> str | None:
    """Our attempt that the event is about: by its stored session, else by the reference we gave the session; a charge of a
    card on file by the same reference."""
    own = select(PaymentAttempt.public_id).where(PaymentAttempt.studio_id == studio_id, PaymentAttempt.mode == mode)
    if event.object_kind == "payment_intent":
        charge = own.where(PaymentAttempt.kind == AttemptKind.CARD, PaymentAttempt.public_id == event.attempt)
        return db.exec(charge).first()
    if not event.session_id:
        return None
    by_session = db.exec(own.where(PaymentAttempt.session_id == event.session_id)).first()
    return by_session or db.exec(own.where(PaymentAttempt.public_id == event.attempt)).first()


def _is_stored(db: Session, studio_id: int, mode: str, event_id: str) -> bool:
    same = select(WebhookEvent.id).where(
        WebhookEvent.studio_id == studio_id, WebhookEvent.mode == mode, WebhookEvent.event_id == event_id
    )
    return db.exec(same).first() is not None
