"""The studio charges a card on file for what an order owes, while its holder is away.

Only with the permission, and always with a fact. The attempt is committed before the payment service is asked, with a
key of ours: a second click, a lost answer or a crash in between never charges twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from portal_app.core.errors import Conflict, NotAllowed, PaymentProblem
from portal_app.core.money import least_charge
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.amounts import NothingDue, TooLittleToCharge
from portal_app.domain.billing.attempts import Known, live_attempts, locked_attempt, mode_of, seen
from portal_app.domain.billing.bills import Bill, BillName, bills_named, note
from portal_app.domain.billing.cards import CardGone, CardRow, cards_of, forget_holder
from portal_app.domain.billing.charges import follow_charge, reconcile_charge, refuse_charge
from portal_app.domain.billing.gateway import (
    CardDeclined,
    CardholderNeeded,
    ChargeRequest,
    CustomerGone,
    PaymentGateway,
)
from portal_app.domain.billing.kinds import AttemptKind, AttemptStatus, Mode
from portal_app.domain.billing.models import CardHolder, PaymentAttempt, PaymentLine
from portal_app.domain.billing.paying import CardsNotTaken, CheckoutBusy, PaymentOnItsWay
from portal_app.domain.billing.settling import close_page, reconcile
from portal_app.domain.billing.shares import payers_of
from portal_app.domain.billing.upfront import TimeIsFreeAgain, hold_is_over
from portal_app.domain.customers.models import Customer
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.telling import over_sentence
from portal_app.domain.studios.models import Studio
from portal_app.domain.units import UnitOfWork

# The call and its retries are over long before; what nothing names by then never reached the payment service.
LOST_AFTER = timedelta(minutes=10)
ROUNDS = 3


class NoCardOnFile(Conflict):
    """Nobody saved one, or whoever ordered has no account."""

    sentence = "There is no card on file for this customer. Mail them the invoice, or ask them to save a card."


class SplitAmongPayers(Conflict):
    """Each pays their own part."""

    sentence = "Several people pay this order, each by their own link. No card is charged for all of it."


class ChargeUnderWay(Conflict):
    """The answer to the last charge is not known yet."""

    sentence = "This card is being charged. Whether it went through shows here within minutes: nothing is charged twice."


@dataclass(frozen=True, slots=True)
class Chargeable:
    """What can be charged for an order now, and to which cards, the one that goes first at the top."""

    due_cents: int
    currency: str
    whose: str
    cards: tuple[CardRow, ...]


@dataclass(frozen=True, slots=True)
class Charged:
    """What was charged to which card; `is_on_its_way` when the bank takes its time."""

    amount_cents: int
    currency: str
    card: str
    is_on_its_way: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """An attempt in the way, or the one that was made: only that has a request."""

    known: Known
    request: ChargeRequest | None = None


def chargeable(unit_of_work: UnitOfWork, gateway: PaymentGateway | None, by: Viewer, order_number: int) -> Chargeable:
    """The cards on file for an order's customer. Raises NotAllowed, NotFound, CardsNotTaken, NothingDue, NoCardOnFile,
    SplitAmongPayers, TooLittleToCharge, PaymentProblem, Unavailable."""
    if gateway is None:
        raise CardsNotTaken
    with unit_of_work() as db:
        bill = _bill(db, by, order_number, is_locked=False)
        customer = db.get_one(Customer, bill.customer_id)
        account_id, whose = customer.account_id, customer.name
    cards = cards_of(unit_of_work, gateway, by.studio_id, account_id) if account_id else []
    if not cards:
        raise NoCardOnFile
    return Chargeable(bill.due_cents, bill.currency, whose, tuple(cards))


def charge_card(
    unit_of_work: UnitOfWork,
    gateway: PaymentGateway | None,
    by: Viewer,
    order_number: int,
    card: str,
    *,
    base_url: str,
    now: datetime,
) -> Charged:
    """Charge all that an order owes to a card on its customer's file. An open payment page for it is closed first.

    Raises what `chargeable` does, CardGone, CardDeclined with the bank's words, CardholderNeeded (a mail with a payment
    link goes out), PaymentOnItsWay, ChargeUnderWay, TimeIsFreeAgain; and Unavailable when the answer was lost: it is
    looked up by itself.
    """
    found = next((row for row in chargeable(unit_of_work, gateway, by, order_number).cards if row.id == card), None)
    if found is None or gateway is None:
        raise CardGone
    for _ in range(ROUNDS):
        with unit_of_work() as db:
            step = _next_step(db, by, order_number, found, mode_of(gateway), base_url, now)
        if step.request is not None:
            return _charge(unit_of_work, gateway, step.known, step.request, found.name, now)
        _clear(unit_of_work, gateway, step.known, now)
    raise CheckoutBusy


def _next_step(db: Session, by: Viewer, order_number: int, card: CardRow, mode: Mode, base_url: str, now: datetime) -> _Step:
    bill = _bill(db, by, order_number, is_locked=True)
    if hold_is_over(db, bill.id, now):
        raise TimeIsFreeAgain(over_sentence(policy_of(db, bill.studio_id).hold_minutes))
    for attempt in live_attempts(db, [bill]):
        return _Step(seen(attempt))
    customer = _holder(db, bill, mode)
    attempt = _new_attempt(db, bill, card.id, mode, base_url, now)
    details = {"amount_cents": bill.due_cents, "currency": bill.currency, "attempt": attempt.public_id, "what": card.name}
    note(db, by, "charge.asked", bill, details, now=now)
    request = ChargeRequest(
        attempt=attempt.public_id,
        studio=db.get_one(Studio, bill.studio_id).slug,
        idempotency_key=attempt.idempotency_key,
        amount_cents=attempt.amount_cents,
        currency=attempt.currency,
        description=attempt.description,
        customer=customer,
        card=card.id,
    )
    return _Step(seen(attempt), request)


def _new_attempt(db: Session, bill: Bill, card: str, mode: Mode, base_url: str, now: datetime) -> PaymentAttempt:
    public_id, customer = new_public_id(), db.get_one(Customer, bill.customer_id)
    attempt = PaymentAttempt(
        public_id=public_id,
        studio_id=bill.studio_id,
        kind=AttemptKind.CARD,
        customer_id=bill.customer_id,
        payer_account_id=customer.account_id,
        mode=mode,
        currency=bill.currency,
        amount_cents=bill.due_cents,
        description=bill.label[:200],
        payer_email=customer.email,
        card=card,
        idempotency_key=f"attempt-{public_id}-1",
        return_to=f"/admin/orders/{bill.name.order}",
        base_url=base_url.rstrip("/"),
        created_at=now,
        expires_at=now + LOST_AFTER,
    )
    db.add(attempt)
    db.flush()
    db.add(
        PaymentLine(
            studio_id=bill.studio_id, attempt_id=attempt.id or 0, order_id=bill.order_id, name=bill.label[:200],
            amount_cents=bill.due_cents,
        )
    )  # fmt: skip
    db.flush()
    return attempt


def _charge(
    unit_of_work: UnitOfWork, gateway: PaymentGateway, known: Known, request: ChargeRequest, card: str, now: datetime
) -> Charged:
    try:
        payment = gateway.charge_card(request)
    except PaymentProblem as refusal:
        _refused(unit_of_work, known, refusal, now)
        if isinstance(refusal, CustomerGone):
            forget_holder(unit_of_work, gateway, known.studio_id, request.customer)
            raise CardGone from refusal
        raise
    with unit_of_work() as db:
        status = follow_charge(db, known.id, payment, now=now)
    if status == AttemptStatus.FAILED:
        raise CardDeclined(payment.problem)
    return Charged(request.amount_cents, request.currency, card, status == AttemptStatus.PROCESSING)


def _refused(unit_of_work: UnitOfWork, known: Known, refusal: PaymentProblem, now: datetime) -> None:
    """The payment that failed is stored with it, so that whatever is told of it later finds its attempt."""
    with unit_of_work() as db:
        attempt = locked_attempt(db, known.id)
        attempt.payment_id = attempt.payment_id or getattr(refusal, "payment_id", "") or None
        needs_cardholder = isinstance(refusal, CardholderNeeded)
        if attempt.status == AttemptStatus.OPEN:
            refuse_charge(db, attempt, refusal.sentence, needs_cardholder=needs_cardholder, now=now)


def _clear(unit_of_work: UnitOfWork, gateway: PaymentGateway, known: Known, now: datetime) -> None:
    """Out of the way: an open page is closed, or its money taken in; a charge without an answer is looked up."""
    if known.mode != mode_of(gateway) or known.status == AttemptStatus.PROCESSING:
        raise PaymentOnItsWay("A payment for this order is on its way. It shows here when it arrives.")
    if known.kind == AttemptKind.CARD:
        if reconcile_charge(unit_of_work, gateway, known, now=now) == AttemptStatus.OPEN:
            raise ChargeUnderWay
        return
    if known.session_id is None:
        raise CheckoutBusy("Somebody is opening the payment page of this order. Wait a moment, then look again.")
    if reconcile(unit_of_work, gateway, known.public_id, now=now) == AttemptStatus.OPEN:
        close_page(unit_of_work, gateway, known, now=now)


def _bill(db: Session, by: Viewer, order_number: int, *, is_locked: bool) -> Bill:
    """What is owed, if it can be charged at all."""
    if not by.may(Permission.CHARGE) or not by.is_staff:
        raise NotAllowed
    (bill,) = bills_named(db, by, [BillName(order=order_number)], is_locked=is_locked)
    if payers_of(db, [bill.id]):
        raise SplitAmongPayers
    if bill.due_cents <= 0:
        raise NothingDue("Nothing is due on this order.")
    if bill.due_cents < least_charge(bill.currency):
        raise TooLittleToCharge("What is left is too little to charge to a card.")
    return bill


def _holder(db: Session, bill: Bill, mode: Mode) -> str:
    account = select(Customer.account_id).where(Customer.id == bill.customer_id).scalar_subquery()
    holder = select(CardHolder.stripe_id).where(CardHolder.account_id == account, CardHolder.mode == mode)
    customer = db.exec(holder.where(CardHolder.studio_id == bill.studio_id)).first()
    if not customer:
        raise NoCardOnFile
    return customer
