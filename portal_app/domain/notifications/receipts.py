"""Mails that follow from money: one receipt for a payment, however many bills it paid, and news of money that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.money import money_words
from portal_app.core.viewer import system_viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.bills import Bill, BillName, bills_named, bills_of
from portal_app.domain.billing.models import EntryKind, LedgerEntry, PaymentAttempt
from portal_app.domain.customers.copies import addressees
from portal_app.domain.notifications.letters import Letter
from portal_app.domain.notifications.money_letters import PaidWords, odd_payment, receipt, receipt_of_several
from portal_app.domain.notifications.service import write_mail
from portal_app.domain.notifications.writing import order_words
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio


@dataclass(frozen=True, slots=True)
class Paid:
    """What a payment paid of one bill, in minor units."""

    bill: Bill
    cents: int


def mail_receipt(db: Session, fact: Fact, *, now: datetime) -> None:
    """To whoever paid, all of it; to everybody who hears of one of the bills, what was paid of theirs."""
    if fact.details.get("part"):
        return
    paid, payer = _paid(db, fact), _payer(db, fact)
    studio = db.get_one(Studio, fact.studio_id)
    people: dict[str, tuple[str, str, list[Paid]]] = {payer.lower(): ("", payer, paid)} if payer else {}
    for one in paid:
        for person in addressees(db, one.bill.customer_id):
            name, email, theirs = people.setdefault(person.email.lower(), (person.name, person.email, []))
            if one not in theirs:
                theirs.append(one)
            people[person.email.lower()] = (name or person.name, email, theirs)
    for key, (name, email, theirs) in people.items():
        order = db.get_one(Order, theirs[0].bill.order_id) if len(theirs) == 1 and theirs[0].bill.order_id else None
        write_mail(
            db, studio, _letter(db, studio, order, theirs), kind="receipt", once_key=f"receipt:{fact.id}:{key}",
            to_email=email, to_name=name, order=order, now=now,
        )  # fmt: skip


def mail_odd_payment(db: Session, fact: Fact, *, now: datetime) -> None:
    """To the studio: money that fits no bill, or more than its bill owes. Nothing for a payment that fits."""
    details = fact.details
    over, problem = details.get("over_cents", 0), details.get("problem", "")
    if not over and not problem:
        return
    bill, studio = _bill(db, fact), db.get_one(Studio, fact.studio_id)
    order = db.get_one(Order, bill.order_id) if bill.order_id else None
    currency = details.get("currency", bill.currency)
    page = f"orders/{order.number}" if order else f"invoices/{bill.name.invoice}"
    letter = odd_payment(
        f"{bill.label}, {order.customer_name}" if order else bill.label,
        f"{studio.address}/admin/{page}",
        paid=money_words(details["amount_cents"], currency),
        over=money_words(over, currency),
        problem=problem,
    )
    write_mail(
        db, studio, letter, kind="odd_payment", once_key=f"odd_payment:{fact.id}",
        to_email=studio.email, to_name=studio.name, order=order, now=now,
    )  # fmt: skip


def _letter(db: Session, studio: Studio, order: Order | None, paid: Sequence[Paid]) -> Letter:
    words = tuple(PaidWords(one.bill.label, one.cents, one.bill.due_cents) for one in paid)
    one = paid[0]
    if one.bill.share_id and len(paid) == 1:
        return receipt_of_several(studio.name, "", words, one.bill.currency)
    if order is not None:
        return receipt(order_words(db, order, studio), paid_cents=one.cents, due_cents=one.bill.due_cents)
    return receipt_of_several(studio.name, studio.address, words, one.bill.currency)


def _paid(db: Session, fact: Fact) -> list[Paid]:
    """Bill by bill: a payment through the payment service may have paid several, any other paid the one of its fact."""
    entries = (
        select(LedgerEntry)
        .join(PaymentAttempt, col(PaymentAttempt.id) == col(LedgerEntry.attempt_id))
        .where(PaymentAttempt.public_id == fact.details.get("attempt", ""), LedgerEntry.kind == EntryKind.PAYMENT)
        .order_by(col(LedgerEntry.part))
    )
    found = db.exec(entries).all()
    if not found:
        return [Paid(_bill(db, fact), fact.details["amount_cents"])]
    return [Paid(bill, entry.amount_cents) for entry, bill in zip(found, bills_of(db, found), strict=True)]


def _bill(db: Session, fact: Fact) -> Bill:
    """What a fact about money is about."""
    if fact.order_id:
        name = BillName(order=db.get_one(Order, fact.order_id).number)
    else:
        name = BillName(invoice=fact.details["invoice_public_id"])
    return bills_named(db, system_viewer(fact.studio_id), [name])[0]


def _payer(db: Session, fact: Fact) -> str:
    attempt = select(PaymentAttempt.payer_email).where(PaymentAttempt.public_id == fact.details.get("attempt", ""))
    return db.exec(attempt).first() or ""
