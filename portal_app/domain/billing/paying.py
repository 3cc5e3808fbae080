"""Opening the one payable page of an order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.core.money import least_charge
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing.gateway import (
    Checkout,
    CheckoutRefused,
    CheckoutRequest,
    PaymentGateway,
)
from portal_app.domain.billing.models import AttemptStatus, Mode, PaymentAttempt, PaymentLine
from portal_app.domain.billing.queries import balance, orders_to_pay
from portal_app.domain.billing.settling import Known, close_attempt, close_page, end_attempt, lines_of, mode_of, reconcile, seen
from portal_app.domain.billing.upfront import TimeIsFreeAgain, hold_is_over
from portal_app.domain.orders.models import Order
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.telling import over_sentence
from portal_app.domain.studios.models import Studio
from portal_app.domain.units import UnitOfWork

LIFETIME = timedelta(hours=3)
WORTH_REUSING = timedelta(minutes=10)
# A payment page is refused that would be open for less (Stripe: 30 minutes).
SHORTEST = timedelta(minutes=35)
ROUNDS = 5


class NothingDue(Conflict):
    """Paid already, or not accepted yet."""

    sentence = "Nothing is due on this order. If you just paid, this page opens in a moment."


class TooLittleToCharge(Conflict):
    """Card networks refuse very small amounts."""

    sentence = "What is left is too little to charge to a card. Ask the studio to settle it."


class PaymentOnItsWay(Conflict):
    """A bank debit was accepted; a second payment would pay twice."""

    sentence = "A payment for this order is on its way from your bank. We tell you when it arrives."


class CardsNotTaken(Conflict):
    """The studio has not connected a payment account; money comes another way."""

    sentence = "This studio takes no cards here yet. Ask the studio how to pay."


class CheckoutBusy(Conflict):
    """The order changed several times while its payment page was opened."""

    sentence = "This order is changing right now. Wait a moment, look at the amount, then press Pay again."


@dataclass(frozen=True, slots=True)
class Step:
    """One live attempt, whether it still asks for the right amount, and the call that opens its page."""

    known: Known
    fits: bool
    request: CheckoutRequest


def start_checkout(
    unit_of_work: UnitOfWork,
    gateway: PaymentGateway | None,
    by: Viewer,
    order_number: int,
    *,
    base_url: str,
    return_to: str,
    now: datetime,
) -> str:
    """The address of the hosted page that collects what is due. There is never more than one payable page per order.

    The attempt is committed before the payment service is called; pressing again, or in two tabs, leads to the same
    page. `base_url` is the studio's configured address and `return_to` a path on it. Raises NotFound, NothingDue,
    TooLittleToCharge, TimeIsFreeAgain, PaymentOnItsWay, CardsNotTaken, CheckoutRefused, Unavailable.
    """
    _check_path(return_to)
    if gateway is None:
        raise CardsNotTaken()
    for _ in range(ROUNDS):
        step = _next_step(unit_of_work, gateway, by, order_number, base_url, return_to, now)
        checkout = _checkout_of(unit_of_work, gateway, by, step, now)
        if step.fits and checkout.status == "open" and checkout.url:
            return checkout.url
        _close(unit_of_work, gateway, step, checkout, now)
    raise CheckoutBusy()


def locked_order(db: Session, by: Viewer, number: int) -> Order:
    """An order of this viewer's, locked until the unit ends. Raises NotFound."""
    order = db.exec(orders_to_pay(by).where(Order.number == number).with_for_update()).first()
    if order is None:
        raise NotFound()
    return order


def note(db: Session, by: Viewer, kind: str, order: Order, details: dict, now: datetime) -> None:
    """A fact about an order's money."""
    record(
        db, by, kind, now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details=details,
    )  # fmt: skip


def _next_step(
    unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, order_number: int, base_url: str, return_to: str,
    now: datetime,
) -> Step:  # fmt: skip
    with unit_of_work() as db:
        order = locked_order(db, by, order_number)
        mode = mode_of(gateway)
        attempt = _live_attempt(db, order, mode, now)
        owed = _owed(db, order)
        if hold_is_over(db, order.id or 0, now):
            raise TimeIsFreeAgain(over_sentence(policy_of(db, order.studio_id).hold_minutes))
        if attempt is None:
            attempt = _new_attempt(order, mode, owed, by.email, base_url, return_to, now)
            attempt.description = f"Order {order.number}, {order.street}"[:200]
            db.add(attempt)
            db.flush()
            db.add(PaymentLine(studio_id=order.studio_id, attempt_id=attempt.id or 0, order_id=order.id, amount_cents=owed))
            db.flush()
        attempt.return_to = return_to
        studio = db.get(Studio, order.studio_id)
        return _step(attempt, studio.slug if studio else "", owed, now)


