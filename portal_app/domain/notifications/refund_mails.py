"""Mails about money that goes back: to the customer what was refunded, to the studio what needs its eyes."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.clock import date_words, local
from portal_app.core.money import money_words
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.bills import bills_of
from portal_app.domain.billing.disputing import reason_words
from portal_app.domain.billing.kinds import EntryKind, Method
from portal_app.domain.billing.models import LedgerEntry, Refund
from portal_app.domain.customers.copies import addressees
from portal_app.domain.notifications import money_letters
from portal_app.domain.notifications.letters import Letter
from portal_app.domain.notifications.service import write_mail
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio

NO_BILL = "Money that no bill was found for"


def mail_refund(db: Session, fact: Fact, *, now: datetime) -> None:
    """To everybody who hears of the bill. Nothing for money that had none."""
    if fact.customer_id is None:
        return
    studio, (what, page), entry = _studio(db, fact), _what(db, fact), _entry(db, fact)
    letter = money_letters.refunded(
        what, page, cents=_cents(fact), by_debit=entry.method == Method.BANK_DEBIT, reason=fact.details.get("reason", ""),
        studio=studio.name,
    )  # fmt: skip
    order = db.get_one(Order, fact.order_id) if fact.order_id else None
    for one in addressees(db, fact.customer_id):
        write_mail(
            db, studio, letter, kind="refund", once_key=f"refund:{fact.id}:{one.email.lower()}", to_email=one.email,
            to_name=one.name, order=order, now=now,
        )  # fmt: skip


def mail_credit(db: Session, fact: Fact, *, now: datetime) -> None:
    """To the customer it was given to."""
    studio, details = _studio(db, fact), fact.details
    letter = money_letters.credited(
        f"{studio.address}/payments", cents=_cents(fact), left=money_words(details["left_cents"], details["currency"]),
        reason=details["reason"], studio=studio.name,
    )  # fmt: skip
    for one in addressees(db, fact.customer_id or 0):
        write_mail(
            db, studio, letter, kind="credit", once_key=f"credit:{fact.id}:{one.email.lower()}", to_email=one.email,
            to_name=one.name, order=None, now=now,
        )  # fmt: skip


def mail_refund_failed(db: Session, fact: Fact, *, now: datetime) -> None:
    """To the studio."""
    what, _ = _what(db, fact)
    letter = money_letters.refund_failed(
        what, _desk(db, fact), cents=_cents(fact), problem=fact.details.get("problem", "")
    )  # fmt: skip
    _write(db, fact, letter, "refund_failed", now)


def mail_refund_unallocated(db: Session, fact: Fact, *, now: datetime) -> None:
    """To the studio: only a person knows whose money it was."""
    first = _entry(db, fact)
    paid = select(LedgerEntry).where(
        LedgerEntry.studio_id == fact.studio_id, LedgerEntry.mode == first.mode, LedgerEntry.source_id == first.source_id,
        LedgerEntry.kind == EntryKind.PAYMENT,
    )  # fmt: skip
    bills = tuple(bill.label for bill in bills_of(db, db.exec(paid).all()))
    letter = money_letters.refund_unallocated(_desk(db, fact), cents=_cents(fact), bills=bills)
    _write(db, fact, letter, "refund_unallocated", now)


def mail_dispute(db: Session, fact: Fact, *, now: datetime) -> None:
    """To the studio, once for all the bills of the payment: that it began, or how it ended."""
    details = fact.details
    if details.get("part"):
        return
    (what, _), studio = _what(db, fact), _studio(db, fact)
    cents = money_words(details["whole_cents"], details["currency"])
    if fact.kind == "dispute.opened":
        until = datetime.fromisoformat(details["answer_by"]) if details.get("answer_by") else None
        letter = money_letters.disputed(
            what, _desk(db, fact), cents=cents, reason=reason_words(details["reason"]),
            answer_by=date_words(local(until, studio.zone).date()) if until else "",
        )  # fmt: skip
    else:
        letter = money_letters.dispute_decided(what, _desk(db, fact), cents=cents, is_won=fact.kind == "dispute.won")
    _write(db, fact, letter, fact.kind.replace(".", "_"), now)


def _entry(db: Session, fact: Fact) -> LedgerEntry:
    """The payment that a refund gives back."""
    mine = select(LedgerEntry).join(Refund).where(Refund.public_id == fact.details["refund"])
    return db.exec(mine).one()


def _what(db: Session, fact: Fact) -> tuple[str, str]:
    """The bill in words, and where its customer sees it."""
    if fact.order_id:
        order = db.get_one(Order, fact.order_id)
        return f"Order {order.number}, {order.street}", f"{_studio(db, fact).address}/orders/{order.number}"
    return fact.details.get("invoice", NO_BILL), f"{_studio(db, fact).address}/payments"


def _desk(db: Session, fact: Fact) -> str:
    return f"{_studio(db, fact).address}/admin/payments"


def _cents(fact: Fact) -> str:
    return money_words(fact.details["amount_cents"], fact.details["currency"])


def _studio(db: Session, fact: Fact) -> Studio:
    return db.get_one(Studio, fact.studio_id)


def _write(db: Session, fact: Fact, letter: Letter, kind: str, now: datetime) -> None:
    studio = _studio(db, fact)
    write_mail(
        db, studio, letter, kind=kind, once_key=f"{kind}:{fact.id}", to_email=studio.email, to_name=studio.name,
        order=db.get_one(Order, fact.order_id) if fact.order_id else None, now=now,
    )  # fmt: skip
