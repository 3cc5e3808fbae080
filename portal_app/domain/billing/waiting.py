"""What of the studio's money waits for a person: money without a bill, refunds that are not through, disputes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.bills import Bill, bills_of
from portal_app.domain.billing.keys import keys_of_studio
from portal_app.domain.billing.kinds import DisputeStatus, EntryKind, Mode, RefundStatus
from portal_app.domain.billing.models import Dispute, LedgerEntry, PaymentAttempt, Refund
from portal_app.domain.billing.paid import Came, paid
from portal_app.domain.customers.queries import whose_are

SHOWN_FOR = timedelta(days=60)
NOT_THROUGH = (RefundStatus.REQUESTED, RefundStatus.PENDING, RefundStatus.FAILED, RefundStatus.CANCELED)
GIVEN_UP = (RefundStatus.FAILED, RefundStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class BillRef:
    """A bill by its words and where the studio finds it."""

    label: str
    order: int = 0
    invoice: str = ""
    left_cents: int = 0


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Money without a bill: what came (positive), or a refund of several bills (negative), and which these are."""

    entry_id: int
    cents: int
    currency: str
    at: datetime
    why: str
    payer: str
    is_test: bool
    bills: tuple[BillRef, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund that is on its way, or came to nothing. `entry_id` is the payment it gives back."""

    public_id: str
    entry_id: int
    status: str
    cents: int
    currency: str
    reason: str
    problem: str
    asked_by: str
    at: datetime
    bill: BillRef


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A payment that a bank took back; `answer_by` while it is open."""

    stripe_id: str
    status: str
    cents: int
    currency: str
    reason: str
    answer_by: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    whose: str
    bills: tuple[BillRef, ...]


def unplaced_money(db: Session, by: Viewer) -> list[Unplaced]:
    """Newest first, in a constant number of statements. Nothing for whoever may not see money."""
    if not by.may(Permission.SEE_MONEY):
        return []
    rows = _waiting(db, by)
    payers = _payers(db, [entry.attempt_id for entry, *_ in rows if entry.attempt_id])
    refs = _refs(db, [part.entry for *_, parts in rows for part in parts])
    is_live = keys_of_studio(db, by.studio_id, Mode.LIVE) is not None
    return [
        Unplaced(
            entry.id or 0, cents, entry.currency, entry.at, entry.memo, payers.get(entry.attempt_id or 0, ""),
            is_test=is_live and entry.mode == Mode.TEST,
            bills=tuple(replace(refs[part.entry.id or 0], left_cents=part.left_cents) for part in parts),
        )
        for entry, cents, parts in rows
    ]  # fmt: skip


def refunds_not_through(db: Session, by: Viewer, *, now: datetime) -> list[RefundRow]:
    """Those on their way, and for some weeks those that came to nothing; newest first, in six statements."""
    if not by.may(Permission.SEE_MONEY):
        return []
    mine = select(Refund, LedgerEntry).join(LedgerEntry, col(LedgerEntry.id) == col(Refund.entry_id))
    mine = mine.where(Refund.studio_id == by.studio_id, col(Refund.status).in_(NOT_THROUGH), Refund.created_at > now - SHOWN_FOR)
    rows = db.exec(mine.order_by(col(Refund.id).desc())).all()
    labels = _refs(db, [entry for _, entry in rows])
    return [
        RefundRow(
            refund.public_id, refund.entry_id, refund.status, refund.amount_cents, refund.currency, refund.reason,
            refund.problem, refund.asked_by, refund.created_at, labels.get(refund.entry_id, BillRef("Money without a bill")),
        )
        for refund, _ in rows
    ]  # fmt: skip


def disputes(db: Session, by: Viewer, *, now: datetime) -> list[DisputeRow]:
    """Open ones, the nearest date to answer by first; then for some weeks those that are decided."""
    if not by.may(Permission.SEE_MONEY):
        return []
    recent = or_(Dispute.status == DisputeStatus.OPEN, col(Dispute.closed_at) > now - SHOWN_FOR)
    rows = db.exec(select(Dispute).where(Dispute.studio_id == by.studio_id, recent).order_by(col(Dispute.answer_by))).all()
    held = select(LedgerEntry).where(
        LedgerEntry.studio_id == by.studio_id, col(LedgerEntry.source_id).in_([row.stripe_id for row in rows]),
        LedgerEntry.amount_cents < 0,
    )  # fmt: skip
    entries = db.exec(held).all()
    with_bill = [entry for entry in entries if entry.order_id or entry.invoice_id]
    bills = list(zip(with_bill, bills_of(db, with_bill), strict=True))
    people = whose_are(db, by, [bill.customer_id for _, bill in bills])
    found = [
        _dispute(row, [bill for entry, bill in bills if (entry.mode, entry.source_id) == (row.mode, row.stripe_id)], people)
        for row in rows
    ]
    return sorted(found, key=lambda row: row.status != DisputeStatus.OPEN)


def waiting_count(db: Session, by: Viewer, *, now: datetime) -> int:
    """How much waits for a person, for the sign beside the page's name: in three statements."""
    if not by.may(Permission.SEE_MONEY):
        return 0
    again = aliased(Refund)
    redone = exists().where(col(again.entry_id) == col(Refund.entry_id), col(again.id) > col(Refund.id))
    failed = select(func.count()).select_from(Refund).where(
        Refund.studio_id == by.studio_id, col(Refund.status).in_(GIVEN_UP), Refund.created_at > now - SHOWN_FOR, ~redone
    )  # fmt: skip
    opened = select(func.count()).select_from(Dispute)
    opened = opened.where(Dispute.studio_id == by.studio_id, Dispute.status == DisputeStatus.OPEN)
    return len(unplaced_money(db, by)) + db.exec(failed).one() + db.exec(opened).one()


def _waiting(db: Session, by: Viewer) -> list[tuple[LedgerEntry, int, list[Came]]]:
    """What waits, how much of it still does, and which bills it may belong to."""
    came = db.exec(_without_bill(by).order_by(col(LedgerEntry.id).desc())).all()
    firsts = select(LedgerEntry.id, LedgerEntry.source_id).where(col(LedgerEntry.id).in_([each.about_id for each in came]))
    payments = dict(db.exec(firsts).all())
    names = {each.id: payments.get(each.about_id, each.source_id) for each in came}
    found = {mode: paid(db, by.studio_id, mode, set(names.values())) for mode in sorted({each.mode for each in came})}
    sums = _sums(db, by, [each.source_id for each in came if each.amount_cents < 0])
    rows: list[tuple[LedgerEntry, int, list[Came]]] = []
    for each in came:
        of = found[each.mode][names[each.id]]
        if each.amount_cents > 0:
            rows.append((each, of.left_of(each.id or 0), []))
        else:
            parts = [part for part in of.parts if part.entry.kind == EntryKind.PAYMENT and part.left_cents > 0]
            rows.append((each, sums.get((each.mode, each.source_id), 0), parts))
    return [row for row in rows if row[1]]


def _without_bill(by: Viewer):
    """Money that came for no bill, and refunds of a payment for several; not what was refunded of the former."""
    about = aliased(LedgerEntry)
    of_payment = exists().where(col(about.id) == col(LedgerEntry.about_id), col(about.kind) == EntryKind.PAYMENT)
    first = and_(col(LedgerEntry.about_id).is_(None), LedgerEntry.amount_cents > 0)
    return select(LedgerEntry).where(
        LedgerEntry.studio_id == by.studio_id, LedgerEntry.kind == EntryKind.UNALLOCATED, LedgerEntry.part == 0,
        or_(first, and_(LedgerEntry.amount_cents < 0, of_payment)),
    )  # fmt: skip


def _sums(db: Session, by: Viewer, sources: Sequence[str]) -> dict[tuple[str, str], int]:
    """What has no bill of each of these refunds, negative."""
    rows = select(LedgerEntry.mode, LedgerEntry.source_id, func.sum(LedgerEntry.amount_cents)).where(
        LedgerEntry.studio_id == by.studio_id, col(LedgerEntry.source_id).in_(sources), LedgerEntry.kind == EntryKind.UNALLOCATED
    )
    return {(mode, source): cents for mode, source, cents in db.exec(rows.group_by(LedgerEntry.mode, LedgerEntry.source_id))}


def _payers(db: Session, attempt_ids: Sequence[int]) -> dict[int, str]:
    rows = select(PaymentAttempt.id, PaymentAttempt.payer_email).where(col(PaymentAttempt.id).in_(attempt_ids))
    return {attempt_id or 0: email for attempt_id, email in db.exec(rows)}


def _refs(db: Session, entries: Sequence[LedgerEntry]) -> dict[int, BillRef]:
    with_bill = [entry for entry in entries if entry.order_id or entry.invoice_id]
    return {entry.id or 0: _ref(bill) for entry, bill in zip(with_bill, bills_of(db, with_bill), strict=True)}


def _dispute(row: Dispute, bills: Sequence[Bill], people: dict[int, str]) -> DisputeRow:
    return DisputeRow(
        row.stripe_id, row.status, row.amount_cents, row.currency, row.reason, row.answer_by, row.opened_at, row.closed_at,
        whose=", ".join(dict.fromkeys(people[bill.customer_id] for bill in bills if bill.customer_id in people)),
        bills=tuple(_ref(bill) for bill in bills),
    )  # fmt: skip


def _ref(bill: Bill) -> BillRef:
    return BillRef(bill.label, bill.name.order, bill.name.invoice)
