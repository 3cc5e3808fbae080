"""Opening the one payable page of a bill, or of several bills together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from portal_app.core.errors import Conflict, InvalidInput
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.amounts import Part, Wanted, amounts_of
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
from portal_app.domain.billing.bills import Bill, bills_named, bills_of, for_payer, note
from portal_app.domain.billing.cards import forget_holder, holder_of, keeps_cards
from portal_app.domain.billing.gateway import (
    Checkout,
    CheckoutLine,
    CheckoutRefused,
    CheckoutRequest,
    CustomerGone,
    PaymentGateway,
)
from portal_app.domain.billing.kinds import AttemptKind
from portal_app.domain.billing.models import AttemptStatus, Mode, PaymentAttempt, PaymentLine
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
# One payment page shows a hundred lines (Stripe), and each bill may bring a tip.
BILLS_AT_MOST = 50
TIP = "Tip"


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
class Way:
    """How it is paid: in which of the two worlds, back to where (`return_to` is a path on `base_url`), and for which record
    at the payment service the card is kept; empty to keep none."""

    mode: Mode
    base_url: str
    return_to: str
    holder: str


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
    cents: int | None = None,
    keeps_card: bool = False,
    now: datetime,
) -> str:
    """The address of the hosted page that collects these parts, or so many `cents` of them, the oldest bill first. There is
    never more than one payable page per bill.

    The attempt is committed before the payment service is called; pressing again, or in two tabs, leads to the same
    page, and another choice closes the pages it touches first. `keeps_card`: the payer agreed to that. Raises NotFound,
    InvalidInput for "bills", "cents" and "tip", NothingDue, TooLittleToCharge, SeveralCurrencies, TimeIsFreeAgain,
    PaymentOnItsWay, CardsNotTaken, CheckoutRefused, Unavailable.
    """
    _check_path(return_to)
    if not 0 < len({part.bill for part in parts}) == len(parts) <= BILLS_AT_MOST:
        raise InvalidInput("bills", f"Choose what to pay: up to {BILLS_AT_MOST} at once.")
    if gateway is None:
        raise CardsNotTaken()
    for _ in range(ROUNDS):
        holder = _holder(unit_of_work, gateway, by, now) if keeps_card else ""
        way = Way(mode_of(gateway), base_url.rstrip("/"), return_to, holder)
        with unit_of_work() as db:
            steps = _steps(db, by, parts, cents, way, now)
        with suppress(CustomerGone):
            if url := _go(unit_of_work, gateway, by, steps, now):
                return url
    raise CheckoutBusy()


def _holder(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, now: datetime) -> str:
    with unit_of_work() as db:
        may_keep = keeps_cards(db, by)
    return holder_of(unit_of_work, gateway, by, now=now) if may_keep else ""


def _go(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, steps: Sequence[Step], now: datetime) -> str:
    """The page's address; empty when pages had to be closed or settled first."""
    for step in steps:
        checkout = _checkout_of(unit_of_work, gateway, by, step, now)
        if step.fits and checkout.status == "open" and checkout.url:
            return checkout.url
        _close(unit_of_work, gateway, step, checkout, now)
    return ""


def _steps(db: Session, by: Viewer, parts: Sequence[Part], cents: int | None, way: Way, now: datetime) -> list[Step]:
    """The page that collects this, or the pages that stand in its way and close first."""
    bills = for_payer(db, bills_named(db, by, [part.bill for part in parts], is_locked=True))
    live = [attempt for attempt in live_attempts(db, bills) if not _is_dropped(db, attempt, way.mode, now)]
    wanted = amounts_of(db, bills, parts, cents)
    _check_holds(db, bills, now)
    fits = len(live) == 1 and _is_wanted(db, live[0], wanted, way, now)
    if not live:
        live, fits = [_new_attempt(db, by, wanted, way, now)], True
    if fits:
        live[0].return_to = way.return_to
    studio = db.get_one(Studio, by.studio_id).slug
    return [Step(seen(attempt), fits, _request(db, attempt, studio)) for attempt in live]


def _request(db: Session, attempt: PaymentAttempt, studio: str) -> CheckoutRequest:
    """The call is built from the stored rows alone, so that a retry sends the same bytes."""
    back = f"{attempt.base_url}/pay/return/{attempt.public_id}"
    lines: list[CheckoutLine] = []
    for line in lines_of(db, attempt.id or 0):
        lines.append(CheckoutLine(line.name, line.amount_cents - line.tip_cents))
        if line.tip_cents:
            lines.append(CheckoutLine(TIP, line.tip_cents))
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
        customer=attempt.holder,
        keeps_card=bool(attempt.holder),
    )


def _new_attempt(db: Session, by: Viewer, wanted: Sequence[Wanted], way: Way, now: datetime) -> PaymentAttempt:
    bills = [each.bill for each in wanted]
    public_id = new_public_id()
    attempt = PaymentAttempt(
        public_id=public_id,
        studio_id=by.studio_id,
        customer_id=bills[0].customer_id,
        payer_account_id=by.account_id,
        mode=way.mode,
        holder=way.holder,
        currency=bills[0].currency,
        amount_cents=sum(each.cents + each.tip_cents for each in wanted),
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
    for each in wanted:
        bill = each.bill
        line = PaymentLine(
            studio_id=by.studio_id, attempt_id=attempt.id or 0, order_id=bill.order_id, invoice_id=bill.invoice_id,
            share_id=bill.share_id, name=bill.label[:200],
            amount_cents=each.cents + each.tip_cents, tip_cents=each.tip_cents,
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


def _check_holds(db: Session, bills: Sequence[Bill], now: datetime) -> None:
    for bill in bills:
        if bill.order_id and hold_is_over(db, bill.order_id, now):
            raise TimeIsFreeAgain(over_sentence(policy_of(db, bill.studio_id).hold_minutes))


def _is_wanted(db: Session, attempt: PaymentAttempt, wanted: Sequence[Wanted], way: Way, now: datetime) -> bool:
    """Whether its page asks for exactly this, and stays open long enough."""
    if attempt.expires_at - now <= WORTH_REUSING or attempt.holder != way.holder:
        return False
    lines = [
        (line.order_id, line.invoice_id, line.share_id, line.amount_cents, line.tip_cents)
        for line in lines_of(db, attempt.id or 0)
    ]
    return lines == [
        (each.bill.order_id, each.bill.invoice_id, each.bill.share_id, each.cents + each.tip_cents, each.tip_cents)
        for each in wanted
    ]


def _checkout_of(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, step: Step, now: datetime) -> Checkout:
    if step.known.session_id:
        return gateway.checkout(step.known.session_id)
    try:
        checkout = gateway.create_checkout(step.request)
    except CheckoutRefused as refusal:
        end_attempt(unit_of_work, step.known.id, AttemptStatus.FAILED, str(refusal), now=now)
        if isinstance(refusal, CustomerGone):
            forget_holder(unit_of_work, gateway, step.known.studio_id, step.request.customer)
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
