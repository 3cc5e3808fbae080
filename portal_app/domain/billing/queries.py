"""What is owed and how payments stand, for those who may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_
from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.billing.balance import Balance, balance_of
from portal_app.domain.billing.models import (
    AttemptStatus,
    Invoice,
    InvoiceStatus,
    LedgerEntry,
    PaymentAttempt,
    PaymentLine,
    Share,
)
from portal_app.domain.customers.queries import own_ids
from portal_app.domain.orders import queries as orders_queries
from portal_app.domain.orders.models import ChargeKind, Order, OrderCharge, OrderStatus


@dataclass(frozen=True, slots=True)
class AttemptCard:
    """One try at paying, as a screen shows it."""

    public_id: str
    order_number: int
    mode: str
    status: str
    amount_cents: int
    currency: str
    return_to: str
    problem: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EntryCard:
    """One line of the ledger, signed as it changes what was paid."""

    kind: str
    amount_cents: int
    currency: str
    memo: str
    order_number: int | None
    at: datetime


def orders_to_pay(by: Viewer, team: str = "") -> Select[tuple[Order]]:
    """The orders whose money this viewer may see and pay: its own and its teams', those of its link's listing, the studio's.

    Who holds an invoice's address may pay its order, and sees nothing else of it; who holds a payer's link, only its share.
    """
    if by.share_id:
        return select(Order).where(false())
    if by.invoice_id:
        theirs = select(Invoice.order_id).where(Invoice.id == by.invoice_id, Invoice.status == InvoiceStatus.OPEN)
        return select(Order).where(Order.studio_id == by.studio_id, col(Order.id).in_(theirs))
    orders = orders_queries.visible(by, team)
    return orders if by.may(Permission.SEE_MONEY) or not by.is_staff else orders.where(false())


def invoices_to_pay(by: Viewer, team: str = "") -> Select[tuple[Invoice]]:
    """The finished invoices without an order whose money this viewer may see and pay, by the same rule."""
    alone = select(Invoice).where(Invoice.studio_id == by.studio_id, col(Invoice.order_id).is_(None))
    alone = alone.where(Invoice.status != InvoiceStatus.DRAFT)
    if by.is_staff or by.role is Role.SYSTEM:
        return alone if by.may(Permission.SEE_MONEY) else alone.where(false())
    return alone.where(Invoice.id == by.invoice_id if by.invoice_id else col(Invoice.customer_id).in_(own_ids(by, team)))


def shares_to_pay(by: Viewer) -> Select[tuple[Share]]:
    """The payers' shares this viewer may see and pay: that of its own link, or all of the orders above."""
    here = select(Share).where(Share.studio_id == by.studio_id, col(Share.ended_at).is_(None))
    if by.share_id:
        return here.where(Share.id == by.share_id)
    return here.where(col(Share.order_id).in_(orders_to_pay(by).with_only_columns(Order.id)))


def visible(by: Viewer) -> Select[tuple[PaymentAttempt]]:
    """The payment attempts of those bills, and of those shares."""
    orders, invoices = orders_to_pay(by).with_only_columns(Order.id), invoices_to_pay(by).with_only_columns(Invoice.id)
    of_theirs = col(PaymentLine.order_id).in_(orders) | col(PaymentLine.invoice_id).in_(invoices)
    of_theirs |= col(PaymentLine.share_id).in_(shares_to_pay(by).with_only_columns(Share.id))
    theirs = select(PaymentLine.attempt_id).where(of_theirs)
    return select(PaymentAttempt).where(PaymentAttempt.studio_id == by.studio_id, col(PaymentAttempt.id).in_(theirs))


def balances_for(db: Session, by: Viewer, order_ids: Sequence[int]) -> dict[int, Balance]:
    """The balances of these orders that are this viewer's to know; the others are left out."""
    return _balances(db, orders_to_pay(by).where(col(Order.id).in_(order_ids)))


def balances(db: Session, order_ids: Sequence[int]) -> dict[int, Balance]:
    """The balance of each order, in two statements however many there are."""
    return _balances(db, select(Order).where(col(Order.id).in_(order_ids)))


def _balances(db: Session, orders: Select[tuple[Order]]) -> dict[int, Balance]:
    columns = (col(Order.id), col(Order.status), col(Order.total_cents), col(Order.upfront_cents), late_cents())
    rows = db.execute(orders.with_only_columns(*columns)).all()
    order_ids = [row[0] for row in rows]
    ledger: dict[int, list[tuple[str, int]]] = defaultdict(list)
    entries = select(LedgerEntry.order_id, LedgerEntry.kind, LedgerEntry.amount_cents)
    for order_id, kind, cents in db.exec(entries.where(col(LedgerEntry.order_id).in_(order_ids))):
        ledger[order_id].append((kind, cents))
    return {
        order_id: balance_of(status, total, ledger[order_id], upfront_cents=upfront, late_cents=late)
        for order_id, status, total, upfront, late in rows
    }


