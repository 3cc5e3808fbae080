"""What a charge of a card on file has come to: re-read at the payment service, applied in one locked transaction.

The answer to the charge itself, every event about it and the sweep end here. Nothing here charges: when an answer was
lost, the payment is looked up by the attempt it names.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.viewer import system_viewer
from portal_app.domain.billing.attempts import LIVE, Known, close_attempt, end_attempt, lines_of, locked_attempt
from portal_app.domain.billing.bills import bills_of, note
from portal_app.domain.billing.gateway import PaymentGateway, PaymentNow
from portal_app.domain.billing.kinds import AttemptStatus
from portal_app.domain.billing.models import CardHolder, PaymentAttempt
from portal_app.domain.billing.taking import Arrival, take_money
from portal_app.domain.units import UnitOfWork

NEVER_ARRIVED = "The payment service never heard of it. Nothing was charged."
REFUSED = "The card was refused. Nothing was charged."


def reconcile_charge(
    unit_of_work: UnitOfWork, gateway: PaymentGateway, known: Known, *, now: datetime, payment_id: str = ""
) -> AttemptStatus:
    """Ask the payment service about a charge and apply the answer. `payment_id` is an event's hint. Raises Unavailable."""
    asked = known.payment_id or payment_id
    if asked:
        payment = gateway.payment(asked)
    else:
        customer = _customer_of(unit_of_work, known)
        payment = gateway.payment_for(customer, known.public_id) if customer else None
    if payment is None:
        return _given_up(unit_of_work, known, now)
    if payment.is_live != gateway.is_live or payment.attempt != known.public_id:
        return known.status
    with unit_of_work() as db:
        return follow_charge(db, known.id, payment, now=now)


def follow_charge(db: Session, attempt_id: int, payment: PaymentNow, *, now: datetime) -> AttemptStatus:
    """Bring an attempt and the ledger of its bill up to what the payment says."""
    attempt = locked_attempt(db, attempt_id)
    attempt.payment_id = attempt.payment_id or payment.id
    db.add(attempt)
    if payment.status == "succeeded":
        came = Arrival(payment.id, payment.received_cents, payment.currency, payment.method)
        take_money(db, attempt, came, ends=True, now=now)
    elif payment.status == "processing":
        attempt.status = AttemptStatus.PROCESSING if attempt.status in LIVE else attempt.status
    elif attempt.status in LIVE:
        refuse_charge(db, attempt, payment.problem or REFUSED, needs_cardholder=payment.needs_cardholder, now=now)
    db.flush()
    return AttemptStatus(attempt.status)


def refuse_charge(db: Session, attempt: PaymentAttempt, problem: str, *, needs_cardholder: bool, now: datetime) -> None:
    """In the caller's transaction, which has locked it: the bank said no, and the studio may read why. When it wants to
    hear from the cardholder, what follows from the fact is their link."""
    close_attempt(db, attempt, AttemptStatus.FAILED, problem, now)
    lines = lines_of(db, attempt.id or 0)
    for line, bill in zip(lines, bills_of(db, lines), strict=True):
        details = {"amount_cents": line.amount_cents, "currency": attempt.currency, "attempt": attempt.public_id}
        kind = "charge.needs_cardholder" if needs_cardholder else "charge.declined"
        note(db, system_viewer(attempt.studio_id), kind, bill, details | {"problem": problem}, now=now)


def _given_up(unit_of_work: UnitOfWork, known: Known, now: datetime) -> AttemptStatus:
    """Nothing names it. While the call may still be on its way that says little; after its time it never got there."""
    if known.status not in LIVE or now < known.expires_at:
        return known.status
    end_attempt(unit_of_work, known.id, AttemptStatus.FAILED, NEVER_ARRIVED, now=now)
    return AttemptStatus.FAILED


def _customer_of(unit_of_work: UnitOfWork, known: Known) -> str:
    with unit_of_work() as db:
        account = select(PaymentAttempt.payer_account_id).where(PaymentAttempt.id == known.id).scalar_subquery()
        holder = select(CardHolder.stripe_id).where(CardHolder.account_id == account, CardHolder.mode == known.mode)
        return db.exec(holder).first() or ""
