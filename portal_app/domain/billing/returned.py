"""What a refund does to the ledger, wherever it was made: money leaves when the payment service says so, and comes back
when the refund fails or is canceled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer, system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing.bills import bills_of, note
from portal_app.domain.billing.gateway import RefundNow
from portal_app.domain.billing.kinds import EntryKind, RefundStatus
from portal_app.domain.billing.models import LedgerEntry, Refund
from portal_app.domain.billing.paid import Paid, fitting, next_part, paid

# A refund only ever goes down this list: whoever asked earlier and answers later changes nothing.
RANK = {"requested": 0, "pending": 1, "succeeded": 2, "failed": 3, "canceled": 3}
GIVEN_UP = frozenset({RefundStatus.FAILED, RefundStatus.CANCELED})
ELSEWHERE = "Refunded by the studio"
WORDS = {
    RefundStatus.FAILED: "The customer's bank did not take the money. It is with the studio again.",
    RefundStatus.CANCELED: "The refund was canceled. The money is with the studio again.",
}


def follow_refund(db: Session, of: Paid, refund: RefundNow, *, now: datetime) -> Refund:
    """Bring our row and the ledger up to what the payment service says. The payment is locked; safe to repeat."""
    row = _row_of(db, of, refund)
    if row is None:
        row = _found_elsewhere(db, of, refund, now)
    elif row.stripe_id is None:
        row.stripe_id, row.status, row.problem = refund.id, RefundStatus.REQUESTED, ""
        _write_out(db, row, [(_entry(of, row.entry_id), refund.amount_cents)], now)
    _advance(db, row, RefundStatus(refund.status), now)
    return row


def give_up(db: Session, row: Refund, status: RefundStatus, problem: str, now: datetime) -> None:
    """In the caller's transaction: no money left, or what left is back."""
    row.status, row.problem, row.settled_at = status, problem, now
    db.add(row)
    db.flush()
    details = {"amount_cents": row.amount_cents, "currency": row.currency, "refund": row.public_id, "problem": problem}
    tell(db, system_viewer(row.studio_id), "refund.failed", db.get_one(LedgerEntry, row.entry_id), details, now)


def take_back(db: Session, studio_id: int, mode: str, source_id: str, kind: EntryKind, memo: str, now: datetime) -> None:
    """Undo in the ledger what one object of the payment service did: entries of the opposite sign, bill by bill."""
    written = select(LedgerEntry).where(
        LedgerEntry.studio_id == studio_id, LedgerEntry.mode == mode, LedgerEntry.source_id == source_id
    )
    sums: dict[tuple, int] = {}
    first: dict[tuple, LedgerEntry] = {}
    for entry in db.exec(written.order_by(col(LedgerEntry.part))):
        bill = (entry.about_id, entry.order_id, entry.invoice_id, entry.share_id, entry.kind == EntryKind.UNALLOCATED)
        sums[bill] = sums.get(bill, 0) + entry.amount_cents
        first.setdefault(bill, entry)
    part = next_part(db, studio_id, mode, source_id)
    for bill, cents in sums.items():
        if cents:
            db.add(_mirrored(first[bill], kind, cents, part, memo, now))
            part += 1
    db.flush()


def entry_about(of: LedgerEntry, kind: EntryKind, source_id: str, part: int, cents: int, memo: str, now: datetime) -> LedgerEntry:
    """An entry about one that came before. What is about money for no bill is for no bill either."""
    return LedgerEntry(
        studio_id=of.studio_id, mode=of.mode, source_id=source_id, part=part, currency=of.currency, amount_cents=cents,
        kind=EntryKind.UNALLOCATED if of.kind == EntryKind.UNALLOCATED else kind, method=of.method, about_id=of.id,
        order_id=of.order_id, invoice_id=of.invoice_id, share_id=of.share_id, attempt_id=of.attempt_id, memo=memo[:200], at=now,
    )  # fmt: skip


def tell(db: Session, by: Viewer, kind: str, entry: LedgerEntry, details: dict, now: datetime) -> None:
    """A fact about the bill whose money this is; money for no bill is the studio's alone."""
    if entry.order_id is None and entry.invoice_id is None:
        record(db, by, kind, now=now, details=details)
        return
    (bill,) = bills_of(db, [entry])
    note(db, by, kind, bill, details | {"due_cents": bill.due_cents}, now=now)


