"""Giving a payment back to the method it came from, whole or in part.

The row is stored before the payment service is asked, and holds its amount from then on: two people, or a crash in
between, never give the same money back twice. What was asked and never answered is asked again under the same key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from portal_app.core.money import money_words, step
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.gateway import DisputedPayment, KeysRefused, PaymentGateway, RefundRefused, RefundRequest
from portal_app.domain.billing.kinds import RefundStatus
from portal_app.domain.billing.models import LedgerEntry, Refund
from portal_app.domain.billing.paid import Paid, locked_paid
from portal_app.domain.billing.returned import follow_refund, give_up, tell
from portal_app.domain.units import UnitOfWork

GatewayFor = Callable[[int, str], PaymentGateway | None]
# The payment service forgets our keys after a day: asking again after that could give the money back a second time.
KEY_COUNTS = timedelta(hours=23)


class NothingToRefund(Conflict):
    """All of it went back, or is on its way."""

    sentence = "Nothing of this payment is left to give back."


class PaidElsewhere(Conflict):
    """Cash, a check, a transfer or credit: no payment service can send it back."""

    sentence = "This was not paid by card or bank debit here. Give it back the way it came, and note it."


class KeysGone(Conflict):
    """The studio has taken its keys out since."""

    sentence = "The payment account that took this payment is not connected anymore. Give it back on its own site."


@dataclass(frozen=True, slots=True)
class _Asked:
    """A stored refund, enough to ask the payment service for it."""

    id: int
    studio_id: int
    mode: str
    request: RefundRequest


def refund(
    unit_of_work: UnitOfWork, gateway_for: GatewayFor, by: Viewer, entry_id: int, amount_cents: int, reason: str,
    request_key: str, *, now: datetime,
) -> RefundStatus:  # fmt: skip
    """Give `amount_cents` of one entry of the ledger back. The same `request_key` again is the same refund.

    REQUESTED means that the payment service has not answered yet; it is asked again by itself. Raises NotAllowed,
    NotFound, InvalidInput, NothingToRefund, PaidElsewhere, KeysGone, DisputedPayment, RefundRefused, KeysRefused.
    """
    if not by.may(Permission.REFUND):
        raise NotAllowed
    with unit_of_work() as db:
        mode = _entry(db, by, entry_id).mode
    gateway = gateway_for(by.studio_id, mode)
    if gateway is None:
        raise KeysGone
    with unit_of_work() as db:
        asked = _planned(db, by, entry_id, amount_cents, reason, request_key, now)
    try:
        return _sent(unit_of_work, gateway, asked, now)
    except Unavailable:
        return RefundStatus.REQUESTED


def send_refund(unit_of_work: UnitOfWork, gateway: PaymentGateway | None, public_id: str, *, now: datetime) -> RefundStatus:
    """Ask for a stored refund that was never confirmed. Raises NotFound, KeysGone, Unavailable, and what `refund` raises."""
    with unit_of_work() as db:
        row = db.exec(select(Refund).where(Refund.public_id == public_id)).first()
        if row is None:
            raise NotFound
        asked, status, is_old = _asked(db, row), RefundStatus(row.status), now - row.created_at > KEY_COUNTS
    if status != RefundStatus.REQUESTED:
        return status
    if is_old:
        _end(unit_of_work, asked, "The payment service never answered. Look on its own site, then try again.", now)
        return RefundStatus.FAILED
    if gateway is None:
        raise KeysGone
    return _sent(unit_of_work, gateway, asked, now)


def plan(db: Session, by: Viewer, of: Paid, entry: LedgerEntry, cents: int, reason: str, public_id: str, now: datetime) -> Refund:
    """Store a refund of a locked payment, to be asked for after this transaction."""
    row = Refund(
        public_id=public_id, studio_id=entry.studio_id, mode=entry.mode, entry_id=entry.id or 0, currency=entry.currency,
        amount_cents=cents, reason=reason.strip()[:200], idempotency_key=f"refund-{public_id}", asked_by=by.name, created_at=now,
    )  # fmt: skip
    db.add(row)
    db.flush()
    details = {"amount_cents": cents, "currency": row.currency, "refund": public_id, "reason": row.reason}
    tell(db, by, "refund.requested", entry, details, now)
    return row


def refund_name(studio_id: int, cause: str) -> str:
    """The public id of the refund that one cause leads to: the same cause never leads to two."""
    return fingerprint(f"refund:{studio_id}:{cause}")[:24]


def _planned(
    db: Session, by: Viewer, entry_id: int, cents: int, reason: str, request_key: str, now: datetime
) -> _Asked:  # fmt: skip
    entry = _entry(db, by, entry_id)
    of = locked_paid(db, entry.studio_id, entry.mode, entry.source_id)
    public_id = refund_name(by.studio_id, request_key)
    before = db.exec(select(Refund).where(Refund.public_id == public_id)).first()
    if before:
        return _asked(db, before)
    left = of.left_of(entry_id) if of else 0
    if of is None or left <= 0:
        raise NothingToRefund
    if of.is_disputed:
        raise DisputedPayment
    if not 0 < cents <= left:
        raise InvalidInput("amount_cents", f"Enter an amount between 0 and {money_words(left, entry.currency)}.")
    if cents % step(entry.currency):
        raise InvalidInput("amount_cents", "The currency has no smaller part. Round the amount.")
    if not reason.strip():
        raise InvalidInput("reason", "Say why. The customer reads it.")
    return _asked(db, plan(db, by, of, entry, cents, reason, public_id, now))


def _entry(db: Session, by: Viewer, entry_id: int) -> LedgerEntry:
    """A payment that came by a payment service, of the viewer's studio. Raises NotFound, PaidElsewhere."""
    mine = select(LedgerEntry).where(LedgerEntry.studio_id == by.studio_id, LedgerEntry.id == entry_id)
    entry = db.exec(mine).first()
    if entry is None or entry.about_id is not None:
        raise NotFound
    if entry.attempt_id is None:
        raise PaidElsewhere
    return entry


def _asked(db: Session, row: Refund) -> _Asked:
    entry = db.get_one(LedgerEntry, row.entry_id)
    request = RefundRequest(row.public_id, entry.source_id, row.amount_cents, row.idempotency_key)
    return _Asked(row.id or 0, row.studio_id, row.mode, request)


def _sent(unit_of_work: UnitOfWork, gateway: PaymentGateway, asked: _Asked, now: datetime) -> RefundStatus:
    """With no transaction open: ask, then write down the answer."""
    try:
        made = gateway.create_refund(asked.request)
    except (RefundRefused, KeysRefused) as refusal:
        _end(unit_of_work, asked, str(refusal), now)
        raise
    with unit_of_work() as db:
        of = locked_paid(db, asked.studio_id, asked.mode, asked.request.payment_id)
        if of is None:
            raise NotFound
        return RefundStatus(follow_refund(db, of, made, now=now).status)


def _end(unit_of_work: UnitOfWork, asked: _Asked, problem: str, now: datetime) -> None:
    """It will not be made. If the answer to an earlier try has come meanwhile, that one counts."""
    with unit_of_work() as db:
        locked_paid(db, asked.studio_id, asked.mode, asked.request.payment_id)
        row = db.exec(select(Refund).where(Refund.id == asked.id).with_for_update()).one()
        if row.stripe_id is None and row.status == RefundStatus.REQUESTED:
            give_up(db, row, RefundStatus.FAILED, problem, now)
