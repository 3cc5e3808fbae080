"""One payment of the payment service, bill by bill: what came, what went back, what could still go back.

What came stands in entries that are about nothing; refunds, disputes and what takes them back name in `about_id` the
entry they lower or raise again. Money for no bill is UNALLOCATED, and so is a refund of a payment for several bills as
long as nobody has said whose it was: that one names the first of them, and lowers what the whole payment has left.

Which bill a refund made on the payment service's own site belongs to, when the bills have so much left:

| left | refund | it is |
|---|---|---|
| 300 | 100 | 100 |
| 300, 200 | 500 | 300, 200 |
| 300, 0 | 100 | 100, 0 |
| 300, 200 | 100 | unknown |
| 300, 200 | 200 | unknown |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from portal_app.core.money import split_exactly
from portal_app.domain.billing.bills import lock_bills
from portal_app.domain.billing.kinds import DisputeStatus, EntryKind, RefundStatus
from portal_app.domain.billing.models import Dispute, LedgerEntry, Refund

# A payment whose bank has taken money, or keeps it, is not refunded by the payment service.
TAKEN_BACK = frozenset({DisputeStatus.OPEN, DisputeStatus.LOST})


@dataclass(frozen=True, slots=True)
class Came:
    """What came for one bill, or for none yet. `left_cents` of it were not given or taken back, nor asked for."""

    entry: LedgerEntry
    left_cents: int


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment. `waiting_cents` (never positive) are refunds of it that nobody has given to one of its bills yet."""

    payment_id: str
    parts: tuple[Came, ...]
    waiting_cents: int
    is_disputed: bool

    def left_of(self, entry_id: int) -> int:
        """What a refund of this part may be at most: never more than the whole payment has left."""
        part = next((part for part in self.parts if part.entry.id == entry_id), None)
        return max(0, min(part.left_cents, self.left_cents)) if part else 0

    @property
    def left_cents(self) -> int:
        return sum(part.left_cents for part in self.parts) + self.waiting_cents


def fitting(lefts: Sequence[int], cents: int) -> list[int] | None:
    """Whose money a refund is that names no bill: the table above. None when a person must say."""
    if len(lefts) == 1:
        return [cents]
    if cents == sum(lefts):
        return list(lefts)
    if sum(left > 0 for left in lefts) == 1 and cents < sum(lefts):
        return [cents if left > 0 else 0 for left in lefts]
    return None


def taken_from(lefts: Sequence[int], cents: int, of: int = 1) -> list[int]:
    """How a dispute lies on the bills of a payment: in proportion to what they have left, to the cent (or to `of` of them)."""
    weights = [max(0, left) for left in lefts]
    return split_exactly(cents, weights if any(weights) else [1] + [0] * (len(lefts) - 1), of)


def paid(db: Session, studio_id: int, mode: str, payment_ids: Collection[str]) -> dict[str, Paid]:
    """These payments of a studio, in four statements however many. Those that have not come are left out."""
    here = (LedgerEntry.studio_id == studio_id, LedgerEntry.mode == mode)
    came: dict[str, list[LedgerEntry]] = defaultdict(list)
    rows = select(LedgerEntry).where(*here, col(LedgerEntry.source_id).in_(payment_ids), col(LedgerEntry.about_id).is_(None))
    for entry in db.exec(rows.order_by(col(LedgerEntry.part))):
        came[entry.source_id].append(entry)
    ids = [entry.id or 0 for entries in came.values() for entry in entries]
    later: dict[int, list[LedgerEntry]] = defaultdict(list)
    for entry in db.exec(select(LedgerEntry).where(*here, col(LedgerEntry.about_id).in_(ids))):
        later[entry.about_id or 0].append(entry)
    asked, disputed = _asked(db, ids), _disputed(db, studio_id, mode, payment_ids)
    return {name: _one(name, entries, later, asked, is_disputed=name in disputed) for name, entries in came.items()}


def locked_paid(db: Session, studio_id: int, mode: str, payment_id: str) -> Paid | None:
    """The same of one payment, its bills and entries locked: always in this order, as wherever money comes in."""
    mine = select(LedgerEntry).where(
        LedgerEntry.studio_id == studio_id, LedgerEntry.mode == mode, LedgerEntry.source_id == payment_id
    )
    entries = db.exec(mine).all()
    lock_bills(db, {each.order_id for each in entries if each.order_id}, {each.invoice_id for each in entries if each.invoice_id})
    db.exec(mine.order_by(col(LedgerEntry.id)).with_for_update()).all()
    return paid(db, studio_id, mode, [payment_id]).get(payment_id)


def next_part(db: Session, studio_id: int, mode: str, source_id: str) -> int:
    """The first free number among the entries of one object of the payment service."""
    last = select(func.max(LedgerEntry.part)).where(
        LedgerEntry.studio_id == studio_id, LedgerEntry.mode == mode, LedgerEntry.source_id == source_id
    )
    found = db.exec(last).one()
    return 0 if found is None else found + 1


def _one(
    name: str, entries: list[LedgerEntry], later: dict[int, list[LedgerEntry]], asked: dict[int, int], *, is_disputed: bool
) -> Paid:
    parts, waiting = [], 0
    for entry in entries:
        moves = later[entry.id or 0]
        if entry.kind != EntryKind.UNALLOCATED:
            waiting += sum(move.amount_cents for move in moves if move.kind == EntryKind.UNALLOCATED)
            moves = [move for move in moves if move.kind != EntryKind.UNALLOCATED]
        left = entry.amount_cents + sum(move.amount_cents for move in moves) - asked.get(entry.id or 0, 0)
        parts.append(Came(entry, left))
    return Paid(name, tuple(parts), waiting, is_disputed)


def _asked(db: Session, entry_ids: Collection[int]) -> dict[int, int]:
    """Refunds that are stored and that the payment service has not confirmed: they may have happened."""
    asked = select(Refund.entry_id, func.sum(Refund.amount_cents)).where(
        col(Refund.entry_id).in_(entry_ids), Refund.status == RefundStatus.REQUESTED
    )
    return dict(db.exec(asked.group_by(col(Refund.entry_id))).all())


def _disputed(db: Session, studio_id: int, mode: str, payment_ids: Collection[str]) -> set[str]:
    taken = select(Dispute.payment_id).where(
        Dispute.studio_id == studio_id, Dispute.mode == mode, col(Dispute.payment_id).in_(payment_ids),
        col(Dispute.status).in_(TAKEN_BACK),
    )  # fmt: skip
    return set(db.exec(taken).all())