def _row_of(db: Session, of: Paid, refund: RefundNow) -> Refund | None:
    """By the payment service's id, else by the public id that we gave it: only of this very payment."""
    ids = [part.entry.id or 0 for part in of.parts]
    mine = select(Refund).where(col(Refund.entry_id).in_(ids)).with_for_update()
    by_id = db.exec(mine.where(Refund.stripe_id == refund.id)).first()
    if by_id or not refund.refund:
        return by_id
    return db.exec(mine.where(Refund.public_id == refund.refund, col(Refund.stripe_id).is_(None))).first()


def _found_elsewhere(db: Session, of: Paid, refund: RefundNow, now: datetime) -> Refund:
    """Somebody gave it back on the payment service's own site."""
    first = of.parts[0].entry
    here = paid(db, first.studio_id, first.mode, [of.payment_id])[of.payment_id]
    cents = fitting([part.left_cents for part in here.parts], refund.amount_cents)
    parts = [(part.entry, amount) for part, amount in zip(here.parts, cents or [], strict=False) if amount]
    row = Refund(
        public_id=refund.id, studio_id=first.studio_id, mode=first.mode, entry_id=(parts[0][0] if parts else first).id or 0,
        currency=refund.currency, amount_cents=refund.amount_cents, reason=ELSEWHERE, status=RefundStatus.PENDING,
        stripe_id=refund.id, idempotency_key=f"elsewhere-{first.studio_id}-{first.mode}-{refund.id}", created_at=now,
    )  # fmt: skip
    db.add(row)
    db.flush()
    if parts:
        _write_out(db, row, parts, now)
    else:
        _keep_waiting(db, row, first, now)
    return row


def _write_out(db: Session, row: Refund, parts: Sequence[tuple[LedgerEntry, int]], now: datetime) -> None:
    """The money has left: one entry for each bill it belonged to."""
    for part, (entry, cents) in enumerate(parts):
        db.add(entry_about(entry, EntryKind.REFUND, row.stripe_id or "", part, -cents, row.reason, now))
    db.flush()
    for entry, cents in parts:
        details = {"amount_cents": cents, "currency": row.currency, "refund": row.public_id, "reason": row.reason}
        tell(db, system_viewer(row.studio_id), "payment.refunded", entry, details, now)


def _keep_waiting(db: Session, row: Refund, first: LedgerEntry, now: datetime) -> None:
    """It left a payment for several bills, and only a person knows for which of them."""
    entry = entry_about(first, EntryKind.UNALLOCATED, row.stripe_id or "", 0, -row.amount_cents, ELSEWHERE, now)
    entry.order_id = entry.invoice_id = entry.share_id = None
    db.add(entry)
    db.flush()
    details = {"amount_cents": row.amount_cents, "currency": row.currency, "refund": row.public_id}
    tell(db, system_viewer(row.studio_id), "refund.unallocated", first, details, now)


def _advance(db: Session, row: Refund, status: RefundStatus, now: datetime) -> None:
    if RANK[status] <= RANK[row.status]:
        return
    if status in GIVEN_UP:
        take_back(db, row.studio_id, row.mode, row.stripe_id or "", EntryKind.REFUND_RETURNED, WORDS[status], now)
        give_up(db, row, status, WORDS[status], now)
        return
    row.status, row.settled_at = status, now if status == RefundStatus.SUCCEEDED else None
    db.add(row)
    db.flush()


def _mirrored(entry: LedgerEntry, kind: EntryKind, cents: int, part: int, memo: str, now: datetime) -> LedgerEntry:
    same = {"id", "kind", "part", "amount_cents", "memo", "at"}
    kind = EntryKind.UNALLOCATED if entry.kind == EntryKind.UNALLOCATED else kind
    return LedgerEntry(**entry.model_dump(exclude=same), kind=kind, part=part, amount_cents=-cents, memo=memo[:200], at=now)


def _entry(of: Paid, entry_id: int) -> LedgerEntry:
    return next(part.entry for part in of.parts if part.entry.id == entry_id)
