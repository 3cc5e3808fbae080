"""Opening the one payable page of a bill, or of several bills together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from portal_app.core.errors import Conflict, InvalidInput
from portal_app.core.money import least_charge, money_words, step
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.attempts import (
    Known,
    close_attempt,
    end_attempt,
    lines_of,
    live_attempts,
    locked_attempt,
    mode_of,
    seen,
)
from portal_app.domain.billing.bills import Bill, BillName, bills_named, bills_of, for_payer, note
from portal_app.domain.billing.gateway import Checkout, CheckoutLine, CheckoutRefused, CheckoutRequest, PaymentGateway
from portal_app.domain.billing.kinds import AttemptKind
from portal_app.domain.billing.models import AttemptStatus, Mode, PaymentAttempt, PaymentLine
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.billing.settling import close_page, reconcile
from portal_app.domain.billing.upfront import TimeIsFreeAgain, hold_is_over
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.telling import over_sentence
from portal_app.domain.studios.models import Studio
from portal_app.domain.units import UnitOfWork

LIFETIME = timedelta(hours=3)
WORTH_REUSING = timedelta(minutes=10)
# A payment page is refused that would be open for less (Stripe: 30 minutes).
SHORTEST = timedelta(minutes=35)
ROUNDS = 5
# So many lines one payment page shows (Stripe).
BILLS_AT_MOST = 100


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


class SeveralCurrencies(Conflict):
    """A payment is in one currency."""

    sentence = "These are in different currencies. Pay them one after the other."


@dataclass(frozen=True, slots=True)
class Part:
    """One bill in a payment: all that is due of it, or so many minor units of it."""

    bill: BillName
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """Where a payer comes back to: `base_url` is the studio's configured address, `return_to` a path on it."""

    base_url: str
    return_to: str


@dataclass(frozen=True, slots=True)
class Step:
    """One live attempt, whether it asks for exactly what is wanted, and the call that opens its page."""

    known: Known
    fits: bool
    request: CheckoutRequest


def start_checkout(
    unit_of_work: UnitOfWork,
    gateway: PaymentGateway | None,
    by: Viewer,
    parts: Sequence[Part],
    *,
    base_url: str,
    return_to: str,
    now: datetime,
) -> str:
    """The address of the hosted page that collects these parts. There is never more than one payable page per bill.

    The attempt is committed before the payment service is called; pressing again, or in two tabs, leads to the same
    page, and another choice closes the pages it touches first. Raises NotFound, InvalidInput, NothingDue,
    TooLittleToCharge, SeveralCurrencies, TimeIsFreeAgain, PaymentOnItsWay, CardsNotTaken, CheckoutRefused, Unavailable.
    """
    _check_path(return_to)
    if not 0 < len({part.bill for part in parts}) == len(parts) <= BILLS_AT_MOST:
        raise InvalidInput("bills", f"Choose what to pay: up to {BILLS_AT_MOST} at once.")
    if gateway is None:
        raise CardsNotTaken()
    way = Way(base_url.rstrip("/"), return_to)
    for _ in range(ROUNDS):
        with unit_of_work() as db:
            steps = _steps(db, by, parts, mode_of(gateway), way, now)
        for each in steps:
            checkout = _checkout_of(unit_of_work, gateway, by, each, now)
            if each.fits and checkout.status == "open" and checkout.url:
                return checkout.url
            _close(unit_of_work, gateway, each, checkout, now)
    raise CheckoutBusy()


def _steps(db: Session, by: Viewer, parts: Sequence[Part], mode: Mode, way: Way, now: datetime) -> list[Step]:
    """The page that collects this, or the pages that stand in its way and close first."""
    bills = for_payer(db, bills_named(db, by, [part.bill for part in parts], is_locked=True))
    live = [attempt for attempt in live_attempts(db, bills) if not _is_dropped(db, attempt, mode, now)]
    amounts = _amounts(db, bills, parts)
    _check_holds(db, bills, now)
    wanted = [(bill.order_id, bill.invoice_id, bill.share_id, cents) for bill, cents in zip(bills, amounts, strict=True)]
    fits = len(live) == 1 and live[0].expires_at - now > WORTH_REUSING and _asks_for(db, live[0]) == wanted
    if not live:
        live, fits = [_new_attempt(db, by, bills, amounts, mode, way, now)], True
    if fits:
        live[0].return_to = way.return_to
    studio = db.get_one(Studio, by.studio_id).slug
    return [Step(seen(attempt), fits, _request(db, attempt, studio)) for attempt in live]


def _request(db: Session, attempt: PaymentAttempt, studio: str) -> CheckoutRequest:
    """The call is built from the stored rows alone, so that a retry sends the same bytes."""
    back = f"{attempt.base_url}/pay/return/{attempt.public_id}"
    lines = [CheckoutLine(line.name, line.amount_cents) for line in lines_of(db, attempt.id or 0)]
    return CheckoutRequest(
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
        lines=tuple(lines),
    )