def _step(attempt: PaymentAttempt, studio: str, owed: int, now: datetime) -> Step:
    """The call is built from the stored row alone, so that a retry sends the same bytes."""
    back = f"{attempt.base_url}/pay/return/{attempt.public_id}"
    request = CheckoutRequest(
        attempt=attempt.public_id,
        studio=studio,
        idempotency_key=attempt.idempotency_key,
        amount_cents=attempt.amount_cents,
        currency=attempt.currency,
        description=attempt.description,
        payer_email=attempt.payer_email,
        success_url=f"{back}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{back}?canceled=1",
        expires_at=attempt.expires_at,
    )
    fits = attempt.amount_cents == owed and attempt.expires_at - now > WORTH_REUSING
    return Step(known=seen(attempt), fits=fits, request=request)


def _new_attempt(order: Order, mode: Mode, owed: int, email: str, base_url: str, return_to: str, now: datetime) -> PaymentAttempt:
    public_id = new_public_id()
    return PaymentAttempt(
        public_id=public_id,
        studio_id=order.studio_id,
        customer_id=order.customer_id,
        mode=mode,
        currency=order.currency,
        amount_cents=owed,
        description="",
        payer_email=email,
        idempotency_key=f"attempt-{public_id}-1",
        return_to=return_to,
        base_url=base_url.rstrip("/"),
        created_at=now,
        expires_at=(now + LIFETIME).replace(microsecond=0),
    )


def _live_attempt(db: Session, order: Order, mode: Mode, now: datetime) -> PaymentAttempt | None:
    attempt = db.exec(
        select(PaymentAttempt)
        .join(PaymentLine, col(PaymentLine.attempt_id) == col(PaymentAttempt.id))
        .where(PaymentLine.order_id == order.id, col(PaymentLine.is_live))
        .with_for_update(of=PaymentAttempt)
    ).first()
    if attempt is None:
        return None
    if attempt.mode != mode:
        return _replaced(db, attempt, "The studio changed its payment keys.", now)
    if attempt.status == AttemptStatus.PROCESSING:
        raise PaymentOnItsWay()
    if attempt.session_id is None and attempt.expires_at - now < SHORTEST:
        return _replaced(db, attempt, "The payment page never opened.", now)
    return attempt


def _replaced(db: Session, attempt: PaymentAttempt, why: str, now: datetime) -> None:
    close_attempt(db, attempt, AttemptStatus.SUPERSEDED, why, now)


def _owed(db: Session, order: Order) -> int:
    owed = balance(db, order.id or 0).due
    if owed <= 0:
        raise NothingDue()
    if owed < least_charge(order.currency):
        raise TooLittleToCharge()
    return owed


def _checkout_of(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, step: Step, now: datetime) -> Checkout:
    if step.known.session_id:
        return gateway.checkout(step.known.session_id)
    try:
        checkout = gateway.create_checkout(step.request)
    except CheckoutRefused as refusal:
        end_attempt(unit_of_work, step.known.id, AttemptStatus.FAILED, str(refusal), now=now)
        raise
    with unit_of_work() as db:
        _keep_session(db, by, step.known.id, checkout, now)
    return checkout


def _keep_session(db: Session, by: Viewer, attempt_id: int, checkout: Checkout, now: datetime) -> None:
    attempt = db.exec(select(PaymentAttempt).where(PaymentAttempt.id == attempt_id).with_for_update()).one()
    if attempt.session_id is not None:
        return
    attempt.session_id, attempt.session_url = checkout.id, checkout.url
    db.add(attempt)
    for line in lines_of(db, attempt_id):
        details = {"amount_cents": line.amount_cents, "currency": attempt.currency, "attempt": attempt.public_id}
        note(db, by, "checkout.started", db.get_one(Order, line.order_id), details, now)


def _close(unit_of_work: UnitOfWork, gateway: PaymentGateway, step: Step, checkout: Checkout, now: datetime) -> None:
    """A page that does not fit anymore is closed; one that is over is settled."""
    if checkout.status == "open":
        close_page(unit_of_work, gateway, replace(step.known, session_id=checkout.id), now=now)
    else:
        reconcile(unit_of_work, gateway, step.known.public_id, now=now)


def _check_path(path: str) -> None:
    if not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(char) < 33 for char in path):
        raise InvalidInput("return_to", "The way back must be a path of this site.")
