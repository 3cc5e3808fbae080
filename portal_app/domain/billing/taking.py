"""Money comes in: written to the ledger once, bill by bill; what fits no bill waits for a person and is never dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.money import money_words
from portal_app.core.viewer import system_viewer
from portal_app.domain.billing.attempts import close_attempt, lines_of
from portal_app.domain.billing.bills import bills_of, note
from portal_app.domain.billing.keys import keys_of_studio
from portal_app.domain.billing.kinds import AttemptStatus, EntryKind, Method, Mode
from portal_app.domain.billing.models import LedgerEntry, PaymentAttempt, PaymentLine
from portal_app.domain.billing.upfront import book_paid
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.tipping import add_tip

MEMOS = {Method.CARD: "Card payment", Method.BANK_DEBIT: "Bank debit"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Money that the payment service says has arrived. `source` is its name there; `problem` says why it is not what the
    attempt asked for, when that is known already."""

    source: str
    amount_cents: int
    currency: str
    method: str
    problem: str = ""


def take_money(db: Session, attempt: PaymentAttempt, came: Arrival, *, ends: bool, now: datetime) -> None:
    """Write down what came of an attempt, whose bills and row are locked. The same money again changes nothing.

    `ends`: with this money the attempt is over.
    """
    if _is_recorded(db, attempt, came.source):
        return
    problem = came.problem or _misfit(attempt, came) or _pretended(db, attempt)
    lines = lines_of(db, attempt.id or 0)
    db.add_all(_entries(attempt, lines, came, problem, now))
    if ends:
        close_attempt(db, attempt, AttemptStatus.FAILED if problem else AttemptStatus.PAID, problem, now)
    db.flush()
    if problem:
        _tell(db, attempt, lines[:1], came, problem, now)
        return
    for line in lines:
        if line.order_id:
            _follow(db, db.get_one(Order, line.order_id), line, now)
    _tell(db, attempt, lines, came, "", now)


def _follow(db: Session, order: Order, line: PaymentLine, now: datetime) -> None:
    """What money for an order brings with it."""
    by = system_viewer(order.studio_id)
    if line.tip_cents:
        add_tip(db, by, order, line.tip_cents, now=now)
    book_paid(db, by, order, now=now)


def _misfit(attempt: PaymentAttempt, came: Arrival) -> str:
    """Why this money is not what the attempt asked for, in words; nothing when it is."""
    if came.currency.upper() != attempt.currency.upper():
        return f"It came in {came.currency.upper()}, not {attempt.currency.upper()}."
    if came.amount_cents != attempt.amount_cents:
        asked = money_words(attempt.amount_cents, attempt.currency)
        return f"{money_words(came.amount_cents, came.currency)} came, and {asked} was asked for."
    return ""


def _pretended(db: Session, attempt: PaymentAttempt) -> str:
    """Test cards cost nothing: once a studio takes real money, a test page still open somewhere pays for nothing."""
    keys = keys_of_studio(db, attempt.studio_id) if attempt.mode == Mode.TEST else None
    if keys is not None and keys.mode == Mode.LIVE:
        return "It is test money, and the studio takes real payments now."
    return ""


def _entries(
    attempt: PaymentAttempt, lines: Sequence[PaymentLine], came: Arrival, problem: str, now: datetime
) -> list[LedgerEntry]:
    """One for each bill; money that does not fit is one entry that waits for a person."""
    common = {
        "studio_id": attempt.studio_id, "attempt_id": attempt.id, "mode": attempt.mode, "method": Method(came.method),
        "source_id": came.source, "currency": came.currency.upper(), "at": now,
    }  # fmt: skip
    if problem:
        return [LedgerEntry(kind=EntryKind.UNALLOCATED, amount_cents=came.amount_cents, memo=problem, **common)]
    memo = MEMOS.get(Method(came.method), "Payment")
    return [
        LedgerEntry(
            kind=EntryKind.PAYMENT, order_id=line.order_id, invoice_id=line.invoice_id, share_id=line.share_id, part=part,
            amount_cents=line.amount_cents, memo=memo, **common,
        )
        for part, line in enumerate(lines)
    ]  # fmt: skip


def _tell(db: Session, attempt: PaymentAttempt, lines: Sequence[PaymentLine], came: Arrival, problem: str, now: datetime) -> None:
    """One fact for each bill. `part` counts them, so that what follows once for all of them follows from the first."""
    for part, (line, bill) in enumerate(zip(lines, bills_of(db, lines), strict=True)):
        details = {
            "amount_cents": came.amount_cents if problem else line.amount_cents,
            "currency": came.currency.upper(),
            "attempt": attempt.public_id,
            "part": part,
            "due_cents": bill.balance.due,
            "over_cents": bill.balance.over,
            "problem": problem,
        }
        kind = "payment.unallocated" if problem else "payment.received"
        note(db, system_viewer(attempt.studio_id), kind, bill, details, now=now)


def _is_recorded(db: Session, attempt: PaymentAttempt, source: str) -> bool:
    entry = select(LedgerEntry.id).where(
        LedgerEntry.studio_id == attempt.studio_id, LedgerEntry.mode == attempt.mode, LedgerEntry.source_id == source
    )
    return db.exec(entry).first() is not None