def late_cents():
    """The late fees of an order, in the same statement as the order."""
    late = select(func.coalesce(func.sum(OrderCharge.amount_cents), 0))
    return late.where(OrderCharge.order_id == Order.id, OrderCharge.kind == ChargeKind.LATE).correlate(Order).scalar_subquery()


def balance(db: Session, order_id: int) -> Balance:
    """Total, paid, due and overpaid in minor units. Raises NotFound."""
    found = balances(db, [order_id])
    if order_id not in found:
        raise NotFound()
    return found[order_id]


def due(db: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """Minor units still owed by each order: what is paid at booking while pending, late fees when canceled."""
    return {order_id: found.due for order_id, found in balances(db, order_ids).items()}


def may_owe() -> ColumnElement[bool]:
    """Whether an order asks for its money by now: accepted, or canceled too late."""
    late = and_(Order.status == OrderStatus.CANCELED, late_cents() > 0)
    return or_(col(Order.status).in_((OrderStatus.ACCEPTED, OrderStatus.COMPLETED)), late)


def attempt_card(db: Session, by: Viewer, public_id: str) -> AttemptCard:
    """One attempt. Raises NotFound when it is not this viewer's."""
    attempt = db.exec(visible(by).where(PaymentAttempt.public_id == public_id)).first()
    if attempt is None:
        raise NotFound()
    return _card(attempt, _number(db, attempt.id or 0))


def attempts_of(db: Session, by: Viewer, order_number: int) -> list[AttemptCard]:
    """Every try at paying an order, newest first."""
    rows = db.exec(
        visible(by)
        .join(PaymentLine, col(PaymentLine.attempt_id) == col(PaymentAttempt.id))
        .join(Order, col(Order.id) == col(PaymentLine.order_id))
        .where(Order.number == order_number)
        .order_by(col(PaymentAttempt.id).desc())
    ).all()
    return [_card(row, order_number) for row in rows]


def is_on_its_way(db: Session, order_id: int) -> bool:
    """Whether a bank debit was accepted and has not arrived yet."""
    return bool(on_their_way(db, [order_id]))


def on_their_way(db: Session, order_ids: Sequence[int]) -> set[int]:
    """Which of these orders a bank debit was accepted for that has not arrived yet; of one that several pay, the debit of
    who ordered it."""
    processing = (
        select(PaymentLine.order_id)
        .join(PaymentAttempt, col(PaymentAttempt.id) == col(PaymentLine.attempt_id))
        .outerjoin(Share, col(Share.id) == col(PaymentLine.share_id))
        .where(col(PaymentLine.order_id).in_(order_ids), PaymentAttempt.status == AttemptStatus.PROCESSING)
        .where(or_(col(Share.id).is_(None), Share.position == 0))
    )
    return {order_id for order_id in db.exec(processing) if order_id}


def ledger_of(db: Session, by: Viewer, order_number: int) -> list[EntryCard]:
    """The money of one order, oldest first. Raises NotFound when it is not this viewer's."""
    order = db.exec(orders_to_pay(by).where(Order.number == order_number)).first()
    if order is None:
        raise NotFound()
    rows = db.exec(select(LedgerEntry).where(LedgerEntry.order_id == order.id).order_by(col(LedgerEntry.id))).all()
    return [_entry(row, order_number) for row in rows]


def unallocated(db: Session, by: Viewer) -> list[EntryCard]:
    """Money that arrived and fits no order: for the studio's eyes, newest first."""
    if not by.may(Permission.SEE_MONEY):
        return []
    rows = db.exec(
        select(LedgerEntry)
        .where(LedgerEntry.studio_id == by.studio_id, LedgerEntry.kind == "unallocated")
        .order_by(col(LedgerEntry.id).desc())
    ).all()
    return [_entry(row, None) for row in rows]


def _number(db: Session, attempt_id: int) -> int:
    """The first order that an attempt pays."""
    lines = select(Order.number).join(PaymentLine, col(PaymentLine.order_id) == col(Order.id))
    return db.exec(lines.where(PaymentLine.attempt_id == attempt_id).order_by(col(PaymentLine.id))).first() or 0


def _card(attempt: PaymentAttempt, order_number: int) -> AttemptCard:
    return AttemptCard(
        public_id=attempt.public_id,
        order_number=order_number,
        mode=attempt.mode,
        status=attempt.status,
        amount_cents=attempt.amount_cents,
        currency=attempt.currency,
        return_to=attempt.return_to,
        problem=attempt.problem,
        created_at=attempt.created_at,
    )


def _entry(entry: LedgerEntry, order_number: int | None) -> EntryCard:
    return EntryCard(
        kind=entry.kind,
        amount_cents=entry.amount_cents,
        currency=entry.currency,
        memo=entry.memo,
        order_number=order_number,
        at=entry.at,
    )