def _new_attempt(
    db: Session, by: Viewer, bills: Sequence[Bill], amounts: Sequence[int], mode: Mode, way: Way, now: datetime
) -> PaymentAttempt:
    public_id = new_public_id()
    attempt = PaymentAttempt(
        public_id=public_id,
        studio_id=by.studio_id,
        customer_id=bills[0].customer_id,
        payer_account_id=by.account_id,
        mode=mode,
        currency=bills[0].currency,
        amount_cents=sum(amounts),
        description=_description(bills),
        payer_email=by.email,
        idempotency_key=f"attempt-{public_id}-1",
        return_to=way.return_to,
        base_url=way.base_url,
        created_at=now,
        expires_at=(now + LIFETIME).replace(microsecond=0),
    )
    db.add(attempt)
    db.flush()
    for bill, cents in zip(bills, amounts, strict=True):
        line = PaymentLine(
            studio_id=by.studio_id, attempt_id=attempt.id or 0, order_id=bill.order_id, invoice_id=bill.invoice_id,
            share_id=bill.share_id, name=bill.label[:200], amount_cents=cents,
        )  # fmt: skip
        db.add(line)
        # One by one: what the page shows and what the ledger counts follow the order of their ids.
        db.flush()
    return attempt


def _description(bills: Sequence[Bill]) -> str:
    return bills[0].label[:200] if len(bills) == 1 else "; ".join(bill.label.partition(",")[0] for bill in bills)[:200]


def _is_dropped(db: Session, attempt: PaymentAttempt, mode: Mode, now: datetime) -> bool:
    """Whether nobody can pay it, so that it is simply replaced. Raises PaymentOnItsWay for one that brings money by itself."""
    if attempt.mode != mode:
        close_attempt(db, attempt, AttemptStatus.SUPERSEDED, "The studio changed its payment keys.", now)
        return True
    if attempt.status == AttemptStatus.PROCESSING or attempt.kind == AttemptKind.CARD:
        raise PaymentOnItsWay()
    if attempt.session_id is None and attempt.expires_at - now < SHORTEST:
        close_attempt(db, attempt, AttemptStatus.SUPERSEDED, "The payment page never opened.", now)
        return True
    return False


def _amounts(db: Session, bills: Sequence[Bill], parts: Sequence[Part]) -> list[int]:
    """How much of each bill, in minor units."""
    amounts = [_amount(bill, part.cents) for bill, part in zip(bills, parts, strict=True)]
    currencies = {bill.currency for bill in bills}
    if len(currencies) > 1:
        raise SeveralCurrencies()
    if sum(amounts) < least_charge(bills[0].currency):
        raise TooLittleToCharge()
    is_less = any(cents < bill.due_cents for bill, cents in zip(bills, amounts, strict=True))
    if is_less and not payment_policy(db, bills[0].studio_id).takes_parts:
        raise InvalidInput("cents", "This studio takes the whole amount at once.")
    return amounts


def _amount(bill: Bill, cents: int | None) -> int:
    due = bill.due_cents
    if due <= 0:
        raise NothingDue()
    if cents is None or cents == due:
        return due
    if not 0 < cents < due or cents % step(bill.currency):
        raise InvalidInput("cents", f"Enter an amount up to {money_words(due, bill.currency)}.")
    least = least_charge(bill.currency)
    if due - cents < least:
        most = money_words(due - least, bill.currency)
        raise InvalidInput("cents", f"What would be left is too little for a card. Pay all of it, or up to {most}.")
    return cents


def _check_holds(db: Session, bills: Sequence[Bill], now: datetime) -> None:
    for bill in bills:
        if bill.order_id and hold_is_over(db, bill.order_id, now):
            raise TimeIsFreeAgain(over_sentence(policy_of(db, bill.studio_id).hold_minutes))


def _asks_for(db: Session, attempt: PaymentAttempt) -> list[tuple[int | None, int | None, int | None, int]]:
    lines = lines_of(db, attempt.id or 0)
    return [(line.order_id, line.invoice_id, line.share_id, line.amount_cents) for line in lines]


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
    attempt = locked_attempt(db, attempt_id)
    if attempt.session_id is not None:
        return
    attempt.session_id, attempt.session_url = checkout.id, checkout.url
    db.add(attempt)
    lines = lines_of(db, attempt_id)
    for line, bill in zip(lines, bills_of(db, lines), strict=True):
        details = {"amount_cents": line.amount_cents, "currency": attempt.currency, "attempt": attempt.public_id}
        note(db, by, "checkout.started", bill, details, now=now)


def _close(unit_of_work: UnitOfWork, gateway: PaymentGateway, step: Step, checkout: Checkout, now: datetime) -> None:
    """A page that does not fit anymore is closed; one that is over is settled."""
    if checkout.status == "open":
        close_page(unit_of_work, gateway, replace(step.known, session_id=checkout.id), now=now)
    else:
        reconcile(unit_of_work, gateway, step.known.public_id, now=now)


def _check_path(path: str) -> None:
    if not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(char) < 33 for char in path):
        raise InvalidInput("return_to", "The way back must be a path of this site.")
